import type { Clock, Timetoken } from '../../src/index.ts';

/** An entry as one region has it. */
export interface RegionEntry {
  /** Its place in this region's stream. */
  readonly place: bigint;
  readonly channel: string;
  /** The envelope without the name that matched. */
  readonly envelope: { readonly c: string; readonly p: { readonly t: Timetoken; readonly r: number } };
}

const TICKS = 10_000n;

/** One region of the foreign origin: a stream of its own, with a clock of its own. */
export class ForeignRegion {
  readonly id: number;
  readonly #clock: Clock;
  readonly #skew: number;
  readonly #keep: number;
  readonly #queues = new Map<string, RegionEntry[]>();
  readonly waiters = new Set<() => void>();
  #last = 0n;

  /** Keeps so many entries of each channel; its clock is ahead by `skew` milliseconds. */
  constructor(id: number, clock: Clock, { keep, skew }: { keep: number; skew: number }) {
    this.id = id;
    this.#clock = clock;
    this.#keep = keep;
    this.#skew = skew;
  }

  /** A timetoken that nobody else has got. */
  stamp(): bigint {
    const now = BigInt(Math.floor(this.#clock.now()) + this.#skew) * TICKS;
    this.#last = now > this.#last ? now : this.#last + 1n;
    return this.#last;
  }

  /** Takes an entry; several may share a timetoken, each has a place of its own. */
  add(channel: string, envelope: RegionEntry['envelope'], place: bigint): void {
    const queue = this.#queues.get(channel) ?? [];
    this.#queues.set(channel, queue);
    queue.push({ place, channel, envelope });
    if (queue.length > this.#keep) queue.shift();
    for (const wake of [...this.waiters]) wake();
  }

  /** What came to the channels after a place, and is still there, in order. */
  after(place: bigint, wants: (channel: string) => boolean): readonly RegionEntry[] {
    const found: RegionEntry[] = [];
    for (const [channel, queue] of this.#queues) {
      if (wants(channel)) found.push(...queue.filter((entry) => entry.place > place));
    }
    return found.sort((a, b) => (a.place < b.place ? -1 : 1));
  }
}
