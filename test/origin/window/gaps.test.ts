import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WireGap } from '../../../src/protocol/envelope.ts';
import { isPending, originNetwork } from '../../support/origin-network.ts';

async function publishMany(
  publish: (channel: string, message: unknown) => Promise<string>,
  channel: string,
  n: number,
) {
  const stamps: string[] = [];
  for (let index = 1; index <= n; index++) stamps.push(await publish(channel, index));
  return stamps;
}

describe('the live queue of a channel', () => {
  test('keeps the newest hundred, and tells what a client has missed', async () => {
    const { publish, subscribe } = originNetwork();
    const { t } = await subscribe('a');
    const stamps = await publishMany(publish, 'a', 130);
    const answer = await subscribe('a', { tt: t.t });
    expect(answer.m.map(({ d }) => d)).toEqual(Array.from({ length: 100 }, (_, index) => index + 31));
    expect(answer.g).toEqual([{ c: 'a', from: t.t, to: stamps[29] }]);
  });

  test('that was not trimmed says so when an answer holds a hundred', async () => {
    const { publish, subscribe } = originNetwork();
    const { t } = await subscribe('a,b');
    await publishMany(publish, 'a', 99);
    expect(await subscribe('a,b', { tt: t.t })).not.toHaveProperty('g');
    await publish('b', 1);
    const answer = await subscribe('a,b', { tt: t.t });
    expect(answer.m).toHaveLength(100);
    expect(answer.g).toEqual([]);
  });

  test('that was trimmed before the cursor tells nothing', async () => {
    const { publish, subscribe } = originNetwork();
    await publishMany(publish, 'a', 130);
    const { t } = await subscribe('a');
    await publish('a', 'new');
    expect(await subscribe('a', { tt: t.t })).not.toHaveProperty('g');
  });

  test('counts each channel by itself, presence channels too', async () => {
    const { presence, publish, subscribe } = originNetwork({ limits: { queueLength: 2 } });
    const { t } = await subscribe('x');
    await publishMany(publish, 'a', 3);
    await publishMany(publish, 'b', 2);
    for (const uuid of ['u', 'v', 'w']) await presence('a', 'heartbeat', { uuid });
    const { m, g } = await subscribe('a,a-pnpres,b', { tt: t.t });
    expect(m).toHaveLength(6);
    expect(g?.map(({ c }) => c)).toEqual(['a', 'a-pnpres']);
  });

  test('is told of under the channel’s name to a client that listens by wildcard', async () => {
    const { publish, subscribe } = originNetwork({ limits: { queueLength: 2 } });
    const { t } = await subscribe('a.*');
    const [first] = await publishMany(publish, 'a.b', 3);
    await publishMany(publish, 'a.c', 2);
    const expected = [{ c: 'a.b', from: t.t, to: first }];
    expect((await subscribe('a.*', { tt: t.t })).g).toEqual(expected);
    expect((await subscribe('a.*,a.b', { tt: t.t })).g).toEqual(expected);
    expect((await subscribe('a.*,a.b.*', { tt: t.t })).g).toEqual(expected);
    expect(await subscribe('x.*,a.c', { tt: t.t })).not.toHaveProperty('g');
  });

  test('is told of under the channel’s name to a client that listens by group', async () => {
    const { group, publish, subscribe } = originNetwork({ limits: { queueLength: 2 } });
    await group('g', 'a');
    const { t } = await subscribe('x', { 'channel-group': 'g' });
    const [first] = await publishMany(publish, 'a', 3);
    const expected = [{ c: 'a', from: t.t, to: first }];
    for (const names of [',', 'a', 'a,x'])
      expect((await subscribe(names, { tt: t.t, 'channel-group': 'g' })).g).toEqual(expected);
  });

  test('is told of from the cursor on where a wildcard covered the channel before a group did', async () => {
    const { group, publish, subscribe } = originNetwork({ limits: { queueLength: 2 } });
    const { t } = await subscribe('a.*');
    await publishMany(publish, 'a.b', 3);
    await group('g', 'a.b');
    const dropped = (await publishMany(publish, 'a.b', 3))[0];
    expect((await subscribe('a.*', { tt: t.t, 'channel-group': 'g' })).g).toEqual([
      { c: 'a.b', from: t.t, to: dropped },
    ]);
  });

  test('is told of once to a client with several wildcards that cover it', async () => {
    const { publish, subscribe } = originNetwork({ limits: { queueLength: 2 } });
    const { t } = await subscribe('a.*');
    const [first] = await publishMany(publish, 'a.b.c', 3);
    expect((await subscribe('a.*,a.b.*', { tt: t.t })).g).toEqual([{ c: 'a.b.c', from: t.t, to: first }]);
  });

  test('is told of also when the drop happened while the poll was held', async () => {
    const { publish, subscribe } = originNetwork({ limits: { queueLength: 2 } });
    const { t } = await subscribe('a');
    const poll = subscribe('a', { tt: t.t });
    await isPending(poll);
    await Promise.all([1, 2, 3, 4, 5].map((message) => publish('a', message)));
    let { m, g = [], t: cursor } = await poll;
    while (m.at(-1)?.d !== 5) {
      const next = await subscribe('a', { tt: cursor.t });
      m = [...m, ...next.m];
      g = [...g, ...(next.g ?? [])];
      cursor = next.t;
    }
    expect(m.length < 5).toBe(g.length > 0);
  });
});

describe('what is live in total', () => {
  test('is bounded by a number of entries, the oldest going first', async () => {
    const { publish, subscribe } = originNetwork({ limits: { liveEntries: 3 } });
    const { t } = await subscribe('x');
    const a = await publish('a', 1);
    await publishMany(publish, 'b', 3);
    expect(await subscribe('a', { tt: t.t })).toMatchObject({ m: [], g: [{ c: 'a', from: t.t, to: a }] });
    expect((await subscribe('b', { tt: t.t })).m).toHaveLength(3);
  });

  test('is bounded by their size', async () => {
    const { publish, subscribe } = originNetwork({ limits: { liveBytes: 5_000 } });
    const { t } = await subscribe('x');
    for (const channel of ['a', 'b', 'c']) await publish(channel, 'x'.repeat(2_000));
    const { m, g } = await subscribe('a,b,c', { tt: t.t });
    expect(m.map(({ c }) => c)).toEqual(['b', 'c']);
    expect(g?.map(({ c }) => c)).toEqual(['a']);
  });

  test('is forgotten after twenty minutes once others come', async () => {
    const { clock, publish, subscribe } = originNetwork();
    const { t } = await subscribe('x');
    await publish('a', 'old');
    await clock.advance(1_200_001);
    await publishMany(publish, 'b', 1_000);
    expect((await subscribe('a', { tt: t.t })).m).toEqual([]);
  });

  test('may lose sight of what was dropped, and then suspects every channel and wildcard', async () => {
    const { publish, subscribe, drain } = originNetwork({ limits: { liveEntries: 1 } });
    const { t } = await subscribe('x');
    const [a = ''] = [await publish('a', 1), await publish('b', 1), await publish('c', 1)];
    expect((await subscribe('y', { tt: t.t })).g).toEqual([{ c: 'y', from: t.t, to: a }]);
    expect((await subscribe('y.*,y.*-pnpres', { tt: t.t })).g).toEqual([
      { w: 'y.*', from: t.t, to: a },
      { w: 'y.*-pnpres', from: t.t, to: a },
    ]);
    expect(await drain('y', a)).not.toHaveProperty('g');
  });
});

describe('a client that comes back', () => {
  test.each([
    ['at once', 59_000, undefined],
    ['after a minute', 61_000, []],
  ])('%s is told of gaps accordingly, also of none', async (_when, away, told) => {
    const { clock, publish, subscribe } = originNetwork();
    const { t } = await subscribe('a');
    await publish('a', 1);
    await clock.advance(away);
    expect((await subscribe('a', { tt: t.t })).g).toEqual(told);
  });
});

describe('an answer that would be too big', () => {
  test('is cut between entries, and nothing is lost over several polls', async () => {
    const { publish, subscribe } = originNetwork({ limits: { answerBytes: 1_000 } });
    const { t } = await subscribe('a,b');
    for (let index = 0; index < 40; index++) await publish(index % 2 ? 'a' : 'b', index);
    const seen: unknown[] = [];
    let cursor = t.t;
    let polls = 0;
    for (; seen.length < 40; polls++) {
      const answer = await subscribe('a,b', { tt: cursor });
      seen.push(...answer.m.map(({ d }) => d));
      cursor = answer.t.t;
    }
    expect(seen).toEqual(Array.from({ length: 40 }, (_, index) => index));
    expect(polls).toBeGreaterThan(3);
  });

  test('does not part the copies of one entry', async () => {
    const { publish, subscribe } = originNetwork({ limits: { answerBytes: 1 } });
    const { t } = await subscribe('a.b,a.*');
    await publish('a.b', 1);
    await publish('a.b', 2);
    const answer = await subscribe('a.b,a.*', { tt: t.t });
    expect(answer.m.map(({ d }) => d)).toEqual([1, 1]);
    expect(answer.t.t).toBe(answer.m[0]?.p.t);
  });
});

test('over any cuts and drops, each message either arrives once or lies in exactly one gap', async () => {
  const channels = ['a', 'b.x', 'b.y'];
  const step = fc.record({
    channel: fc.constantFrom(...channels),
    count: fc.integer({ min: 1, max: 6 }),
    poll: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 30 }),
      fc.integer({ min: 1, max: 3_000 }),
      async (steps, answerBytes) => {
        const { publish, drain, subscribe } = originNetwork({
          limits: { queueLength: 4, liveEntries: 9, answerBytes },
        });
        let cursor = (await subscribe('a,b.*')).t.t;
        const published: { channel: string; tt: string }[] = [];
        const arrived: string[] = [];
        const gaps: WireGap[] = [];
        const poll = async () => {
          for (let more = true; more; ) {
            const answer = await drain('a,b.*', cursor);
            arrived.push(...answer.m.map(({ p }) => p.t));
            gaps.push(...(answer.g ?? []));
            more = answer.m.length > 0 || (answer.g ?? []).length > 0;
            cursor = answer.t.t;
          }
        };
        for (const { channel, count, poll: then } of steps) {
          for (let index = 0; index < count; index++)
            published.push({ channel, tt: await publish(channel, index) });
          if (then) await poll();
        }
        await poll();
        for (const { channel, tt } of published) {
          const times = arrived.filter((other) => other === tt).length;
          const holes = gaps.filter(({ c, from, to }) => c === channel && from < tt && tt <= to).length;
          if (times + holes !== 1) throw new Error(`${channel} ${tt}: arrived ${times}, in ${holes} gaps`);
        }
        expect(arrived).toEqual(arrived.toSorted());
      },
    ),
    { numRuns: 60 },
  );
});

describe('gaps that would take half of an answer', () => {
  const limits = { queueLength: 1, liveEntries: 5_000, answerBytes: 20_000 };
  const many = Array.from({ length: 300 }, (_, index) => `w.${index}`);

  test('of a wildcard’s channels are one of the wildcard', async () => {
    const { publish, subscribe } = originNetwork({ limits });
    const { t } = await subscribe('w.*,a');
    for (const channel of ['a', ...many]) await publishMany(publish, channel, 2);
    const { m, g, t: next } = await subscribe('w.*,a', { tt: t.t });
    expect(g?.map(({ c, w }) => c ?? w)).toEqual(['a', 'w.*']);
    expect(g?.every(({ from, to }) => from === t.t && to <= next.t)).toBe(true);
    expect(m.length).toBeGreaterThan(50);
  });

  test('of a group’s channels are one of the group', async () => {
    const { publish, subscribe, send } = originNetwork({ limits });
    for (let index = 0; index < many.length; index += 100)
      await send(
        `/v1/channel-registration/sub-key/demo/channel-group/all?add=${many.slice(index, index + 100)}`,
      );
    const { t } = await subscribe(',', { 'channel-group': 'all' });
    for (const channel of many) await publishMany(publish, channel, 2);
    const { g } = await subscribe(',', { tt: t.t, 'channel-group': 'all' });
    expect(g?.map(({ g: group }) => group)).toEqual(['all']);
  });

  test('leave room for entries, and one entry comes in any case', async () => {
    const { publish, subscribe } = originNetwork({ limits: { ...limits, answerBytes: 9_000 } });
    const names = many.slice(0, 120).join();
    const { t } = await subscribe(names);
    for (const channel of many.slice(0, 120)) await publishMany(publish, channel, 2);
    const seen: string[] = [];
    for (let cursor = t.t; seen.length < 120; ) {
      const answer = await subscribe(names, { tt: cursor });
      expect(answer.m.length).toBeGreaterThan(0);
      expect(JSON.stringify(answer).length).toBeLessThan(25_000);
      seen.push(...answer.m.map(({ c }) => c));
      cursor = answer.t.t;
    }
    expect(new Set(seen).size).toBe(120);
  });
});
