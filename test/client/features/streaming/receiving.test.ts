import { afterEach, expect, it } from 'vitest';
import { answered, feedClient } from '../../../support/feed-server.ts';
import { settle } from '../../../support/virtual-clock.ts';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function connected(...given: Parameters<typeof feedClient>) {
  const world = feedClient(...given);
  open.push(world);
  const subscription = world.pubnub.subscribe().channels('room').execute();
  await settle();
  return { ...world, subscription };
}

/** Timetokens after the handshake's. */
const at = (count: number) => String(17_000_000_000_000_000n + BigInt(count));

it('receives over one stream, from the cursor of the handshake on', async () => {
  const { streams, got, polls, asked, pubnub } = await connected();
  streams[0]?.event(at(1), ['one']);
  await settle();
  streams[0]?.event(at(2), ['two', 'three']);
  await settle();
  expect(got).toEqual(['one', 'two', 'three']);
  expect(polls()).toEqual(['0']);
  expect(asked()).toEqual([at(0)]);
  expect(pubnub.timetoken).toBe(at(2));
});

it('asks for the stream as for a poll: region, filter, groups, lease, user and token; redirects are not followed', async () => {
  const { streams } = await connected({
    ...{ filterExpression: "lang == 'en'", token: 'a-token', presenceTimeout: 60 },
  });
  const [stream] = streams;
  expect(stream?.url.pathname).toBe('/v2/stream/demo/room');
  const { pnsdk, ...query } = Object.fromEntries(stream?.url.searchParams ?? []);
  expect(query).toEqual({
    ...{ tt: at(0), tr: '1', 'filter-expr': "lang == 'en'", heartbeat: '60', uuid: 'alice', auth: 'a-token' },
  });
  expect(pnsdk).toContain('Timetoken/');
  expect(stream?.request).toMatchObject({ accept: 'events', method: 'GET' });
  expect(stream?.request.headers).toEqual({ accept: 'text/event-stream' });
});

it('delivers each event once when a listener is slow, and reads no further meanwhile', async () => {
  const { streams, pubnub, subscription } = await connected();
  const seen: unknown[] = [];
  const reader = subscription.messages()[Symbol.asyncIterator]();
  for (let count = 1; count <= 50; count++) streams[0]?.event(at(count), [count]);
  await settle(20);
  for (let count = 1; count <= 50; count++) seen.push((await reader.next()).value?.message);
  expect(seen).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  expect(streams).toHaveLength(1);
  expect(pubnub.timetoken).toBe(at(50));
});

it('opens another stream, from where it was, when a channel is added or the filter changes', async () => {
  const { streams, pubnub, asked, polls, got, clock } = await connected();
  streams[0]?.event(at(1), ['one']);
  await settle();
  pubnub.setFilterExpression("a == 'b'");
  await settle();
  expect(streams[0]?.isOver).toBe(true);
  expect(streams[1]?.url.searchParams.get('filter-expr')).toBe("a == 'b'");
  pubnub.subscribe().channels('other').execute();
  await clock.advance(10_000);
  expect(streams[1]?.isOver).toBe(true);
  expect(polls()).toEqual(['0', '0']);
  expect(asked()).toEqual([at(0), at(1), at(1)]);
  expect(streams[2]?.url.pathname).toBe('/v2/stream/demo/other,room');
  streams[2]?.event(at(2), ['two']);
  await settle();
  expect(got).toEqual(['one', 'two']);
});

it('asks with the new token, from where it was', async () => {
  const { streams, pubnub, asked, clock } = await connected({ token: 'first-token' });
  streams[0]?.event(at(1), ['one']);
  await settle();
  pubnub.setToken('second-token');
  await clock.advance(10_000);
  expect(streams[0]?.isOver).toBe(true);
  expect(streams[1]?.url.searchParams.get('auth')).toBe('second-token');
  expect(asked()).toEqual([at(0), at(1)]);
});

it('loses nothing when a poll is replaced by the very same', async () => {
  const { streams, pubnub, asked, got, clock } = await connected({ token: 'a-token' });
  streams[0]?.event(at(1), ['one']);
  await clock.advance(10_000);
  pubnub.setToken('a-token');
  await clock.advance(10_000);
  for (const stream of streams) stream.event(at(2), ['two']);
  await settle();
  for (const stream of streams) stream.event(at(3), ['three']);
  await settle();
  expect(got).toEqual(['one', 'two', 'three']);
  expect(asked()).toEqual([at(0), at(1)]);
});

it.each([
  ['disconnect()', (pubnub: ReturnType<typeof feedClient>['pubnub']) => pubnub.disconnect()],
  ['unsubscribeAll()', (pubnub: ReturnType<typeof feedClient>['pubnub']) => void pubnub.unsubscribeAll()],
  ['close()', (pubnub: ReturnType<typeof feedClient>['pubnub']) => void pubnub.close()],
])('hangs up on %s, whether or not it waits for an event', async (_, stop) => {
  for (const isBusy of [false, true]) {
    const { streams, pubnub, subscription, clock } = await connected();
    if (isBusy) {
      // A reader that takes nothing holds delivery up, and the loop asks for nothing more.
      subscription.messages({ buffer: 1 });
      for (let count = 1; count <= 9; count++) {
        streams[0]?.event(at(count), [count]);
        await settle();
      }
      expect(streams[0]?.unread).toBeGreaterThan(0);
    }
    stop(pubnub);
    await settle();
    expect(streams[0]?.isOver).toBe(true);
    await clock.advance(60_000);
    expect(streams).toHaveLength(1);
  }
});

it('takes a stream that breaks for a connection that breaks, and goes on where it was', async () => {
  const { streams, pubnub, asked, polls, got, clock } = await connected();
  const statuses: string[] = [];
  pubnub.on('status', ({ category, errorData: error }) =>
    statuses.push(`${category} ${error?.code ?? ''}`.trim()),
  );
  streams[0]?.event(at(1), ['one']);
  await settle();
  streams[0]?.write(`data: ${'x'.repeat(10)}`);
  streams[0]?.fail(Object.assign(new Error('gone'), { code: 'ECONNRESET' }));
  await clock.advance(3_000);
  expect(statuses).toEqual([
    'PNUnexpectedDisconnectCategory PN-2001',
    'PNReconnectedCategory',
    'PNRecoveredCategory',
  ]);
  expect(polls()).toEqual(['0', '0']);
  expect(asked()).toEqual([at(0), at(1)]);
  streams[1]?.event(at(2), ['two']);
  await settle();
  expect(got).toEqual(['one', 'two']);
});

it('opens another stream without a word when the server ends one', async () => {
  const { streams, pubnub, asked, got, clock } = await connected();
  const statuses: string[] = [];
  pubnub.on('status', ({ category }) => statuses.push(category));
  streams[0]?.event(at(1), ['one']);
  streams[0]?.end();
  await settle();
  streams[1]?.event(at(2), ['two']);
  await clock.advance(2_000);
  streams[1]?.end();
  await settle();
  expect(asked()).toEqual([at(0), at(1), at(2)]);
  expect(got).toEqual(['one', 'two']);
  expect(statuses).toEqual([]);
});

it('takes a stream without a byte for 40 s for a lost connection, but not one with comments', async () => {
  const { streams, pubnub, clock } = await connected();
  const statuses: string[] = [];
  pubnub.on('status', ({ category, errorData: error }) =>
    statuses.push(`${category} ${error?.message ?? ''}`),
  );
  for (let count = 0; count < 40; count++) {
    await clock.advance(15_000);
    streams[0]?.write(': \n\n');
    await settle();
  }
  expect(statuses).toEqual([]);
  await clock.advance(39_000);
  expect(statuses).toEqual([]);
  await clock.advance(2_000);
  expect(statuses[0]).toMatch(/^PNUnexpectedDisconnect.*no byte came from http:\/\/localhost for 40000 ms/);
  expect(streams[0]?.isOver).toBe(true);
});

it('knows that a quiet stream is up to date: after an hour of comments, a break is no loss', async () => {
  const { streams, pubnub, clock, got } = await connected();
  const gaps: unknown[] = [];
  pubnub.on('gap', (gap) => gaps.push(gap));
  for (let count = 0; count < 240; count++) {
    await clock.advance(15_000);
    streams[0]?.write(': \n\n');
    await settle();
  }
  streams[0]?.fail(new Error('gone'));
  await clock.advance(5_000);
  streams[1]?.event(at(1), ['one']);
  await settle();
  expect(got).toEqual(['one']);
  expect(gaps).toEqual([]);
});

it('is refused as a poll is, with what the server says', async () => {
  let isRefused = false;
  const body = JSON.stringify({
    status: 403,
    error: true,
    service: 'Access Manager',
    message: 'Forbidden',
    payload: { channels: ['room'] },
  });
  const { streams, pubnub, clock } = await connected({ token: 'a-token' }, ({ url }) =>
    isRefused && url.includes('/v2/stream/') ? answered(body, 403) : undefined,
  );
  const statuses: string[] = [];
  pubnub.on('status', ({ category, errorData: error }) => statuses.push(`${category} ${error?.code}`));
  isRefused = true;
  await clock.advance(2_000);
  streams[0]?.end();
  await clock.advance(2_000);
  expect(statuses).toEqual(['PNUnexpectedDisconnectCategory PN-3002', 'PNAccessDeniedCategory PN-3002']);
  isRefused = false;
  pubnub.setToken('another-token');
  await clock.advance(2_000);
  expect(streams[1]?.url.searchParams.get('auth')).toBe('another-token');
});

it('says that an event which is no answer is none of the protocol, and begins again', async () => {
  const { streams, pubnub, clock, asked } = await connected();
  const codes: (string | undefined)[] = [];
  pubnub.on('status', ({ errorData: error }) => codes.push(error?.code));
  streams[0]?.write('data: {"t":{"t":"17');
  streams[0]?.write('\n\n');
  await clock.advance(3_000);
  expect(codes[0]).toBe('PN-4001');
  expect(streams[0]?.isOver).toBe(true);
  expect(asked()).toEqual([at(0), at(0)]);
});

it('reads no event of more than 16 MiB', async () => {
  const { streams, pubnub, clock } = await connected();
  const codes: (string | undefined)[] = [];
  pubnub.on('status', ({ errorData: error }) => codes.push(error?.code));
  const mebibyte = 'x'.repeat(1_048_576);
  streams[0]?.write('data: ');
  for (let count = 0; count < 17; count++) streams[0]?.write(mebibyte);
  await clock.advance(100);
  expect(codes[0]).toBe('PN-4002');
});

it.each<[string, string | Uint8Array, string]>([
  ['more than 16 MiB of one event', new TextEncoder().encode(`data: ${'x'.repeat(17 << 20)}`), 'PN-4002'],
  ['something else than bytes', 'data: {}\n\n', 'PN-2001'],
])('begins again after a stream whose first piece is %s', async (_, piece, code) => {
  let isOver = false;
  const first = new ReadableStream({
    start: (controller) => controller.enqueue(piece),
    cancel: () => {
      isOver = true;
    },
  });
  const answers = [{ ...answered('', 200, { 'content-type': 'text/event-stream' }), stream: first }];
  const { pubnub, clock, streams, got, close } = feedClient({}, ({ accept }) =>
    accept ? answers.shift() : undefined,
  );
  const codes: (string | undefined)[] = [];
  pubnub.on('status', ({ errorData: error }) => codes.push(error?.code));
  pubnub.subscribe().channels('room').execute();
  await clock.advance(5_000);
  expect(codes.find((one) => one !== undefined)).toBe(code);
  expect(isOver).toBe(true);
  streams[0]?.event('17000000000000001', ['next']);
  await clock.advance(100);
  expect(got).toEqual(['next']);
  await close();
});
