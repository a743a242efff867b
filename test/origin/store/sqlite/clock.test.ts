import { expect, test } from 'vitest';
import { message, stampsOf } from '../../../../src/origin/conformance/entries.ts';
import { entriesAfter } from '../../../../src/origin/conformance/world.ts';
import { openEngine } from './engines.ts';

const HOUR = 3_600_000;

test('a clock that goes back between two runs gives no timetoken twice, and old cursors read on', async () => {
  const { clock, engine, path, shard } = await openEngine();
  clock.jump(10 * HOUR);
  const before = stampsOf(await shard.log.append([message('a'), message('b'), message('c')]));
  await engine.close();
  clock.jump(-5 * HOUR);
  const again = await openEngine({ path, clock });
  const resumed = await again.shard.log.readAfter(before[0] ?? '', 10);
  expect([stampsOf(resumed.entries), resumed.trimmed]).toEqual([before.slice(1), false]);
  const after = stampsOf(await again.shard.log.append([message('d'), message('e')]));
  const all = [...before, ...after];
  expect(all).toEqual([...new Set(all)].sort());
  expect(stampsOf(await entriesAfter(again.shard.log))).toEqual(all);
});

test('users whose leases began by a clock that was ahead do not stay for as long as it was set back', async () => {
  const { clock, shard } = await openEngine();
  clock.jump(10 * HOUR);
  await shard.presence.touch([{ user: 'ann', channels: ['a'], leaseMs: 60_000 }]);
  await shard.presence.sweep(100);
  clock.jump(-10 * HOUR);
  const { nextMs = 0 } = await shard.presence.sweep(100);
  expect(nextMs).toBeLessThanOrEqual(60_000);
  await clock.advance(61_000);
  await shard.presence.sweep(100);
  expect(await shard.presence.whereNow('ann')).toEqual([]);
});
