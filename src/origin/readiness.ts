import type { Shards } from './shards.ts';
import { type Engine, type ShardStore, ShardsFull } from './store/store.ts';

/** The reason for which an origin takes no traffic. */
export type Unready = 'closed' | 'store';

/** The parts of readiness. */
export interface ReadinessOptions {
  readonly engine: Engine;
  readonly shards: Shards;
  /** A subscribe key that is served, if one is known: it is asked for while none is open. */
  readonly subscribeKey: string | undefined;
}

// Nothing is written under it.
const ANY_KEY = 'readyz';

/** Tells whether an origin can take traffic: whether its store answers. */
export class Readiness {
  readonly #options: ReadinessOptions;
  #asking: Promise<Unready | undefined> | undefined;

  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  /** Resolves to the reason against it; never rejects. All who ask at the same time share one question to the store. */
  check(): Promise<Unready | undefined> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(): Promise<Unready | undefined> {
    const { engine, shards, subscribeKey = ANY_KEY } = this.#options;
    if (shards.isClosed) return 'closed';
    // A store in this process answers whenever the process does.
    if (engine.isLocal) return undefined;
    try {
      await this.#askStore(subscribeKey);
      return undefined;
    } catch {
      return 'store';
    }
  }

  // A read of a key that is open, and a question that leaves nothing behind: to open a key may do so.
  async #askStore(subscribeKey: string): Promise<void> {
    const { engine, shards } = this.#options;
    const [open] = shards.opened();
    await open?.log.last();
    if (engine.ping) return engine.ping();
    if (open) return;
    const stores = this.#storesOf(subscribeKey);
    try {
      await stores?.log.last();
    } finally {
      if (stores) engine.release?.(subscribeKey);
    }
  }

  // An engine that has no room for another key does answer.
  #storesOf(subscribeKey: string): ShardStore | undefined {
    try {
      return this.#options.shards.storesOf(subscribeKey);
    } catch (error) {
      if (error instanceof ShardsFull) return undefined;
      throw error;
    }
  }
}
