import type { WireEnvelope } from '../../protocol/envelope.ts';
import { compareTimetokens } from '../../protocol/timetoken.ts';
import type { Held } from './arrived.ts';
import type { Backfills } from './backfills.ts';

/** What may wait behind one backfill. */
const MOST_ENTRIES = 5_000;
const MOST_BYTES = 4 * 1024 * 1024;

/** The newer entries that wait behind one backfill, in the order in which they came. */
export class Backlog {
  readonly #backfills: Backfills;
  #all: Held[] = [];
  #bytes = 0;

  constructor(backfills: Backfills) {
    this.#backfills = backfills;
  }

  get all(): readonly Held[] {
    return this.#all;
  }

  /** Whether more waits than may, here or behind all backfills. */
  get isFull(): boolean {
    return this.#all.length > MOST_ENTRIES || this.#bytes > MOST_BYTES || this.#backfills.isFull;
  }

  add(held: Held): void {
    this.#all.push(held);
    held.arrived.seen.pins++;
    this.#count(1, held.arrived.bytes);
  }

  /** Takes some entries out. */
  take(isTaken: (held: Held) => boolean): readonly Held[] {
    const taken = this.#all.filter(isTaken);
    if (taken.length === 0) return taken;
    this.#all = this.#all.filter((held) => !isTaken(held));
    for (const { arrived } of taken) arrived.seen.pins--;
    this.#count(-taken.length, -taken.reduce((sum, { arrived }) => sum + arrived.bytes, 0));
    return taken;
  }

  /** Takes out what is older than an entry of the same channel, as far as that can be said. */
  takeBefore({ c, p }: WireEnvelope): readonly Held[] {
    return this.take(({ arrived: { envelope: one } }) => {
      return one.c === c && one.p.r === p.r && compareTimetokens(one.p.t, p.t) < 0;
    });
  }

  #count(entries: number, bytes: number): void {
    this.#bytes += bytes;
    this.#backfills.held(entries, bytes);
  }
}
