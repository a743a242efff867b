import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BodyBytes, Transport, TransportRequest } from 'timetoken';
import { nodeTransport } from 'timetoken/node';
import { afterEach, describe, expect, it } from 'vitest';
import { rejection } from '../support/unit-client.ts';
import { type Handler, listen } from '../support/unit-server.ts';
import { until } from '../support/unit-wait.ts';

const MIB = 1024 * 1024;

const servers: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(handler: Handler) {
  const server = await listen(handler);
  servers.push(server);
  return server;
}

function post(transport: Transport, url: string, more: Partial<TransportRequest>) {
  const { signal } = new AbortController();
  return transport({ method: 'POST', url, headers: {}, signal, ...more });
}

/** A body of so many pieces, all alike, with how many of them have been asked for. */
function pieces(count: number, piece = new Uint8Array(64 * 1024).fill(7)) {
  const log = { made: 0, cancelled: false };
  const stream = () =>
    new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (log.made++ < count) controller.enqueue(piece);
          else controller.close();
        },
        cancel() {
          log.cancelled = true;
        },
      },
      { highWaterMark: 0 },
    );
  const body: BodyBytes = { size: count * piece.length, stream };
  return { body, log };
}

describe('nodeTransport() with bytes', () => {
  it('sends a Blob, a file on disk and a stream with their lengths, byte for byte', async () => {
    const seen: unknown[] = [];
    const server = await serve((request, response) => {
      const hash = createHash('sha256');
      request.on('data', (chunk: Buffer) => hash.update(chunk));
      request.on('end', () => {
        const {
          'content-length': length,
          'transfer-encoding': encoding,
          'content-type': type,
        } = request.headers;
        seen.push([length, encoding, type, hash.digest('hex')]);
        response.writeHead(204).end();
      });
    });
    const data = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7) % 256);
    const folder = await mkdtemp(join(tmpdir(), 'bodies-'));
    try {
      await writeFile(join(folder, 'file'), data);
      const onDisk = await openAsBlob(join(folder, 'file'));
      const blob = new Blob([data]);
      for (const body of [blob, onDisk, { size: data.length, stream: () => blob.stream() }]) {
        const loads: number[] = [];
        const { status } = await post(nodeTransport(), `${server.url}/x`, {
          ...{ headers: { 'content-type': 'a/b' }, body },
          onProgress: (loaded) => loads.push(loaded),
        });
        expect(status).toBe(204);
        expect([loads.at(-1), loads.toSorted((a, b) => a - b)]).toEqual([data.length, loads]);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
    const expected = ['300000', undefined, 'a/b', createHash('sha256').update(data).digest('hex')];
    expect(seen).toEqual([expected, expected, expected]);
  });

  it('sends an empty body', async () => {
    const server = await serve((request, response) => response.end(request.headers['content-length']));
    expect((await post(nodeTransport(), `${server.url}/x`, { body: new Blob([]) })).body).toBe('0');
  });

  it('reads a stream no faster than the network takes it', async () => {
    const server = await serve((request) => void request.pause());
    const { body, log } = pieces(2_000);
    const controller = new AbortController();
    const error = rejection(post(nodeTransport(), `${server.url}/x`, { body, signal: controller.signal }));
    let before = 0;
    let turnsWithoutMore = 0;
    await until('nothing more goes out', () => {
      turnsWithoutMore = log.made > before ? 0 : turnsWithoutMore + 1;
      before = log.made;
      return before > 1 && turnsWithoutMore > 50;
    });
    // The buffers of two sockets, and not the 125 MiB of the body.
    expect(log.made).toBeLessThan(500);
    controller.abort(new Error('enough'));
    expect(await error).toBeInstanceOf(Error);
    await until('the stream is let go', () => log.cancelled);
  });

  it('rejects with what a stream fails with, and lets the connection go', async () => {
    const server = await serve((request) => void request.resume());
    const failure = new Error('the disk is gone');
    const stream = () =>
      new ReadableStream<Uint8Array>({
        pull: (controller) => controller.error(failure),
      });
    expect(await rejection(post(nodeTransport(), `${server.url}/x`, { body: { size: 9, stream } }))).toBe(
      failure,
    );
    await until('the connection is gone', () => server.sockets.size === 0);
  });

  it('resolves with a refusal that comes before the end of the body', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(400, { connection: 'close' });
      response.end('<Error/>');
    });
    const { body, log } = pieces(5_000);
    const response = await post(nodeTransport(), `${server.url}/x`, { body });
    expect([response.status, response.body]).toEqual([400, '<Error/>']);
    await until('the stream is let go', () => log.cancelled);
  });

  describe.each([
    ['has more to give', false],
    ['is about to make its next chunk', true],
  ])('cancels a source that %s', (_name, hanging) => {
    function source() {
      const log = { made: 0, cancelled: false };
      const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
        controller.enqueue(new Uint8Array(64 * 1024));
        // Never resolved, this says that the next chunk is still being made.
        return log.made++ > 0 && hanging ? new Promise<void>(() => undefined) : undefined;
      };
      const cancel = () => {
        log.cancelled = true;
      };
      const stream = new ReadableStream<Uint8Array>({ pull, cancel }, { highWaterMark: 0 });
      return { log, body: { size: 1024 * MIB, stream: () => stream } satisfies BodyBytes };
    }

    it.each([
      ['does not read', (request: IncomingMessage) => void request.pause()],
      ['reads', (request: IncomingMessage) => void request.resume()],
    ])('when the signal aborts, whether or not the server %s', async (_server, handle) => {
      const server = await serve((request) => handle(request));
      const { log, body } = source();
      const controller = new AbortController();
      const { signal } = controller;
      const failed = rejection(post(nodeTransport(), `${server.url}/x`, { body, signal }));
      await until('bytes go out', () => log.made > 1);
      controller.abort(new Error('enough'));
      expect(await failed).toBeInstanceOf(Error);
      expect(log.cancelled).toBe(true);
    });

    it('when the signal was aborted before, and when no connection is to be had', async () => {
      const server = await serve(() => undefined);
      await server.close();
      for (const signal of [AbortSignal.abort(new Error('enough')), new AbortController().signal]) {
        const { log, body } = source();
        expect(await rejection(post(nodeTransport(), `${server.url}/x`, { body, signal }))).toBeInstanceOf(
          Error,
        );
        expect(log.cancelled).toBe(true);
      }
    });

    it('when the answer comes early, and when the connection breaks', async () => {
      const server = await serve((request, response) => {
        if (request.url === '/x') response.end('enough');
        else request.socket.destroy();
      });
      for (const path of ['/x', '/y']) {
        const { log, body } = source();
        await post(nodeTransport(), `${server.url}${path}`, { body }).catch(() => undefined);
        expect([path, log.cancelled]).toEqual([path, true]);
      }
    });

    it('when the request cannot even be made', async () => {
      const { log, body } = source();
      const headers = { 'not a name': 'x' };
      expect(await rejection(post(nodeTransport(), 'http://127.0.0.1:9/x', { body, headers }))).toMatchObject(
        { code: 'ERR_INVALID_HTTP_TOKEN' },
      );
      expect(log.cancelled).toBe(true);
    });
  });

  it('leaves no listener on its signal', async () => {
    const server = await serve((request, response) => {
      request.resume();
      request.on('end', () => response.end('ok'));
    });
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...all: Parameters<typeof add>) => {
      listeners++;
      add(...all);
    };
    signal.removeEventListener = (...all: Parameters<typeof remove>) => {
      listeners--;
      remove(...all);
    };
    const transport = nodeTransport();
    const { stream } = await post(transport, `${server.url}/x`, {
      body: new Blob(['x']),
      signal,
      accept: 'stream',
    });
    expect(listeners).toBe(1);
    expect(await new Response(stream as BodyInit).text()).toBe('ok');
    await until('nothing listens', () => listeners === 0);
  });
});

describe('nodeTransport() with a stream as its answer', () => {
  const get = (url: string, more: Partial<TransportRequest> = {}) =>
    post(nodeTransport(), url, { method: 'GET', accept: 'stream', ...more });

  it('gives a success as a stream, larger than any text may be', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'image/png' });
      for (let count = 0; count < 20; count++) response.write(new Uint8Array(MIB));
      response.end();
    });
    const response = await get(`${server.url}/x`);
    expect([response.status, response.body, response.headers.get('content-type')]).toEqual([
      200,
      '',
      'image/png',
    ]);
    expect((await new Response(response.stream as BodyInit).arrayBuffer()).byteLength).toBe(20 * MIB);
  });

  it.each([307, 403, 500])('gives all else as text: %i', async (status) => {
    const server = await serve((_request, response) =>
      response.writeHead(status, { location: '/y' }).end('text'),
    );
    const response = await get(`${server.url}/x`);
    expect([response.status, response.body, response.stream]).toEqual([status, 'text', undefined]);
  });

  it('lets the connection go when the stream is cancelled', async () => {
    const server = await serve((_request, response) => void response.write('half'));
    const { stream } = await get(`${server.url}/x`);
    await stream?.cancel();
    await until('the connection is gone', () => server.sockets.size === 0);
  });

  it('fails the stream when its signal aborts, and when the connection breaks', async () => {
    const server = await serve((request, response) => {
      response.write('half', () => request.url === '/cut' && response.destroy());
    });
    const controller = new AbortController();
    const { stream } = await get(`${server.url}/x`, { signal: controller.signal });
    controller.abort(new Error('enough'));
    expect(await rejection(new Response(stream as BodyInit).text())).toBeInstanceOf(Error);
    const cut = await get(`${server.url}/cut`);
    expect(await rejection(new Response(cut.stream as BodyInit).text())).toBeInstanceOf(Error);
    await until('the connections are gone', () => server.sockets.size === 0);
  });
});
