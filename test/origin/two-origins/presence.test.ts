import { describe, expect, test } from 'vitest';
import { TestInterruption } from '../../support/origin-network.ts';
import { parked, type TwoOriginsOptions, twoOrigins, usersOn } from '../../support/presence-origins.ts';

const STORES: readonly (readonly [string, TwoOriginsOptions])[] = [
  ['in this process', { isLocal: true }],
  ['elsewhere', { isLocal: false }],
];
const LONG = { holdSeconds: 3_000, liveSeconds: 86_400 };

/** Two origins, and what an observer of `channel` at the second is told: `action user`. */
async function observed(options: TwoOriginsOptions = {}, channel = 'c') {
  const network = twoOrigins({ ...options, limits: { ...LONG, ...options.limits } });
  const next = await network.observer(channel);
  const told = async () => (await next()).map(({ action, uuid }) => `${action} ${uuid}`);
  return { ...network, next, told };
}

describe.each(STORES)('a leave, with the store %s', (_, store) => {
  test('at another origin ends the renewals of a poll that is parked', async () => {
    const { clock, a, b, told } = await observed(store);
    const { t } = await a.subscribe('c', { uuid: 'u', heartbeat: 20 });
    await parked(a.subscribe('c', { uuid: 'u', heartbeat: 20, tt: t.t }));
    await clock.advance(5_000);
    await b.presence('c', 'leave', { uuid: 'u' });
    await clock.advance(600_000);
    expect(await told()).toEqual(['join u', 'leave u']);
    expect(await usersOn(a, 'c')).toEqual([]);
  });

  test('leaves the other channels of the poll, and the polls of others, as they are', async () => {
    const { clock, a, b, told } = await observed(store, 'd');
    for (const uuid of ['u', 'v']) {
      const { t } = await a.subscribe('c,d', { uuid, heartbeat: 20 });
      await parked(a.subscribe('c,d', { uuid, heartbeat: 20, tt: t.t }));
    }
    await b.presence('c', 'leave', { uuid: 'u' });
    await clock.advance(600_000);
    expect(await told()).toEqual(['join u', 'join v']);
    expect(await usersOn(b, 'c')).toEqual(['v']);
    expect(await usersOn(b, 'd')).toEqual(['u', 'v']);
  });

  test('of a group at another origin ends the renewals on its channels', async () => {
    const { clock, a, b, told } = await observed(store);
    await b.group('g', 'c');
    await parked(a.subscribe(',', { uuid: 'u', heartbeat: 20, tt: 1, 'channel-group': 'g' }));
    await b.presence(',', 'leave', { uuid: 'u', 'channel-group': 'g' });
    await clock.advance(600_000);
    expect(await told()).toEqual(['join u', 'leave u']);
  });

  test('does not end the renewals of a poll that comes after it', async () => {
    const { clock, a, b, told } = await observed(store);
    const { t } = await a.subscribe('c', { uuid: 'u', heartbeat: 20 });
    await b.presence('c', 'leave', { uuid: 'u' });
    await parked(a.subscribe('c', { uuid: 'u', heartbeat: 20, tt: t.t }));
    await clock.advance(600_000);
    expect(await told()).toEqual(['join u', 'leave u', 'join u']);
  });

  test('of somebody who is not present is not logged', async () => {
    const { a, b } = await observed(store);
    const { t } = await b.subscribe('c');
    await a.presence('c,d', 'leave', { uuid: 'u' });
    expect((await b.subscribe('c')).t.t >= t.t).toBe(true);
    const poll = b.subscribe('c', { tt: t.t });
    await a.publish('c', 1);
    expect((await poll).m.map(({ d }) => d)).toEqual([1]);
  });
});

describe.each(STORES)('an origin that dies, with the store %s', (_, store) => {
  async function deserted(look: 'polls' | 'reads') {
    const network = await observed(store);
    const { clock, a, b, kill } = network;
    await a.presence('c', 'heartbeat', { uuid: 'v', heartbeat: 100 });
    const { t } = await a.subscribe('c', { uuid: 'u', heartbeat: 20 });
    await parked(a.subscribe('c', { uuid: 'u', heartbeat: 20, tt: t.t }));
    if (look === 'polls') await parked(b.subscribe('x', { uuid: 'w', tt: t.t, heartbeat: 3_000 }));
    else await usersOn(b, 'c');
    await clock.advance(35_000);
    kill();
    return network;
  }

  test.each(['polls', 'reads'] as const)(
    'leaves users who time out once, told by one that only %s',
    async (look) => {
      const { clock, b, told } = await deserted(look);
      // The last renewal was after 30 seconds.
      await clock.advance(14_000);
      expect(await usersOn(b, 'c')).toEqual(['u', 'v']);
      await clock.advance(1_000);
      expect(await told()).toEqual(['join v', 'join u', 'timeout u']);
      await clock.advance(3_600_000);
      expect(await told()).toEqual(['timeout v']);
    },
  );

  test('leaves users who have timed out for one that comes later', async () => {
    const { clock, a, b, kill } = twoOrigins({ ...store, limits: LONG });
    await a.presence('c', 'heartbeat', { uuid: 'u', heartbeat: 20 });
    kill();
    await clock.advance(3_600_000);
    expect(await usersOn(b, 'c')).toEqual([]);
  });

  test('does not take the changes on a crowded channel with it', async () => {
    const { clock, a, kill, next } = await observed({ ...store, limits: { announceMax: 1 } });
    for (const uuid of ['u', 'v', 'w']) await a.presence('c', 'heartbeat', { uuid });
    await a.presence('c', 'leave', { uuid: 'u' });
    kill();
    await clock.advance(10_000);
    expect(await next()).toMatchObject([
      { action: 'join', uuid: 'u', occupancy: 1 },
      { action: 'interval', join: ['v', 'w'], leave: ['u'], occupancy: 2 },
    ]);
    await clock.advance(60_000);
    expect(await next()).toEqual([]);
  });
});

describe.each(STORES)('a crowded channel, with the store %s', (_, store) => {
  const crowd = { ...store, limits: { announceMax: 1 } };

  test('is told of once in an interval, with the occupancy of that moment, whoever has caused the changes', async () => {
    const { clock, a, b, next } = await observed(crowd);
    await a.presence('c', 'heartbeat', { uuid: 'u' });
    await a.presence('c', 'heartbeat', { uuid: 'v' });
    await clock.advance(3_000);
    await b.presence('c', 'heartbeat', { uuid: 'w' });
    await b.presence('c', 'heartbeat', { uuid: 'x' });
    await a.presence('c', 'leave', { uuid: 'x' });
    expect(await next()).toMatchObject([{ action: 'join', uuid: 'u' }]);
    await clock.advance(6_999);
    expect(await next()).toEqual([]);
    await clock.advance(1);
    expect(await next()).toMatchObject([
      { action: 'interval', join: ['v', 'w'], leave: ['x'], occupancy: 3 },
    ]);
    await clock.advance(60_000);
    expect(await next()).toEqual([]);
  });

  test('has an interval of its own', async () => {
    const { clock, a, b, next } = await observed(crowd);
    for (const uuid of ['u', 'v']) await a.presence('c,d', 'heartbeat', { uuid });
    await clock.advance(6_000);
    await b.presence('d', 'heartbeat', { uuid: 'w' });
    await clock.advance(4_000);
    await b.presence('c', 'heartbeat', { uuid: 'w' });
    expect(await next()).toMatchObject([
      { action: 'join' },
      { action: 'interval', join: ['v'], occupancy: 2 },
    ]);
    await clock.advance(9_999);
    expect(await next()).toEqual([]);
    await clock.advance(1);
    expect(await next()).toMatchObject([{ action: 'interval', join: ['w'], occupancy: 3 }]);
  });

  test('loses users who time out once, though both origins sweep at one moment', async () => {
    const { clock, a, b, next } = await observed(crowd);
    for (const [index, network] of [a, b, a, b].entries())
      await network.presence('c', 'heartbeat', { uuid: `u${index}`, heartbeat: 12 });
    await clock.advance(60_000);
    expect(await next()).toMatchObject([
      { action: 'join', uuid: 'u0' },
      { action: 'interval', join: ['u1', 'u2', 'u3'], occupancy: 4 },
      { action: 'timeout', uuid: 'u2', occupancy: 1 },
      { action: 'timeout', uuid: 'u3', occupancy: 0 },
      { action: 'interval', timeout: ['u0', 'u1'], occupancy: 0 },
    ]);
  });
});

test('a poll that is interrupted at one origin does not end the presence that another has renewed', async () => {
  const { clock, a, b, told } = await observed();
  const interruption = new TestInterruption();
  const { t } = await a.subscribe('c', { uuid: 'u', heartbeat: 20 });
  const poll = a.subscribe('c', { uuid: 'u', heartbeat: 20, tt: t.t }, { interruption });
  await parked(poll);
  await parked(b.subscribe('c', { uuid: 'u', heartbeat: 20, tt: t.t }));
  interruption.abort();
  await clock.advance(600_000);
  expect(await told()).toEqual(['join u']);
});
