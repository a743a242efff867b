import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import type { OriginServer } from '../../../src/origin/node.ts';
import { MemoryEngine } from '../../../src/origin/store/memory/engine.ts';
import { clockedServer } from '../../support/clocked-server.ts';
import { FaultyEngine } from '../../support/faulty-engine.ts';
import { RawConnection } from '../../support/origin-socket.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** Sends one request on a connection that is kept open. */
function ask(server: OriginServer, path: string): RawConnection {
  const connection = new RawConnection(server.port);
  connection.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  return connection;
}

const POLL = '/v2/subscribe/demo/a/0?tt=1';
const PUBLISH = '/publish/demo/demo/0/a/0/1';

describe('while it drains', () => {
  test('/readyz sends balancers elsewhere, and everything else is served as before', async () => {
    const { server, clock, polls } = await clockedServer();
    const before = polls.pending;
    const poll = ask(server, POLL);
    await vi.waitUntil(() => polls.pending === before + 1);
    const closed = server.close({ drainSeconds: 5 });
    const ready = await fetch(`${server.url}/readyz?from=balancer`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'unavailable', reason: 'draining' }]);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect(poll.text).toBe('');
    expect((await fetch(server.url + PUBLISH)).status).toBe(200);
    await poll.received(/"d":1/);
    expect(poll.text).toMatch(/connection: close/i);
    await clock.advance(5_000);
    await closed;
    await expect(fetch(`${server.url}/time/0`)).rejects.toThrow();
  });

  test('parked polls are held to its end, and then answered with their own cursor', async () => {
    const { server, clock, polls } = await clockedServer();
    const start: unknown = await (await fetch(`${server.url}/v2/subscribe/demo/a/0?tt=0`)).json();
    const cursor = String(Object(Object(start).t).t);
    const before = polls.pending;
    const poll = ask(server, `/v2/subscribe/demo/a/0?tt=${cursor}`);
    await vi.waitUntil(() => polls.pending === before + 1);
    const closed = server.close({ drainSeconds: 5 });
    await clock.advance(4_999);
    expect(poll.text).toBe('');
    await clock.advance(1);
    await closed;
    await poll.ended;
    expect(poll.text).toMatch(/^HTTP\/1.1 200 [\s\S]*connection: close[\s\S]*"m":\[\]/i);
    expect(poll.text).toContain(`"t":"${cursor}"`);
  });

  test('a second close ends it at once', async () => {
    const { server, clock } = await clockedServer();
    const closed = server.close({ drainSeconds: 3_600 });
    await vi.waitUntil(() => clock.pending === 1);
    await server.close();
    await closed;
    expect(clock.pending).toBe(0);
  });

  test('metrics say so, and count the server until it is closed', async () => {
    const { server, clock, value } = await clockedServer();
    const kept = ask(server, '/time/0');
    await kept.received(/\]$/);
    expect([await value('connections'), await value('draining')]).toEqual([1, 0]);
    const closed = server.close({ drainSeconds: 1 });
    expect(await value('draining')).toBe(1);
    await clock.advance(1_000);
    await closed;
    expect([await value('connections'), await value('draining')]).toEqual([0, 0]);
  });

  test.each([-1, Number.NaN, 86_401])('%s seconds are refused', async (drainSeconds) => {
    const { server } = await clockedServer();
    await expect(server.close({ drainSeconds })).rejects.toThrow(RangeError);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  });
});

describe('at the end', () => {
  test('a publish that the store has not answered yet gets its answer', async () => {
    const engine = new FaultyEngine(new MemoryEngine({ clock: new VirtualClock(), random: () => 0.5 }));
    const { server, polls } = await clockedServer({}, { store: engine });
    await fetch(server.url + PUBLISH);
    engine.set('hang');
    const publish = ask(server, PUBLISH);
    await vi.waitUntil(() => (engine.calls.get('log.append') ?? 0) === 2);
    const closed = server.close();
    await polls.advance(2_000);
    await closed;
    await publish.ended;
    expect(publish.text).toMatch(/^HTTP\/1.1 503 [\s\S]*connection: close/i);
  });

  test('a body that is on its way is read and published', async () => {
    const { server, origin, value } = await clockedServer();
    const body = gzipSync(JSON.stringify('x'.repeat(1_000)));
    const post = new RawConnection(server.port);
    const head = ['POST /publish/demo/demo/0/a/0 HTTP/1.1', 'Host: localhost', 'Content-Encoding: gzip'];
    post.socket.write(`${head.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n`);
    post.socket.write(body.subarray(0, 10));
    await vi.waitUntil(async () => (await value('connections')) === 1);
    const closed = server.close();
    post.socket.write(body.subarray(10));
    await Promise.all([closed, post.ended]);
    expect(post.text).toMatch(/^HTTP\/1.1 200 [\s\S]*"Sent"/);
    const history = await origin.fetch('http://x/v3/history/sub-key/demo/channel/a');
    expect(await history.text()).toContain('xxx');
  });
});

describe('/metrics', () => {
  test('is the text of the metrics, for those who may reach the server', async () => {
    const { server } = await clockedServer();
    await fetch(`${server.url}/time/0`);
    const page = await fetch(`${server.url}/metrics`);
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    expect(await page.text()).toContain('timetoken_requests_total{operation="time",status="2xx"} 1\n');
    const evil = new RawConnection(server.port);
    evil.write('GET /metrics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
    await evil.ended;
    expect(evil.text).toMatch(/^HTTP\/1.1 403 /);
    const foreign = await fetch(`${server.url}/metrics`, { headers: { origin: 'http://evil.example' } });
    expect(foreign.status).toBe(403);
  });

  test('is not there without metrics, nor under other names', async () => {
    const { server } = await clockedServer({ metrics: undefined });
    expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
    const { server: other } = await clockedServer();
    for (const path of ['/metrics/', '/metricsx', '/x/metrics'])
      expect((await fetch(other.url + path)).status).toBe(404);
    expect((await fetch(`${other.url}/metrics`, { method: 'POST' })).status).toBe(404);
  });

  test('that cannot be made are a failure of the server', async () => {
    const metrics = {
      server: () => () => undefined,
      contentType: 'text/plain',
      text: () => Promise.reject(new Error('no')),
    };
    const { server } = await clockedServer({ metrics });
    expect((await fetch(`${server.url}/metrics`)).status).toBe(500);
  });
});
