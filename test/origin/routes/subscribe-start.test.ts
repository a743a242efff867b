import { describe, expect, test } from 'vitest';
import type { WireEnvelope, WireGap, WireSubscribeAnswer } from '../../../src/protocol/envelope.ts';
import { isPending, originNetwork } from '../../support/origin-network.ts';

const HOUR = 3_600_000;
// What the virtual clock shows first, and a time before it.
const BEGAN = '17000000000000000';
const OLD = '16000000000000000';
// One name of each kind, and its presence.
const MIX = 'a,a-pnpres,n.*,n.*-pnpres';
const GROUPS = { 'channel-group': 'g,g-pnpres' };

type Network = ReturnType<typeof originNetwork>;

const previous = (options = {}) => originNetwork({ ...options, random: () => 0.25 });
const next = (options = {}) => originNetwork({ ...options, random: () => 0.75 });

const namesIn = (gaps: readonly WireGap[] = []) => gaps.map(({ c, w, g }) => c ?? w ?? g);

/** Polls as a client does, with the pair of each answer, until there is nothing more. */
async function follow({ drain }: Network, cursor: WireSubscribeAnswer['t'], query = {}) {
  const entries: WireEnvelope[] = [];
  const gaps: WireGap[] = [];
  for (let at = cursor, polls = 1; ; polls++) {
    const { t, m, g = [] } = await drain('a', at.t, { tr: at.r, ...query });
    entries.push(...m);
    gaps.push(...g);
    if (m.length + g.length === 0 && t.r === at.r) return { entries, gaps, polls, cursor: t };
    if (polls > 20) throw new Error('The polls find no end.');
    at = t;
  }
}

describe('a cursor from a log that is lost', () => {
  test('misses what was before this one began, under every name that is asked for', async () => {
    const { clock, group, subscribe } = originNetwork();
    await group('g', 'other');
    await clock.advance(60_000);
    const { t } = await subscribe('a');
    const { m, g, t: at } = await subscribe(MIX, { tt: OLD, tr: t.r + 1, ...GROUPS });
    expect(m).toEqual([]);
    const range = { from: OLD, to: '17000000000010000' };
    expect(g).toEqual([
      { c: 'a', ...range },
      { c: 'a-pnpres', ...range },
      { w: 'n.*', ...range },
      { w: 'n.*-pnpres', ...range },
      { g: 'g', ...range },
      { g: 'g-pnpres', ...range },
    ]);
    expect(at.r).toBe(t.r);
    expect(at.t >= range.to).toBe(true);
  });

  test('misses a group whose channels nobody knows any more', async () => {
    const { subscribe } = originNetwork();
    const answer = await subscribe(',', { tt: OLD, tr: 7, 'channel-group': 'g' });
    expect(namesIn(answer.g)).toEqual(['g']);
  });

  test('is told once of a name that has been trimmed here too', async () => {
    const { publish, subscribe } = originNetwork({ limits: { queueLength: 1 } });
    const [, dropped] = [await publish('a', 1), await publish('a', 2), await publish('a', 3)];
    const { m, g } = await subscribe('a', { tt: OLD, tr: 7 });
    expect(m.map(({ d }) => d)).toEqual([3]);
    expect(g).toEqual([{ c: 'a', from: OLD, to: '17000000000010000' }]);
    expect(dropped !== undefined && dropped < '17000000000010000').toBe(true);
  });

  test('covers what the other log stamped within the millisecond in which this one began', async () => {
    const before = previous();
    const { t } = await before.subscribe('a');
    const lost = [await before.publish('a', 1), await before.publish('a', 2)];
    const { m, g = [], t: at } = await next().subscribe('a', { tt: t.t, tr: t.r });
    expect(m).toEqual([]);
    for (const tt of lost) expect(g.some(({ from, to }) => from < tt && tt <= to)).toBe(true);
    expect(g.every(({ to }) => to <= at.t)).toBe(true);
  });

  test.each([
    ['goes on with the pair that it was given', (answer: WireSubscribeAnswer) => answer.t.r],
    ['goes on with the old region', () => 7],
    ['goes on without a region', () => undefined],
  ])('hears of it once when its client %s', async (_how, regionOf) => {
    const { clock, subscribe, publish } = originNetwork();
    await publish('a', 1);
    const first = await subscribe('a,n.*', { tt: OLD, tr: 7, 'channel-group': 'g' });
    expect(namesIn(first.g)).toEqual(['a', 'n.*', 'g']);
    const second = subscribe('a,n.*', { tt: first.t.t, tr: regionOf(first), 'channel-group': 'g' });
    expect(await isPending(second)).toBe(true);
    await publish('a', 2);
    await clock.advance(0);
    expect((await second).m.map(({ d }) => d)).toEqual([2]);
  });

  test('is followed by all entries when the first answer is cut by its size', async () => {
    const network = originNetwork({ limits: { answerBytes: 1 } });
    for (const message of [1, 2, 3]) await network.publish('a', message);
    const { entries, gaps } = await follow(network, { t: OLD, r: 7 });
    expect(entries.map(({ d }) => d)).toEqual([1, 2, 3]);
    expect(gaps[0]?.from).toBe(OLD);
    for (const [index, { from, to }] of gaps.entries())
      expect(from < to && from === (gaps[index - 1]?.to ?? OLD)).toBe(true);
  });
});

describe('a cursor without a region', () => {
  test.each([[undefined], [0], ['x']])(
    'from before this log began (tr=%s) is told under every name what may be lost',
    async (tr) => {
      const { clock, subscribe } = originNetwork();
      await clock.advance(60_000);
      const { m, g = [], t } = await subscribe(MIX, { tt: OLD, tr, ...GROUPS });
      expect(m).toEqual([]);
      expect(namesIn(g)).toEqual(['a', 'a-pnpres', 'n.*', 'n.*-pnpres', 'g', 'g-pnpres']);
      for (const { from, to } of g) expect(from === OLD && to > BEGAN && to <= t.t).toBe(true);
      expect(await isPending(subscribe(MIX, { tt: t.t, tr, ...GROUPS }))).toBe(true);
    },
  );

  test('gets what was published here, beside the gap', async () => {
    const { publish, subscribe } = originNetwork();
    await publish('a', 1);
    const { m, g } = await subscribe('a', { tt: OLD });
    expect(m.map(({ d }) => d)).toEqual([1]);
    expect(namesIn(g)).toEqual(['a']);
  });

  test.each([
    ['the moment at which the origin was made', BEGAN],
    ['a second before its first request', '17000000590000000'],
    ['all there is', '1'],
  ])('that asks for %s is told of nothing', async (_what, tt) => {
    const { clock, subscribe } = originNetwork();
    await clock.advance(60_000);
    expect(await isPending(subscribe('a,n.*', { tt, 'channel-group': 'g' }))).toBe(true);
  });

  test('is told of nothing with the region of this log', async () => {
    const { subscribe } = originNetwork();
    const { t } = await subscribe('a');
    expect(await isPending(subscribe('a', { tt: OLD, tr: t.r }))).toBe(true);
  });
});

describe('after a restart with a clock that is behind', () => {
  const behind = test.each([
    ['1 ms', 1],
    ['4 s', 4_000],
    ['1 h', HOUR],
  ]);

  /** A client that was served by an origin whose clock is ahead, and the origin that took its place. */
  async function restarted(ms: number, limits = {}) {
    const old = previous();
    await old.clock.advance(ms);
    await old.publish('a', 'read');
    const { t } = await old.subscribe('a');
    const network = next({ limits });
    return { cursor: t, network };
  }

  behind('a cursor %s ahead gets every message since then once, in order', async (_name, ms) => {
    const { cursor, network } = await restarted(ms);
    const { clock, publish } = network;
    for (const message of [1, 2]) await publish('a', message);
    await clock.advance(1);
    await publish('a', 3);
    const first = await follow(network, cursor);
    expect(first.entries.map(({ d }) => d)).toEqual([1, 2, 3]);
    await publish('a', 4);
    const second = await follow(network, first.cursor);
    expect(second.entries.map(({ d }) => d)).toEqual([4]);
    expect(second.gaps).toEqual([]);
  });

  behind('a cursor %s ahead that comes when the clock has passed it gets them too', async (_name, ms) => {
    const { cursor, network } = await restarted(ms, { liveSeconds: 7_200 });
    await network.publish('a', 1);
    await network.clock.advance(ms + 1);
    await network.publish('a', 2);
    const { entries, gaps } = await follow(network, cursor);
    expect(entries.map(({ d }) => d)).toEqual([1, 2]);
    expect(gaps).toHaveLength(1);
  });

  test.each([[1], [4_000]])('by %i ms, the place does not go back, and the gap begins at it', async (ms) => {
    const { cursor, network } = await restarted(ms);
    const { t, g = [] } = await network.subscribe('a', { tt: cursor.t, tr: cursor.r });
    expect(t.t > cursor.t).toBe(true);
    expect(g).toEqual([{ c: 'a', from: cursor.t, to: t.t }]);
    expect((await network.publish('a', 1)) > t.t).toBe(true);
  });

  test('by an hour, a client is told its new place at once', async () => {
    const { cursor, network } = await restarted(HOUR);
    const { t, g, m } = await network.subscribe('a', { tt: cursor.t, tr: cursor.r });
    expect([m, g]).toEqual([[], undefined]);
    expect(t.t < cursor.t && t.r !== cursor.r).toBe(true);
  });

  test('what was dropped since then is told', async () => {
    const { cursor, network } = await restarted(4_000, { queueLength: 2 });
    const stamps: string[] = [];
    for (const message of [1, 2, 3, 4]) stamps.push(await network.publish('a', message));
    const { entries, gaps } = await follow(network, cursor);
    expect(entries.map(({ d }) => d)).toEqual([3, 4]);
    expect(gaps).toHaveLength(1);
    for (const tt of stamps.slice(0, 2))
      expect(gaps.some(({ from, to }) => from < tt && tt <= to)).toBe(true);
  });
});

describe('a cursor ahead of the clock', () => {
  test('cannot push the log on without end, step by step', async () => {
    const { publish, drain } = originNetwork();
    for (let second = 4; second < 60; second += 4)
      await drain('a', `17000000${String(second).padStart(2, '0')}0000000`);
    expect((await publish('a', 1)) < '17000000050001000').toBe(true);
  });

  test('cannot push it on by what it is given, read only and from another log', async () => {
    const { drain, publish } = originNetwork();
    let cursor = '17000000049999999';
    for (let count = 0; count < 2_000; count++) {
      const { t } = await drain('a', cursor, count % 2 ? { tr: 7 } : {});
      cursor = `${BigInt(t.t) + 40_000_000n}`;
    }
    expect((await publish('a', 1)) < '17000000050001000').toBe(true);
  });

  test.each([['99999999999999999'], ['9999999999999999999']])(
    'as high as %s moves nothing, from another log either',
    async (tt) => {
      const { publish, subscribe } = originNetwork();
      await subscribe('a', { tt, tr: 7 });
      expect((await publish('a', 1)) < '17000000010000000').toBe(true);
    },
  );
});
