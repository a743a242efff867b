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
  await presence.touch([{ user: 'ann', channels: ['room', 'hall'] }]);
  await presence.touch([{ user: 'bob', channels: ['room'], states: new Map([['room', '{"x":1}']]) }]);
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

test('all of 2 501 users are read page by page; one answer has 1 000 and says so', async () => {
  const clock = new VirtualClock();
  const store = new MemoryEngine({ clock, random: () => 0.5 });
  const { presence } = store.shard('demo', { announceMax: 20, leaseMs: 300_000 });
  const users = Array.from({ length: 2_501 }, (_, index) => `user-${index}`);
  for (const user of users) await presence.touch([{ user, channels: ['crowd'] }]);
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
