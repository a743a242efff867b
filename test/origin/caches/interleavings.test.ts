import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ShardCaches } from '../../../src/origin/caches/shard-caches.ts';
import { type Entry, isControl } from '../../../src/origin/store/entry.ts';
import { MemoryAccess } from '../../../src/origin/store/memory/access.ts';
import { MemoryGroups } from '../../../src/origin/store/memory/groups.ts';
import { MemoryLog } from '../../../src/origin/store/memory/log.ts';
import { delayed, gateOf } from '../../support/delayed-store.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/**
 * The caches of one origin before a store elsewhere: calls and entries of the log take their time, calls in any order. While
 * the tail is down, entries are lost.
 */
async function openCaches(scheduler: fc.Scheduler, limits = { cacheEntries: 100, cacheBytes: 1_000 }) {
  const clock = new VirtualClock();
  const log = new MemoryLog(clock);
  const stores = { groups: new MemoryGroups(log), access: new MemoryAccess(log, clock) };
  const gate = gateOf(scheduler);
  const remote = { groups: delayed(stores.groups, gate), access: delayed(stores.access, gate) };
  const caches = new ShardCaches(remote, { clock, limits });
  /** Changes that were carried out, and those of which the origin has heard. */
  const state = { carriedOut: 0, heard: 0, isUp: true, connection: 0 };
  let last: Promise<unknown> = Promise.resolve();
  const onEntry = (entry: Entry) => {
    const { isUp, connection } = state;
    state.carriedOut++;
    const number = state.carriedOut;
    if (!isUp) return;
    last = last
      .then(() => gate('an entry comes'))
      .then(() => {
        if (state.connection !== connection || !isControl(entry)) return;
        caches.onControl(entry);
        state.heard = Math.max(state.heard, number);
      });
  };
  await log.tail({ onEntry, onState: () => undefined });
  const setTail = (isUp: boolean) => {
    if (state.isUp === isUp) return;
    if (!isUp) state.connection++;
    state.isUp = isUp;
    caches.setLive(isUp);
    // Whoever reads from now on reads what was carried out before.
    if (isUp) state.heard = state.carriedOut;
  };
  return { caches, remote, stores, state, setTail };
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.constant('read' as const) },
  { weight: 2, arbitrary: fc.constant('change there' as const) },
  { weight: 1, arbitrary: fc.constant('change here' as const) },
  { weight: 1, arbitrary: fc.constantFrom('down' as const, 'up' as const) },
);
const steps = fc.array(step, { minLength: 4, maxLength: 30 });
const RUNS = { numRuns: 400 };

/** Takes the steps one by one, with some time between them: changes follow each other, and reads run beside them. */
async function play(
  scheduler: fc.Scheduler,
  taken: readonly string[],
  act: (kind: string, number: number) => Promise<unknown>,
): Promise<void> {
  const running: Promise<unknown>[] = [];
  let changes: Promise<unknown> = Promise.resolve();
  let number = 0;
  for (const kind of taken) {
    await scheduler.waitFor(scheduler.schedule(Promise.resolve(), 'the next step'));
    if (!kind.startsWith('change')) running.push(act(kind, number));
    else {
      const mine = ++number;
      changes = changes.then(() => act(kind, mine));
      running.push(changes);
    }
  }
  await scheduler.waitFor(Promise.all(running));
  await scheduler.waitIdle();
}

test('the members of a group are never older than the changes that were heard of, or made here', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), steps, async (scheduler, taken) => {
      const { caches, remote, stores, state, setTail } = await openCaches(scheduler);
      let madeHere = 0;
      const versionIn = (members: readonly { readonly channel: string }[] = []) => {
        expect(members.length).toBeLessThan(2);
        return Number(members[0]?.channel ?? 0);
      };
      await play(scheduler, taken, async (kind, number) => {
        if (kind === 'down' || kind === 'up') return setTail(kind === 'up');
        if (kind === 'read') {
          const floor = Math.max(state.isUp ? state.heard : 0, madeHere);
          const members = (await caches.groups.members(['g', 'other'])).get('g');
          return expect(versionIn(members)).toBeGreaterThanOrEqual(floor);
        }
        const groups = kind === 'change here' ? caches.groups : remote.groups;
        await groups.change('g', [`${number}`], [`${number - 1}`]);
        if (kind === 'change here') madeHere = number;
      });
      setTail(true);
      const [read] = await Promise.all([caches.groups.members(['g']), scheduler.waitIdle()]);
      expect(read).toEqual(await stores.groups.members(['g']));
    }),
    RUNS,
  );
});

test('grants and revoked tokens are never older than the changes that were heard of, or made here', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), steps, async (scheduler, taken) => {
      const { caches, remote, state, setTail } = await openCaches(scheduler);
      const target = { resource: 'channels', name: 'a', authKey: undefined } as const;
      let madeHere = 0;
      // Every change with an odd number is a grant, every other revokes the token of its number.
      const read = async () => {
        const floor = Math.max(state.isUp ? state.heard : 0, madeHere);
        const { isRevoked, grants } = await caches.access.check({ tokenId: `${floor}`, targets: [target] });
        expect(grants[0]?.bits ?? 0).toBeGreaterThanOrEqual(floor % 2 === 1 ? floor : floor - 1);
        expect(isRevoked).toBe(floor > 0 && floor % 2 === 0);
      };
      await play(scheduler, taken, async (kind, number) => {
        if (kind === 'down' || kind === 'up') return setTail(kind === 'up');
        if (kind === 'read') return read();
        const access = kind === 'change here' ? caches.access : remote.access;
        if (number % 2 === 0) await access.revoke(`${number}`, 1_000_000);
        else await access.grant([{ ...target, bits: number, ttlMs: undefined }]);
        if (kind === 'change here') madeHere = number;
      });
    }),
    RUNS,
  );
});

test('what was heard of is read once more, and then not again', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const { caches, remote } = await openCaches(scheduler);
      const reads = Promise.all([caches.groups.members(['g']), remote.groups.change('g', ['a'], [])]);
      await scheduler.waitFor(reads);
      await scheduler.waitIdle();
      await scheduler.waitFor(caches.groups.members(['g']));
      // Nothing is scheduled: no call is made.
      const members = await caches.groups.members(['g']);
      expect(members.get('g')).toHaveLength(1);
    }),
    { numRuns: 50 },
  );
});
