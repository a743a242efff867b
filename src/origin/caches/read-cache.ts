import { Account, type Budget, type Room } from '../store/budget.ts';

/** The parts of a cache. */
export interface ReadCacheOptions<V> {
  readonly limits: Room;
  /** The memory that it shares with others. Absent: none. */
  readonly budget?: Budget | undefined;
  /** The room that a value takes, of at least one entry. */
  weigh(key: string, value: V): Room;
  /** `false` for a value that has expired, which is read again. Absent: none expires. */
  isFresh?(value: V): boolean;
}

/** Reads values from a store: each key that was asked for is in the result. */
export type Read<V> = (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>;

/**
 * What was read from a store, until it is forgotten because it has changed there. A read that began before that fills
 * nothing, and nobody joins it who comes later. The oldest values go first when there is no room.
 */
export class ReadCache<V> {
  readonly #options: ReadCacheOptions<V>;
  readonly #account: Account;
  // Oldest first.
  readonly #kept = new Map<string, V>();
  /** Reads that are under way, by the keys whose values they may keep. */
  readonly #reads = new Map<string, Promise<ReadonlyMap<string, V>>>();
  #isLive = true;

  constructor(options: ReadCacheOptions<V>) {
    this.#options = options;
    const { limits, budget } = options;
    this.#account = new Account({ limits, budget, dropOldest: () => this.#dropOldest() });
  }

  /** The values that are kept. */
  get size(): number {
    return this.#kept.size;
  }

  /**
   * The values of some keys, each of which is in the result. All that are not kept are read together; keys that another
   * call is reading are not read twice. Values that are kept are those of the moment of the call.
   */
  async get(keys: readonly string[], read: Read<V>): Promise<ReadonlyMap<string, V>> {
    if (!this.#isLive) return read(keys);
    const found = new Map<string, V>();
    const missing: string[] = [];
    for (const key of keys) {
      const value = this.#kept.get(key);
      if (value !== undefined && this.#isFresh(value)) found.set(key, value);
      else missing.push(key);
    }
    if (missing.length > 0) for (const [key, value] of await this.#read(missing, read)) found.set(key, value);
    return found;
  }

  /** The value has changed: it is read again when it is needed, also if a read is under way. */
  forget(key: string): void {
    this.#reads.delete(key);
    this.#drop(key);
  }

  /** All values may have changed. */
  clear(): void {
    this.#reads.clear();
    this.#kept.clear();
    this.#account.remove(this.#account.entries, this.#account.bytes);
  }

  /** Values are kept while changes are heard of, and not otherwise. */
  setLive(isLive: boolean): void {
    if (!isLive) this.clear();
    this.#isLive = isLive;
  }

  async #read(keys: readonly string[], read: Read<V>): Promise<readonly (readonly [string, V])[]> {
    const byRead = Map.groupBy(keys, (key) => this.#reads.get(key));
    const reads = Array.from(byRead, async ([reading, of]) => {
      const values = await (reading ?? this.#fill(of, read));
      return of.flatMap((key) => {
        const value = values.get(key);
        return value === undefined ? [] : [[key, value] as const];
      });
    });
    return (await Promise.all(reads)).flat();
  }

  async #fill(keys: readonly string[], read: Read<V>): Promise<ReadonlyMap<string, V>> {
    const reading = read(keys);
    for (const key of keys) this.#reads.set(key, reading);
    try {
      const values = await reading;
      for (const key of keys) if (this.#reads.get(key) === reading) this.#keep(key, values.get(key));
      return values;
    } finally {
      for (const key of keys) if (this.#reads.get(key) === reading) this.#reads.delete(key);
    }
  }

  #keep(key: string, value: V | undefined): void {
    this.#drop(key);
    if (value === undefined) return;
    this.#kept.set(key, value);
    const { entries, bytes } = this.#options.weigh(key, value);
    this.#account.add(entries, bytes);
  }

  #isFresh(value: V): boolean {
    return this.#options.isFresh?.(value) ?? true;
  }

  #dropOldest(): void {
    const [key] = this.#kept.keys();
    if (key !== undefined) this.#drop(key);
  }

  #drop(key: string): void {
    const value = this.#kept.get(key);
    if (value === undefined) return;
    this.#kept.delete(key);
    const { entries, bytes } = this.#options.weigh(key, value);
    this.#account.remove(entries, bytes);
  }
}
