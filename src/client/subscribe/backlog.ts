import type { WireEnvelope } from '../../protocol/envelope.ts';
import { compareTimetokens, type Timetoken } from '../../protocol/timetoken.ts';
import type { Held } from './arrived.ts';
import type { Backfills } from './backfills.ts';
import { sooner } from './gaps.ts';

/** What may wait behind one backfill. */
const MOST_ENTRIES = 5_000;
const MOST_BYTES = 4 * 1024 * 1024;

interface Placed extends Held {
  /** Of all that came. */
  readonly place: number;
}

/** What waits of one channel, in the order in which it came. */
interface Line {
  held: Placed[];
  oldest: Timetoken;
}

type Choice = (held: Held) => boolean;

/**
 * The newer entries that wait behind one backfill. Each entry that is fetched asks for those of its channel that are older:
 * mostly none is, which takes no search.
 */
export class Backlog {
  readonly #backfills: Backfills;
  readonly #lines = new Map<string, Line>();
  #size = 0;
  #bytes = 0;
  #added = 0;

  constructor(backfills: Backfills) {
    this.#backfills = backfills;
  }

  get size(): number {
    return this.#size;
  }

  /** Whether more waits than may, here or behind all backfills. */
  get isFull(): boolean {
    return this.#size > MOST_ENTRIES || this.#bytes > MOST_BYTES || this.#backfills.isFull;
  }

  /** What waits of a channel, in the order in which it came. */
  of(channel: string): readonly Held[] {
    return this.#lines.get(channel)?.held ?? [];
  }

  /** Whether an entry that waits is chosen. */
  some(isChosen: Choice): boolean {
    for (const { held } of this.#lines.values()) if (held.some(isChosen)) return true;
    return false;
  }

  add(held: Held): void {
    const { envelope, seen, bytes } = held.arrived;
    const { c, p } = envelope;
    const line = this.#lines.get(c) ?? { held: [], oldest: p.t };
    line.held.push({ ...held, place: this.#added++ });
    line.oldest = sooner(line.oldest, p.t);
    this.#lines.set(c, line);
    seen.pins++;
    this.#count(1, bytes);
  }

  /** Takes some entries out, in the order in which they came. */
  take(isTaken: Choice): readonly Held[] {
    return [...this.#lines.keys()]
      .flatMap((channel) => this.#takeOf(channel, isTaken))
      .sort((a, b) => a.place - b.place);
  }

  /** Takes out what is of a channel and not newer than a timetoken. */
  takeUpTo(channel: string, timetoken: Timetoken): readonly Held[] {
    return this.#takeOf(channel, ({ arrived }) => compareTimetokens(arrived.envelope.p.t, timetoken) <= 0);
  }

  /** Takes out what is older than an entry of the same channel, as far as that can be said. */
  takeBefore({ c, p }: WireEnvelope): readonly Held[] {
    const line = this.#lines.get(c);
    if (!line || compareTimetokens(line.oldest, p.t) >= 0) return [];
    return this.#takeOf(c, ({ arrived: { envelope: one } }) => {
      return one.p.r === p.r && compareTimetokens(one.p.t, p.t) < 0;
    });
  }

  #takeOf(channel: string, isTaken: Choice): readonly Placed[] {
    const line = this.#lines.get(channel);
    const taken = line?.held.filter(isTaken) ?? [];
    if (!line || taken.length === 0) return taken;
    line.held = line.held.filter((held) => !isTaken(held));
    const times = line.held.map(({ arrived }) => arrived.envelope.p.t);
    if (times.length > 0) line.oldest = times.reduce(sooner);
    else this.#lines.delete(channel);
    for (const { arrived } of taken) arrived.seen.pins--;
    this.#count(-taken.length, -taken.reduce((sum, { arrived }) => sum + arrived.bytes, 0));
    return taken;
  }

  #count(entries: number, bytes: number): void {
    this.#size += entries;
    this.#bytes += bytes;
    this.#backfills.held(entries, bytes);
  }
}
