import { request } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createOrigin, type OriginOptions } from '../../../src/origin/index.ts';
import { type OriginServer, type ServeOptions, serve } from '../../../src/origin/node.ts';
import { RawConnection } from '../../support/origin-socket.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function served(originOptions: OriginOptions = {}, options: ServeOptions = {}) {
  const clock = new VirtualClock();
  const origin = createOrigin({ clock, ...originOptions });
  const server = await serve(origin, options);
  closing.push(
    () => server.close(),
    () => origin.close(),
  );
  return { clock, origin, server };
}

/** Status and body of a request that may name any host. */
function call(
  server: OriginServer,
  path: string,
  host?: string,
): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = host === undefined ? {} : { host };
    const outgoing = request({ port: server.port, host: '127.0.0.1', path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** A parked poll over a raw connection. */
async function park(server: OriginServer, clock: VirtualClock): Promise<RawConnection> {
  const before = clock.pending;
  const connection = new RawConnection(server.port);
  connection.write(`GET /v2/subscribe/demo/a/0?tt=1 HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await vi.waitUntil(() => clock.pending === before + 1);
  return connection;
}

describe('a server', () => {
  test('answers with the origin’s status, type and headers, and no date', async () => {
    const { server } = await served();
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    const response = await fetch(`${server.url}/time/0`);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/javascript; charset="UTF-8"',
      'cache-control': 'no-cache',
      vary: 'Origin',
    });
    expect(response.headers.has('date')).toBe(false);
    expect(await response.text()).toBe('[17000000000000000]');
  });

  test('publishes a posted body, and refuses one that is too large', async () => {
    const { server } = await served({ limits: { bodyBytes: 100_000 } });
    const post = (body: string) => fetch(`${server.url}/publish/demo/demo/0/a/0`, { method: 'POST', body });
    expect((await post('{"a":1}')).status).toBe(200);
    expect((await post(JSON.stringify('x'.repeat(40_000)))).status).toBe(400);
    expect((await post(JSON.stringify('x'.repeat(200_000)))).status).toBe(413);
    expect((await post('{"a":1}')).status).toBe(200);
  });

  test('delivers between two connections', async () => {
    const { clock, server } = await served();
    const poll = await park(server, clock);
    await fetch(`${server.url}/publish/demo/demo/0/a/0/%22hi%22`);
    await poll.received(/"d":"hi"/);
    poll.socket.destroy();
  });

  test('takes a request line of 32 KiB, and answers 414 above, also where the parser gives up', async () => {
    const { server } = await served();
    const line = (length: number) => `/publish/demo/demo/0/a/0/%22${'x'.repeat(length)}%22`;
    expect((await call(server, line(32_000))).status).toBe(200);
    expect((await call(server, line(33_000))).status).toBe(414);
    expect((await call(server, line(70_000))).status).toBe(414);
  });

  test.each([
    ['localhost', 'localhost'],
    ['localhost:80', 'LocalHost'],
  ])('takes a target in absolute form, for %s beside Host %s', async (authority, host) => {
    const { server } = await served();
    const connection = new RawConnection(server.port);
    connection.write(`GET http://${authority}/time/0 HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    await connection.ended;
    expect(connection.text).toMatch(/^HTTP\/1.1 200 /);
  });

  test.each([
    ['nonsense', 'nonsense\r\n\r\n'],
    ['a bad header', 'GET /time/0 HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n'],
    ['no host', 'GET /time/0 HTTP/1.1\r\n\r\n'],
    ['two hosts', 'GET /time/0 HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n'],
    ['a target for another host', 'GET http://evil.example/time/0 HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['a host for another target', 'GET http://localhost/time/0 HTTP/1.1\r\nHost: evil.example\r\n\r\n'],
    ['a user in the target', 'GET http://localhost@evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx'],
  ])('answers %s with 400 and goes on', async (_name, text) => {
    const { server } = await served();
    const connection = new RawConnection(server.port);
    connection.write(text);
    await connection.ended;
    expect(connection.text).toMatch(/^HTTP\/1.1 400 /);
    expect((await fetch(`${server.url}/time/0`)).status).toBe(200);
  });

  test('survives a client that hangs up within a body', async () => {
    const { server } = await served();
    const connection = new RawConnection(server.port);
    connection.write(
      'POST /publish/demo/demo/0/a/0 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"a"',
    );
    await new Promise((resolve) => setImmediate(resolve));
    connection.socket.destroy();
    expect((await fetch(`${server.url}/time/0`)).status).toBe(200);
  });

  test.each([
    ['/publish', 'Content-Length: 100', {}, 30],
    ['/v2/publish', 'Content-Length: 100', {}, 30],
    ['/v2/publish', 'Content-Length: 100', { bodySeconds: 2 }, 2],
    ['/publish', 'Content-Length: 400000', { bodySeconds: 2 }, 10],
    // What announces no length may be as long as its limit: 1 MiB.
    ['/publish', 'Transfer-Encoding: chunked', { bodySeconds: 2 }, 26.2144],
  ])(
    'gives up on a late body to %s with %s and %j after %d seconds',
    async (path, length, limits, seconds) => {
      const clock = new VirtualClock();
      const { server } = await served({}, { clock, limits });
      const slow = new RawConnection(server.port);
      slow.write(`POST ${path}/demo/demo/0/a/0 HTTP/1.1\r\nHost: localhost\r\n${length}\r\n\r\n`);
      await vi.waitUntil(() => clock.pending === 1);
      await clock.advance(Math.floor(seconds * 1000) - 1);
      expect(clock.pending).toBe(1);
      await clock.advance(2);
      await slow.ended;
      expect(slow.text).toMatch(/^HTTP\/1.1 408 /);
    },
  );

  test('forgets a parked poll when its socket closes', async () => {
    const { clock, server } = await served();
    const poll = await park(server, clock);
    expect(clock.pending).toBe(1);
    poll.socket.destroy();
    await vi.waitUntil(() => clock.pending === 0);
  });
});

describe('on loopback', () => {
  test('foreign host names are refused before anything happens', async () => {
    const { server } = await served();
    expect(await call(server, '/publish/demo/demo/0/a/0/1', 'evil.example')).toMatchObject({
      status: 403,
      text: expect.stringContaining('Host Not Allowed'),
    });
    expect((await call(server, '/time/0', `localhost:${server.port}`)).status).toBe(200);
  });

  test('others can be allowed', async () => {
    const { server } = await served({}, { allowHosts: ['dev.example'] });
    expect((await call(server, '/time/0', 'dev.example:1')).status).toBe(200);
    expect((await call(server, '/time/0', 'evil.example')).status).toBe(403);
  });

  test('a server on all addresses answers to any name', async () => {
    const { server } = await served({}, { host: '0.0.0.0' });
    expect((await call(server, '/time/0', 'any.example')).status).toBe(200);
  });

  test('IPv6 addresses stand in brackets', async (context) => {
    const result = await served({}, { host: '::1' }).catch(() => undefined);
    if (!result) return context.skip('This machine has no IPv6.');
    expect(result.server.url).toBe(`http://[::1]:${result.server.port}`);
    expect((await fetch(`${result.server.url}/time/0`)).status).toBe(200);
  });
});

describe('close', () => {
  test('answers parked polls and ends their connections', async () => {
    const { clock, server } = await served();
    const poll = await park(server, clock);
    await server.close();
    await poll.ended;
    expect(poll.text).toMatch(/^HTTP\/1.1 200 [\s\S]*connection: close[\s\S]*"m":\[\]/i);
    await expect(fetch(`${server.url}/time/0`)).rejects.toThrow();
  });

  test('does not wait for clients that keep their sockets open', async () => {
    const { server } = await served();
    const idle = new RawConnection(server.port);
    await new Promise((resolve) => idle.socket.once('connect', resolve));
    const kept = new RawConnection(server.port);
    kept.write('GET /time/0 HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await kept.received(/\]$/);
    await server.close();
    await Promise.all([idle.ended, kept.ended]);
  });

  test('gives a request that never ends a second', async () => {
    const clock = new VirtualClock();
    const { server } = await served({}, { clock });
    const stuck = new RawConnection(server.port);
    stuck.write('POST /publish/demo/demo/0/a/0 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{');
    await vi.waitUntil(() => clock.pending === 1);
    const closed = server.close();
    await clock.advance(999);
    expect(stuck.socket.destroyed).toBe(false);
    await clock.advance(1);
    await Promise.all([closed, stuck.ended]);
  });

  test('may be called twice, and leaves the origin open', async () => {
    const { origin, server } = await served();
    await Promise.all([server.close(), server.close()]);
    expect((await origin.fetch('http://x/time/0')).status).toBe(200);
  });
});

test('an address that is taken is an error', async () => {
  const { origin, server } = await served();
  await expect(serve(origin, { port: server.port })).rejects.toThrow(/EADDRINUSE/);
});

test('rejects an empty host, on which Node would listen for all', async () => {
  const origin = createOrigin();
  await expect(serve(origin, { host: '' })).rejects.toThrow('host must not be empty');
  await origin.close();
});
