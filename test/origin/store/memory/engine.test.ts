import { expect, test } from 'vitest';
import { MemoryEngine } from '../../../../src/origin/index.ts';
import { resolveLimits } from '../../../../src/origin/limits.ts';
import { Budget, NO_LIMIT } from '../../../../src/origin/store/budget.ts';
import { shardRules } from '../../../../src/origin/store/rules.ts';
import { isPending, originNetwork } from '../../../support/origin-network.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

function twoOrigins() {
  const clock = new VirtualClock();
  const store = new MemoryEngine({ clock, random: () => 0.25 });
  return { store, clock, one: originNetwork({ store, clock }), two: originNetwork({ store, clock }) };
}

test('two origins on one engine serve one log', async () => {
  const { one, two } = twoOrigins();
  const { t } = await one.subscribe('a,a-pnpres');
  const poll = two.subscribe('a,a-pnpres', { tt: t.t, tr: t.r });
  await isPending(poll);
  await one.publish('a', 1);
  const first = await poll;
  expect(first.m.map(({ d }) => d)).toEqual([1]);
  await two.presence('a', 'heartbeat', { uuid: 'u' });
  await one.presence('a', 'heartbeat', { uuid: 'u' });
  const second = await one.drain('a,a-pnpres', first.t.t);
  expect(second.m.map(({ d }) => d)).toMatchObject([{ action: 'join', occupancy: 1 }]);
});

test('an origin that comes later serves what was live before it came', async () => {
  const { one, two } = twoOrigins();
  const { t } = await one.subscribe('a');
  await one.publish('a', 1);
  expect((await two.drain('a', t.t)).m.map(({ d }) => d)).toEqual([1]);
});

test('a timeout is told once, however many origins there are', async () => {
  const { clock, one, two } = twoOrigins();
  const { t } = await one.subscribe('a-pnpres');
  await one.presence('a', 'heartbeat', { uuid: 'u', heartbeat: 10 });
  await two.presence('a', 'heartbeat', { uuid: 'u', heartbeat: 10 });
  await clock.advance(60_000);
  const { m } = await two.drain('a-pnpres', t.t);
  expect(m.map(({ d }) => d)).toMatchObject([{ action: 'join' }, { action: 'timeout' }]);
});

test('closing an origin leaves a given engine open', async () => {
  const { one, two } = twoOrigins();
  await one.publish('a', 1);
  await one.origin.close();
  await expect(two.publish('a', 2)).resolves.toMatch(/^\d{17}$/);
});

test('the epoch is a positive integer, also for the extremes of chance', async () => {
  for (const random of [0, 0.999999999]) {
    const engine = new MemoryEngine({ clock: new VirtualClock(), random: () => random });
    let epoch = 0;
    await engine.shard('demo', shardRules(resolveLimits(), new Budget(NO_LIMIT))).log.tail({
      onEntry: () => undefined,
      onState: (state) => {
        epoch = state.epoch;
      },
    });
    expect(Number.isSafeInteger(epoch) && epoch > 0 && epoch < 2 ** 31).toBe(true);
  }
});
