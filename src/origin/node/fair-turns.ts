import { nextTick } from 'node:process';
import { setImmediate } from 'node:timers';
import type { Clock } from '../../protocol/clock.ts';

// Requests that begin in one turn of the event loop, if they are small: some milliseconds of work.
const SLICE = 64;
// The share of requests in one turn. What runs then goes on to its end.
const SHARE_MS = 10;
// Work below this is not worth to be told from that of the next turn.
const REST_MS = 2;
// Requests that begin together: they share what is done once for all of a stretch, such as leases.
const TOGETHER = 8;

/** The parts of turns. */
export interface FairTurnsOptions {
  readonly clock: Clock;
  /** Calls back in the next turn of the event loop. Default: the machine's. */
  readonly later?: ((callback: () => void) => unknown) | undefined;
  /** Calls back when all is done that needs nothing but promises that are there. Default: the machine's. */
  readonly afterPromises?: ((callback: () => void) => unknown) | undefined;
}

// Ticks come after all microtasks, unless one runs: then they come first.
const afterMicrotasks = (callback: () => void) => queueMicrotask(() => nextTick(callback));

/**
 * Lets requests begin in later turns of the event loop: so many in each, and no more when its time is over, and those of
 * different owners in turn. Nobody waits long for one who sends many at once, or costly ones, and what was given up in the
 * same packet never begins.
 */
export class FairTurns<Owner> {
  readonly #clock: Clock;
  readonly #later: (callback: () => void) => unknown;
  readonly #afterPromises: (callback: () => void) => unknown;
  readonly #waiting = new Map<Owner, (() => boolean)[]>();
  /** When the work of this turn began, as far as it is known. */
  #since = Number.NEGATIVE_INFINITY;
  #isDue = false;
  /** Requests that may still begin in this turn. */
  #left = 0;
  /** Requests that begin together, as long as they take little. */
  #together = 1;

  constructor({ clock, later = setImmediate, afterPromises = afterMicrotasks }: FairTurnsOptions) {
    this.#clock = clock;
    this.#later = later;
    this.#afterPromises = afterPromises;
  }

  /**
   * `true` while this turn has time for one more request. Asked before each: it asks for the next turn only after some
   * work, since most turns have little.
   */
  get hasTime(): boolean {
    const now = this.#now();
    const spent = now - this.#since;
    if (this.#isDue) return spent < SHARE_MS;
    if (spent >= REST_MS) this.#wake(now);
    return true;
  }

  /** `begin` returns `false` if nothing was left to begin. Must not throw. */
  add(owner: Owner, begin: () => boolean): void {
    const waiting = this.#waiting.get(owner);
    if (waiting) waiting.push(begin);
    else this.#waiting.set(owner, [begin]);
    this.#wake(this.#now());
  }

  /** Forgets what waits of an owner. */
  remove(owner: Owner): void {
    this.#waiting.delete(owner);
  }

  /** Begins all that waits, at once. */
  flush(): void {
    while (this.#beginOne());
  }

  #now(): number {
    return this.#clock.monotonic?.() ?? this.#clock.now();
  }

  #wake(now: number): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#since = now;
    this.#later(this.#next);
  }

  // One function for all turns. What comes after the slice has what is left of the time.
  readonly #next = (): void => {
    this.#isDue = false;
    if (this.#waiting.size === 0) return;
    this.#wake(this.#now());
    this.#left = SLICE;
    this.#together = 1;
    this.#step();
  };

  // Most of the work of a request is done after a promise that was there already: what the first ones take is known then.
  readonly #step = (): void => {
    const before = this.#now();
    for (let count = 0; count < this.#together; count++) {
      if (this.#left <= 0 || this.#now() - this.#since >= SHARE_MS) return;
      this.#left--;
      if (!this.#beginOne()) return;
    }
    this.#afterPromises(() => {
      this.#together = this.#now() - before < REST_MS ? Math.min(2 * this.#together, TOGETHER) : 1;
      this.#step();
    });
  };

  // The owners whose turn it was go to the end.
  #beginOne(): boolean {
    for (const [owner, waiting] of this.#waiting) {
      this.#waiting.delete(owner);
      const begin = waiting.shift();
      if (waiting.length > 0) this.#waiting.set(owner, waiting);
      if (begin?.()) return true;
    }
    return false;
  }
}
