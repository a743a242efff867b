import { toBase64 } from '../origin/access/base64.ts';
import { Secret } from '../origin/access/secret.ts';
import { sortedQuery } from '../origin/access/signature.ts';
import {
  type AppendRequest,
  createOrigin,
  type Engine,
  type Keyset,
  MemoryEngine,
  type Origin,
  type OriginOptions,
  type ShardStore,
  type Stamp,
} from '../origin/index.ts';
import type { Clock } from '../protocol/clock.ts';

/** Receives everything that is appended to the log of a subscribe key from outside its store, which waits for it. */
type OnAppend = (subscribeKey: string, request: AppendRequest, stamp: Stamp) => Promise<void> | undefined;

/** The options of a test origin. */
export interface TestOriginOptions extends Pick<OriginOptions, 'keysets' | 'limits'> {
  readonly clock: Clock;
  readonly random: () => number;
  readonly onAppend: OnAppend;
  /** Makes the error that a test gets. */
  readonly error: (message: string) => Error;
}

/** A request that the test itself makes. */
export interface TestCall {
  /** The segments of the path, not encoded. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  /** Sent by POST. */
  readonly body?: string | undefined;
}

/** The origin behind a test network. It can be replaced by a new one, and the test can reach its stores. */
export class TestOrigin {
  readonly #options: TestOriginOptions;
  readonly #stores = new Map<string, ShardStore>();
  #engine: Engine;
  #origin: Origin;

  constructor(options: TestOriginOptions) {
    this.#options = options;
    [this.#engine, this.#origin] = this.#start();
  }

  /** The time of the origin, which passes also while the clients' machine sleeps. */
  get clock(): Clock {
    return this.#options.clock;
  }

  /** The origin until `renew()`. */
  get current(): Origin {
    return this.#origin;
  }

  /** The data of a keyset. Rejects if the origin does not serve its subscribe key. */
  async storeOf(keyset: Keyset): Promise<ShardStore> {
    const { subscribeKey } = keyset;
    // The first request for a key creates its store.
    if (!this.#stores.has(subscribeKey))
      await this.ask(keyset, { path: ['v2', 'presence', 'sub-key', subscribeKey] });
    const store = this.#stores.get(subscribeKey);
    if (!store) throw this.#options.error(`The network does not serve the subscribe key "${subscribeKey}".`);
    return store;
  }

  /** Makes a request as the owner of a keyset, who has every permission. Rejects if the origin refuses it. */
  async ask(keyset: Keyset, { path, query = {}, body }: TestCall): Promise<unknown> {
    const encoded = path.map((segment) => `/${encodeURIComponent(segment)}`).join('');
    const signed = await this.#signed(keyset, encoded, textOf(query));
    const address = `http://test.invalid${encoded}?${signed}`;
    const request = new Request(address, body === undefined ? {} : { method: 'POST', body });
    const response = await this.#origin.fetch(request);
    const text = await response.text();
    if (response.ok) return JSON.parse(text);
    throw this.#options.error(`The origin refused a call of the test: ${response.status} ${text.trim()}`);
  }

  /** Replaces the origin by a new one without any data. */
  renew(): void {
    this.#stores.clear();
    [this.#engine, this.#origin] = this.#start();
  }

  /** Answers parked polls, stops timers. */
  async close(): Promise<void> {
    await this.#origin.close();
    await this.#engine.close();
  }

  #start(): [Engine, Origin] {
    const { clock, random, keysets, limits, onAppend } = this.#options;
    const engine = new MemoryEngine({ clock, random });
    const store = withAppends(engine, onAppend, (key, shard) => this.#stores.set(key, shard));
    return [engine, createOrigin({ clock, random, keysets, limits, store })];
  }

  async #signed({ publishKey, secretKey }: Keyset, path: string, query: string): Promise<string> {
    if (secretKey === undefined) return query;
    const whole = `${query}&timestamp=${Math.floor(this.#options.clock.now() / 1000)}`;
    // A publish is signed as a GET, also when it is a POST.
    const text = `GET\n${publishKey}\n${path}\n${sortedQuery(whole)}\n`;
    const signature = await new Secret(secretKey).sign(Uint8Array.from(new TextEncoder().encode(text)));
    return `${whole}&${textOf({ signature: `v2.${toBase64(signature)}` })}`;
  }
}

/** An engine that reports what the origin appends, and each store that it opens. */
function withAppends(
  engine: Engine,
  onAppend: OnAppend,
  onStore: (subscribeKey: string, store: ShardStore) => void,
): Engine {
  return {
    isLocal: engine.isLocal,
    close: () => engine.close(),
    shard(subscribeKey, rules) {
      const store = engine.shard(subscribeKey, rules);
      const { log } = store;
      onStore(subscribeKey, store);
      const append: typeof log.append = async (batch, options) => {
        const appended = await log.append(batch, options);
        for (const [index, request] of batch.entries()) {
          const tt = appended[index]?.tt;
          if (tt !== undefined) await onAppend(subscribeKey, request, tt);
        }
        return appended;
      };
      return {
        ...store,
        log: {
          append,
          fence: (floor) => log.fence(floor),
          last: () => log.last(),
          began: () => log.began(),
          readAfter: (after, limit) => log.readAfter(after, limit),
          tail: (tail) => log.tail(tail),
        },
      };
    },
  };
}

function textOf(query: Readonly<Record<string, string>>): string {
  return new URLSearchParams(query).toString().replaceAll('+', '%20');
}
