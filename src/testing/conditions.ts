import type { Clock } from '../protocol/clock.ts';
import { check, MILLISECONDS, wholeOrInfinite } from './checks.ts';
import { doubled } from './messages.ts';

const ANSWERS = wholeOrInfinite(1);

/** What the network is like, for every request alike. */
export class Conditions {
  /** No connection can be had. */
  offline = false;
  #delay = 0;
  #duplicates = 0;
  readonly #tokens = new Set<string>();
  readonly #expired = new Set<string>();

  /** Milliseconds that each request is under way before it reaches the origin. */
  get delay(): number {
    return this.#delay;
  }

  set delay(milliseconds: number) {
    check('network.delay(): milliseconds', milliseconds, MILLISECONDS);
    this.#delay = milliseconds;
  }

  /** So many of the next answers with entries hold each of them twice. */
  duplicate(answers: number): void {
    check('network.duplicate(): answers', answers, ANSWERS);
    this.#duplicates += answers;
  }

  /** A subscribe answer as it reaches the client. */
  deliver(text: string): string {
    if (this.#duplicates === 0) return text;
    const twice = doubled(text);
    if (twice === undefined) return text;
    this.#duplicates--;
    return twice;
  }

  /** A token is used. Returns whether it is still good. */
  accepts(token: string | undefined): boolean {
    if (token === undefined) return true;
    this.#tokens.add(token);
    return !this.#expired.has(token);
  }

  /** The tokens that were used until now are good no more. */
  expireTokens(): void {
    for (const token of this.#tokens) this.#expired.add(token);
  }

  /** Everything is well again. */
  mend(): void {
    this.offline = false;
    this.#delay = 0;
    this.#duplicates = 0;
    this.#tokens.clear();
    this.#expired.clear();
  }
}

/** Waits on a clock; ends early when the signal is aborted. */
export function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimeout(done, milliseconds);
    function done() {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
