import {
  type AppendRequest,
  type Engine,
  type Entry,
  MemoryEngine,
  type ShardRules,
  type ShardStore,
  type Stamp,
  type Tail,
} from '../../src/origin/index.ts';
import { firstAfter, stampAfter, ZERO_STAMP } from '../../src/origin/store/stamp.ts';

/** A log whose entries are in order, and yet may come late: what stamps them is not what appends them. */
interface LateLog {
  readonly entries: Entry[];
  readonly tails: Set<Tail>;
  stamp: Stamp;
}

/**
 * What an engine must not be: the origin stamps an entry, and appends it some milliseconds later, as one with a clock of
 * its own and a network in between does. For tests that have to find what that loses.
 */
export class StampingEngine implements Engine {
  readonly isLocal = false;
  readonly #engine: MemoryEngine;
  readonly #logs = new Map<string, LateLog>();
  readonly #delay: () => number;

  /** @param delay Milliseconds between stamp and append. */
  constructor(delay: () => number, engine = new MemoryEngine()) {
    this.#engine = engine;
    this.#delay = delay;
  }

  shard(subscribeKey: string, rules: ShardRules): ShardStore {
    const store = this.#engine.shard(subscribeKey, rules);
    const log = this.#logs.get(subscribeKey) ?? { entries: [], tails: new Set(), stamp: ZERO_STAMP };
    this.#logs.set(subscribeKey, log);
    return { ...store, log: { ...boundLog(store), ...this.#lateLog(log) } };
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  #lateLog(log: LateLog): Partial<ShardStore['log']> {
    const append = async (batch: readonly AppendRequest[]) => {
      const stamped = batch.map((request) => {
        log.stamp = stampAfter(log.stamp, Date.now());
        return { request, tt: log.stamp };
      });
      await new Promise<void>((resolve) => setTimeout(resolve, this.#delay()));
      for (const { request, tt } of stamped) insert(log, request, tt);
      return stamped.map(({ tt }) => ({ tt, isDuplicate: false }));
    };
    return {
      append,
      fence: async () => log.entries.at(-1)?.tt ?? ZERO_STAMP,
      last: async () => log.entries.at(-1)?.tt ?? ZERO_STAMP,
      readAfter: async (after, limit) => {
        const first = firstAfter(log.entries, after);
        const entries = log.entries.slice(first, first + limit);
        return { entries, upto: entries.at(-1)?.tt ?? after, trimmed: false };
      },
      tail: async (tail) => {
        log.tails.add(tail);
        tail.onState({ isUp: true, epoch: 1 });
        return () => log.tails.delete(tail);
      },
    };
  }
}

function boundLog({ log }: ShardStore): ShardStore['log'] {
  return {
    append: (batch, options) => log.append(batch, options),
    fence: (floor) => log.fence(floor),
    last: () => log.last(),
    began: () => log.began(),
    readAfter: (after, limit) => log.readAfter(after, limit),
    tail: (tail) => log.tail(tail),
  };
}

function insert(log: LateLog, { kind, channel, data }: AppendRequest, tt: Stamp): void {
  const place = firstAfter(log.entries, tt);
  const prev = log.entries[place - 1]?.tt ?? ZERO_STAMP;
  // Kind and data are those of one request.
  const entry = { kind, channel, data, tt, prev } as Entry;
  log.entries.splice(place, 0, entry);
  for (const { onEntry } of [...log.tails]) onEntry(entry);
}
