import { describe, expect, test } from 'vitest';
import type { WireEnvelope } from '../../../src/protocol/envelope.ts';
import { isPending, originNetwork, TestInterruption } from '../../support/origin-network.ts';

const heard = (envelopes: readonly WireEnvelope[]) => envelopes.map(({ c, b, d }) => [c, b, d]);
const actions = (envelopes: readonly WireEnvelope[]) =>
  envelopes.map(({ c, b, d }) => {
    const { action, uuid, occupancy } = d as Record<string, unknown>;
    return [c, b, `${action} ${uuid} ${occupancy}`];
  });

/** An origin whose groups are changed by the calls that clients send. */
function network() {
  const net = originNetwork();
  const change = async (rest: string) => {
    const reply = await net.send(`/v1/channel-registration/sub-key/demo/channel-group/${rest}`);
    expect(reply.status).toBe(200);
  };
  const poll = (groups: string, tt: string, query = {}) =>
    net.subscribe(',', { 'channel-group': groups, tt, ...query });
  const handshake = async (groups: string, query = {}) => (await poll(groups, '0', query)).t.t;
  return { ...net, change, poll, handshake };
}

describe('a held poll on a group', () => {
  test.each(['g?add=a', 'g?add=x,a,y'])('hears from a channel that is added meanwhile: %s', async (call) => {
    const { change, handshake, poll, publish } = network();
    const answer = poll('g', await handshake('g'));
    await isPending(answer);
    await publish('a', 'before');
    await change(call);
    expect(await isPending(answer)).toBe(true);
    await publish('a', 'after');
    expect(heard((await answer).m)).toEqual([['a', 'g', 'after']]);
  });

  test.each(['g?remove=a', 'g/remove'])('hears no more from a channel that is removed: %s', async (call) => {
    const { change, handshake, poll, publish } = network();
    await change('g?add=a');
    await change('h?add=b');
    const answer = poll('g,h', await handshake('g,h'));
    await isPending(answer);
    await change(call);
    await publish('a', 'too late');
    expect(await isPending(answer)).toBe(true);
    await publish('b', 'still there');
    expect(heard((await answer).m)).toEqual([['b', 'h', 'still there']]);
  });

  test('hears again from a channel that was removed and added, but not of the time between', async () => {
    const { change, handshake, poll, publish } = network();
    await change('g?add=a');
    const answer = poll('g', await handshake('g'));
    await isPending(answer);
    for (const [call, text] of [
      ['g?remove=a', 'without'],
      ['g?add=a', 'with'],
    ] as const) {
      await change(call);
      await publish('a', text);
    }
    expect(heard((await answer).m)).toEqual([['a', 'g', 'with']]);
  });

  test('takes no notice of changes that change nothing, or of other groups', async () => {
    const { change, clock, handshake, poll, publish } = network();
    await change('g?add=a');
    const answer = poll('g', await handshake('g'));
    for (const call of ['g?add=a', 'g?remove=b', 'other?add=a', 'other/remove', 'nobody/remove']) {
      await change(call);
      expect(await isPending(answer)).toBe(true);
    }
    await clock.advance(1_000);
    await publish('a', 1);
    expect(heard((await answer).m)).toEqual([['a', 'g', 1]]);
  });

  test('loses nothing of its other channels to many changes', async () => {
    const { change, handshake, poll, publish } = network();
    await change('g?add=steady');
    let tt = await handshake('g');
    const got: unknown[] = [];
    for (let round = 0; round < 30; round++) {
      const answer = poll('g', tt);
      // All at once: in whatever order the origin comes to them.
      await Promise.all([
        change(round % 2 === 0 ? 'g?add=now-and-then' : 'g?remove=now-and-then'),
        publish('steady', round),
      ]);
      const { t, m } = await answer;
      tt = t.t;
      got.push(...m.map(({ d }) => d));
    }
    expect(got).toEqual(Array.from({ length: 30 }, (_, index) => index));
  });

  test('hears from a channel that is added while it is on its way', async () => {
    for (let turns = 0; turns < 12; turns++) {
      const { change, handshake, poll, publish } = network();
      await change('g?add=a');
      const answer = poll('g', await handshake('g', { uuid: 'u' }), { uuid: 'u' });
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      await change('g?add=b');
      await publish('b', 1);
      expect(heard((await answer).m), `${turns} turns later`).toEqual([['b', 'g', 1]]);
    }
  });
});

describe('between two polls', () => {
  test('a group gains and loses channels all the same', async () => {
    const { change, handshake, poll, publish } = network();
    await change('g?add=a');
    const tt = await handshake('g');
    await publish('b', 'before');
    await change('g?add=b');
    await publish('b', 'after');
    expect(heard((await poll('g', tt)).m)).toEqual([['b', 'g', 'after']]);
    await change('g?remove=b');
    await publish('a', 'last');
    expect(heard((await poll('g', tt)).m)).toEqual([['a', 'g', 'last']]);
  });

  test('a wildcard in a group covers what it covers by itself, once', async () => {
    const { change, handshake, poll, publish } = network();
    await change('g?add=n.*,n.x');
    const tt = await handshake('g');
    await publish('n.y.z', 1);
    await publish('n', 2);
    expect(heard((await poll('g', tt)).m)).toEqual([['n.y.z', 'g', 1]]);
  });

  test('a channel that several wildcards of a group cover is heard from once under the group', async () => {
    const { change, handshake, poll, publish } = network();
    await change('g?add=n.*,n.x.*,n.x.y');
    await change('h?add=n.x.*');
    const tt = await handshake('g,h');
    await publish('n.x.y', 1);
    expect(heard((await poll('g,h', tt)).m)).toEqual([
      ['n.x.y', 'g', 1],
      ['n.x.y', 'h', 1],
    ]);
  });
});

describe('presence through a group', () => {
  test('is told under the names of both presences, and only to who asks for it', async () => {
    const { change, handshake, poll, presence, publish } = network();
    await change('g?add=a,b');
    const tt = await handshake('g,g-pnpres', { uuid: 'watcher' });
    await presence('b', 'heartbeat', { uuid: 'u' });
    await presence('b', 'leave', { uuid: 'u' });
    await publish('b', 1);
    const { m } = await poll('g,g-pnpres', tt, { uuid: 'watcher' });
    expect(actions(m.filter(({ c }) => c.endsWith('-pnpres')))).toEqual([
      ['a-pnpres', 'g-pnpres', 'join watcher 1'],
      ['b-pnpres', 'g-pnpres', 'join watcher 1'],
      ['b-pnpres', 'g-pnpres', 'join u 2'],
      ['b-pnpres', 'g-pnpres', 'leave u 1'],
    ]);
    expect(heard((await poll('g', tt)).m)).toEqual([['b', 'g', 1]]);
  });

  test('is told of a channel that is added while a poll is held, its own join first', async () => {
    const { change, handshake, poll, presence } = network();
    const first = poll('g,g-pnpres', await handshake('g,g-pnpres', { uuid: 'watcher' }), { uuid: 'watcher' });
    await isPending(first);
    await change('g?add=a');
    const { t, m } = await first;
    expect(actions(m)).toEqual([['a-pnpres', 'g-pnpres', 'join watcher 1']]);
    const second = poll('g,g-pnpres', t.t, { uuid: 'watcher' });
    await isPending(second);
    await presence('a', 'heartbeat', { uuid: 'u' });
    expect(actions((await second).m)).toEqual([['a-pnpres', 'g-pnpres', 'join u 2']]);
  });

  test('ends with a timeout on a channel that was removed, and goes on in the others', async () => {
    const { change, clock, handshake, poll, subscribe } = network();
    await change('g?add=a,b');
    const names = 'a-pnpres,b-pnpres';
    const { t } = await subscribe(names);
    const own = poll('g', await handshake('g', { uuid: 'u', heartbeat: 20 }), { uuid: 'u', heartbeat: 20 });
    await isPending(own);
    expect(actions((await subscribe(names, { tt: t.t })).m)).toHaveLength(2);
    await change('g?remove=a');
    const later = (await subscribe(names, { tt: t.t })).t.t;
    const watcher = subscribe(names, { tt: later });
    await clock.advance(60_000);
    expect(actions((await watcher).m)).toEqual([['a-pnpres', 'a-pnpres', 'timeout u 0']]);
    expect(await isPending(own)).toBe(true);
  });

  test('of a channel can be a member of the group, which makes nobody present on it', async () => {
    const { change, drain, handshake, poll, presence, subscribe } = network();
    await change('g?add=a-pnpres');
    const { t } = await subscribe('a-pnpres-pnpres');
    const answer = poll('g', await handshake('g', { uuid: 'watcher' }), { uuid: 'watcher' });
    await isPending(answer);
    await presence('a', 'heartbeat', { uuid: 'u' });
    expect(actions((await answer).m)).toEqual([['a-pnpres', 'g', 'join u 1']]);
    expect((await drain('a-pnpres-pnpres', t.t)).m).toEqual([]);
  });

  test('is nobody’s who has hung up before the poll was looked at', async () => {
    const { change, drain, handshake, presence, subscribe } = network();
    await change('g?add=a');
    const tt = await handshake('g', { uuid: 'u' });
    const { t } = await subscribe('a-pnpres');
    const interruption = new TestInterruption();
    const answer = subscribe(',', { 'channel-group': 'g', tt, uuid: 'u' }, { interruption });
    const left = presence(',', 'leave', { uuid: 'u', 'channel-group': 'g' });
    interruption.abort();
    await Promise.all([answer, left]);
    expect(actions((await drain('a-pnpres', t.t)).m)).toEqual([['a-pnpres', 'a-pnpres', 'leave u 0']]);
  });

  test.each(['heartbeat', 'leave'] as const)('a %s of a group is one of its channels', async (verb) => {
    const { change, drain, presence, subscribe } = network();
    await change('g?add=a,b');
    await presence('a,b', 'heartbeat', { uuid: 'there' });
    const { t } = await subscribe('a-pnpres,b-pnpres');
    const uuid = verb === 'leave' ? 'there' : 'new';
    await presence(',', verb, { uuid, 'channel-group': 'g' });
    const { m } = await drain('a-pnpres,b-pnpres', t.t);
    const said = verb === 'leave' ? 'leave there 0' : 'join new 2';
    expect(actions(m).map(([channel, , text]) => [channel, text])).toEqual([
      ['a-pnpres', said],
      ['b-pnpres', said],
    ]);
  });
});
