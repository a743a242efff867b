import type { Clock } from '../../../protocol/clock.ts';
import type { AppendRequest, Entry, ShardLog, Slice, TrimRequest } from '../log.ts';
import { laterStamp, MAX_AHEAD_MS, type Stamp, stampAfter, stampOf, ZERO_STAMP } from '../stamp.ts';
import type { MemoryHistory } from './history.ts';

// The window above holds what is live; in memory nothing is ever lost on the way to it, so that the log itself is
// needed only by an origin that joins later.
const MAX_ENTRIES = 1_000;
const DEDUPE_MS = 120_000;

/** The log of one shard in memory: the model that other engines are compared with. */
export class MemoryLog implements ShardLog {
  readonly #clock: Clock;
  readonly #began: Stamp;
  readonly #history: MemoryHistory | undefined;
  readonly #tails = new Set<(entry: Entry) => void>();
  readonly #entries: Entry[] = [];
  /** Stamps by dedupe key, oldest first. */
  readonly #dedupe = new Map<string, Stamp>();
  /** Greatest stamp ever given out, and every floor. */
  #head: Stamp;
  #last: Stamp = ZERO_STAMP;
  /** Stamp of the newest entry that was dropped. */
  #dropped: Stamp = ZERO_STAMP;

  constructor(clock: Clock, history?: MemoryHistory, began: Stamp = ZERO_STAMP) {
    this.#clock = clock;
    this.#history = history;
    this.#began = began;
    this.#head = began;
  }

  /** As `append`, within one turn of the event loop: stamped, readable and announced before it returns. */
  appendNow(batch: readonly AppendRequest[]): readonly Stamp[] {
    return batch.map((request) => this.#known(request) ?? this.#add(request));
  }

  async append(batch: readonly AppendRequest[]): Promise<readonly Stamp[]> {
    return this.appendNow(batch);
  }

  // Reading moves the log to the clock and never ahead of it: entries are stamped above the head in any case.
  async head(): Promise<Stamp> {
    this.#head = laterStamp(this.#head, stampOf(this.#clock.now()));
    return this.#head;
  }

  async began(): Promise<Stamp> {
    return this.#began;
  }

  async raise(floor: Stamp): Promise<void> {
    const highest = stampOf(this.#clock.now() + MAX_AHEAD_MS);
    this.#head = laterStamp(this.#head, floor < highest ? floor : highest);
  }

  async readAfter(after: Stamp, limit: number): Promise<Slice> {
    const start = this.#entries.findLastIndex((entry) => entry.tt <= after) + 1;
    const entries = this.#entries.slice(start, start + limit);
    const cut = entries.length < this.#entries.length - start ? entries.at(-1) : undefined;
    const upto = cut ? cut.tt : laterStamp(this.#head, after);
    return { entries, upto, trimmed: after < this.#dropped };
  }

  async tail(onEntry: (entry: Entry) => void): Promise<() => void> {
    this.#tails.add(onEntry);
    return () => this.#tails.delete(onEntry);
  }

  async trim({ entries, upto }: TrimRequest): Promise<void> {
    const surplus = this.#entries.length - Math.min(entries, MAX_ENTRIES);
    const expired = this.#entries.findLastIndex((entry) => entry.tt <= upto) + 1;
    const gone = this.#entries.splice(0, Math.max(surplus, expired, 0)).at(-1);
    if (gone) this.#dropped = gone.tt;
  }

  #add(request: AppendRequest): Stamp {
    const tt = stampAfter(this.#head, this.#clock.now());
    this.#head = tt;
    if (request.dedupeKey !== undefined) this.#dedupe.set(request.dedupeKey, tt);
    if (request.history) this.#history?.add(tt, request.channel, request.history);
    if (request.deliver !== false) this.#announce(tt, request);
    return tt;
  }

  #known({ dedupeKey }: AppendRequest): Stamp | undefined {
    if (dedupeKey === undefined) return undefined;
    const expired = stampOf(this.#clock.now() - DEDUPE_MS);
    for (const [key, tt] of this.#dedupe) {
      if (tt > expired) break;
      this.#dedupe.delete(key);
    }
    return this.#dedupe.get(dedupeKey);
  }

  #announce(tt: Stamp, { channel, kind, body }: AppendRequest): void {
    const entry: Entry = { tt, prev: this.#last, channel, kind, body };
    this.#last = tt;
    this.#entries.push(entry);
    for (const onEntry of this.#tails) onEntry(entry);
  }
}
