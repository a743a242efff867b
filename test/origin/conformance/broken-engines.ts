import type { Engine, Entry, ShardStore, Slice, Stamp } from '../../../src/origin/index.ts';

/** Breaks one promise of a shard's store, of which there is one for each subscribe key. */
type Break = (store: ShardStore) => Partial<ShardStore>;

/** An engine whose shards break a promise. */
export function breaking(how: Break): (engine: Engine) => Engine {
  return (engine) => {
    const shards = new Map<ShardStore, ShardStore>();
    return {
      isLocal: engine.isLocal,
      shard: (subscribeKey, rules) => {
        const store = engine.shard(subscribeKey, rules);
        const broken = shards.get(store) ?? { ...store, ...how(store) };
        shards.set(store, broken);
        return broken;
      },
      release: (subscribeKey) => engine.release?.(subscribeKey),
      isBlank: (subscribeKey) => engine.isBlank?.(subscribeKey) ?? true,
      close: () => engine.close(),
    };
  };
}

/** The same part with other methods; those of a class need their object. */
export function part<Part extends object>(whole: Part, changes: Partial<Part>): Part {
  return new Proxy(whole, {
    get: (target, name) => {
      const member: unknown = Reflect.get(Reflect.has(changes, name) ? changes : target, name);
      return typeof member === 'function'
        ? member.bind(Reflect.has(changes, name) ? changes : target)
        : member;
    },
  });
}

/** Other entries where some are read, and from the tail. */
export function entriesOf({ log }: ShardStore, keeps: (entry: Entry) => boolean): Partial<ShardStore> {
  return {
    log: part(log, {
      readAfter: async (after, limit): Promise<Slice> => {
        const slice = await log.readAfter(after, limit);
        return { ...slice, entries: slice.entries.filter(keeps) };
      },
      tail: ({ onEntry, onState }) =>
        log.tail({ onEntry: (entry) => keeps(entry) && onEntry(entry), onState }),
    }),
  };
}

/** One tick of 100 ns before a stamp. */
export function before(stamp: Stamp): Stamp {
  return String(BigInt(stamp) - 1n).padStart(17, '0');
}

/** Resolves after other work that is ready: what one step does, another sees half of. */
export async function later(turns = 5): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
}
