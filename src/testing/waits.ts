import { check, PROMISE } from '../origin/checks.ts';
import { type CallSite, callSiteOf } from './errors.ts';
import type { NetworkParts } from './parts.ts';
import { afterRealTime, atMost, turn, turnOfSockets, turnOfThreads } from './system.ts';
import type { TestRequest } from './test-request.ts';

// Work that cannot be observed is short: encryption takes three operations on other threads, and msw hands an answer to
// its client within a few turns of the event loop.
const IN_PROCESS = [turn, turn, turnOfThreads, turnOfThreads, turnOfThreads, turn];
const ON_SOCKETS = [...IN_PROCESS, turnOfSockets, turnOfSockets, turnOfSockets];
const HOUR_MS = 3_600_000;

/** The options of waits. */
export interface WaitOptions {
  /** Real milliseconds that a wait lasts at most. */
  readonly patience: number;
  /** Makes an error that ends in the transcript. */
  readonly error: (message: string) => Error;
  readonly parts: () => Pick<NetworkParts, 'wire' | 'clock' | 'ports'>;
}

interface Wait {
  readonly isOver: () => boolean;
  readonly resolve: () => void;
  readonly fail: () => void;
}

/** Waits for effects of the traffic, as long as patience lasts. */
export class Waits {
  readonly #waits = new Set<Wait>();
  readonly #options: WaitOptions;
  #changes = 0;

  constructor(options: WaitOptions) {
    this.#options = options;
  }

  /** The traffic has changed, which may end a wait. */
  changed(): void {
    this.#changes++;
    for (const wait of [...this.#waits]) if (wait.isOver()) wait.resolve();
  }

  /** Resolves as soon as the condition holds. When patience ends, rejects with the expectation, at the call site. */
  until(isOver: () => boolean, expected: () => string, site: CallSite): Promise<void> {
    if (isOver()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => () => {
        this.#waits.delete(wait);
        cancel();
        settle();
      };
      const fail = end(() => reject(this.#failure(expected(), site)));
      const wait: Wait = { isOver, resolve: end(resolve), fail };
      const cancel = afterRealTime(this.#options.patience, fail);
      this.#waits.add(wait);
    });
  }

  /** Resolves when nothing more happens by itself, also what waits for the clock to stand still. */
  idle(): Promise<void> {
    const { wire, clock } = this.#options.parts();
    return this.#untilQuiet(() => wire.busy || clock.isAwaited);
  }

  /** Resolves when nothing more happens while the clock stands still. */
  quiet(): Promise<void> {
    const { wire } = this.#options.parts();
    return this.#untilQuiet(() => wire.busy);
  }

  // Resolves when nothing is busy, and nothing has changed for some turns of the event loop.
  async #untilQuiet(busy: () => boolean): Promise<void> {
    const site = callSiteOf(this.#untilQuiet);
    const { patience, parts } = this.#options;
    const { wire, ports } = parts();
    const turns = ports.size > 0 ? ON_SOCKETS : IN_PROCESS;
    let impatient = false;
    const cancel = afterRealTime(patience, () => {
      impatient = true;
    });
    try {
      for (let quiet = 0, seen = this.#changes; quiet < turns.length; quiet++) {
        await turns[quiet]?.();
        if (!busy() && seen === this.#changes) continue;
        if (impatient) throw this.#failure(noisy(wire.open, patience), site);
        quiet = -1;
        seen = this.#changes;
      }
    } finally {
      cancel();
    }
  }

  /** Moves the clock on, timer by timer, until a promise settles, by an hour at most. */
  async untilSettled<T>(promise: Promise<T>, site: CallSite): Promise<T> {
    check('network.settled(): the promise', promise, PROMISE);
    const { clock } = this.#options.parts();
    let settled = false;
    const done = () => {
      settled = true;
    };
    promise.then(done, done);
    await this.idle();
    const limit = clock.now() + HOUR_MS;
    let impatient = false;
    while (!settled && !impatient && clock.now() < limit) {
      await clock.advanceUntil(() => settled, limit - clock.now());
      // Without timers, only work that is outside the network can settle it, or set one.
      if (!settled && clock.pending === 0)
        impatient = !(await this.#happens(() => settled || clock.pending > 0));
    }
    if (settled) return promise;
    const why = impatient ? 'There is no timer that could settle it.' : 'An hour of the clock has passed.';
    throw this.#failure(`A promise was expected to settle. ${why}`, site);
  }

  /** Resolves when a promise that never rejects does, or when patience ends. */
  patiently(promise: Promise<void>): Promise<void> {
    return atMost(this.#options.patience, promise);
  }

  /** Looks whether a condition comes to hold, as long as patience lasts. */
  async #happens(condition: () => boolean): Promise<boolean> {
    let impatient = false;
    const cancel = afterRealTime(this.#options.patience, () => {
      impatient = true;
    });
    while (!condition() && !impatient) await turnOfSockets();
    cancel();
    return condition();
  }

  /** Fails every wait. */
  end(): void {
    for (const wait of [...this.#waits]) wait.fail();
  }

  #failure(message: string, site: CallSite): Error {
    const error = this.#options.error(message);
    site(error);
    return error;
  }
}

function noisy(open: readonly TestRequest[], patience: number): string {
  const names = open.map(({ operation }) => operation).join(', ') || 'nothing';
  return `The network was expected to become quiet. Under way: ${names}. The wait lasted ${patience} ms.`;
}
