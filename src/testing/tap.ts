import type { AppendRequest, Engine, ShardStore, Stamp } from '../origin/index.ts';

/** Hears of everything that is appended to the log of a subscribe key from outside its store. */
export type OnAppend = (subscribeKey: string, request: AppendRequest, stamp: Stamp) => void;

/** A store that passes everything on, tells of what is appended, and lets the test at its parts. */
export interface TappedEngine extends Engine {
  /** What is kept for a subscribe key; `undefined` while nobody has used it. */
  storeOf(subscribeKey: string): ShardStore | undefined;
}

/** Listens in on a store. */
export function tap(engine: Engine, onAppend: OnAppend): TappedEngine {
  const stores = new Map<string, ShardStore>();
  return {
    exactTail: engine.exactTail,
    epoch: () => engine.epoch(),
    close: () => engine.close(),
    storeOf: (subscribeKey) => stores.get(subscribeKey),
    shard(subscribeKey, rules) {
      const store = engine.shard(subscribeKey, rules);
      const { log } = store;
      stores.set(subscribeKey, store);
      const append: typeof log.append = async (batch) => {
        const stamps = await log.append(batch);
        for (const [index, request] of batch.entries()) {
          const stamp = stamps[index];
          if (stamp !== undefined) onAppend(subscribeKey, request, stamp);
        }
        return stamps;
      };
      return {
        ...store,
        log: {
          append,
          head: () => log.head(),
          began: () => log.began(),
          raise: (floor) => log.raise(floor),
          readAfter: (after, limit) => log.readAfter(after, limit),
          tail: (onEntry) => log.tail(onEntry),
          trim: (request) => log.trim(request),
        },
      };
    },
  };
}
