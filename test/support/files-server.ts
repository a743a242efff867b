import { connect, type Socket } from 'node:net';
import { onTestFinished, vi } from 'vitest';
import { createOrigin, MemoryEngine, type OriginOptions } from '../../src/origin/index.ts';
import { type ServeOptions, serve } from '../../src/origin/node.ts';
import type { FileStore } from '../../src/origin/store/files.ts';
import { systemClock, systemRandom } from '../../src/origin/system.ts';
import type { Announced } from './origin-files.ts';

export const MIB = 1024 * 1024;

/** The status line of an upload that was taken. */
export const CREATED = 'HTTP/1.1 204 No Content';

const BOUNDARY = 'b0undary';
const END = `\r\n--${BOUNDARY}--\r\n`;

/** How much of an upload is sent, and what of: all of it unless `sent` says less. */
export interface Sending {
  readonly size: number;
  readonly sent?: number;
  readonly chunk?: Buffer;
}

/** Waits for what may hang, and never for what is slow. */
export const until = (check: () => boolean | Promise<boolean>) =>
  vi.waitUntil(check, { timeout: 60_000, interval: 5 });

/** An engine whose files are changed by the test. */
export class FilesEngine extends MemoryEngine {
  readonly #change: (files: FileStore) => Partial<FileStore>;

  constructor(change: (files: FileStore) => Partial<FileStore>) {
    super({ clock: systemClock, random: systemRandom });
    this.#change = change;
  }

  override shard(...given: Parameters<MemoryEngine['shard']>): ReturnType<MemoryEngine['shard']> {
    const store = super.shard(...given);
    const methods = ['announce', 'announced', 'keep', 'list', 'find', 'read', 'remove'] as const;
    const bound = methods.map((name) => [name, store.files[name].bind(store.files)] as const);
    // The list above has every method.
    const files = Object.fromEntries(bound) as unknown as FileStore;
    return { ...store, files: { ...files, ...this.#change(store.files) } };
  }
}

/** An origin on a socket until the test has ended, and short ways to send and to look at files over it. */
export async function servedFiles(options: ServeOptions = {}, originOptions: OriginOptions = {}) {
  const errors: unknown[] = [];
  const logger = { error: (...line: unknown[]) => errors.push(line) };
  const origin = createOrigin({ logger, ...originOptions });
  const server = await serve(origin, options);
  const sockets: Socket[] = [];
  onTestFinished(async () => {
    await server.close();
    await origin.close();
    for (const socket of sockets) socket.destroy();
  });
  const base = `${server.url}/v1/files/demo/channels/a`;
  const announced = async () => {
    const response = await fetch(`${base}/generate-upload-url`, { method: 'POST', body: '{"name":"f"}' });
    return (await response.json()) as Announced;
  };
  const list = async () => ((await (await fetch(`${base}/files`)).json()) as { data: unknown[] }).data;
  const pathOf = ({ data }: Announced) => `/v1/files/demo/channels/a/files/${data.id}/${data.name}`;
  const locationOf = async (file: Announced) => {
    const response = await fetch(server.url + pathOf(file), { redirect: 'manual' });
    return new URL(response.headers.get('location') ?? '').pathname;
  };
  const remove = (file: Announced) => fetch(server.url + pathOf(file), { method: 'DELETE' });
  const open = () => {
    const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    return socket;
  };
  /** Sends an upload over a connection of its own; the status line of its answer. */
  const upload = async (file: Announced, sending: Sending) => {
    const socket = open();
    const status = statusOn(socket);
    await send(socket, file, sending);
    const line = await status;
    socket.destroy();
    return line;
  };
  return { server, errors, announced, list, locationOf, remove, open, upload };
}

/** The form of an upload without the end of its file. */
function formOf({ file_upload_request }: Announced): string {
  const fields = file_upload_request.form_fields.map(
    ({ key, value }) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`,
  );
  return `${fields.join('')}--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n`;
}

function head(length: number): string {
  return `POST /v1/files/demo/uploads HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=${BOUNDARY}\r\nContent-Length: ${length}\r\n\r\n`;
}

/** Sends so much of an upload as it has; what is sent is one buffer, again and again. */
export async function send(
  socket: Socket,
  file: Announced,
  { size, sent = size, chunk = Buffer.alloc(65_536, 'x') }: Sending,
) {
  const form = formOf(file);
  socket.write(head(form.length + size + END.length) + form);
  for (let left = sent; left > 0 && !socket.destroyed; left -= chunk.length) {
    if (socket.write(chunk.subarray(0, left))) continue;
    await movesOn(socket);
  }
  if (sent === size) socket.write(END);
}

function movesOn(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
  });
}

/** The beginning of the answer on a connection, once it has one. */
export async function statusOn(socket: Socket): Promise<string> {
  const text = await new Promise<string>((resolve) => {
    socket.once('data', (data) => resolve(data.toString('latin1'))).once('close', () => resolve(''));
  });
  return text.slice(0, text.indexOf('\r\n'));
}
