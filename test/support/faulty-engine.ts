import type { Engine, ShardStore, Tail } from '../../src/origin/index.ts';
import { StoreUnavailable } from '../../src/origin/index.ts';

/** How calls of a store end: as they do, with `StoreUnavailable` before they reach it, or not at all. */
export type Fate = 'answer' | 'reject' | 'hang';

/** An engine that stands for one in another process: it can be cut off, and every call takes a turn. */
export class FaultyEngine implements Engine {
  readonly isLocal = false;
  fate: Fate = 'answer';
  /** New entries are not announced, nor another log before a call has an answer of it; tails do not know. */
  isDeaf = false;
  /** Names of part and method whose calls reject. */
  readonly broken = new Set<string>();
  /** Keys that were released. */
  readonly released: string[] = [];
  /** Calls by the name of part and method. */
  readonly calls = new Map<string, number>();
  /** Tails that were opened and not ended. */
  tails = 0;
  readonly #engine: Engine;
  readonly #tails = new Set<Tail>();
  // States that tails are told before the next answer.
  readonly #late: (() => void)[] = [];
  #epoch = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Cuts the engine off, or connects it again; tails hear of it. */
  set(fate: Fate): void {
    this.fate = fate;
    for (const { onState } of this.#tails) onState({ isUp: fate === 'answer', epoch: this.#epoch });
  }

  shard(subscribeKey: string, rules: Parameters<Engine['shard']>[1]): ShardStore {
    const store = this.#engine.shard(subscribeKey, rules);
    const parts = Object.entries(store).map(([name, part]) => [name, this.#wrapped(name, part)]);
    const wrapped: ShardStore = Object.fromEntries(parts);
    const tail = (given: Tail) => this.#call('log.tail', () => this.#follow(store, given));
    return {
      ...wrapped,
      log: new Proxy(wrapped.log, { get: (log, name) => (name === 'tail' ? tail : Reflect.get(log, name)) }),
    };
  }

  release(subscribeKey: string): void {
    this.released.push(subscribeKey);
    this.#engine.release?.(subscribeKey);
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  async #follow(store: ShardStore, given: Tail): Promise<() => void> {
    const end = await store.log.tail({
      onEntry: (entry) => this.fate === 'answer' && !this.isDeaf && given.onEntry(entry),
      onState: (state) => {
        this.#epoch = state.epoch;
        if (this.isDeaf) this.#late.push(() => given.onState(state));
        else given.onState(state);
      },
    });
    this.#tails.add(given);
    this.tails++;
    return () => {
      this.tails--;
      this.#tails.delete(given);
      end();
    };
  }

  #wrapped(part: string, target: object): object {
    return new Proxy(target, {
      get: (_, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: readonly unknown[]) => {
          // Nothing but plain data passes to another process; chunks of files come as they are asked for.
          const passed = args.map((arg) => (isAsyncIterable(arg) ? arg : structuredClone(arg)));
          return this.#call(`${part}.${String(name)}`, async () => Reflect.apply(member, target, passed));
        };
      },
    });
  }

  async #call<T>(name: string, call: () => Promise<T>): Promise<T> {
    this.calls.set(name, (this.calls.get(name) ?? 0) + 1);
    await Promise.resolve();
    if (this.fate === 'reject' || this.broken.has(name)) throw new StoreUnavailable();
    if (this.fate === 'hang') return new Promise<T>(() => undefined);
    const result = await call();
    for (const tell of this.#late.splice(0)) tell();
    return result;
  }
}

function isAsyncIterable(value: unknown): boolean {
  return Symbol.asyncIterator in Object(value);
}
