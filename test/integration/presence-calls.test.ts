import PeerClient from 'pubnub';
import { describe, expect, test } from 'vitest';
import { PubNub } from '../../src/index.ts';
import { MemoryEngine } from '../../src/origin/index.ts';
import { serveOrigin } from '../support/integration-origin.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const KEYS = { subscribeKey: 'demo', publishKey: 'demo', ssl: false } as const;
const MOOD = { mood: 'ünwell 😀', more: { nested: [null, 1.5] } };

/** Both makers' clients of one user on one origin with `room` (ann, bob) and `hall` (ann); group `house` has both. */
async function house() {
  const clock = new VirtualClock();
  const store = new MemoryEngine({ clock, random: () => 0.5 });
  const { groups, presence } = store.shard('demo', { announceMax: 20, leaseMs: 300_000 });
  await groups.change('house', ['room', 'hall'], []);
  const system = await serveOrigin({ store, clock });
  await presence.touch({ user: 'ann', channels: ['room', 'hall'] });
  await presence.touch({ user: 'bob', channels: ['room'], states: new Map([['room', '{"x":1}']]) });
  const options = { ...KEYS, userId: 'ann', origin: system.host };
  const ours = new PubNub(options);
  const theirs = new PeerClient(options);
  return {
    ours,
    theirs,
    [Symbol.asyncDispose]: async () => {
      await ours.close();
      theirs.stop();
      await system[Symbol.asyncDispose]();
      await store.close();
    },
  };
}

interface Row {
  readonly name: string;
  readonly ours: (client: PubNub) => { execute(): Promise<unknown> };
  readonly theirs: (client: PeerClient) => Promise<unknown>;
}

const ROWS: readonly Row[] = [
  {
    name: 'here now of a channel',
    ours: (client) => client.hereNow().channels('room'),
    theirs: (client) => client.hereNow({ channels: ['room'] }),
  },
  {
    name: 'here now of a channel where nobody is',
    ours: (client) => client.hereNow().channels('cellar'),
    theirs: (client) => client.hereNow({ channels: ['cellar'] }),
  },
  {
    name: 'here now of channels',
    ours: (client) => client.hereNow().channels('hall', 'cellar', 'room'),
    theirs: (client) => client.hereNow({ channels: ['hall', 'cellar', 'room'] }),
  },
  {
    name: 'here now of a group',
    ours: (client) => client.hereNow().channelGroups('house'),
    theirs: (client) => client.hereNow({ channelGroups: ['house'] }),
  },
  {
    name: 'here now of a channel and groups, one of which does not exist',
    ours: (client) => client.hereNow().channels('cellar').channelGroups('house', 'none'),
    theirs: (client) => client.hereNow({ channels: ['cellar'], channelGroups: ['house', 'none'] }),
  },
  {
    name: 'here now everywhere',
    ours: (client) => client.hereNow(),
    theirs: (client) => client.hereNow({}),
  },
  {
    name: 'here now everywhere, without users',
    ours: (client) => client.hereNow().includeUuids(false),
    theirs: (client) => client.hereNow({ includeUUIDs: false }),
  },
  {
    name: 'here now without users',
    ours: (client) => client.hereNow().channels('room').includeUuids(false),
    theirs: (client) => client.hereNow({ channels: ['room'], includeUUIDs: false }),
  },
  {
    name: 'where now',
    ours: (client) => client.whereNow(),
    theirs: (client) => client.whereNow({}),
  },
  {
    name: 'where now of another user',
    ours: (client) => client.whereNow({ uuid: 'bob' }),
    theirs: (client) => client.whereNow({ uuid: 'bob' }),
  },
  {
    name: 'where now of a user who is nowhere',
    ours: (client) => client.whereNow({ uuid: 'no body/1' }),
    theirs: (client) => client.whereNow({ uuid: 'no body/1' }),
  },
  {
    name: 'get state of a channel',
    ours: (client) => client.getState().channels('room').uuid('bob'),
    theirs: (client) => client.getState({ channels: ['room'], uuid: 'bob' }),
  },
  {
    name: 'get state where there is none',
    ours: (client) => client.getState().channels('hall'),
    theirs: (client) => client.getState({ channels: ['hall'] }),
  },
  {
    name: 'set state',
    ours: (client) => client.setState().channels('room').channelGroups('house').state(MOOD),
    theirs: (client) => client.setState({ channels: ['room'], channelGroups: ['house'], state: MOOD }),
  },
];

test.each(ROWS)('$name is the same for both clients', async ({ ours, theirs }) => {
  await using system = await house();
  const expected = await theirs(system.theirs);
  expect(await ours(system.ours).execute()).toEqual(expected);
});

describe('what one client sets, the other one sees', () => {
  test('for a channel', async () => {
    await using system = await house();
    await system.ours.setState().channels('room').state(MOOD).execute();
    expect(await system.theirs.getState({ channels: ['room'] })).toEqual({ channels: { room: MOOD } });
    await system.theirs.setState({ channels: ['room'], state: { x: 2 } });
    expect(await system.ours.getState().channels('room').execute()).toEqual({ channels: { room: { x: 2 } } });
  });

  test('with a heartbeat, which makes the user present', async () => {
    await using system = await house();
    const { state } = await system.ours.setState().channels('attic').state(MOOD).withHeartbeat().execute();
    expect(state).toEqual(MOOD);
    expect(await system.theirs.whereNow({})).toEqual({ channels: ['room', 'hall', 'attic'] });
    await system.theirs.setState({ channels: ['loft'], state: MOOD, withHeartbeat: true });
    const { channels } = await system.ours.hereNow().channels('attic', 'loft').includeState(true).execute();
    const occupants = [{ uuid: 'ann', state: MOOD }];
    expect(channels).toEqual({
      attic: { name: 'attic', occupancy: 1, occupants },
      loft: { name: 'loft', occupancy: 1, occupants },
    });
  });
});

describe('where the other client goes wrong', () => {
  test('the states of several channels are wrapped once', async () => {
    await using system = await house();
    const channels = { room: { x: 1 }, hall: {} };
    const asked = { channels: ['room', 'hall'], uuid: 'bob' };
    expect(await system.theirs.getState(asked)).toEqual({ channels: { channels } });
    expect(await system.ours.getState(asked).execute()).toEqual({ channels });
  });

  test('a user without state has the state null', async () => {
    await using system = await house();
    const { channels } = await system.ours.hereNow().channels('room').includeState(true).execute();
    expect(channels['room']?.occupants).toStrictEqual([
      { uuid: 'ann', state: null },
      { uuid: 'bob', state: { x: 1 } },
    ]);
    expect(await system.theirs.hereNow({ channels: ['room'], includeState: true })).toMatchObject({
      channels: { room: { occupants: [{ uuid: 'ann', state: undefined }, { state: { x: 1 } }] } },
    });
  });
});

test('all of 2 501 users are read page by page; one answer has 1 000 and says so', async () => {
  const clock = new VirtualClock();
  const store = new MemoryEngine({ clock, random: () => 0.5 });
  const { presence } = store.shard('demo', { announceMax: 20, leaseMs: 300_000 });
  const users = Array.from({ length: 2_501 }, (_, index) => `user-${index}`);
  for (const user of users) await presence.touch({ user, channels: ['crowd'] });
  await using system = await serveOrigin({ store, clock });
  await using pubnub = new PubNub({ ...KEYS, userId: 'ann', origin: system.host });
  const { channels } = await pubnub.hereNow().channels('crowd').limit(5_000).execute();
  expect(channels['crowd']).toMatchObject({ occupancy: 2_501, next: 1_000 });
  const seen: string[] = [];
  for await (const page of pubnub.hereNow().channels('crowd').pages())
    for (const { uuid } of page.channels['crowd']?.occupants ?? []) seen.push(uuid);
  expect(seen).toEqual(users);
  await store.close();
});
