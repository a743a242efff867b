import { constants } from 'node:http2';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { createOrigin } from '../../../src/origin/index.ts';
import { type ServeOptions, serve } from '../../../src/origin/node.ts';
import { certificates } from '../../support/certificates.ts';
import { FRAME, FrameClient, frame, Http2Client, headerBlock } from '../../support/http2-client.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const made = certificates();
const tls = made?.next() ?? { cert: '', key: '' };
const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => made?.remove());

const END_STREAM = 1;
const END_HEADERS = 4;
const TIME = headerBlock('/time/0');
const poll = (name: string) => headerBlock(`/v2/subscribe/demo/${name}/0?tt=99999999999999999`);
const get = (stream: number, block: Buffer) => frame(FRAME.headers, END_STREAM | END_HEADERS, stream, block);
const code = (value: number) => {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(value);
  return payload;
};
const reset = (stream: number) => frame(FRAME.reset, 0, stream, code(constants.NGHTTP2_CANCEL));

async function served(options: ServeOptions = {}) {
  const clock = new VirtualClock();
  const handled: string[] = [];
  const logger = {
    debug: (_message: string, { operation }: { operation?: unknown }) => void handled.push(String(operation)),
  };
  const origin = createOrigin({ clock, logger });
  const server = await serve(origin, { tls, ...options });
  closing.push(
    () => server.close(),
    () => origin.close(),
  );
  const attack = async (attackOptions?: { readonly reads?: boolean }) => {
    const client = new FrameClient(server.port, attackOptions);
    closing.unshift(() => void client.socket.destroy());
    await client.ready;
    return client;
  };
  const friend = () => {
    const client = new Http2Client(server.url, tls.cert);
    closing.unshift(() => client.close());
    return client;
  };
  /** Another client is served as ever. */
  const goesOn = async () => (await friend().call({ ':path': '/time/0' })).status;
  return { clock, handled, server, attack, friend, goesOn };
}

/** Repeats what a hostile client sends, until the server ends the connection. Resolves to how often it was sent. */
async function flood(client: FrameClient, next: (index: number) => Buffer, most = 200): Promise<number> {
  let isOpen = true;
  void client.closed.then(() => {
    isOpen = false;
  });
  let sent = 0;
  for (; isOpen && sent < most; sent++) {
    client.write(next(sent));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return sent;
}

describe.skipIf(!made)('a server with HTTP/2', () => {
  test('ends a connection that opens and resets streams without end', async () => {
    const { attack, handled, goesOn } = await served();
    const client = await attack();
    const burst = (index: number) =>
      Buffer.concat(
        Array.from({ length: 100 }, (_, at) => 1 + 2 * (100 * index + at)).flatMap((id) => [
          get(id, TIME),
          reset(id),
        ]),
      );
    const bursts = await flood(client, burst);
    await client.closed;
    expect(bursts).toBeLessThan(200);
    // A stream that was reset in the same packet costs no more than that.
    expect(handled.length).toBeLessThan(100);
    expect(await goesOn()).toBe(200);
  });

  test('goes on with a client that gives up a page of requests every ten seconds', async () => {
    const clock = new VirtualClock();
    const { attack } = await served({ clock, limits: { resets: 50, totalResets: 50 } });
    const client = await attack();
    for (let page = 0; page < 5; page++) {
      const ids = Array.from({ length: 50 }, (_, at) => 1 + 2 * (51 * page + at));
      const last = 1 + 2 * (51 * page + 50);
      client.write(...ids.flatMap((id) => [get(id, poll('a')), reset(id)]), get(last, TIME));
      await vi.waitUntil(() => client.frames.some(({ stream }) => stream === last));
      await clock.advance(10_000);
    }
    const goaways = () => client.frames.filter(({ type }) => type === FRAME.goaway);
    expect(goaways()).toEqual([]);
    client.write(
      ...Array.from({ length: 60 }, (_, at) => 1001 + 2 * at).flatMap((id) => [get(id, TIME), reset(id)]),
    );
    await client.closed;
    expect(goaways().map(({ payload }) => payload.readUInt32BE(4))).toEqual([
      constants.NGHTTP2_ENHANCE_YOUR_CALM,
    ]);
  });

  test('has less patience with each of many connections that reset streams, and none is slow for another', async () => {
    const { attack, handled, goesOn } = await served({ limits: { resets: 100, totalResets: 200 } });
    const clients = await Promise.all(Array.from({ length: 20 }, () => attack()));
    const quiet = await attack();
    const some = (first: number, count: number) =>
      Array.from({ length: count }, (_, at) => first + 2 * at).flatMap((id) => [get(id, TIME), reset(id)]);
    // None beyond its own limit, twenty beyond that of all.
    for (const client of clients) client.write(...some(1, 60));
    await Promise.all(clients.slice(10).map(({ closed }) => closed));
    quiet.write(...some(1, 10), get(21, TIME));
    await vi.waitUntil(() => quiet.frames.some(({ stream }) => stream === 21));
    expect(handled.length).toBeLessThan(100);
    expect(await goesOn()).toBe(200);
  });

  test('forgets the polls of streams that were reset, and has their room again', async () => {
    const time = new VirtualClock();
    const { clock, attack, goesOn } = await served({ clock: time, limits: { totalStreams: 50, resets: 20 } });
    const client = await attack();
    for (let round = 0; round < 4; round++) {
      const ids = Array.from({ length: 40 }, (_, at) => 1 + 2 * (40 * round + at));
      client.write(...ids.map((id) => get(id, poll('a'))));
      await vi.waitUntil(() => clock.pending > 0);
      // Polls that have waited count little.
      await time.advance(1_000);
      client.write(...ids.map(reset));
      await vi.waitUntil(() => clock.pending === 0);
    }
    expect(client.frames.filter(({ type }) => type === FRAME.reset)).toEqual([]);
    expect(await goesOn()).toBe(200);
  });

  test('refuses more requests at a time than one connection may have', async () => {
    const { attack, goesOn } = await served({ limits: { streams: 10 } });
    const client = await attack();
    client.write(...Array.from({ length: 15 }, (_, at) => get(1 + 2 * at, poll('a'))));
    await vi.waitUntil(() => client.frames.filter(({ type }) => type === FRAME.reset).length === 5);
    const refused = client.frames.filter(({ type }) => type === FRAME.reset);
    expect(refused.map(({ payload }) => payload.readUInt32BE())).toEqual(
      Array(5).fill(constants.NGHTTP2_REFUSED_STREAM),
    );
    expect(await goesOn()).toBe(200);
  });

  test('refuses requests beyond the headers that one connection may hold, and beyond those of all', async () => {
    const { attack, goesOn } = await served({ limits: { streamBytes: 40_000, totalStreamBytes: 100_000 } });
    const long = headerBlock('/v2/subscribe/demo/a/0?tt=99999999999999999', { 'x-long': 'x'.repeat(12_000) });
    const clients = await Promise.all(Array.from({ length: 4 }, () => attack()));
    const refused = () =>
      clients.flatMap(({ frames }) => frames.filter(({ type }) => type === FRAME.reset)).length;
    for (const client of clients) client.write(...[1, 3, 5, 7].map((id) => get(id, long)));
    // Three of each connection, and eight of all.
    await vi.waitUntil(() => refused() === 8);
    for (const { socket } of clients) socket.destroy();
    await Promise.all(clients.map(({ closed }) => closed));
    await vi.waitUntil(async () => (await goesOn()) === 200);
  });

  test.each<[string, (index: number) => Buffer]>([
    ['pings', () => Buffer.concat(Array(2_000).fill(frame(FRAME.ping, 0, 0, Buffer.alloc(8))))],
    ['settings', () => Buffer.concat(Array(2_000).fill(frame(FRAME.settings, 0, 0)))],
  ])('ends a connection that floods it with %s and does not read the answers', async (_name, burst) => {
    const { attack, goesOn } = await served();
    const client = await attack({ reads: false });
    client.socket.pause();
    const before = process.memoryUsage().rss;
    await flood(client, burst, 100);
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
    expect(await goesOn()).toBe(200);
    client.socket.resume();
    await client.closed;
  });

  test.each<[string, (index: number) => Buffer]>([
    [
      'headers that never end',
      (index) => (index === 0 ? frame(FRAME.headers, END_STREAM, 1, TIME) : frame(FRAME.continuation, 0, 1)),
    ],
    [
      'headers without bounds',
      (index) =>
        index === 0
          ? frame(FRAME.headers, END_STREAM, 1, TIME)
          : frame(FRAME.continuation, 0, 1, headerBlock('/', { a: 'x'.repeat(8_000) })),
    ],
    ['bodies of streams that are none', (index) => frame(FRAME.data, 0, 1 + 2 * index, Buffer.alloc(100))],
    [
      'empty bodies',
      (index) =>
        index === 0
          ? frame(
              FRAME.headers,
              END_HEADERS,
              1,
              headerBlock('/publish/demo/demo/0/a/0', { ':method': 'POST' }),
            )
          : frame(FRAME.data, 0, 3, Buffer.alloc(0)),
    ],
    ['frames that are too long', () => frame(FRAME.data, 0, 1, Buffer.alloc(17_000))],
    ['windows that overflow', () => frame(FRAME.windowUpdate, 0, 0, code(0x7fffffff))],
  ])('ends a connection that sends %s, at the latest when its time is over', async (_name, next) => {
    const clock = new VirtualClock();
    const { attack, goesOn } = await served({ clock });
    const client = await attack();
    // Some releases of Node ignore all that comes after such a frame, and leave the connection open.
    await flood(client, next);
    for (let second = 0; second < 110; second++) await clock.advance(1_000);
    await client.closed;
    expect(await goesOn()).toBe(200);
  });

  test('gives a connection without a whole request its time, however many bytes it sends', async () => {
    const clock = new VirtualClock();
    const { attack, goesOn } = await served({ clock });
    const client = await attack();
    client.write(frame(FRAME.headers, END_STREAM, 1, TIME));
    await vi.waitUntil(() => client.frames.length > 0);
    for (let second = 0; second < 30; second++) {
      client.write(frame(FRAME.ping, 0, 0, Buffer.alloc(8)));
      await clock.advance(1_000);
    }
    await client.closed;
    expect(await goesOn()).toBe(200);
  });

  test('ends a connection whose client does not read its answers', async () => {
    const clock = new VirtualClock();
    const { attack, friend, goesOn } = await served({ clock, limits: { answerSeconds: 10 } });
    const publisher = friend();
    for (let index = 0; index < 40; index++)
      await publisher.call(
        { ':method': 'POST', ':path': '/publish/demo/demo/0/a/0' },
        JSON.stringify('x'.repeat(30_000)),
      );
    publisher.close();
    const client = await attack({ reads: false });
    client.socket.pause();
    // No window is opened, so that an answer of a megabyte cannot be sent.
    client.write(get(1, headerBlock('/v2/subscribe/demo/a/0?tt=1')));
    await goesOn();
    for (let second = 0; second < 40; second++) await clock.advance(1_000);
    client.socket.resume();
    await client.closed;
    expect(await goesOn()).toBe(200);
  });

  test('serves no more connections than it may', async () => {
    const { attack, friend } = await served({ limits: { connections: 2 } });
    const one = await attack();
    await attack();
    const third = friend();
    await third.closed;
    one.socket.destroy();
    await one.closed;
    await vi.waitUntil(
      async () =>
        (
          await friend()
            .call({ ':path': '/time/0' })
            .catch(() => undefined)
        )?.status === 200,
    );
  });
});
