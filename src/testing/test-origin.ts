import {
  type AppendRequest,
  createOrigin,
  MemoryEngine,
  type Origin,
  type OriginOptions,
  type ShardStore,
  type Stamp,
} from '../origin/index.ts';
import type { Clock } from '../protocol/clock.ts';
import { type TappedEngine, tap } from './tap.ts';

/** How the origin of a test network is made. */
export interface TestOriginOptions extends Pick<OriginOptions, 'keysets' | 'limits'> {
  readonly clock: Clock;
  readonly random: () => number;
  /** Hears of all that is published. */
  readonly onAppend: (subscribeKey: string, request: AppendRequest, stamp: Stamp) => void;
}

/** The origin behind a test network, which can be exchanged for a new one. */
export class TestOrigin {
  readonly #options: TestOriginOptions;
  #engine: TappedEngine;
  #origin: Origin;

  constructor(options: TestOriginOptions) {
    this.#options = options;
    [this.#engine, this.#origin] = begin(options);
  }

  /** Answers a request. */
  readonly fetch = (request: Request): Promise<Response> => this.#origin.fetch(request);

  /** What is kept for a subscribe key; `undefined` while nobody has used it. */
  storeOf(subscribeKey: string): ShardStore | undefined {
    return this.#engine.storeOf(subscribeKey);
  }

  /** Messages that a subscriber gets at once; of more, some are dropped. */
  get queueLength(): number {
    return this.#origin.limits.queueLength;
  }

  /** Puts a new origin in its place, which knows nothing of the old one. */
  renew(): void {
    [this.#engine, this.#origin] = begin(this.#options);
  }

  /** Answers parked polls, stops timers. */
  async close(): Promise<void> {
    await this.#origin.close();
    await this.#engine.close();
  }
}

function begin({ onAppend, ...options }: TestOriginOptions): [TappedEngine, Origin] {
  const store = tap(new MemoryEngine(options), onAppend);
  return [store, createOrigin({ ...options, store })];
}
