import { type Linked, LinkedList } from '../../protocol/linked-list.ts';
import type { Stamp } from '../store/stamp.ts';
import type { Turns } from '../turns.ts';
import type { Parked } from './parked.ts';
import type { SharedRead } from './shared-read.ts';
import type { Audience } from './waiters.ts';

// Those that are woken before the next audience has its turn.
const TOGETHER = 32;
// Waking one with its answer, in steps of a filter: a turn of about 50 milliseconds wakes 5000. What those who are woken
// send again is read between two turns, before the others are woken.
const WAKE_UNITS = 10;
// Promises on the way from an entry to the answer of whoever has published it, and some more.
const HOPS = 4;

/** What the filters of all have taken that are woken by the entries of one turn. */
export interface Round {
  steps: number;
}

/** The next time that an audience is woken. */
interface Again {
  readonly round: Round;
  readonly since: Stamp;
}

/** Some that are being woken. */
export interface Wake extends Linked {
  readonly audience: Audience;
  readonly parked: readonly Parked[];
  readonly round: Round;
  /** The first entry that they are woken by; absent for one that reads on. */
  readonly since: Stamp | undefined;
  /** The next of them. */
  at: number;
  /** There was something newer since the first of them was woken. */
  again: Again | undefined;
  /** What one has read, for the others. */
  shared: SharedRead | undefined;
}

/** The parts of wakes. */
export interface WakesOptions {
  readonly turns: Turns;
  /** Wakes one. `false`: it was cut, and must be woken again. Must not throw. */
  wake(parked: Parked, wake: Wake): boolean;
  onFailure(error: unknown): void;
  /** All of an audience were woken by what has come since an entry. Absent: nobody counts. */
  readonly onDone?: ((since: Stamp) => void) | undefined;
}

/**
 * Wakes what is parked at the end of the turn in which entries came, so that these are answered together. Audiences take
 * turns, and all of them leave turns to other work: one with many thousands does not block the others.
 */
export class Wakes {
  readonly #options: WakesOptions;
  // In the order of their turns.
  readonly #queue = new LinkedList<Wake>();
  // With the first entry since.
  #pending = new Map<Audience, Stamp>();
  #isRunning = false;

  constructor(options: WakesOptions) {
    this.#options = options;
  }

  /** There is something new for an audience. */
  add(audience: Audience): void {
    if (this.#pending.size === 0) queueMicrotask(() => this.#flush());
    if (!this.#pending.has(audience)) this.#pending.set(audience, audience.newest);
  }

  /** Reads on for one that was cut, or that was not ready. */
  addOne(audience: Audience, parked: Parked): void {
    this.#queue.push({
      audience,
      parked: [parked],
      round: { steps: 0 },
      since: undefined,
      at: 0,
      again: undefined,
      shared: undefined,
    });
    queueMicrotask(() => this.#start());
  }

  #flush(): void {
    const pending = this.#pending;
    this.#pending = new Map();
    const round: Round = { steps: 0 };
    for (const [audience, since] of pending) {
      const { wake: running } = audience;
      if (running) running.again = { round, since: running.again?.since ?? since };
      else this.#begin(audience, { round, since });
    }
    this.#start();
  }

  #begin(audience: Audience, { round, since }: Again): void {
    const { all: parked } = audience.parked;
    const wake: Wake = { audience, parked, round, since, at: 0, again: undefined, shared: undefined };
    audience.wake = wake;
    this.#queue.push(wake);
  }

  #start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#run().catch((error: unknown) => this.#options.onFailure(error));
  }

  async #run(): Promise<void> {
    try {
      // Whoever has published has the answer before very many are woken.
      for (let hop = 0; hop < HOPS; hop++) await undefined;
      // Those that are not done are added again.
      for (let wake = this.#queue.shift(); wake; wake = this.#queue.shift()) {
        await this.#some(wake);
        if (wake.at < wake.parked.length) this.#queue.push(wake);
        else this.#end(wake);
      }
    } finally {
      this.#isRunning = false;
    }
  }

  async #some(wake: Wake): Promise<void> {
    const { turns } = this.#options;
    for (let left = TOGETHER; left > 0 && wake.at < wake.parked.length; left--) {
      const one = wake.parked[wake.at];
      if (!one || this.#options.wake(one, wake)) wake.at++;
      if (turns.isOver(WAKE_UNITS)) await turns.next();
    }
  }

  #end(wake: Wake): void {
    const { audience, again, since } = wake;
    if (since !== undefined) this.#options.onDone?.(since);
    if (audience.wake !== wake) return;
    audience.wake = undefined;
    if (again) this.#begin(audience, again);
    else if (!this.#pending.has(audience)) audience.woken = undefined;
  }
}
