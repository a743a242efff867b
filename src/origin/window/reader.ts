import { type Stamp, ZERO_STAMP } from '../store/stamp.ts';
import type { Turns } from '../turns.ts';
import { type Batch, type Collected, collect } from './batch.ts';
import { Envelopes, type LiveEntry, type LiveQueue } from './live-queue.ts';
import type { Parked, PollFilter } from './parked.ts';
import { RecentReads, SharedRead } from './shared-read.ts';
import type { Wake } from './wakes.ts';

// Reading an envelope as a value, in steps of a filter.
const CHARACTERS_PER_STEP = 8;
// Copying an answer to its reader, in the same steps.
const COPIED_PER_STEP = 32;
const NO_CHANNELS: ReadonlySet<string> = new Set();

/** The parts of a reader. */
export interface ReaderOptions {
  /** The live entries: another queue for another log. */
  queue(): LiveQueue;
  readonly turns: Turns;
  /** What it shares with the readers of other windows. Absent: nothing. */
  readonly recent?: RecentReads | undefined;
  /** Characters of one answer after which it is cut. */
  readonly maxBytes: number;
}

/**
 * Reads the live entries for what is parked. Those with the same subscription and without a filter share what is read:
 * while they are woken together, and when they catch up one after the other.
 */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #envelopes = new Envelopes();
  readonly #isOver: (units: number) => boolean;
  #owner = {};
  readonly #recent: RecentReads;
  #nothing = nothingUpto(ZERO_STAMP);

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#recent = options.recent ?? new RecentReads();
    this.#isOver = (units) => options.turns.isOver(units);
  }

  /** Reads what there is for one of those who are woken, or for one that begins to wait, up to a position. */
  read(parked: Parked, position: Stamp, wake: Wake | undefined): Collected {
    const collected = this.#read(parked, position, wake);
    // Also what is shared: each reader has its own copy, which is made and written in this turn.
    this.#isOver(collected.characters / COPIED_PER_STEP);
    return collected;
  }

  #read(parked: Parked, position: Stamp, wake: Wake | undefined): Collected {
    if (!parked.lost && parked.seen >= position) return this.#nothingUpto(position);
    const canShare = !parked.filter && !parked.lost;
    const shared = canShare ? this.#shared(parked, wake) : undefined;
    if (shared?.serves(parked.seen, wake?.audience.newest ?? position)) return shared.collected;
    const collected = this.#collect(parked, position);
    if (canShare && hasContent(collected.batch))
      this.#share(new SharedRead(collected, parked.seen, position), parked, wake);
    return collected;
  }

  // Most who come back have everything.
  #nothingUpto(position: Stamp): Collected {
    if (this.#nothing.batch.cursor !== position) this.#nothing = nothingUpto(position);
    return this.#nothing;
  }

  #shared({ subscription }: Parked, wake: Wake | undefined): SharedRead | undefined {
    return wake ? wake.shared : this.#recent.get(subscription, this.#owner);
  }

  #share(read: SharedRead, { subscription }: Parked, wake: Wake | undefined): void {
    if (wake) wake.shared = read;
    else this.#recent.add(subscription, this.#owner, read);
  }

  #collect(parked: Parked, position: Stamp): Collected {
    const { subscription, filter, lost, seen: cursor } = parked;
    const channels = parked.isBehind ? undefined : (parked.audience?.woken ?? NO_CHANNELS);
    const wants = filter && ((live: LiveEntry) => this.#evaluate(filter, live));
    const query = { subscription, cursor, lost, channels, wants };
    const end = { position, maxBytes: this.#options.maxBytes, isOver: this.#isOver };
    return collect(this.#options.queue(), query, end);
  }

  /** Forgets what was read: the log has another epoch. */
  reset(): void {
    this.#owner = {};
  }

  #evaluate(filter: PollFilter, live: LiveEntry): boolean | undefined {
    const before = filter.spent;
    try {
      return filter.passes(this.#envelopes.of(live));
    } finally {
      // Also if it took too long.
      this.#isOver(filter.spent - before + live.text.length / CHARACTERS_PER_STEP);
    }
  }
}

function nothingUpto(cursor: Stamp): Collected {
  const batch: Batch = { cursor, envelopes: [], gaps: [] };
  return { batch, isWhole: true, isExhausted: false, first: undefined, characters: 0 };
}

/** `true` for a batch that is worth an answer. */
export function hasContent({ envelopes, gaps }: Batch): boolean {
  return envelopes.length > 0 || gaps.length > 0;
}
