import type { Clock } from '../../../protocol/clock.ts';
import { Account, type Budget } from '../budget.ts';
import type { AppendRequest, Entry, LogRules, ShardLog, Slice, TrimRequest } from '../log.ts';
import { laterStamp, MAX_AHEAD_MS, type Stamp, stampAfter, stampOf, ZERO_STAMP } from '../stamp.ts';
import type { MemoryHistory } from './history.ts';

// The window above holds what is live; in memory nothing is ever lost on the way to it, so that the log itself is
// needed only by an origin that joins later.
const MAX_ENTRIES = 1_000;
const DEDUPE_MS = 120_000;

const RULES: LogRules = {
  entries: MAX_ENTRIES,
  bytes: Number.POSITIVE_INFINITY,
  dedupeKeys: Number.POSITIVE_INFINITY,
  dedupeBytes: Number.POSITIVE_INFINITY,
};

/** The parts of a log in memory. */
export interface MemoryLogOptions {
  readonly history?: MemoryHistory | undefined;
  /** The beginning of the log. */
  readonly began?: Stamp | undefined;
  /** A position up to which entries were lost. */
  readonly lost?: Stamp | undefined;
  /** A position that all stamps exceed. */
  readonly floor?: Stamp | undefined;
  readonly rules?: LogRules | undefined;
  readonly budget?: Budget | undefined;
}

/** The log of one shard in memory: the model that other engines are compared with. */
export class MemoryLog implements ShardLog {
  readonly #clock: Clock;
  readonly #began: Stamp;
  readonly #history: MemoryHistory | undefined;
  readonly #tails = new Set<(entry: Entry) => void>();
  readonly #entries: Entry[] = [];
  /** Stamps by dedupe key, oldest first. */
  readonly #dedupe = new Map<string, Stamp>();
  readonly #account: Account;
  readonly #keys: Account;
  /** Greatest stamp ever given out, and every floor. */
  #head: Stamp;
  #last: Stamp = ZERO_STAMP;
  /** Stamp of the newest entry that was dropped. */
  #dropped: Stamp = ZERO_STAMP;

  constructor(clock: Clock, options: MemoryLogOptions = {}) {
    const { history, began = ZERO_STAMP, floor = began, lost = ZERO_STAMP, rules = RULES, budget } = options;
    this.#clock = clock;
    this.#history = history;
    this.#began = began;
    this.#head = laterStamp(began, floor);
    this.#dropped = lost;
    this.#account = new Account({
      limits: { entries: Math.min(rules.entries, MAX_ENTRIES), bytes: rules.bytes },
      budget,
      dropOldest: () => this.#drop(1),
    });
    this.#keys = new Account({
      limits: { entries: rules.dedupeKeys, bytes: rules.dedupeBytes },
      budget,
      dropOldest: () => this.#forgetOldestKey(),
    });
  }

  /** Entries and dedupe keys that are held. */
  get size(): number {
    return this.#account.entries + this.#keys.entries;
  }

  /** The highest stamp that was given out, and every floor. */
  get highest(): Stamp {
    return this.#head;
  }

  /** `true` if it has never had an entry, or has forgotten all. */
  get isEmpty(): boolean {
    return this.#last === ZERO_STAMP;
  }

  /** Gives back all room: the log is used no more. */
  clear(): void {
    this.#account.clear();
    this.#keys.clear();
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
    return { entries, upto, trimmed: after < this.#dropped, trimmedUpto: this.#dropped };
  }

  async tail(onEntry: (entry: Entry) => void): Promise<() => void> {
    this.#tails.add(onEntry);
    return () => this.#tails.delete(onEntry);
  }

  async trim({ entries, upto }: TrimRequest): Promise<void> {
    const surplus = this.#entries.length - Math.min(entries, MAX_ENTRIES);
    const expired = this.#entries.findLastIndex((entry) => entry.tt <= upto) + 1;
    this.#drop(Math.max(surplus, expired, 0));
  }

  #drop(count: number): void {
    for (const entry of this.#entries.splice(0, count)) {
      this.#dropped = entry.tt;
      this.#account.remove(1, weightOf(entry));
    }
  }

  #forgetOldestKey(): void {
    const [key] = this.#dedupe.keys();
    if (key !== undefined) this.#forgetKey(key);
  }

  #forgetKey(key: string): void {
    if (this.#dedupe.delete(key)) this.#keys.remove(1, key.length);
  }

  #add(request: AppendRequest): Stamp {
    const tt = stampAfter(this.#head, this.#clock.now());
    this.#head = tt;
    if (request.dedupeKey !== undefined) {
      this.#dedupe.set(request.dedupeKey, tt);
      this.#keys.add(1, request.dedupeKey.length);
    }
    if (request.history) this.#history?.add(tt, request.channel, request.history);
    if (request.deliver !== false) this.#announce(tt, request);
    return tt;
  }

  #known({ dedupeKey }: AppendRequest): Stamp | undefined {
    if (dedupeKey === undefined) return undefined;
    const expired = stampOf(this.#clock.now() - DEDUPE_MS);
    for (const [key, tt] of this.#dedupe) {
      if (tt > expired) break;
      this.#forgetKey(key);
    }
    return this.#dedupe.get(dedupeKey);
  }

  #announce(tt: Stamp, { channel, kind, body }: AppendRequest): void {
    const entry: Entry = { tt, prev: this.#last, channel, kind, body };
    this.#last = tt;
    this.#entries.push(entry);
    for (const onEntry of this.#tails) onEntry(entry);
    this.#account.add(1, weightOf(entry));
  }
}

function weightOf({ channel, body }: Entry): number {
  return channel.length + body.length;
}
