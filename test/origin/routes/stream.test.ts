import { describe, expect, test } from 'vitest';
import { MemoryEngine, type OriginOptions } from '../../../src/origin/index.ts';
import { turnOfThreads } from '../../../src/testing/system.ts';
import { accessNetwork, BITS, signed } from '../../support/access.ts';
import { FaultyEngine } from '../../support/faulty-engine.ts';
import { originNetwork, queryText } from '../../support/origin-network.ts';
import { StreamReader } from '../../support/stream-reader.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';
import { nested } from '../../support/wildcards.ts';

// About 20 000 steps on a text of 10 000 characters.
const SLOW = "data LIKE '*ab*x*'";

type Query = Readonly<Record<string, string | number>>;

function streams(options: OriginOptions = {}) {
  const network = originNetwork(options);
  const open = async (names: string, query: Query = {}, headers = {}) => {
    const target = `/v2/stream/demo/${encodeURIComponent(names)}${queryText(query)}`;
    const reader = new StreamReader(network.origin, target, headers);
    await settle();
    return reader;
  };
  const publish = async (channel: string, message: unknown, query: Query = {}) => {
    const tt = await network.publish(channel, message, query);
    await settle();
    return tt;
  };
  return { ...network, open, publish };
}

describe('a stream begins', () => {
  test('with a comment, the time after which to come again, and the answer of a handshake', async () => {
    const { open, clock } = streams();
    const reader = await open('a');
    expect(reader.head).toEqual({
      status: 200,
      contentType: 'text/event-stream',
      body: '',
      headers: { 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' },
    });
    const cursor = `${clock.now()}0000`;
    expect(reader.text).toBe(
      `: \nretry: 1000\n\nid: 500000:${cursor}\ndata: {"t":{"t":"${cursor}","r":500000},"m":[]}\n\n`,
    );
  });

  test.each<[string, Query, Record<string, string>]>([
    ['a cursor in the query', { tt: '16000000000000000', tr: 500_000 }, {}],
    ['the id of its last event', {}, { 'last-event-id': '500000:16000000000000000' }],
    ['that id in the query', { lastEventId: '500000:16000000000000000' }, {}],
    ['an id, which counts more than a cursor', { tt: '0' }, { 'last-event-id': '500000:16000000000000000' }],
    [
      'a header, which counts more than the query',
      { lastEventId: '500000:0' },
      { 'last-event-id': '500000:16000000000000000' },
    ],
    ['a cursor without a region', { tt: '16000000000000000' }, {}],
  ])('with what came after %s', async (_what, query, headers) => {
    const { open, publish } = streams();
    await publish('a', 'before');
    const reader = await open('a', query, headers);
    expect(reader.payloads).toEqual(['before']);
    expect(reader.events).toHaveLength(1);
  });

  test('with its own join, like a client that polls', async () => {
    const { open } = streams();
    const reader = await open('a,a-pnpres', { uuid: 'me' });
    expect(reader.payloads).toMatchObject([{ action: 'join', uuid: 'me' }]);
  });

  test.each<[string, string, Query, Record<string, string>, number]>([
    ['an id that is none', 'a', {}, { 'last-event-id': 'order-17' }, 400],
    ['a timetoken that is none', 'a', { tt: 'x' }, {}, 400],
    ['no names', ',', {}, {}, 400],
    ['a name that is too long', 'a'.repeat(93), {}, {}, 400],
    ['wildcards that are nested too deeply', nested(9), {}, {}, 400],
    ['a filter that is malformed', 'a', { 'filter-expr': '(' }, {}, 481],
    [
      'too many groups',
      ',',
      { 'channel-group': Array.from({ length: 11 }, (_, n) => `g${n}`).join() },
      {},
      400,
    ],
  ])('not at all with %s: the answer is that of a poll', async (_what, names, query, headers, status) => {
    const { open, send } = streams();
    const reader = await open(names, query, headers);
    expect(reader.head).toBe(undefined);
    expect(reader.answer?.status).toBe(status);
    if (headers['last-event-id']) return;
    const poll = await send(`/v2/subscribe/demo/${encodeURIComponent(names)}/0${queryText(query)}`);
    expect(reader.answer).toMatchObject({
      status: poll.status,
      body: poll.text,
      contentType: poll.contentType,
    });
  });

  test('not at all when a filter takes too long for a message that is there already', async () => {
    const { open, publish } = streams({ limits: { filterSteps: 100_000 } });
    const { t } = await streams().subscribe('a');
    await publish('a', 'a'.repeat(10_000));
    const query = { tt: t.t, 'filter-expr': SLOW };
    expect((await open('a', query)).answer?.status).toBe(481);
  });
});

describe('a stream', () => {
  test('has each batch as the text of the poll that would have had it, with its cursor as id', async () => {
    const { open, publish, subscribe } = streams();
    const reader = await open('a,b.*');
    for (const channel of ['a', 'b.c', 'other', 'a']) {
      const before = reader.events.at(-1);
      const poll = subscribe('a,b.*', { tt: before?.data.t.t ?? '', tr: before?.data.t.r ?? 0 });
      await publish(channel, { channel });
      if (channel === 'other') {
        expect(reader.events.at(-1)).toEqual(before);
        continue;
      }
      const after = reader.events.at(-1);
      expect(after?.data).toEqual(await poll);
      expect(after?.id).toBe(`${after?.data.t.r}:${after?.data.t.t}`);
    }
    expect(reader.payloads).toHaveLength(3);
  });

  test.each(['{"a":\n1}', '{"a":\r\n1}', '[\r1,\n\n2]', '"line\\nbreak"', '"\u2028 ü 😀"'])(
    'has the payload %j on one line, as a poll has it, whatever line breaks are in it',
    async (text) => {
      const { open, send, subscribe } = streams();
      const reader = await open('a');
      await send(`/publish/demo/demo/0/a/0/${encodeURIComponent(text)}`);
      await settle();
      expect(reader.payloads).toEqual([JSON.parse(text)]);
      expect(reader.text).not.toContain('\r');
      expect(reader.text.match(/^data: /gm)).toHaveLength(reader.events.length);
      const [first, last] = reader.events;
      expect(await subscribe('a', { tt: first?.data.t.t })).toEqual(last?.data);
      const stored = await send('/v2/history/sub-key/demo/channel/a');
      expect(stored.text).toContain(`[[${text}],`);
    },
  );

  test('has only what passes its filter', async () => {
    const { open, publish } = streams();
    const reader = await open('a', { 'filter-expr': 'data.n > 1' });
    for (const n of [1, 2, 3]) await publish('a', { n });
    expect(reader.payloads).toEqual([{ n: 2 }, { n: 3 }]);
  });

  test('ends when its filter takes too long for a message, and is then refused', async () => {
    const { open, publish } = streams({ limits: { filterSteps: 100_000 } });
    const query = { 'filter-expr': SLOW };
    const reader = await open('a', query);
    await publish('a', 'a'.repeat(10_000));
    expect([reader.isEnded, reader.payloads]).toEqual([true, []]);
    const again = await open('a', query, { 'last-event-id': reader.lastId });
    expect(again.answer?.status).toBe(481);
  });

  test('follows the channels of its groups', async () => {
    const { open, publish, group } = streams();
    await group('g', 'a');
    const reader = await open(',', { 'channel-group': 'g', uuid: 'me' });
    await publish('a', 1);
    await group('g', 'b');
    await settle();
    await publish('b', 2);
    await publish('a', 3);
    expect(reader.payloads).toEqual([1, 2, 3]);
  });

  test('gets a new id without messages when a poll would end, so that it does not grow old', async () => {
    const { open, publish, clock } = streams();
    const reader = await open('a');
    const first = reader.lastId;
    const other = await publish('other', 1);
    await clock.advance(280_000);
    expect(reader.events).toHaveLength(2);
    expect(reader.events.at(-1)).toMatchObject({ id: `500000:${other}`, data: { m: [] } });
    expect(reader.lastId > first).toBe(true);
    await publish('a', 'later');
    expect(reader.payloads).toEqual(['later']);
  });

  test('has a comment every fifteen seconds', async () => {
    const { open, clock } = streams();
    const readers = [await open('a'), await open('b')];
    const before = readers.map(({ text }) => text);
    await clock.advance(46_000);
    expect(readers.map(({ text }) => text)).toEqual(before.map((text) => `${text}${': \n\n'.repeat(3)}`));
    for (const reader of readers) reader.hangUp();
    expect(clock.pending).toBe(streams().clock.pending);
  });

  test.each([0, 0.001, 0.3, 86_400])('may have one every %j seconds', async (streamKeepAliveSeconds) => {
    const { open, clock } = streams({ limits: { streamKeepAliveSeconds } });
    const reader = await open('a');
    await clock.advance(10);
    expect(reader.text.includes(': \n\n')).toBe(streamKeepAliveSeconds === 0.001);
    reader.hangUp();
  });

  test.each([0, 0.001])('goes on where polls are held for %j seconds', async (holdSeconds) => {
    const { open, publish, clock } = streams({ limits: { holdSeconds } });
    const reader = await open('a');
    await clock.advance(5_000);
    await publish('a', 1);
    expect(reader.payloads).toEqual([1]);
    expect(reader.events.length).toBeLessThan(10);
  });
});

describe('leases of presence', () => {
  const occupants = async (send: ReturnType<typeof streams>['send']) =>
    ((await send('/v2/presence/sub-key/demo/channel/a')).json as { uuids: string[] }).uuids;

  test('are held for as long as the stream is open, and end as those of a poll', async () => {
    const { open, send, clock } = streams();
    const reader = await open('a', { uuid: 'me', heartbeat: 20 });
    await clock.advance(1_000_000);
    expect(await occupants(send)).toEqual(['me']);
    reader.hangUp();
    await clock.advance(19_000);
    expect(await occupants(send)).toEqual(['me']);
    await clock.advance(20_000);
    expect(await occupants(send)).toEqual([]);
  });

  test('keep a state that was changed since the stream began', async () => {
    const { open, send, clock } = streams();
    await open('a', { uuid: 'me', state: JSON.stringify({ a: { mood: 'first' } }) });
    await send(
      `/v2/presence/sub-key/demo/channel/a/uuid/me/data?state=${encodeURIComponent('{"mood":"second"}')}`,
    );
    await clock.advance(600_000);
    const { json } = await send('/v2/presence/sub-key/demo/channel/a/uuid/me');
    expect(json).toMatchObject({ payload: { mood: 'second' } });
  });
});

test.each([
  [15, 1],
  [20, 1],
  [21, undefined],
  [0, undefined],
])(
  'with a comment every %d seconds, a handshake says of streams: %s',
  async (streamKeepAliveSeconds, said) => {
    const { subscribe } = originNetwork({ limits: { streamKeepAliveSeconds } });
    expect((await subscribe('a')) as { s?: number }).toMatchObject(said ? { s: said } : {});
    expect('s' in (await subscribe('a'))).toBe(said === 1);
  },
);

describe('permissions', () => {
  // Tokens and signatures are checked on other threads.
  const checked = async () => {
    for (let turn = 0; turn < 20; turn++) {
      await turnOfThreads();
      await settle();
    }
  };

  const wish = { ttl: 60, resources: { channels: { a: BITS.read | BITS.write } } };

  async function restricted() {
    const network = accessNetwork();
    const token = await network.token(wish);
    const open = async (auth: string, headers = {}) => {
      const reader = new StreamReader(network.origin, `/v2/stream/demo/a${queryText({ auth })}`, headers);
      await checked();
      return reader;
    };
    const publish = async (message: unknown) => {
      await network.sendAs(token2, `/publish/demo/demo/0/a/0/${encodeURIComponent(JSON.stringify(message))}`);
      await checked();
    };
    const token2 = await network.token({ ...wish, ttl: 1_000 });
    return { ...network, token, open, publish };
  }

  test('are needed, as for a poll', async () => {
    const { open } = await restricted();
    const reader = await open('nobody');
    expect(reader.answer).toMatchObject({ status: 403, body: expect.stringContaining('"channels":["a"]') });
  });

  test('are checked after each batch: who has lost them gets no second one', async () => {
    const { open, publish, revoke, token } = await restricted();
    const reader = await open(token);
    await publish(1);
    expect(reader.payloads).toEqual([1]);
    await revoke(token);
    await publish(2);
    expect([reader.isEnded, reader.payloads]).toEqual([true, [1, 2]]);
    await publish(3);
    const again = await open(token, { 'last-event-id': reader.lastId });
    expect(again.answer).toMatchObject({ status: 403, body: expect.stringContaining('Token is revoked') });
  });

  test('are checked when the time of a poll is over', async () => {
    const { open, token, clock } = await restricted();
    const reader = await open(token);
    await clock.advance(3_601_000);
    await checked();
    await clock.advance(280_000);
    await checked();
    expect(reader.isEnded).toBe(true);
    const again = await open(token, { 'last-event-id': reader.lastId });
    expect(again.answer).toMatchObject({ status: 403, body: expect.stringContaining('Token is expired') });
  });

  test('lose nothing of what comes while they are checked', async () => {
    const { open, publish, token } = await restricted();
    const reader = await open(token);
    await Promise.all(Array.from({ length: 20 }, (_, n) => publish(n)));
    await publish('last');
    // Each publish is checked too, so that they come in another order.
    expect(new Set(reader.payloads)).toEqual(new Set([...Array(20).keys(), 'last']));
    expect(reader.payloads).toHaveLength(21);
  });

  test('of a signature hold for as long as the stream', async () => {
    const { origin, seconds, clock, token, sendAs } = await restricted();
    const reader = new StreamReader(origin, signed('/v2/stream/demo/a', seconds()));
    await checked();
    await clock.advance(600_000);
    await sendAs(token, '/publish/demo/demo/0/a/0/1');
    await checked();
    expect([reader.isEnded, reader.payloads]).toEqual([false, [1]]);
  });
});

describe('a slow reader', () => {
  test('is written no more than one batch, and told what was dropped meanwhile', async () => {
    const { open, publish } = streams({ limits: { queueLength: 3 } });
    const reader = await open('a');
    reader.isSlow = true;
    await publish('a', 0);
    const before = reader.text;
    const stamps: string[] = [];
    for (let n = 1; n <= 10; n++) stamps.push(await publish('a', n));
    expect(reader.text).toBe(before);
    reader.readOn();
    await settle();
    expect(reader.payloads).toEqual([0, 8, 9, 10]);
    expect(reader.events.at(-1)?.data.g).toEqual([{ c: 'a', from: expect.any(String), to: stamps[6] }]);
  });

  test('has no comments, nor new ids', async () => {
    const { open, publish, clock } = streams();
    const reader = await open('a');
    reader.isSlow = true;
    await publish('a', 0);
    const before = reader.text;
    await clock.advance(1_000_000);
    expect(reader.text).toBe(before);
    await publish('a', 1);
    reader.readOn();
    await settle();
    expect(reader.payloads).toEqual([0, 1]);
  });
});

describe('a stream ends, and goes on where it was,', () => {
  test('when the origin closes', async () => {
    const clock = new VirtualClock();
    const store = new MemoryEngine({ clock, random: () => 0.25 });
    const before = streams({ store, clock });
    const reader = await before.open('a', { uuid: 'me' });
    await before.publish('a', 1);
    await before.origin.close();
    expect(reader.isEnded).toBe(true);
    const after = streams({ store, clock });
    await after.publish('a', 2);
    const again = await after.open('a', {}, { 'last-event-id': reader.lastId });
    expect([...reader.payloads, ...again.payloads]).toEqual([1, 2]);
    expect(again.events[0]?.data.g).toBe(undefined);
  });

  test('when the log becomes another one, with a gap', async () => {
    const clock = new VirtualClock();
    const store = new MemoryEngine({ clock, random: () => 0.25 });
    const { open, publish } = streams({ store, clock });
    const reader = await open('a');
    await publish('a', 1);
    store.failOver({ lost: 1 });
    await settle();
    expect(reader.isEnded).toBe(true);
    await publish('a', 2);
    const again = await open('a', {}, { 'last-event-id': reader.lastId });
    expect(again.payloads).toEqual([2]);
    expect(again.events[0]?.data.g).toMatchObject([{ c: 'a' }]);
    const [, region] = [reader.lastId, again.lastId].map((id) => Number(id.split(':')[0]));
    expect(region).toBe(again.events[0]?.data.t.r);
  });

  test('with the id of the new log also when there is nothing in it', async () => {
    const clock = new VirtualClock();
    const store = new MemoryEngine({ clock, random: () => 0.25 });
    const { open, publish } = streams({ store, clock });
    const reader = await open('a');
    store.failOver();
    await settle();
    const again = await open('a', {}, { 'last-event-id': reader.lastId });
    expect(again.lastId.split(':')[0]).not.toBe(reader.lastId.split(':')[0]);
    await publish('a', 1);
    expect(again.payloads).toEqual([1]);
    expect(again.events.filter(({ data }) => data.g?.length)).toHaveLength(1);
  });

  test('when what holds for its key changes', async () => {
    const keysets = [{ subscribeKey: 'demo', publishKey: 'demo' }];
    const { open, origin, publish } = streams({ keysets });
    const reader = await open('a');
    await publish('a', 1);
    origin.setKeysets([
      { ...keysets[0], subscribeKey: 'demo', publishKey: 'demo', secretKey: 's', access: true },
    ]);
    await settle();
    expect(reader.isEnded).toBe(true);
    const again = await open('a', {}, { 'last-event-id': reader.lastId });
    expect(again.answer?.status).toBe(403);
  });

  test('with the next batch when its server drains', async () => {
    const { open, publish } = streams();
    const reader = await open('a');
    reader.isLast = true;
    expect(reader.isEnded).toBe(false);
    await publish('a', 1);
    expect([reader.isEnded, reader.payloads]).toEqual([true, [1]]);
  });
});

test('a store that is away ends the stream, which is told to come again and not that it is at its end', async () => {
  const clock = new VirtualClock();
  const store = new FaultyEngine(new MemoryEngine({ clock, random: () => 0.5 }));
  const { open } = streams({ store, clock });
  store.set('reject');
  const reader = await open('a');
  expect(reader.answer).toMatchObject({
    status: 200,
    contentType: 'text/event-stream',
    body: 'retry: 3000\n\n',
  });
});

test('one that hangs up at any moment leaves nothing behind', async () => {
  const { origin, clock, publish, subscribe } = streams();
  await subscribe('a', { uuid: 'me' });
  const pending = clock.pending;
  for (let turns = 0; turns < 12; turns++) {
    const reader = new StreamReader(origin, '/v2/stream/demo/a?channel-group=g');
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    reader.hangUp();
    await settle();
    await publish('a', 1);
    if (reader.head) expect(reader.isEnded).toBe(true);
    expect(reader.payloads).toEqual([]);
  }
  expect(clock.pending).toBeLessThanOrEqual(pending);
});
