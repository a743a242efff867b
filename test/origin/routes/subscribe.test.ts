import { describe, expect, test } from 'vitest';
import type { WireEnvelope } from '../../../src/protocol/envelope.ts';
import { isPending, originNetwork, TestInterruption } from '../../support/origin-network.ts';
import { nested } from '../../support/wildcards.ts';

const payloads = (envelopes: readonly WireEnvelope[]) => envelopes.map(({ d }) => d);
const matches = (envelopes: readonly WireEnvelope[]) => envelopes.map(({ c, b, d }) => [c, b, d]);
const HOLD = 280_000;

describe('a handshake', () => {
  test.each([[''], ['?tt=0'], ['?tt=000'], ['?tt='], ['?ee=&tt=0&tr=12']])(
    'with %j is answered at once with a cursor, that there are streams, and nothing else',
    async (query) => {
      const { send } = originNetwork();
      const reply = await send(`/v2/subscribe/demo/a/0${query}`);
      expect(reply.json).toEqual({ t: { t: expect.stringMatching(/^\d{17}$/), r: 500_000 }, m: [], s: 1 });
    },
  );

  test('gives a cursor above everything published before it and below everything after it', async () => {
    const { publish, subscribe, drain } = originNetwork();
    const before = await publish('a', 'before');
    const { t } = await subscribe('a');
    const after = await publish('a', 'after');
    expect([before, t.t, after]).toEqual([before, t.t, after].toSorted());
    expect(payloads((await drain('a', t.t)).m)).toEqual(['after']);
  });
});

describe('a poll', () => {
  test('is answered at once with what came after its cursor', async () => {
    const { publish, subscribe } = originNetwork();
    const { t } = await subscribe('a');
    await publish('a', 1);
    await publish('b', 'other');
    await publish('a', 2);
    const answer = await subscribe('a', { tt: t.t, tr: t.r });
    expect(payloads(answer.m)).toEqual([1, 2]);
    expect(answer.t.t >= (answer.m.at(-1)?.p.t ?? '')).toBe(true);
  });

  test('that asks whether there is anything is answered at once, also where there is nothing', async () => {
    const { publish, subscribe } = originNetwork();
    const { t } = await subscribe('a');
    await publish('b', 'other');
    const nothing = await subscribe('a', { tt: t.t, tr: t.r, hold: '0' });
    expect(nothing).toEqual({ t: { t: expect.stringMatching(/^\d{17}$/), r: t.r }, m: [] });
    expect(nothing.t.t >= t.t).toBe(true);
    await publish('a', 1);
    expect(payloads((await subscribe('a', { tt: nothing.t.t, hold: '0' })).m)).toEqual([1]);
    expect(await isPending(subscribe('b', { tt: nothing.t.t, hold: '1' }))).toBe(true);
  });

  test('that asks whether there is anything makes nobody present', async () => {
    const { subscribe, send } = originNetwork();
    const { t } = await subscribe('a');
    await subscribe('a', { tt: t.t, hold: '0', uuid: 'alice' });
    const { json } = await send('/v2/presence/sub-key/demo/channel/a');
    expect(json).toMatchObject({ occupancy: 0 });
  });

  test('waits for the next message', async () => {
    const { publish, subscribe } = originNetwork();
    const { t } = await subscribe('a');
    const poll = subscribe('a', { tt: t.t });
    expect(await isPending(poll)).toBe(true);
    await publish('b', 'other');
    expect(await isPending(poll)).toBe(true);
    await publish('a', 'hi');
    expect(payloads((await poll).m)).toEqual(['hi']);
  });

  test('gets everything that is published in one turn', async () => {
    const { publish, subscribe } = originNetwork();
    const { t } = await subscribe('a,b');
    const poll = subscribe('a,b', { tt: t.t });
    expect(await isPending(poll)).toBe(true);
    await Promise.all([publish('a', 1), publish('b', 2), publish('a', 3)]);
    const first = await poll;
    const second = first.m.length < 3 ? await subscribe('a,b', { tt: first.t.t }) : undefined;
    expect(payloads([...first.m, ...(second?.m ?? [])])).toEqual([1, 2, 3]);
  });

  test('that hears nothing is answered empty after 280 seconds, with a cursor that has moved on', async () => {
    const { clock, publish, subscribe } = originNetwork();
    const { t } = await subscribe('a');
    const poll = subscribe('a', { tt: t.t });
    await clock.advance(100_000);
    const other = await publish('b', 'other');
    await clock.advance(HOLD - 100_001);
    expect(await isPending(poll)).toBe(true);
    await clock.advance(1);
    expect(await poll).toEqual({ t: { t: other, r: t.r }, m: [] });
  });

  test('is held as long as configured', async () => {
    const { clock, subscribe } = originNetwork({ limits: { holdSeconds: 5 } });
    const { t } = await subscribe('a');
    const poll = subscribe('a', { tt: t.t });
    await clock.advance(5_000);
    expect(await poll).toEqual({ t, m: [] });
  });

  test('is answered with its own cursor when the origin closes, and no timer is left', async () => {
    const { clock, origin, subscribe } = originNetwork();
    const { t } = await subscribe('a', { uuid: 'u' });
    const poll = subscribe('a', { tt: t.t, uuid: 'u' });
    expect(await isPending(poll)).toBe(true);
    await origin.close();
    expect(await poll).toEqual({ t, m: [] });
    expect(clock.pending).toBe(0);
    await origin.close();
  });

  test('is forgotten when its client hangs up', async () => {
    const { clock, publish, subscribe } = originNetwork();
    const { t } = await subscribe('a');
    const interruption = new TestInterruption();
    const poll = subscribe('a', { tt: t.t }, { interruption });
    expect(await isPending(poll)).toBe(true);
    expect(clock.pending).toBe(1);
    interruption.abort();
    expect(await poll).toEqual({ t, m: [] });
    expect(clock.pending).toBe(0);
    expect(interruption.callbacks.size).toBe(0);
    await publish('a', 1);
  });

  test('whose client hung up before it could be parked is not parked', async () => {
    const { clock, subscribe } = originNetwork();
    const { t } = await subscribe('a');
    const { pending } = clock;
    const interruption = new TestInterruption();
    interruption.abort();
    expect((await subscribe('a', { tt: t.t }, { interruption })).m).toEqual([]);
    expect(clock.pending).toBe(pending);
  });

  test('that is answered leaves neither a timer nor a callback', async () => {
    const { clock, publish, subscribe } = originNetwork();
    const { t } = await subscribe('a');
    const interruption = new TestInterruption();
    const poll = subscribe('a', { tt: t.t }, { interruption });
    await isPending(poll);
    await publish('a', 1);
    await poll;
    expect(clock.pending).toBe(0);
    expect(interruption.callbacks.size).toBe(0);
  });
});

describe('names', () => {
  test.each([
    ['a,b', ['a', 'b']],
    ['a', ['a']],
    [',', []],
    ['a,,a', ['a']],
  ])('the list %j hears %j', async (names, heard) => {
    const { publish, subscribe, drain } = originNetwork();
    const { t } = await subscribe('x');
    await publish('a', 1);
    await publish('b', 1);
    const { m } = names === ',' ? { m: [] } : await drain(names, t.t);
    expect(m.map(({ c }) => c)).toEqual(heard);
  });

  test.each([
    ['separators that are encoded', '/v2/subscribe/demo/a%2Cb/0'],
    ['plain separators', '/v2/subscribe/demo/a,b/0'],
  ])('a list may have %s', async (_name, path) => {
    const { publish, subscribe, send } = originNetwork();
    const { t } = await subscribe('x');
    await publish('a', 1);
    await publish('b', 2);
    const { json } = await send(`${path}?tt=${t.t}`);
    expect(json).toMatchObject({ m: [{ c: 'a' }, { c: 'b' }] });
  });

  test.each([
    ['news.*', 'news.a', true],
    ['news.*', 'news.a.b.c', true],
    ['news.a.*', 'news.a.b', true],
    ['news.a.*', 'news.b.b', false],
    ['news.*', 'news', false],
    ['news.*', 'news.', false],
    ['news.*', 'newsx.a', false],
    ['news.*', 'news..', true],
    ['news*', 'newsa', false],
    ['.a.*', '.a.b', true],
    ['*', 'a', false],
    ['.*', '.a', false],
    ['news.*', 'news.a-pnpres', false],
  ])('%s covers %s: %s', async (wildcard, channel, covered) => {
    const { origin, publish, presence, subscribe, drain } = originNetwork();
    const { t } = await subscribe(wildcard);
    const live = subscribe(wildcard, { tt: t.t });
    await isPending(live);
    if (channel.endsWith('-pnpres')) await presence(channel.slice(0, -7), 'heartbeat', { uuid: 'u' });
    else await publish(channel, 1);
    const expected = covered ? [[channel, wildcard, 1]] : [];
    expect(matches((await drain(wildcard, t.t)).m)).toEqual(expected);
    await origin.close();
    expect(matches((await live).m)).toEqual(expected);
  });

  test('hundreds of wildcards side by side may be subscribed to, and as many nested ones as allowed', async () => {
    const { send } = originNetwork();
    const beside = Array.from({ length: 300 }, (_, index) => `n${index}.*`).join(',');
    const list = `${beside},${nested(8)},${nested(8, '-pnpres')}`;
    expect((await send(`/v2/subscribe/demo/${list}/0`)).status).toBe(200);
  });

  test('a message has at most a copy for its name, for each wildcard and for each group', async () => {
    const { group, publish, subscribe, drain } = originNetwork();
    const channel = `${'a.'.repeat(40)}x`;
    const groups = Array.from({ length: 10 }, (_, index) => `g${index}`);
    for (const name of groups) await group(name, `${channel},${nested(40)}`);
    const names = `${channel},${nested(8)}`;
    const { t } = await subscribe('x');
    await publish(channel, 1);
    const { m } = await drain(names, t.t, { 'channel-group': groups.join(',') });
    expect(m.map(({ b }) => b).toSorted()).toEqual([...names.split(','), ...groups].toSorted());
  });

  test('one copy arrives for each subscribed name that matches, together', async () => {
    const { publish, subscribe, drain } = originNetwork();
    const names = 'a.b.c,a.*,a.b.*,x.*';
    const { t } = await subscribe(names);
    const live = subscribe(names, { tt: t.t });
    await isPending(live);
    await publish('a.b.c', 1);
    for (const answer of [await drain(names, t.t), await live]) {
      expect(matches(answer.m).sort()).toEqual([
        ['a.b.c', 'a.*', 1],
        ['a.b.c', 'a.b.*', 1],
        ['a.b.c', 'a.b.c', 1],
      ]);
    }
  });

  test('unknown parameters are ignored, bad escapes in them included', async () => {
    const { send } = originNetwork();
    expect((await send('/v2/subscribe/demo/a/0?l_sub=0.1&requestid=%zz&signature=v2.x&=&&auth')).status).toBe(
      200,
    );
  });
});

describe('channel groups', () => {
  async function groupNetwork() {
    const network = originNetwork();
    const { MemoryEngine } = await import('../../../src/origin/index.ts');
    const store = new MemoryEngine({ clock: network.clock, random: () => 0.5 });
    const { groups } = store.shard('demo', { announceMax: 20, leaseMs: 300_000 });
    return { ...originNetwork({ store, clock: network.clock }), groups, clock: network.clock };
  }

  test('deliver the messages of their channels under the group’s name', async () => {
    const { groups, publish, subscribe } = await groupNetwork();
    await groups.change('g', ['a', 'b'], []);
    const { t } = await subscribe(',', { 'channel-group': 'g' });
    const poll = subscribe(',', { 'channel-group': 'g', tt: t.t });
    await isPending(poll);
    await publish('b', 1);
    expect(matches((await poll).m)).toEqual([['b', 'g', 1]]);
  });

  test('deliver one copy per name, group and channel', async () => {
    const { groups, publish, subscribe } = await groupNetwork();
    await groups.change('g', ['a'], []);
    await groups.change('h', ['a'], []);
    const { t } = await subscribe('a', { 'channel-group': 'g,h' });
    await publish('a', 1);
    const { m } = await subscribe('a', { 'channel-group': 'g,h', tt: t.t });
    expect(matches(m)).toEqual([
      ['a', 'a', 1],
      ['a', 'g', 1],
      ['a', 'h', 1],
    ]);
  });

  test('deliver one copy for a channel and one for a group of the same name', async () => {
    const { groups, publish, subscribe } = await groupNetwork();
    await groups.change('a', ['a', 'x.*', 'x.y'], []);
    const { t } = await subscribe('a', { 'channel-group': 'a' });
    await publish('a', 1);
    await publish('x.y', 2);
    const { m } = await subscribe('a', { 'channel-group': 'a', tt: t.t });
    expect(matches(m)).toEqual([
      ['a', 'a', 1],
      ['a', 'a', 1],
      ['x.y', 'a', 2],
    ]);
  });

  test('deliver presence under the group’s presence name', async () => {
    const { groups, presence, subscribe } = await groupNetwork();
    await groups.change('g', ['a'], []);
    const { t } = await subscribe(',', { 'channel-group': 'g-pnpres' });
    const poll = subscribe(',', { 'channel-group': 'g-pnpres', tt: t.t });
    await isPending(poll);
    await presence('a', 'heartbeat', { uuid: 'u' });
    expect(matches((await poll).m)).toMatchObject([['a-pnpres', 'g-pnpres', { action: 'join' }]]);
  });

  test('that change while a poll is held change what it hears', async () => {
    const { groups, publish, subscribe } = await groupNetwork();
    await groups.change('g', ['a'], []);
    const { t } = await subscribe(',', { 'channel-group': 'g' });
    const poll = subscribe(',', { 'channel-group': 'g', tt: t.t });
    await isPending(poll);
    await publish('b', 'too early');
    await groups.change('g', ['b'], ['a']);
    expect(await isPending(poll)).toBe(true);
    await publish('a', 'too late');
    expect(await isPending(poll)).toBe(true);
    await publish('b', 'now');
    expect(matches((await poll).m)).toEqual([['b', 'g', 'now']]);
  });

  test('that are changed again keep what a channel’s members could hear', async () => {
    const { groups, publish, subscribe, drain } = await groupNetwork();
    const { t } = await subscribe('x');
    await groups.change('g', ['a'], []);
    await publish('a', 1);
    await groups.change('g', ['a', 'b'], []);
    expect((await subscribe(',', { 'channel-group': 'g', tt: t.t })).m).toHaveLength(1);
    expect((await drain('g', t.t)).m).toEqual([]);
  });

  test('hold an empty poll no longer when they change', async () => {
    const { clock, groups, subscribe } = await groupNetwork();
    const { t } = await subscribe(',', { 'channel-group': 'g' });
    const poll = subscribe(',', { 'channel-group': 'g', tt: t.t });
    await clock.advance(200_000);
    await groups.change('g', ['a'], []);
    await clock.advance(HOLD - 200_000);
    expect((await poll).m).toEqual([]);
  });

  test('make their user present on their channels', async () => {
    const { groups, subscribe, drain } = await groupNetwork();
    await groups.change('g', ['a'], []);
    const { t } = await subscribe('a-pnpres');
    await subscribe(',', { 'channel-group': 'g', uuid: 'u', state: '{"g":{"x":1}}' });
    expect((await drain('a-pnpres', t.t)).m[0]?.d).toMatchObject({
      action: 'join',
      uuid: 'u',
      data: { x: 1 },
    });
  });
});

describe('a cursor', () => {
  test('up to five seconds ahead of the origin lifts the log above itself', async () => {
    const { publish, subscribe } = originNetwork();
    const ahead = '17000000040000000';
    const poll = subscribe('a', { tt: ahead });
    await isPending(poll);
    const stamp = await publish('a', 1);
    expect(stamp > ahead).toBe(true);
    expect(payloads((await poll).m)).toEqual([1]);
  });

  test.each([['17000000060000000'], ['99999999999999999'], ['9999999999999999999']])(
    '%s, far ahead, is taken for the newest one and moves nothing',
    async (tt) => {
      const { publish, subscribe } = originNetwork();
      await publish('a', 'before');
      const poll = subscribe('a', { tt });
      await isPending(poll);
      const stamp = await publish('a', 1);
      expect(stamp < '17000000010000000').toBe(true);
      const answer = await poll;
      expect(payloads(answer.m)).toEqual([1]);
      expect(answer.t.t).toBe(stamp);
    },
  );

  test('is never answered with a smaller one', async () => {
    const { clock, publish, subscribe } = originNetwork({ limits: { holdSeconds: 1 } });
    await publish('a', 'before');
    const ahead = '17000000040000000';
    const poll = subscribe('a', { tt: ahead });
    await clock.advance(1_000);
    expect((await poll).t.t).toBe(ahead);
  });

  test('of fewer than seventeen digits is older than everything', async () => {
    const { publish, subscribe } = originNetwork();
    await publish('a', 1);
    expect(payloads((await subscribe('a', { tt: '1' })).m)).toEqual([1]);
  });
});
