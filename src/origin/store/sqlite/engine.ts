import type { Clock } from '../../../protocol/clock.ts';
import { CLOCK, check, checkOptions, FUNCTION, type Kinds, NOT_EMPTY, oneOf } from '../../checks.ts';
import { systemClock, systemRandom } from '../../system.ts';
import { type Engine, type ShardRules, type ShardStore, ShardsFull } from '../store.ts';
import { Calls, type Opened } from './calls.ts';
import { shardStore } from './shard-store.ts';
import { Tails } from './tails.ts';

const MAX_EPOCH = 999_999;

/** The options of a store in a file. */
export interface SqliteStoreOptions {
  /** The file, which is created if there is none. Processes of one machine may use it together. */
  readonly path: string;
  /**
   * What an acknowledged change survives. `normal`: the end of the process, whatever ends it; the newest changes may be
   * lost when the machine loses its power. `full`: that too. Default `normal`.
   */
  readonly durability?: 'normal' | 'full' | undefined;
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Uniform numbers in [0, 1). Default: the machine's. */
  readonly random?: (() => number) | undefined;
}

const OPTIONS: Kinds<SqliteStoreOptions> = Object.freeze({
  path: NOT_EMPTY,
  durability: oneOf(['normal', 'full']),
  clock: CLOCK,
  random: FUNCTION,
});

interface Held {
  /** The rules of the last call: the worker gets them with the next call of a method. */
  readonly opening: Opened;
  readonly store: ShardStore;
  users: number;
}

/** Keeps all data in one SQLite file. A worker thread has the file, so that no lock and no disk holds up the caller. */
export class SqliteEngine implements Engine {
  readonly isLocal = false;
  readonly #calls: Calls;
  readonly #tails: Tails;
  readonly #shards = new Map<string, Held>();
  #lastNumber = 0;

  constructor(options: SqliteStoreOptions, worker: URL) {
    checkOptions('sqliteStore()', options, OPTIONS);
    check('sqliteStore(): path', options.path, NOT_EMPTY);
    const { path, durability = 'normal', clock = systemClock, random = systemRandom } = options;
    const settings = { path, durability, epoch: 1 + Math.floor(random() * MAX_EPOCH) };
    this.#tails = new Tails(clock);
    this.#calls = new Calls({ worker, settings, clock, listener: this.#tails });
  }

  shard(subscribeKey: string, rules: ShardRules): ShardStore {
    const { budget: _, ...own } = rules;
    const held = this.#shards.get(subscribeKey) ?? this.#open(subscribeKey, own);
    held.opening.rules = own;
    held.users++;
    return held.store;
  }

  release(subscribeKey: string): void {
    const held = this.#shards.get(subscribeKey);
    if (!held || --held.users > 0) return;
    this.#shards.delete(subscribeKey);
    this.#calls.release(held.opening.shard);
  }

  /**
   * Opens the file, which the first call does otherwise. Rejects if it cannot be opened: it is damaged, of another program,
   * or of a newer version of this one. Such a file is left as it is.
   */
  open(): Promise<void> {
    return this.#calls.open();
  }

  ping(): Promise<void> {
    return this.#calls.open();
  }

  close(): Promise<void> {
    this.#shards.clear();
    return this.#calls.close();
  }

  #open(subscribeKey: string, rules: ShardRules): Held {
    if (this.#shards.size >= (rules.shards ?? Number.POSITIVE_INFINITY)) throw new ShardsFull();
    const opening: Opened = { shard: ++this.#lastNumber, subscribeKey, rules };
    const held = {
      opening,
      store: shardStore(opening, { calls: this.#calls, tails: this.#tails }),
      users: 0,
    };
    this.#shards.set(subscribeKey, held);
    return held;
  }
}
