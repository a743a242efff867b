import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { kyTransport } from '../../src/client/request/ky-transport.ts';
import type { BodyBytes, Transport } from '../../src/index.ts';
import { nodeTransport } from '../../src/node/index.ts';

const MEGABYTE = 1_048_576;
// What sockets and queues hold on the way, many times over.
const ON_THE_WAY = 16 * MEGABYTE;

const TRANSPORTS: readonly (readonly [string, () => Transport])[] = [
  ['fetch', () => kyTransport()],
  ['node:http', () => nodeTransport()],
];

async function listening(handle: http.RequestListener) {
  const server = http.createServer(handle).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${port}/a`, [Symbol.asyncDispose]: close };
}

/** A body of so many bytes, made one megabyte at a time, and how many have been made. */
function made(size: number) {
  const state = { bytes: 0, cancelled: false };
  const stream = () =>
    new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (state.bytes >= size) return controller.close();
          state.bytes += MEGABYTE;
          controller.enqueue(new Uint8Array(MEGABYTE));
        },
        cancel() {
          state.cancelled = true;
        },
      },
      { highWaterMark: 0 },
    );
  return { state, body: { size, stream } satisfies BodyBytes };
}

/** Resolves to a number that grows when it has stopped growing. */
async function settled(read: () => number): Promise<number> {
  for (let before = -1; ; ) {
    await pause(40);
    const now = read();
    if (now === before && now > 0) return now;
    before = now;
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(5);
}

describe.each(TRANSPORTS)('bytes over %s', (_, make) => {
  const signal = new AbortController().signal;
  const headers = { 'content-type': 'a/b' };

  test.each([
    ['a Blob', () => new Blob([new Uint8Array(2 * MEGABYTE)])],
    ['a stream', () => made(2 * MEGABYTE).body],
    ['an empty Blob', () => new Blob([])],
    ['an empty stream', () => made(0).body],
  ])('go out with their length, as object stores want it: %s', async (_name, bodyOf) => {
    await using server = await listening(async (request, response) => {
      let bytes = 0;
      for await (const chunk of request) bytes += chunk.length;
      const { 'content-length': length, 'transfer-encoding': coding, 'content-type': type } = request.headers;
      response.end(JSON.stringify({ bytes, length, coding, type }));
    });
    const heard: number[] = [];
    const onProgress = (loaded: number) => void heard.push(loaded);
    const { size } = bodyOf();
    for (const more of [{ onProgress }, {}]) {
      const request = { method: 'POST', url: server.url, headers, body: bodyOf(), signal, ...more } as const;
      const { body } = await make()(request);
      expect(JSON.parse(body)).toEqual({ bytes: size, length: String(size), type: 'a/b' });
    }
    expect(heard.at(-1) ?? 0).toBe(size);
  });

  test('are not made before the other side takes them', async () => {
    let take: () => void = () => undefined;
    let taken = 0;
    await using server = await listening((request, response) => {
      take = () => {
        request.on('data', (chunk: Buffer) => {
          taken += chunk.length;
        });
        request.on('end', () => response.end('all'));
      };
    });
    const { state, body } = made(64 * MEGABYTE);
    const answer = make()({ method: 'POST', url: server.url, headers, body, signal });
    expect(await settled(() => state.bytes)).toBeLessThan(ON_THE_WAY);
    take();
    expect((await answer).body).toBe('all');
    expect(taken).toBe(body.size);
  });

  test('are not read before the program wants them, and end with it', async () => {
    let written = 0;
    let closed = false;
    await using server = await listening((_request, response) => {
      response.on('close', () => {
        closed = true;
      });
      const write = () => {
        while (written < 64 * MEGABYTE) {
          written += 65_536;
          if (!response.write(Buffer.alloc(65_536))) return;
        }
        response.end();
      };
      response.on('drain', write);
      write();
    });
    const request = { method: 'GET', url: server.url, headers: {}, accept: 'stream', signal } as const;
    const { status, stream, body } = await make()(request);
    expect([status, body]).toEqual([200, '']);
    const reader = stream?.getReader();
    expect((await reader?.read())?.value).toBeInstanceOf(Uint8Array);
    expect(await settled(() => written)).toBeLessThan(ON_THE_WAY);
    await reader?.cancel();
    await until(() => closed);
  });

  test('stop when they are refused before their end', async () => {
    let closed = false;
    await using server = await listening((request, response) => {
      request.resume().socket.on('close', () => {
        closed = true;
      });
      response.writeHead(403, { 'content-length': 2 }).end('no');
    });
    const { state, body } = made(1_024 * MEGABYTE);
    const answer = await make()({ method: 'POST', url: server.url, headers, body, signal });
    expect([answer.status, answer.body]).toEqual([403, 'no']);
    await until(() => closed);
    expect(state.bytes).toBeLessThan(ON_THE_WAY);
  });

  test('end when the signal aborts: on their way out, and on their way in', async () => {
    let heard = 0;
    let closed = 0;
    await using server = await listening((request, response) => {
      heard += 1;
      request.resume().socket.on('close', () => {
        closed += 1;
      });
      if (request.method === 'GET') response.write('some');
    });
    const out = new AbortController();
    const { state, body } = made(1_024 * MEGABYTE);
    const sent = make()({ method: 'POST', url: server.url, headers, body, signal: out.signal });
    // A request that is given up before the server has heard of it closes nothing there.
    await until(() => state.bytes > 0 && heard === 1);
    out.abort();
    await expect(sent).rejects.toThrow();
    expect(state.cancelled).toBe(true);
    await until(() => closed === 1);
    const into = new AbortController();
    const request = { method: 'GET', url: server.url, headers: {}, accept: 'stream' } as const;
    const { stream } = await make()({ ...request, signal: into.signal });
    const text = new Response(stream as BodyInit).text();
    into.abort();
    await expect(text).rejects.toThrow();
    await until(() => closed === 2);
  });

  test('fail when the other side breaks off', async () => {
    await using server = await listening((_request, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('some', () => response.destroy());
    });
    const request = { method: 'GET', url: server.url, headers: {}, accept: 'stream', signal } as const;
    const { stream } = await make()(request);
    await expect(new Response(stream as BodyInit).text()).rejects.toThrow();
  });

  test('come as text when they are none of a success', async () => {
    await using server = await listening((_request, response) => {
      response.writeHead(404).end('<Error/>');
    });
    const request = { method: 'GET', url: server.url, headers: {}, accept: 'stream', signal } as const;
    const { status, body, stream } = await make()(request);
    expect([status, body, stream]).toEqual([404, '<Error/>', undefined]);
  });
});
