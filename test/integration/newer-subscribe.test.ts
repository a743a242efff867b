import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WireEnvelope } from '../../src/protocol/envelope.ts';
import { JS, openWire, PYTHON, type Wire } from '../support/integration-wire.ts';

// Raw requests, written as clients of other makers and versions write them (docs/reference/protocol.md).

let wire: Wire;

beforeAll(async () => {
  wire = await openWire();
});

afterAll(() => wire[Symbol.asyncDispose]());

// How a newer JavaScript client tells what an entry is, and whether it was asked for.
function readAsJavaScript({ c, b, e }: WireEnvelope, names: readonly string[]): string {
  if (!names.includes(b ?? c)) return 'dropped';
  if (e === undefined) return c.endsWith('-pnpres') ? 'presence' : 'message';
  return ['file', 'signal', 'objects', 'action', 'file'][e] ?? 'file';
}

describe('a handshake is answered at once, with a cursor and nothing else', () => {
  test.each([
    ['without a timetoken, as an event engine', 'a,b', `ee=&uuid=u&${JS}`],
    ['with timetoken 0', 'a,b', `tt=0&uuid=u&${PYTHON}`],
    ['with an empty timetoken', 'a', 'tt=&uuid=u'],
    ['with ee=1 and a presence timeout', 'a', `ee=1&heartbeat=20&tt=0&uuid=u&${PYTHON}`],
    ['without heartbeat and user', 'a', 'ee='],
    ['with an empty user', 'a', 'ee=&uuid='],
    ['of a shared worker', 'a', `on-demand=1&ee=&uuid=u&${JS}`],
    ['with sorted names and their presence', 'a,a-pnpres,b,b-pnpres', `ee=&uuid=u&${JS}`],
    ['with encoded separators', 'a%2Cb%2Ca-pnpres', 'uuid=u'],
    ['with names twice and empty ones', 'a,,a,b,', 'uuid=u'],
    ['of groups only', ',', `channel-group=friends%2Cfoes&ee=&uuid=u&${JS}`],
    ['of groups only, encoded', '%2C', 'channel-group=friends&uuid=u'],
    [
      'of groups with bare separators',
      ',',
      `tt=0&channel-group=friends,foes,friends-pnpres&uuid=u&${PYTHON}`,
    ],
    ['of a group that nobody knows', ',', 'channel-group=strangers&uuid=u'],
    ['of channels and groups', 'a', 'channel-group=friends&uuid=u'],
    ['of a wildcard', 'news.%2A,news.%2A-pnpres', `ee=&uuid=u&${JS}`],
    ['of a wildcard as it is', 'news.*,news.*-pnpres', `tt=0&uuid=u&${PYTHON}`],
    ['of a bare tilde and other signs', "a~b!'()*:@$;=+&|", `tt=0&uuid=u&${PYTHON}`],
    ['with a region, after the list changed', 'a,b', 'tt=0&tr=12&uuid=u'],
    ['with state', 'a', `ee=&uuid=u&state=${encodeURIComponent('{"a":{"mood":"ok"}}')}`],
    ['with empty state', 'a', 'ee=&uuid=u&state=%7B%7D'],
    ['with keys for another kind of access', 'a', 'ee=&uuid=u&auth=t%3D&timestamp=1&signature=v2.x'],
    ['with parameters that nobody knows', 'a', 'x&y=&=z&&uuid=u&uuid=v&%zz=%zz&instanceid=pn-1'],
    ['with another callback', 'a', 'uuid=u&callback=f'],
  ])('%s', async (_what, names, query) => {
    const answer = await wire.subscribe(names, query);
    expect(answer).toEqual({
      t: { t: expect.stringMatching(/^\d{17}$/), r: expect.any(Number) },
      m: [],
      // Our own addition: there are streams too.
      s: 1,
    });
    expect(answer.t.r).toBeGreaterThan(0);
  });
});

describe('what newer clients receive', () => {
  test('a message has no e, string timetokens, and the name that was asked for', async () => {
    const channel = wire.channel();
    const first = await wire.subscribe(channel, `ee=&uuid=u&${JS}`);
    const meta = encodeURIComponent('{"a": 2, "b": "qwer"}');
    const at = await wire.publish(
      channel,
      { such: 'object' },
      `uuid=sender&meta=${meta}&custom_message_type=text_1&seqn=7`,
    );
    const { t, m } = await wire.subscribe(channel, `tt=${first.t.t}&tr=${first.t.r}&ee=&uuid=u&${JS}`);
    expect(m).toEqual([
      {
        a: expect.any(String),
        f: expect.any(Number),
        i: 'sender',
        s: 7,
        p: { t: at, r: t.r },
        k: 'demo',
        c: channel,
        b: channel,
        d: { such: 'object' },
        u: { a: 2, b: 'qwer' },
        cmt: 'text_1',
      },
    ]);
    expect(t.t >= at).toBe(true);
    expect(t.r).toBe(first.t.r);
  });

  test.each([
    ['its own name', 'plain', '', 'plain', 'plain'],
    ['its own name as a list', 'other,plain-2', '', 'plain-2', 'plain-2'],
    ['a wildcard', 'news.%2A', '', 'news.world', 'news.*'],
    ['a deep wildcard', 'deep.%2A', '', 'deep.a.b', 'deep.*'],
    ['a group', ',', 'channel-group=friends&', 'bob', 'friends'],
  ])('an entry that matches by %s says so in b', async (_what, path, groups, channel, match) => {
    const { t } = await wire.subscribe(path, `${groups}ee=&uuid=u`);
    await wire.publish(channel, 'hey');
    const { m } = await wire.subscribe(path, `${groups}tt=${t.t}&tr=${t.r}&ee=&uuid=u`);
    expect(m.map(({ c, b, d }) => ({ c, b, d }))).toEqual([{ c: channel, b: match, d: 'hey' }]);
    expect(m.map((entry) => readAsJavaScript(entry, [match]))).toEqual(['message']);
  });

  test('an entry that matches twice comes once for each match, in the names that were asked for', async () => {
    const query = 'channel-group=friends&ee=&uuid=u';
    const { t } = await wire.subscribe('alice,bob', query);
    const at = await wire.publish('bob', 'hey');
    const { m } = await wire.subscribe('alice,bob', `${query}&tt=${t.t}&tr=${t.r}`);
    expect(m.map(({ c, b, p }) => [c, b, p.t])).toEqual([
      ['bob', 'bob', at],
      ['bob', 'friends', at],
    ]);
  });

  test('messages, signals and presence are told apart by e and by the name alone', async () => {
    const channel = wire.channel();
    const names = [channel, `${channel}-pnpres`];
    const { t } = await wire.subscribe(names.join(','), `ee=&uuid=me-${channel}&${JS}`);
    await wire.publish(channel, 'a string');
    await wire.get(`/signal/demo/demo/0/${channel}/0/%22typing%22?uuid=sender&custom_message_type=mood`);
    await wire.publish(channel, { event: 'added', action: 'join' });
    await wire.get(`/v2/presence/sub-key/demo/channel/${channel}/leave?uuid=me-${channel}&ee=1`);
    const { m } = await wire.subscribe(names.join(','), `tt=${t.t}&tr=${t.r}&ee=&${JS}`);
    expect(m.map((entry) => readAsJavaScript(entry, names))).toEqual([
      'presence',
      'message',
      'signal',
      'message',
      'presence',
    ]);
    expect(m.filter((entry) => 'e' in entry).map(({ e, d, cmt }) => ({ e, d, cmt }))).toEqual([
      { e: 1, d: 'typing', cmt: 'mood' },
    ]);
    const [join, , , , leave] = m;
    const event = { uuid: `me-${channel}`, timestamp: expect.any(Number) };
    expect(join).toMatchObject({ c: names[1], b: names[1], d: { action: 'join', occupancy: 1, ...event } });
    expect(leave).toMatchObject({ c: names[1], b: names[1], d: { action: 'leave', occupancy: 0, ...event } });
    expect(join).not.toHaveProperty('i');
  });

  test('presence through a group and through a wildcard carries their presence names', async () => {
    const names = 'lobby.%2A-pnpres';
    const query = 'channel-group=foes-pnpres&ee=';
    const { t } = await wire.subscribe(names, query);
    await wire.get(
      `/v2/presence/sub-key/demo/channel/carol,lobby.1/heartbeat?heartbeat=12&uuid=visitor&ee=1&${PYTHON}`,
    );
    const { m } = await wire.subscribe(names, `${query}&tt=${t.t}&tr=${t.r}`);
    expect(m.map(({ c, b, d }) => [c, b, (d as { action: string }).action])).toEqual([
      ['carol-pnpres', 'foes-pnpres', 'join'],
      ['lobby.1-pnpres', 'lobby.*-pnpres', 'join'],
    ]);
    await wire.get('/v2/presence/sub-key/demo/channel/carol,lobby.1/leave?uuid=visitor');
  });

  test('a client that adds a channel by a new handshake misses nothing of the old one', async () => {
    const channel = wire.channel();
    const { t } = await wire.subscribe(channel, `ee=&uuid=u&${JS}`);
    await wire.publish(channel, 'while away');
    const again = await wire.subscribe(`${channel},${channel}-more`, `ee=&uuid=u&tr=${t.r}&${JS}`);
    expect(again.m).toEqual([]);
    expect(again.t.t > t.t).toBe(true);
    const { m } = await wire.subscribe(
      `${channel},${channel}-more`,
      `tt=${t.t}&tr=${again.t.r}&ee=&uuid=u&${JS}`,
    );
    expect(m.map(({ d }) => d)).toEqual(['while away']);
  });
});
