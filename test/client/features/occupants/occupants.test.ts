import fc from 'fast-check';
import type { Occupant } from 'timetoken';
import { createTestNetwork, type TestNetwork } from 'timetoken/testing';
import { describe, expect, it } from 'vitest';
import { namesOf, questions, watching } from '../../../support/occupants-watch.ts';

/** One step of a random script. */
async function play(network: TestNetwork, what: string, name: string): Promise<void> {
  const steps: Readonly<Record<string, () => unknown>> = {
    join: () => network.join('room', name),
    leave: () => network.leave('room', name),
    // Nobody who is not there times out.
    timeout: () => network.timeout('room', name).catch(() => undefined),
    state: () => network.setState('room', name, { at: network.clock.now(), name }),
    offline: () => network.offline(),
    online: () => network.online(),
    fail: () => network.fail('*', { with: 'reset', times: 3 }),
    wait: () => network.clock.advance(2_500),
  };
  await steps[what]?.();
}

describe('a set of occupants', () => {
  it('begins with everybody, and goes on with what changes', async () => {
    const { network, people, told, names } = watching();
    await network.join('room', 'ann', { name: 'Ann', mood: 'fine' });
    await network.join('room', 'bob');
    await people.synced();
    expect(people).toMatchObject({ size: 2, complete: true });
    expect(told).toEqual(['sync ann', 'join bob']);
    await network.join('room', 'eve');
    await network.leave('room', 'ann');
    await network.setState('room', 'bob', { username: 'Bobby' });
    await network.timeout('room', 'eve');
    expect(told.slice(2)).toEqual(['join eve', 'leave ann', 'update bob', 'leave eve']);
    expect(names()).toEqual(['bob']);
    expect(people.get('bob')).toEqual({ uuid: 'bob', name: 'Bobby', state: { username: 'Bobby' } });
    expect(people.get('ann')).toBeUndefined();
    expect(questions(network)).toBe(1);
  });

  it('makes nobody present, and leaves other subscriptions alone', async () => {
    const { network, pubnub, people } = watching();
    await people.synced();
    expect(pubnub.subscribedChannels).toEqual([]);
    const { channels } = await network.client('other').hereNow().channels('room', 'room-pnpres').execute();
    expect(channels).toMatchObject({ room: { occupancy: 0 } });
    const own = pubnub.subscribe().channels('room').withPresence().execute();
    await own.connected();
    await network.idle();
    expect(namesOf(people)).toEqual(['watcher']);
    await people.close();
    await network.join('room', 'ann');
    expect(own.channels).toEqual(['room']);
    expect(people.size).toBe(1);
  });

  it('is asked again after an outage, spread over seconds, and tells what it missed', async () => {
    const { network, people, told, names } = watching();
    await network.join('room', 'ann');
    await people.synced();
    network.offline();
    await network.clock.advance(1_000);
    expect(people.complete).toBe(false);
    await network.leave('room', 'ann');
    await network.join('room', 'bob', { mood: 'new' });
    network.online();
    const synced = people.synced();
    await network.clock.advance(30_000);
    await synced;
    expect(names()).toEqual(['bob']);
    expect(people.complete).toBe(true);
    expect(told.at(-1)).toBe('sync bob');
    expect(people.get('bob')?.state).toEqual({ mood: 'new' });
    expect(questions(network)).toBe(2);
  });

  it('is eventually exact whatever happens, in single events and in intervals, and asks seldom', async () => {
    const user = fc.integer({ min: 0, max: 40 }).map((number) => `u${number}`);
    const step = fc.oneof(
      fc.tuple(fc.constant('join' as const), user),
      fc.tuple(fc.constant('leave' as const), user),
      fc.tuple(fc.constant('timeout' as const), user),
      fc.tuple(fc.constant('state' as const), user),
      fc.tuple(
        fc.constantFrom('offline' as const, 'online' as const, 'fail' as const, 'wait' as const),
        user,
      ),
    );
    const script = fc.array(step, { minLength: 10, maxLength: 120 });
    const run = async (steps: readonly (readonly [string, string])[], announceMax: number) => {
      const network = createTestNetwork({ limits: { announceMax, announceSeconds: 3 } });
      const pubnub = network.client('watcher', { logger: {} });
      const people = pubnub.occupants('room');
      const model = new Map<string, Occupant>();
      people.on('sync', (all) => {
        // What was told leads to what is there.
        if (model.size > 0) expect(namesOf(model.values())).toEqual(namesOf(all));
        for (const one of all) model.set(one.uuid, one);
      });
      people.on('join', (come) => {
        for (const one of come) model.set(one.uuid, one);
      });
      people.on('leave', (gone) => {
        for (const one of gone) model.delete(one.uuid);
      });
      const started = network.clock.now();
      for (const [what, name] of steps) {
        await play(network, what, name);
      }
      network.online();
      // The pauses of an outage grow to minutes, and faults may be left for the next requests.
      await network.clock.advance(3_600_000);
      const { channels } = await network
        .client('other')
        .hereNow()
        .channels('room')
        .includeState(true)
        .execute();
      const there = channels['room']?.occupants ?? [];
      expect(namesOf(people)).toEqual(there.map(({ uuid }) => uuid).toSorted());
      expect(people.complete).toBe(true);
      // An interval tells no states.
      if (announceMax > 40)
        for (const { uuid, state } of there) expect(people.get(uuid)?.state ?? null).toEqual(state);
      const seconds = (network.clock.now() - started) / 1_000;
      expect(questions(network)).toBeLessThan(6 + seconds / 8);
      await people.close();
      await network.close();
    };
    await fc.assert(fc.asyncProperty(script, fc.constantFrom(0, 5, 15, 100), run), {
      numRuns: Number(process.env['OCCUPANTS_RUNS'] ?? 12),
    });
  });
});
