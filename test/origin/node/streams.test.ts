import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { OriginOptions } from '../../../src/origin/index.ts';
import type { OriginServer, ServeOptions } from '../../../src/origin/node.ts';
import { MemoryEngine } from '../../../src/origin/store/memory/engine.ts';
import { certificates } from '../../support/certificates.ts';
import { clockedServer } from '../../support/clocked-server.ts';
import { Http2Client } from '../../support/http2-client.ts';
import { RawConnection } from '../../support/origin-socket.ts';
import { eventsIn } from '../../support/stream-reader.ts';

const made = certificates();
afterAll(() => made?.remove());

const until = (check: () => boolean) => vi.waitUntil(check, { timeout: 60_000, interval: 5 });

async function served(options: ServeOptions = {}, originOptions: OriginOptions = {}) {
  const system = await clockedServer(options, originOptions);
  const { origin, value } = system;
  const publish = (message: unknown, channel = 'a') =>
    origin.fetch(`http://o/publish/demo/demo/0/${channel}/0?store=0`, {
      method: 'POST',
      body: JSON.stringify(message),
    });
  /** Streams and polls that wait. */
  const parked = () => value('parked_polls');
  const parkedAre = (count: number) =>
    vi.waitUntil(async () => (await parked()) === count, { timeout: 60_000, interval: 5 });
  return { ...system, publish, parked, parkedAre };
}

/** Opens a stream on a connection of its own. */
function open(server: OriginServer, query = '', ...headers: readonly string[]): RawConnection {
  const connection = new RawConnection(server.port);
  onTestFinished(() => void connection.socket.destroy());
  const lines = [`GET /v2/stream/demo/a${query} HTTP/1.1`, 'Host: localhost', ...headers];
  connection.write(`${lines.join('\r\n')}\r\n\r\n`);
  return connection;
}

const payloadsIn = (text: string) => eventsIn(text).flatMap(({ data }) => data.m.map(({ d }) => d));
const lastIdIn = (text: string) => eventsIn(text).at(-1)?.id ?? '';
const bodyOf = ({ text }: RawConnection) => text.slice(text.indexOf('\r\n\r\n') + 4);

describe('a stream over HTTP/1.1', () => {
  test('has a body without a length that ends with its connection, and headers against proxies that wait', async () => {
    const { server, publish } = await served();
    const connection = open(server);
    await connection.received(/"m":\[\]/);
    await publish({ text: 'ü' });
    await connection.received(/"d":.*\n\n/);
    const head = connection.text.slice(0, connection.text.indexOf('\r\n\r\n'));
    expect(head.split('\r\n').toSorted()).toEqual([
      'HTTP/1.1 200 OK',
      'cache-control: no-cache, no-transform',
      'connection: close',
      'content-type: text/event-stream',
      'vary: Origin',
      'x-accel-buffering: no',
    ]);
    expect(payloadsIn(bodyOf(connection))).toEqual([{ text: 'ü' }]);
  });

  test('counts as a parked poll, until its reader hangs up', async () => {
    const { server, parkedAre } = await served();
    const connections = [open(server), open(server)];
    await parkedAre(2);
    connections[0]?.socket.destroy();
    await parkedAre(1);
    connections[1]?.socket.end();
    await parkedAre(0);
  });

  test('goes on where it was on a server that comes after', async () => {
    const store = new MemoryEngine();
    const first = await served({}, { store });
    const connection = open(first.server);
    await connection.received(/"m":\[\]/);
    await first.publish(1);
    await connection.received(/"d":1/);
    await first.server.close();
    await connection.ended;
    await first.publish(2);
    const second = await served({}, { store });
    const again = open(second.server, '', `Last-Event-ID: ${lastIdIn(bodyOf(connection))}`);
    await again.received(/"d":2/);
    expect(payloadsIn(bodyOf(connection) + bodyOf(again))).toEqual([1, 2]);
  });

  test('is ended with its next message while the server drains, and without one at the end', async () => {
    const { server, clock, publish } = await served();
    const [first, second] = [open(server), open(server, '?tt=16000000000000000&tr=1&channel-group=g')];
    await Promise.all([first, second].map((connection) => connection.received(/data: /)));
    const closed = server.close({ drainSeconds: 5 });
    await publish(1);
    await first.ended;
    expect(payloadsIn(bodyOf(first))).toEqual([1]);
    await clock.advance(5_000);
    await closed;
    await second.ended;
  });

  test.each([
    ['HEAD /v2/stream/demo/a', '405'],
    ['POST /v2/stream/demo/a', '405'],
    ['GET /v2/stream/demo/a\tOrigin: https://elsewhere.example', '403'],
    ['GET /v2/stream/demo/a\tSec-Fetch-Site: cross-site', '403'],
    ['GET /v2/stream/demo/a\tSec-Fetch-Site: same-site', '200'],
    ['GET /v2/stream/demo/a\tOrigin: http://localhost:3000', '200'],
    ['GET /v2/stream/demo/a', '200'],
  ])('is answered as a poll: %s with %s', async (request, status) => {
    const { server } = await served();
    const [line, ...headers] = request.split('\t');
    const answers = ['stream/demo/a', 'subscribe/demo/a/0?tt=0'].map((path) => {
      const connection = new RawConnection(server.port);
      onTestFinished(() => void connection.socket.destroy());
      connection.write(
        `${[`${line?.replace('stream/demo/a', path)} HTTP/1.1`, 'Host: localhost', ...headers].join('\r\n')}\r\n\r\n`,
      );
      return connection;
    });
    for (const answer of answers) {
      await answer.received(/\r\n\r\n/);
      expect(answer.text).toMatch(new RegExp(`^HTTP/1.1 ${status}`));
    }
  });
});

describe('a reader that does not read', () => {
  const large = 'x'.repeat(30_000);

  /** A stream whose reader reads nothing, with as much written as the connection takes and more. */
  async function stalled(options: ServeOptions = {}) {
    const world = await served(options, { limits: { queueLength: 10 } });
    const connection = open(world.server);
    await connection.received(/"m":\[\]/);
    connection.socket.pause();
    // The system takes megabytes, and what waits then has a deadline.
    let count = 0;
    const publishSome = async () => {
      for (const end = count + 20; count < end; count++) await world.publish({ n: count, large });
      await new Promise((resolve) => setImmediate(resolve));
    };
    while (world.clock.pending === 0 && (await world.parked()) === 1) await publishSome();
    await publishSome();
    return { ...world, connection, last: count - 1 };
  }

  test('is told what was dropped when it reads again, and misses nothing that is not told', async () => {
    const { connection, publish, last } = await stalled();
    connection.socket.resume();
    await until(() => connection.text.includes(`"n":${last},`));
    await publish('last');
    await connection.received(/"last"/);
    const events = eventsIn(bodyOf(connection));
    const gaps = events.flatMap(({ data }) => data.g ?? []);
    expect(gaps.length).toBeGreaterThan(0);
    const stamps = events.flatMap(({ data }) => data.m.map(({ p }) => p.t));
    expect(stamps).toEqual([...new Set(stamps)].toSorted());
    const numbers = payloadsIn(bodyOf(connection)).flatMap((d) =>
      typeof d === 'object' ? [(d as { n: number }).n] : [],
    );
    // What is missing is covered by gaps: they and the messages together are all numbers.
    const jumps = numbers.filter((n, index) => n !== (numbers[index - 1] ?? -1) + 1);
    expect(jumps.length).toBe(gaps.length);
  });

  test('is dropped after the time of an answer', async () => {
    const { connection, clock, parked, parkedAre } = await stalled();
    expect(await parked()).toBe(1);
    await clock.advance(29_000);
    expect(await parked()).toBe(1);
    await clock.advance(2_000);
    await parkedAre(0);
    connection.socket.resume();
    await connection.ended;
  });

  test('is not dropped while it reads, however slowly', async () => {
    const { connection, clock, publish, parked } = await stalled();
    for (let round = 0; round < 5; round++) {
      const before = connection.socket.bytesRead;
      connection.socket.resume();
      await until(
        () => connection.socket.bytesRead - before > 100_000 || connection.socket.readableLength === 0,
      );
      connection.socket.pause();
      for (let n = 0; n < 10; n++) await publish({ n, large });
      await clock.advance(20_000);
    }
    expect(await parked()).toBe(1);
  });

  test('counts with all others: the one that waits longest is dropped', async () => {
    const { connection, parkedAre } = await stalled({ limits: { totalAnswerBytes: 10_000 } });
    await parkedAre(0);
    connection.socket.resume();
    await connection.ended;
  });
});

describe.skipIf(!made)('a stream over HTTP/2', () => {
  const TARGET = { ':path': '/v2/stream/demo/a' };

  async function secure(originOptions: OriginOptions = {}) {
    const world = await served({ tls: made?.next() }, originOptions);
    const client = new Http2Client(world.server.url);
    onTestFinished(() => client.close());
    const stream = (headers = {}) => {
      const { stream: raw } = client.open({ ...TARGET, ...headers });
      let text = '';
      raw.on('data', (chunk: string) => {
        text += chunk;
      });
      raw.on('error', () => undefined);
      const ended = new Promise<void>((resolve) => raw.once('close', () => resolve()));
      return { raw, ended, text: () => text };
    };
    return { ...world, client, stream };
  }

  test('has messages as they come, side by side with others', async () => {
    const { publish, stream, parkedAre } = await secure();
    const [one, two] = [stream(), stream()];
    await until(() => one.text().includes('data') && two.text().includes('data'));
    await publish(1);
    await until(() => [one, two].every(({ text }) => payloadsIn(text()).length === 1));
    one.raw.close();
    await parkedAre(1);
    await publish(2);
    await until(() => payloadsIn(two.text()).length === 2);
  });

  test('ends when the server closes', async () => {
    const { stream, server } = await secure();
    const one = stream();
    await until(() => one.text().includes('data'));
    await server.close();
    await one.ended;
    expect(one.raw.rstCode).toBe(0);
  });

  test('is dropped when its reader reads nothing', async () => {
    const { stream, publish, clock, parkedAre } = await secure({ limits: { queueLength: 10 } });
    const one = stream();
    await until(() => one.text().includes('data'));
    one.raw.pause();
    const large = 'x'.repeat(30_000);
    for (let n = 0; n < 100; n++) await publish({ n, large });
    // Once for what was read late, and once for what was not.
    for (let time = 0; time < 3; time++) await clock.advance(31_000);
    await parkedAre(0);
  });
});
