import { nextTick } from 'node:process';
import { setImmediate } from 'node:timers';
import type { Clock } from '../../protocol/clock.ts';
import { type Linked, LinkedList } from '../../protocol/linked-list.ts';

// Requests that begin in one turn of the event loop, if they are small: some milliseconds of work.
const SLICE = 64;
// The share of requests in one turn. What runs then goes on to its end.
const SHARE_MS = 10;
// Work below this is not worth to be told from that of the next turn.
const REST_MS = 2;
// Milliseconds for which turns go by without requests while connections come: the system hands over one in each turn.
const ACCEPT_MS = 20;
// Requests that begin together: they share what is done once for all of a stretch, such as leases.
const TOGETHER = 8;

/** What waits for its turn. */
export interface Later extends Linked {
  /** Returns `false` if nothing was left to begin. Must not throw. */
  begin(): boolean;
}

/** What waits of one owner. */
interface Line<Owner> extends Linked {
  readonly owner: Owner;
  readonly waiting: LinkedList<Later>;
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
  /** The same, in the order of their turns. */
  readonly #order = new LinkedList<Line<Owner>>();
  /** When the first request of a turn began, the last time that this was counted. */
  #since = Number.NEGATIVE_INFINITY;
  /** It was in this turn. */
  #isCounting = false;
  /** The next turn was asked for. */
  #isDue = false;
  /** A connection has come since the last turn. */
  #hasAccepted = false;
  /** When turns began to go by without requests. */
  #acceptsSince: number | undefined;
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
    if (this.#acceptsSince !== undefined) return false;
    const now = this.#now();
    if (this.#isCounting) return now - this.#since < SHARE_MS;
    if (now - this.#since >= REST_MS) this.#count(now);
    return true;
  }

  /** A connection has come: others may wait behind it, of which each turn of the event loop brings one. */
  accepted(): void {
    this.#hasAccepted = true;
  }

  /** Adds one that is in no line. */
  add(owner: Owner, later: Later): void {
    const line = this.#lines.get(owner) ?? this.#open(owner);
    line.waiting.push(later);
    // What only waits takes no time from others: of a crowd that comes back, the last are read long after the first.
    this.#ask();
  }

  /** Forgets what waits of an owner. */
  remove(owner: Owner): void {
    const line = this.#lines.get(owner);
    if (!line) return;
    this.#order.remove(line);
    this.#lines.delete(owner);
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

  // Else a client that connects would wait for as many turns, full of the work of others, as connections came before it.
  #isAccepting(): boolean {
    const now = this.#now();
    const since = this.#hasAccepted ? (this.#acceptsSince ?? now) : undefined;
    this.#hasAccepted = false;
    this.#acceptsSince = since !== undefined && now - since < ACCEPT_MS ? since : undefined;
    return this.#acceptsSince !== undefined;
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
    if (this.#order.size === 0) return;
    if (this.#isAccepting()) return void this.#ask();
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

  // The line whose turn it was goes to the end.
  #beginOne(): boolean {
    for (let line = this.#order.oldest; line; line = this.#order.oldest) {
      const later = line.waiting.shift();
      this.#order.remove(line);
      if (line.waiting.size > 0) this.#order.push(line);
      else this.#lines.delete(line.owner);
      if (later?.begin()) return true;
    }
    return false;
  }

  #open(owner: Owner): Line<Owner> {
    const line: Line<Owner> = { owner, waiting: new LinkedList() };
    this.#lines.set(owner, line);
    this.#order.push(line);
    return line;
  }
}
