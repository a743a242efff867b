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

/** What waits for its turn. */
export interface Later {
  /** Returns `false` if nothing was left to begin. Must not throw. */
  begin(): boolean;
  /** The next of the same owner; the turns alone change this. */
  after?: Later | undefined;
}

/** What waits of one owner, in a ring with the lines of the others. */
class Line<Owner> {
  readonly owner: Owner;
  first: Later;
  last: Later;
  before: Line<Owner> = this;
  after: Line<Owner> = this;

  constructor(owner: Owner, later: Later) {
    this.owner = owner;
    this.first = later;
    this.last = later;
  }
}

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
  readonly #lines = new Map<Owner, Line<Owner>>();
  /** The line whose turn it is. */
  #current: Line<Owner> | undefined;
  /** When the first request of a turn began, the last time that this was counted. */
  #since = Number.NEGATIVE_INFINITY;
  /** It was in this turn. */
  #isCounting = false;
  /** The next turn was asked for. */
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
    if (this.#isCounting) return now - this.#since < SHARE_MS;
    if (now - this.#since >= REST_MS) this.#count(now);
    return true;
  }

  /** Adds one that is in no line. */
  add(owner: Owner, later: Later): void {
    const line = this.#lines.get(owner);
    if (line) {
      line.last.after = later;
      line.last = later;
    } else this.#open(owner, later);
    // What only waits takes no time from others: of a crowd that comes back, the last are read long after the first.
    this.#ask();
  }

  /** Forgets what waits of an owner. */
  remove(owner: Owner): void {
    const line = this.#lines.get(owner);
    if (line) this.#close(line);
  }

  /** Begins all that waits, at once. */
  flush(): void {
    while (this.#beginOne());
  }

  #now(): number {
    return this.#clock.monotonic?.() ?? this.#clock.now();
  }

  #count(now: number): void {
    this.#isCounting = true;
    this.#since = now;
    this.#ask();
  }

  #ask(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#later(this.#next);
  }

  // One function for all turns. What comes after the slice has what is left of the time.
  readonly #next = (): void => {
    this.#isDue = false;
    this.#isCounting = false;
    if (!this.#current) return;
    this.#count(this.#now());
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

  // The line after it is the next.
  #beginOne(): boolean {
    for (let line = this.#current; line; line = this.#current) {
      const { first } = line;
      this.#current = line.after;
      if (first.after) line.first = first.after;
      else this.#close(line);
      first.after = undefined;
      if (first.begin()) return true;
    }
    return false;
  }

  // Who is new comes after all others.
  #open(owner: Owner, later: Later): void {
    const line = new Line(owner, later);
    this.#lines.set(owner, line);
    this.#current ??= line;
    const { before } = this.#current;
    line.after = this.#current;
    line.before = before;
    before.after = line;
    line.after.before = line;
  }

  #close(line: Line<Owner>): void {
    line.before.after = line.after;
    line.after.before = line.before;
    if (this.#current === line) this.#current = line.after === line ? undefined : line.after;
    this.#lines.delete(line.owner);
  }
}
