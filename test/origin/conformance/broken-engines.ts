import type { ConformancePart } from '../../../src/origin/conformance/index.ts';
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
export function tickBefore(stamp: Stamp): Stamp {
  return String(BigInt(stamp) - 1n).padStart(17, '0');
}

/** Resolves after other work that is ready: what one step does, another sees half of. */
export async function later(turns = 5): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
}

/** A fault of an engine. */
export interface Fault {
  /** The part whose cases notice it. */
  readonly part: ConformancePart;
  /** A case that notices it. */
  readonly noticed: string;
  readonly how: (store: ShardStore) => Partial<ShardStore>;
}

/** Chunks that are there at once. */
export async function* from(chunks: readonly Uint8Array[]) {
  yield* chunks;
}

/** The newest entries are hidden from readers until other work was done. */
export function hiddenFor({ log }: ShardStore, turns: number): Partial<ShardStore> {
  const hidden = new Set<string>();
  return {
    log: part(log, {
      append: async (batch, options) => {
        const appended = await log.append(batch, options);
        for (const { tt } of appended) hidden.add(tt);
        await later(turns);
        for (const { tt } of appended) hidden.delete(tt);
        return appended;
      },
      readAfter: async (after, limit) => {
        const slice = await log.readAfter(after, limit);
        return { ...slice, entries: slice.entries.filter(({ tt }) => !hidden.has(tt)) };
      },
    }),
  };
}

/** A stream that ends where it fails. */
export function shortened(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const { value } = await reader.read().catch(() => ({ value: undefined }));
        if (value) controller.enqueue(value);
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
