import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Transport, TransportRequest } from 'timetoken';
import { nodeTransport } from 'timetoken/node';
import { afterEach, describe, expect, it } from 'vitest';
import { rejection } from '../support/unit-client.ts';
import { type Handler, listen, type TestServer } from '../support/unit-server.ts';
import { until } from '../support/unit-wait.ts';

const servers: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(handler: Handler, options?: Parameters<typeof listen>[1]): Promise<TestServer> {
  const server = await listen(handler, options);
  servers.push(server);
  return server;
}

function get(transport: Transport, url: string, more: Partial<TransportRequest> = {}) {
  const { signal } = new AbortController();
  return transport({ method: 'GET', url, headers: {}, signal, ...more });
}

describe('nodeTransport()', () => {
  it('uses one connection for calls one after the other', async () => {
    const server = await serve((_request, response) => response.end('[1]'));
    const transport = nodeTransport();
    for (let call = 0; call < 5; call++) await get(transport, `${server.url}/time/0`);
    expect(server.connections).toBe(1);
  });

  it('opens connections for calls at the same time, no more than it is told', async () => {
    const server = await serve((_request, response) => void setImmediate(() => response.end('[1]')));
    const many = nodeTransport();
    await Promise.all([1, 2, 3].map((number) => get(many, `${server.url}/${number}`)));
    expect(server.connections).toBe(3);
    const one = nodeTransport({ maxSockets: 1 });
    await Promise.all([1, 2, 3].map((number) => get(one, `${server.url}/${number}`)));
    expect(server.connections).toBe(4);
  });

  it('fails at once where a server answers with another protocol', async () => {
    const sockets = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
      );
    });
    sockets.listen(0, '127.0.0.1');
    await once(sockets, 'listening');
    const { port } = Object(sockets.address());
    const failed = await rejection(get(nodeTransport(), `http://127.0.0.1:${port}/time/0`));
    expect(failed).toMatchObject({ message: 'The server answered with another protocol.' });
    sockets.close();
  });

  it('shares no connection with another transport', async () => {
    const server = await serve((_request, response) => response.end('[1]'));
    await get(nodeTransport(), `${server.url}/a`);
    await get(nodeTransport(), `${server.url}/a`);
    expect(server.connections).toBe(2);
  });

  it('sends method, path, headers and body as they are', async () => {
    const seen: unknown[] = [];
    const server = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method, url, headers } = request;
        seen.push([
          method,
          url,
          headers['content-type'],
          headers['content-length'],
          Buffer.concat(chunks).toString(),
        ]);
        response.end('ok');
      });
    });
    const transport = nodeTransport();
    await get(transport, `${server.url}/publish/a%2Fb/%22%2e%2e%22/../x?q=%C3%A9&t=a%2Cb`);
    const headers = { 'content-type': 'application/json' };
    await get(transport, `${server.url}/p?q`, { method: 'POST', headers, body: '"é😀"' });
    await get(transport, `${server.url}/d`, { method: 'DELETE' });
    expect(seen).toEqual([
      ['GET', '/publish/a%2Fb/%22%2e%2e%22/../x?q=%C3%A9&t=a%2Cb', undefined, undefined, ''],
      ['POST', '/p?q', 'application/json', '8', '"é😀"'],
      ['DELETE', '/d', undefined, undefined, ''],
    ]);
  });

  it.each([200, 204, 307, 400, 403, 429, 500])(
    'resolves with any status, and follows nothing: %i',
    async (status) => {
      const server = await serve((_request, response) => {
        response.writeHead(status, { location: '/elsewhere', 'Retry-After': '7' });
        response.end(status === 204 ? undefined : 'text');
      });
      const response = await get(nodeTransport(), `${server.url}/a`);
      expect(response.status).toBe(status);
      expect(response.headers.get('retry-after')).toBe('7');
      expect(response.headers.get('x-none')).toBeNull();
      expect(response.body).toBe(status === 204 ? '' : 'text');
    },
  );

  it('decodes UTF-8 across chunks, without its byte order mark', async () => {
    const text = '\uFEFF"é😀\uFEFF"';
    const server = await serve((_request, response) => {
      const bytes = [...Buffer.from(text)];
      const next = () => {
        const byte = bytes.shift();
        if (byte === undefined) response.end();
        else response.write(Uint8Array.of(byte), () => setImmediate(next));
      };
      next();
    });
    expect((await get(nodeTransport(), `${server.url}/a`)).body).toBe('"é😀\uFEFF"');
  });

  it('reads a large body whole, up to its limit', async () => {
    const body = 'x'.repeat(3 * 1024 * 1024);
    const server = await serve((_request, response) => response.end(body));
    expect((await get(nodeTransport(), `${server.url}/a`)).body).toBe(body);
    const exact = nodeTransport({ maxResponseBytes: body.length });
    expect((await get(exact, `${server.url}/a`)).body).toHaveLength(body.length);
    const short = nodeTransport({ maxResponseBytes: body.length - 1 });
    expect(await rejection(get(short, `${server.url}/a`))).toMatchObject({ code: 'ERR_RESPONSE_TOO_LARGE' });
    await until('the connection is let go', () => server.sockets.size === 2);
  });

  it('reaches a host by its IPv6 address', async () => {
    const server = await serve((request, response) => response.end(request.headers.host), { host: '::1' });
    expect((await get(nodeTransport(), `${server.url}/a`)).body).toBe(`[::1]:${server.port}`);
  });

  it('reaches several origins', async () => {
    const first = await serve((_request, response) => response.end('first'));
    const second = await serve((_request, response) => response.end('second'));
    const transport = nodeTransport();
    const answers = await Promise.all([first, second, first].map(({ url }) => get(transport, `${url}/a`)));
    expect(answers.map(({ body }) => body)).toEqual(['first', 'second', 'first']);
  });

  it('ends the connection when its signal aborts, before and within the answer', async () => {
    let answer = false;
    const server = await serve((_request, response) => {
      if (answer) response.write('half');
    });
    const transport = nodeTransport();
    for (answer of [false, true]) {
      const controller = new AbortController();
      const error = rejection(get(transport, `${server.url}/a`, { signal: controller.signal }));
      await until('the request has come', () => server.sockets.size === 1);
      controller.abort(new Error('enough'));
      expect(await error).toBeInstanceOf(Error);
      await until('the connection is gone', () => server.sockets.size === 0);
    }
  });

  it('sends nothing when its signal is aborted already', async () => {
    let requests = 0;
    const server = await serve((_request, response) => {
      requests++;
      response.end();
    });
    const signal = AbortSignal.abort(new Error('enough'));
    expect(await rejection(get(nodeTransport(), `${server.url}/a`, { signal }))).toMatchObject({
      message: 'The request was aborted.',
      cause: { message: 'enough' },
    });
    expect(requests).toBe(0);
  });

  it('leaves no listener on a signal that outlives its calls', async () => {
    const server = await serve((_request, response) => response.end('ok'));
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
    for (let call = 0; call < 3; call++) await get(transport, `${server.url}/a`, { signal });
    expect(listeners).toBe(0);
  });

  it.each<readonly [string, Handler]>([
    ['before its headers', (_request, response) => response.destroy()],
    [
      'within its length',
      (_request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('half', () => response.destroy());
      },
    ],
    [
      'within its chunks',
      (_request, response) => {
        response.write('{"whole":true}', () => response.destroy());
      },
    ],
    [
      'by a reset',
      (_request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('half', () => response.socket?.resetAndDestroy());
      },
    ],
  ])('rejects when an answer is cut: %s', async (_name, handler) => {
    const server = await serve(handler);
    expect(await rejection(get(nodeTransport(), `${server.url}/a`))).toBeInstanceOf(Error);
  });

  it('rejects with the code of a refusal', async () => {
    const server = await listen(() => undefined);
    await server.close();
    expect(await rejection(get(nodeTransport(), `${server.url}/a`))).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('speaks TLS to an https origin', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push({ close: async () => void server.close() });
    const first = new Promise<number | undefined>((resolve) => {
      server.on('connection', (socket) =>
        socket.once('data', (data: Buffer) => {
          resolve(data[0]);
          socket.destroy();
        }),
      );
    });
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    expect(await rejection(get(nodeTransport(), `https://127.0.0.1:${port}/a`))).toMatchObject({
      code: 'ECONNRESET',
    });
    expect(await first).toBe(0x16);
  });
});
