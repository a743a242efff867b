import type { Clock } from '../../../protocol/clock.ts';
import { Account, type Budget, LiveRoom } from '../budget.ts';
import { type Entry, type EntryContent, weightOf } from '../entry.ts';
import type {
  Appended,
  AppendOptions,
  AppendRequest,
  LogRules,
  Retention,
  ShardLog,
  Slice,
  Tail,
} from '../log.ts';
import { laterStamp, MAX_AHEAD_MS, type Stamp, stampAfter, stampOf, ZERO_STAMP } from '../stamp.ts';
import { StampedQueue } from '../stamped-queue.ts';
import type { Published } from './history.ts';
import { PublishIds } from './publish-ids.ts';

// Expired entries are dropped together, after so many additions.
const SWEEP_EVERY = 1_000;

/** The rules of a log without others. */
export const LOG_RULES: LogRules = {
  entries: 1_000,
  bytes: Number.POSITIVE_INFINITY,
  publishIds: Number.POSITIVE_INFINITY,
  publishIdBytes: Number.POSITIVE_INFINITY,
};

/** Takes in the entries that history keeps. */
interface History {
  add(published: Published, retention: Retention): void;
}

/** An entry with its memory, which is asked for again when the entry is dropped: long after its contents were in a cache. */
class Logged {
  readonly kind;
  readonly channel;
  readonly data;
  readonly tt;
  readonly prev;
  readonly #weight;

  constructor(content: EntryContent, tt: Stamp, prev: Stamp) {
    this.kind = content.kind;
    this.channel = content.channel;
    this.data = content.data;
    this.tt = tt;
    this.prev = prev;
    this.#weight = weightOf(content);
  }

  get weight(): number {
    return this.#weight;
  }
}

/** The parts of a log in memory. */
export interface MemoryLogOptions {
  readonly history?: History | undefined;
  /** The number of the log. Default 1. */
  readonly epoch?: number | undefined;
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
  readonly #history: History | undefined;
  readonly #rules: LogRules;
  // Another list for each change, since tails come and go while they are called.
  #tails: readonly Tail[] = [];
  readonly #entries = new StampedQueue<Logged & Entry>();
  readonly #ids: PublishIds;
  readonly #account: Account;
  #epoch: number;
  #began: Stamp;
  /** Greatest stamp ever given out, and every floor. */
  #head: Stamp;
  #last: Stamp = ZERO_STAMP;
  /** Stamp of the newest entry that was dropped. */
  #dropped: Stamp = ZERO_STAMP;
  #added = 0;

  constructor(clock: Clock, options: MemoryLogOptions = {}) {
    const { history, began = ZERO_STAMP, floor = began, lost = ZERO_STAMP, epoch = 1 } = options;
    const { rules = LOG_RULES, budget } = options;
    this.#clock = clock;
    this.#history = history;
    this.#rules = rules;
    this.#epoch = epoch;
    this.#began = began;
    this.#head = laterStamp(began, floor);
    this.#dropped = lost;
    this.#ids = new PublishIds(rules, budget);
    const limits = new LiveRoom(rules, 'entries', 'bytes');
    this.#account = new Account({ limits, budget, dropOldest: () => this.#drop() });
  }

  /** Entries and publish ids that are held. */
  get size(): number {
    return this.#account.entries + this.#ids.size;
  }

  /** Above every stamp that was given out. */
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
    this.#ids.clear();
  }

  /** As `append`, within one turn of the event loop: stamped, readable and announced before it returns. */
  appendNow(batch: readonly AppendRequest[], { floor }: AppendOptions = {}): readonly Appended[] {
    if (floor !== undefined) this.#raise(floor);
    return batch.map((request) => this.appendOne(request));
  }

  /**
   * As `appendNow`, for one entry. `apply` gets its stamp before it is announced: whoever hears of the entry finds what it
   * tells of.
   */
  appendOne(request: AppendRequest, apply?: (tt: Stamp) => void): Appended {
    const { publishId, history } = request;
    const now = this.#clock.now();
    const known = publishId === undefined ? undefined : this.#ids.get(publishId, now);
    if (known !== undefined) return { tt: known, isDuplicate: true };
    const tt = stampAfter(this.#head, now);
    this.#head = tt;
    if (publishId !== undefined) this.#ids.add(publishId, tt);
    const entry = new Logged(request, tt, this.#last) as Logged & Entry;
    if (history && isPublication(entry)) this.#history?.add(entry, history);
    apply?.(tt);
    if (request.deliver !== false) this.#announce(entry);
    return { tt, isDuplicate: false };
  }

  async append(batch: readonly AppendRequest[], options?: AppendOptions): Promise<readonly Appended[]> {
    return this.appendNow(batch, options);
  }

  // Reading moves the log to the clock and never ahead of it: entries are stamped above the head in any case.
  async fence(floor: Stamp = ZERO_STAMP): Promise<Stamp> {
    this.#raise(floor);
    this.#head = laterStamp(this.#head, stampOf(this.#clock.now()));
    return this.#head;
  }

  async last(): Promise<Stamp> {
    return this.#last;
  }

  async began(): Promise<Stamp> {
    return this.#began;
  }

  async readAfter(after: Stamp, limit: number): Promise<Slice> {
    this.#dropExpired();
    const entries = this.#entries.after(after, limit);
    const last = entries.at(-1);
    const upto = last && last !== this.#entries.newest ? last.tt : laterStamp(this.#head, after);
    return { entries, upto, trimmed: after < this.#dropped, trimmedUpto: this.#dropped };
  }

  async tail(tail: Tail): Promise<() => void> {
    this.#tails = [...this.#tails, tail];
    tail.onState({ isUp: true, epoch: this.#epoch });
    return () => {
      this.#tails = this.#tails.filter((one) => one !== tail);
    };
  }

  /**
   * Loses the newest entries, as a copy of a log may that takes over: from now on it is another log. History is
   * not touched.
   */
  failOver({ lost, epoch }: { readonly lost: number; readonly epoch: number }): void {
    for (const entry of this.#entries.dropNewest(lost)) this.#account.remove(1, entry.weight);
    this.#last = this.#entries.newest?.tt ?? this.#dropped;
    // The stamps of what was lost are not known any more, but for the clock.
    this.#head = laterStamp(this.#last, stampOf(this.#clock.now()));
    this.#began = this.#head;
    this.#epoch = epoch;
    for (const { onState } of this.#tails) onState({ isUp: true, epoch });
  }

  #raise(floor: Stamp): void {
    if (floor <= this.#head) return;
    const highest = stampOf(this.#clock.now() + MAX_AHEAD_MS);
    this.#head = laterStamp(this.#head, floor < highest ? floor : highest);
  }

  #announce(entry: Logged & Entry): void {
    this.#last = entry.tt;
    this.#entries.push(entry);
    this.#account.add(1, entry.weight);
    if (++this.#added % SWEEP_EVERY === 0) this.#dropExpired();
    for (const { onEntry } of this.#tails) onEntry(entry);
  }

  #drop(): void {
    const entry = this.#entries.shift();
    if (!entry) return;
    this.#dropped = entry.tt;
    this.#account.remove(1, entry.weight);
  }

  #dropExpired(): void {
    const { keepMs } = this.#rules;
    if (keepMs === undefined) return;
    const before = stampOf(Math.max(0, this.#clock.now() - keepMs));
    while ((this.#entries.oldest?.tt ?? before) < before) this.#drop();
  }
}

function isPublication(
  entry: Entry,
): entry is Extract<Entry, { readonly kind: 'message' | 'signal' | 'object' }> {
  return entry.kind === 'message' || entry.kind === 'signal' || entry.kind === 'object';
}
