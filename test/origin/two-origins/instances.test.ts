import { describe, expect, test } from 'vitest';
import { parked, type TwoOriginsOptions, twoOrigins, usersOn } from '../../support/presence-origins.ts';

const ONE = { uuid: 'u', instanceid: 'pn-1', heartbeat: 20 };
const OTHER = { uuid: 'u', instanceid: 'pn-2', heartbeat: 20 };
const STORES: readonly (readonly [string, TwoOriginsOptions])[] = [
  ['in this process', { isLocal: true }],
  ['elsewhere', { isLocal: false }],
];

describe.each(STORES)('clients of one user at two origins, with the store %s', (_, store) => {
  /** A client of the user polls at each origin. */
  async function both() {
    const network = twoOrigins({ ...store, limits: { holdSeconds: 3_000, liveSeconds: 86_400 } });
    const next = await network.observer('c');
    const told = async () =>
      (await next()).map(({ action, uuid, occupancy }) => `${action} ${uuid} ${occupancy}`);
    await parked(network.a.subscribe('c', { ...ONE, tt: 1 }));
    await parked(network.b.subscribe('c', { ...OTHER, tt: 1 }));
    return { ...network, told };
  }

  test('are one user, who has left when both have', async () => {
    const { clock, a, b, told } = await both();
    // Each leave comes to the origin where the other client polls.
    await b.presence('c', 'leave', ONE);
    await clock.advance(600_000);
    expect(await told()).toEqual(['join u 1']);
    for (const origin of [a, b]) expect(await usersOn(origin, 'c')).toEqual(['u']);
    await a.presence('c', 'leave', OTHER);
    await clock.advance(600_000);
    expect(await told()).toEqual(['leave u 0']);
    for (const origin of [a, b]) expect(await usersOn(origin, 'c')).toEqual([]);
  });

  test('are present while one origin lives, and time out when it is the last that ends', async () => {
    const { clock, b, kill, told } = await both();
    kill();
    await clock.advance(600_000);
    expect(await told()).toEqual(['join u 1']);
    expect(await usersOn(b, 'c')).toEqual(['u']);
    await b.presence('c', 'leave', OTHER);
    await clock.advance(100_000);
    expect(await told()).toEqual(['leave u 0']);
  });

  test('time out once, when the origin of the last has died', async () => {
    const { clock, b, kill, told } = await both();
    await b.presence('c', 'leave', OTHER);
    kill();
    await clock.advance(100_000);
    expect(await told()).toEqual(['join u 1', 'timeout u 0']);
  });
});
