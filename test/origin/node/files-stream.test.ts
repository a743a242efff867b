import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createOrigin, MemoryEngine, type OriginOptions } from '../../../src/origin/index.ts';
import { type ServeOptions, serve } from '../../../src/origin/node.ts';
import type { FileStore } from '../../../src/origin/store/files.ts';
import { systemClock, systemRandom } from '../../../src/origin/system.ts';
import { arrayBuffers } from '../../support/integration-heap.ts';
import { type Announced, codeIn } from '../../support/origin-files.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const MIB = 1024 * 1024;
const BOUNDARY = 'b0undary';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

// For what hangs, and never for what is slow.
const until = (check: () => boolean | Promise<boolean>) =>
  vi.waitUntil(check, { timeout: 60_000, interval: 5 });

/** An engine whose files are changed by the test. */
class FilesEngine extends MemoryEngine {
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

async function served(options: ServeOptions = {}, originOptions: OriginOptions = {}) {
  const errors: unknown[] = [];
  const logger = { error: (...line: unknown[]) => errors.push(line) };
  const origin = createOrigin({ logger, ...originOptions });
  const server = await serve(origin, options);
  closing.unshift(
    () => server.close(),
    () => origin.close(),
  );
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
    closing.push(() => socket.destroy());
    return socket;
  };
  return { server, origin, errors, announced, list, pathOf, locationOf, remove, open };
}

/** The form of an upload without the end of its file. */
function formOf({ file_upload_request }: Announced): string {
  const fields = file_upload_request.form_fields.map(
    ({ key, value }) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`,
  );
  return `${fields.join('')}--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n`;
}

const END = `\r\n--${BOUNDARY}--\r\n`;

function head(length: number): string {
  return `POST /v1/files/demo/uploads HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=${BOUNDARY}\r\nContent-Length: ${length}\r\n\r\n`;
}

/** Sends so much of an upload as it has; what is sent is one buffer, again and again. */
async function send(
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

/** The most that buffers take while something goes on, beside garbage. */
async function mostDuring(work: Promise<unknown>): Promise<number> {
  const before = await arrayBuffers();
  let most = 0;
  let goesOn = true;
  const watch = async () => {
    do {
      most = Math.max(most, (await arrayBuffers()) - before);
      // Garbage is not collected all the time.
      for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    } while (goesOn);
  };
  const watching = watch();
  await work.finally(() => {
    goesOn = false;
  });
  await watching;
  return most;
}

interface Sending {
  readonly size: number;
  readonly sent?: number;
  readonly chunk?: Buffer;
}

/** The beginning of the answer on a connection, once it has one. */
async function statusOn(socket: Socket): Promise<string> {
  const text = await new Promise<string>((resolve) => {
    socket.once('data', (data) => resolve(data.toString('latin1'))).once('close', () => resolve(''));
  });
  return text.slice(0, text.indexOf('\r\n'));
}

const CREATED = 'HTTP/1.1 204 No Content';

describe('uploads', () => {
  test('of 4 MB, a hundred side by side, take little beside what is stored', async () => {
    const limits = { filesBytes: 2_000 * MIB, processBytes: 4_000 * MIB };
    const { announced, open, list } = await served({}, { limits });
    const size = 4_000_000;
    const files = await Promise.all(Array.from({ length: 100 }, announced));
    const sent = Promise.all(
      files.map(async (file) => {
        const socket = open();
        const status = statusOn(socket);
        await send(socket, file, { size });
        expect(await status).toBe(CREATED);
        socket.destroy();
      }),
    );
    expect(await mostDuring(sent)).toBeLessThan(100 * size + 20 * MIB);
    expect(await list()).toHaveLength(100);
  });

  test('to a store that has them elsewhere never hold a whole one', async () => {
    let passed = 0;
    const store = new FilesEngine(() => ({
      keep: async (_, chunks) => {
        for await (const chunk of chunks) {
          passed += chunk.length;
          // As a disk would: each chunk takes a turn of the event loop.
          await new Promise((resolve) => setImmediate(resolve));
        }
        return;
      },
    }));
    const { announced, open } = await served({}, { store });
    const files = await Promise.all(Array.from({ length: 100 }, announced));
    const size = 4_000_000;
    const sent = Promise.all(
      files.map(async (file) => {
        const socket = open();
        const status = statusOn(socket);
        await send(socket, file, { size });
        expect(await status).toBe(CREATED);
        socket.destroy();
      }),
    );
    expect(await mostDuring(sent)).toBeLessThan(40 * MIB);
    expect(passed).toBe(100 * size);
  });

  test('wait for a store that is slow, so that clients are not read ahead', async () => {
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    let begun = false;
    const store = new FilesEngine((files) => ({
      keep: async (upload, chunks) => {
        begun = true;
        await gate;
        return files.keep(upload, chunks);
      },
    }));
    const limits = { fileBytes: 100 * MIB };
    const { announced, open, list } = await served({}, { store, limits });
    const before = await arrayBuffers();
    const socket = open();
    const status = statusOn(socket);
    const sending = send(socket, await announced(), { size: 50 * MIB });
    await until(() => begun);
    // Whole requests of others: the connection had time.
    for (let count = 0; count < 20; count++) await list();
    expect((await arrayBuffers()) - before).toBeLessThan(2 * MIB);
    go();
    await sending;
    expect(await status).toBe(CREATED);
    expect(await list()).toMatchObject([{ size: 50 * MIB }]);
  });

  test('that a slow store has not taken count as bodies: the largest is refused, and the others go on', async () => {
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    let waiting = 0;
    const store = new FilesEngine((files) => ({
      keep: (upload, chunks) =>
        files.keep(
          upload,
          (async function* () {
            for await (const chunk of chunks) {
              waiting++;
              await gate;
              yield chunk;
            }
          })(),
        ),
    }));
    const { announced, open, list, errors } = await served({ limits: { totalBodyBytes: 30_000 } }, { store });
    const [large, small] = [open(), open()];
    const statuses = [statusOn(large), statusOn(small)];
    await send(small, await announced(), { size: 5_000 });
    await until(() => waiting === 1);
    await send(large, await announced(), { size: 100_000 });
    await until(() => waiting === 2);
    go();
    expect(await Promise.all(statuses)).toEqual(['HTTP/1.1 503 Service Unavailable', CREATED]);
    expect(await list()).toMatchObject([{ size: 5_000 }]);
    expect(errors).toEqual([]);
  });

  test.each(['hangs up', 'is too slow'])('leave nothing when the client %s half-way', async (how) => {
    const clock = new VirtualClock();
    const engine = new MemoryEngine({ clock: systemClock, random: systemRandom });
    const { announced, open, list, errors } = await served({ clock }, { store: engine });
    const files = await Promise.all(Array.from({ length: 10 }, announced));
    const before = await arrayBuffers();
    const sockets = files.map(() => open());
    const statuses = sockets.map((socket) => statusOn(socket));
    await Promise.all(
      files.map((file, at) => send(sockets[at] ?? open(), file, { size: 4_000_000, sent: 2_000_000 })),
    );
    await until(async () => process.memoryUsage().arrayBuffers - before > 10 * 2_000_000);
    expect(await list()).toEqual([]);
    if (how === 'hangs up') for (const socket of sockets) socket.destroy();
    else await clock.advance(5_400_000 / 40);
    expect(new Set(await Promise.all(statuses))).toEqual(
      new Set([how === 'hangs up' ? '' : 'HTTP/1.1 408 Request Timeout']),
    );
    await until(async () => (await arrayBuffers()) - before < 2_000_000);
    expect(await list()).toEqual([]);
    expect(errors).toEqual([]);
    expect(clock.pending).toBe(0);
    // The form is still valid.
    const [file] = files;
    const socket = open();
    const status = statusOn(socket);
    if (file) await send(socket, file, { size: 10 });
    expect(await status).toBe(CREATED);
    expect(await list()).toMatchObject([{ size: 10 }]);
  });

  test('of one file at once do not mix', async () => {
    const { announced, open, list, locationOf, server } = await served();
    const file = await announced();
    const chunks = Array.from({ length: 8 }, (_, at) => Buffer.alloc(10_000, `${at}`));
    const statuses = await Promise.all(
      chunks.map(async (chunk, at) => {
        const socket = open();
        const status = statusOn(socket);
        await send(socket, file, { size: 1_000_000 + at, chunk });
        return status;
      }),
    );
    expect(new Set(statuses)).toEqual(new Set([CREATED]));
    expect(await list()).toHaveLength(1);
    const text = await (await fetch(server.url + (await locationOf(file)))).text();
    expect(text).toBe((text[0] ?? '').repeat(1_000_000 + Number(text[0])));
  });

  test('are followed by other requests of their connection, also when they are refused', async () => {
    const { announced, open } = await served({}, { limits: { fileBytes: 1_000 } });
    const socket = open();
    let text = '';
    socket.setEncoding('latin1').on('data', (data) => {
      text += data;
    });
    for (const size of [1_000, 1_001, 60_000]) {
      await send(socket, await announced(), { size });
      socket.write('GET /time/0 HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await until(() => /\r\n\r\n\[\d+\]$/.test(text));
      const [first = '', second = ''] = text.split(/(?=HTTP\/1.1 200)/);
      expect(first.slice(0, 12)).toBe(size === 1_000 ? 'HTTP/1.1 204' : 'HTTP/1.1 400');
      expect(codeIn(first.split('\r\n\r\n')[1] ?? '')).toBe(size === 1_000 ? undefined : 'EntityTooLarge');
      expect(second).toMatch(/^HTTP\/1.1 200/);
      text = '';
    }
  });
});

describe('downloads', () => {
  // More than the system takes for a client that does not read.
  const size = 40_000_000;

  /** A server with one file, and a connection that has asked for it and does not read. */
  async function silent(options: ServeOptions = {}, originOptions: OriginOptions = {}) {
    const system = await served(options, { limits: { fileBytes: size }, ...originOptions });
    const file = await system.announced();
    const socket = system.open();
    const status = statusOn(socket);
    await send(socket, file, { size });
    expect(await status).toBe(CREATED);
    const path = await system.locationOf(file);
    const ask = () => {
      const reader = system.open().pause();
      reader.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      return reader;
    };
    return { ...system, file, path, ask };
  }

  const restOf = async (socket: Socket) => {
    let length = 0;
    socket.on('data', (data) => {
      length += data.length;
    });
    await new Promise((resolve) => socket.once('close', resolve));
    return length;
  };

  test('by clients that do not read hold a bounded part of the file', async () => {
    let blocks = 0;
    const store = new FilesEngine((files) => ({
      // As from a disk: the store does not hold the file.
      read: async (id) => {
        const found = await files.find(id);
        if (!found) return;
        let left = found.size;
        const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
          blocks++;
          const length = Math.min(left, 50_000);
          left -= length;
          controller.enqueue(new Uint8Array(length));
          if (left === 0) controller.close();
        };
        return { size: found.size, stream: new ReadableStream({ pull }, { highWaterMark: 0 }) };
      },
    }));
    const { ask, list } = await silent({}, { store });
    const before = await arrayBuffers();
    const readers = Array.from({ length: 5 }, ask);
    // The system takes a part of each, and after that nothing moves.
    let last = -1;
    await until(async () => {
      const isStill = blocks > 0 && blocks === last;
      last = blocks;
      for (let count = 0; count < 20; count++) await list();
      return isStill;
    });
    expect((await arrayBuffers()) - before).toBeLessThan(5 * 200_000);
    const lengths = await Promise.all(readers.map((reader) => restOf(reader.resume())));
    for (const length of lengths) expect(length).toBeGreaterThan(size);
  });

  test('that are read slowly bring the whole', async () => {
    const { path, server } = await silent();
    const response = await fetch(server.url + path);
    expect(response.headers.get('content-length')).toBe(String(size));
    let length = 0;
    for await (const chunk of response.body ?? []) {
      length += chunk.length;
      // Others are answered between two chunks.
      await (await fetch(`${server.url}/time/0`)).text();
    }
    expect(length).toBe(size);
  });

  test('that nobody reads end after the time for their size', async () => {
    const clock = new VirtualClock();
    const { ask } = await silent({ clock });
    const reader = ask();
    await until(() => clock.pending === 1);
    await clock.advance(size / 40 - 1_000);
    expect(clock.pending).toBe(1);
    await clock.advance(2_000);
    expect(clock.pending).toBe(0);
    expect(await restOf(reader.resume())).toBeLessThan(size);
  });

  test('are broken when the file is deleted meanwhile, and hold it no more', async () => {
    const { ask, file, remove, list } = await silent();
    const before = await arrayBuffers();
    const readers = Array.from({ length: 5 }, ask);
    for (let count = 0; count < 20; count++) await list();
    expect((await remove(file)).status).toBe(200);
    expect(before - (await arrayBuffers())).toBeGreaterThan(size - 5_000_000);
    const lengths = await Promise.all(readers.map((reader) => restOf(reader.resume())));
    for (const length of lengths) expect(length).toBeLessThan(size);
    expect(await list()).toEqual([]);
  });

  test.each([
    ['fails', ['xx', new Error('the disk is gone')]],
    ['has less than it said', ['xx']],
    ['has more than it said', ['xx', 'xxx']],
  ])('are broken when the store’s stream %s', async (_, parts) => {
    const store = new FilesEngine(() => ({
      read: async () => ({
        size: 4,
        stream: new ReadableStream({
          start(controller) {
            for (const part of parts) {
              if (typeof part === 'string') controller.enqueue(new TextEncoder().encode(part));
              else controller.error(part);
            }
            if (parts.length === 1 || typeof parts[1] === 'string') controller.close();
          },
        }),
      }),
    }));
    const { path, server } = await silent({}, { store });
    const whole = fetch(server.url + path).then((response) => response.text());
    await expect(whole).rejects.toThrow();
    expect((await fetch(`${server.url}/time/0`)).status).toBe(200);
  });

  test('that the client ends are cancelled in the store', async () => {
    let reason: unknown = 'none';
    const store = new FilesEngine(() => ({
      read: async () => ({
        size: 1_000_000_000,
        stream: new ReadableStream<Uint8Array>({
          pull: (controller) => controller.enqueue(new Uint8Array(50_000)),
          cancel: (given) => {
            reason = given;
          },
        }),
      }),
    }));
    const { ask } = await silent({}, { store });
    const reader = ask().resume();
    await new Promise((resolve) => reader.once('data', resolve));
    reader.destroy();
    await until(() => reason === undefined);
  });
});
