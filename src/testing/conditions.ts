import { check, MILLISECONDS, wholeOrInfinite } from '../origin/checks.ts';
import type { Clock } from '../protocol/clock.ts';
import { doubled } from './messages.ts';

/** The state of the network, which applies to all requests. */
export class Conditions {
  /** No connection can be made. */
  offline = false;
  #delay = 0;
  #duplicates = 0;
  readonly #tokens = new Set<string>();
  readonly #expired = new Set<string>();

  /** Milliseconds that each request takes to reach the origin. */
  get delay(): number {
    return this.#delay;
  }

  setDelay(milliseconds: number): void {
    check('network.delay(): milliseconds', milliseconds, MILLISECONDS);
    this.#delay = milliseconds;
  }

  /** Duplicates the entries of the next answers that have any. */
  duplicate(answers: number): void {
    check('network.duplicate(): answers', answers, wholeOrInfinite(1));
    this.#duplicates += answers;
  }

  /** Returns a subscribe answer as the client gets it. */
  deliver(text: string): string {
    if (this.#duplicates === 0) return text;
    const twice = doubled(text);
    if (twice === undefined) return text;
    this.#duplicates--;
    return twice;
  }

  /** Notes the use of a token. Returns whether it is still valid. */
  accepts(token: string | undefined): boolean {
    if (token === undefined) return true;
    this.#tokens.add(token);
    return !this.#expired.has(token);
  }

  /** Expires the tokens that were used so far. */
  expireTokens(): void {
    for (const token of this.#tokens) this.#expired.add(token);
  }

  /** Ends all conditions. */
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
