import type { Entry } from '../store/entry.ts';
import type { ShardLog } from '../store/log.ts';
import { type Stamp, ZERO_STAMP } from '../store/stamp.ts';
import type { ShardStore } from '../store/store.ts';
import { cases, needing } from './case.ts';
import { message, stampsOf } from './entries.ts';
import { equal, isTrue } from './expect.ts';
import { entriesAfter, type World } from './world.ts';

const WRITERS = 8;
const READERS = 4;
const ROUNDS = 20;
const OBJECT = { fields: {}, updated: '2026-01-01T00:00:00Z', eTag: 't' };

/** Writers and readers at the same time. */
export const raceCases = cases('log', {
  'readers miss nothing, whoever writes meanwhile': async (world) => {
    const shard = await world.shard();
    await race(world, [shard]);
  },

  'readers of several processes miss nothing, whoever writes meanwhile': needing('reopen', async (world) => {
    await race(world, await world.shards());
  }),
});

/** What can be written to a shard: everything has a place in one order. */
const WRITES: readonly ((shard: ShardStore, name: string) => Promise<unknown>)[] = [
  ({ log }, name) => log.append([message(name), message(name)]),
  ({ log }, name) => log.append([message(name)]),
  async ({ log }, name) => log.append([message(name)], { floor: await log.fence() }),
  ({ groups }, name) => groups.change(name, ['a'], []),
  ({ actions }, name) => actions.add({ channel: 'a', message: '5', user: name, type: 't', value: 'v' }),
  ({ presence }, name) => presence.touch([{ user: name, channels: ['a', 'b'] }]),
  ({ access }, name) =>
    access.grant([{ resource: 'channels', name, authKey: undefined, bits: 1, ttlMs: undefined }]),
  ({ objects }, name) =>
    objects.write([
      { key: { type: 'uuid', uuid: name }, expected: undefined, object: OBJECT, announce: [message(name)] },
    ]),
];

async function race(world: World, shards: readonly ShardStore[]): Promise<void> {
  let isOver = false;
  const heard = await Promise.all(shards.map(({ log }) => world.tail(log)));
  const readers = Array.from({ length: READERS }, (_, index) => follow(at(shards, index).log, () => isOver));
  const writers = Array.from({ length: WRITERS }, async (_, writer) => {
    const write = WRITES[writer] ?? WRITES[0];
    for (let round = 0; round < ROUNDS; round++) await write?.(at(shards, round), `${writer} ${round}`);
  });
  await Promise.all(writers);
  isOver = true;
  const read = await Promise.all(readers);
  const entries = await entriesAfter(at(shards, 0).log);
  isTrue(entries.length >= WRITERS * ROUNDS, `at least ${WRITERS * ROUNDS} entries, got ${entries.length}`);
  for (const stamps of read) equal(missingFrom(stamps, entries), [], 'the entries that a reader missed');
  for (const { entries: told } of heard) checkTail(told, entries);
}

/** Reads a log from its beginning, as a client does that goes on where each answer ended. */
async function follow(log: ShardLog, isOver: () => boolean): Promise<readonly Stamp[]> {
  const seen: Stamp[] = [];
  for (let position = ZERO_STAMP; ; ) {
    const wasOver = isOver();
    const { entries, upto } = await log.readAfter(position, 7);
    seen.push(...stampsOf(entries));
    isTrue(entries.length === 0 || upto > position, `a page after ${position} to end later, got ${upto}`);
    position = upto;
    if (wasOver && entries.length === 0) return seen;
  }
}

function missingFrom(stamps: readonly Stamp[], entries: readonly Entry[]): readonly Stamp[] {
  const seen = new Set(stamps);
  isTrue(seen.size === stamps.length, 'no entry to be read twice');
  return stampsOf(entries).filter((stamp) => !seen.has(stamp));
}

/** A tail may lose entries, if the next one shows it; what it has is in order and as the log has it. */
function checkTail(told: readonly Entry[], entries: readonly Entry[]): void {
  const byStamp = new Map(entries.map((entry) => [entry.tt, entry]));
  let position = told[0]?.prev ?? ZERO_STAMP;
  for (const entry of told) {
    equal(entry, byStamp.get(entry.tt), 'an entry of a tail');
    isTrue(entry.tt > position, `an entry after ${position} from the tail, got ${entry.tt}`);
    const between = stampsOf(entries).filter((stamp) => stamp > position && stamp < entry.tt);
    isTrue(between.length === 0 || entry.prev > position, `${between[0]} to be missed by the chain`);
    position = entry.tt;
  }
}

function at(shards: readonly ShardStore[], index: number): ShardStore {
  const shard = shards[index % shards.length];
  if (!shard) throw new Error('The case needs a shard.');
  return shard;
}
