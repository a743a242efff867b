import type { Clock, TimerHandle } from '../../protocol/clock.ts';
import type { Entry } from '../store/entry.ts';
import type { ShardLog, TailState } from '../store/log.ts';
import { laterStamp, type Stamp, ZERO_STAMP } from '../store/stamp.ts';

const PAGE = 500;
const CHECK_MS = 1_000;
const SILENCE_MS = 50;

/** The parts of a follower. */
export interface FollowerOptions {
  readonly log: ShardLog;
  readonly clock: Clock;
  /** `true` if the log's tail may lose calls, so that the position must be compared with the newest entry. */
  readonly checks: boolean;
  /** Called with each entry once, in order. */
  onEntry(entry: Entry): void;
  /** Entries up to here were dropped before they could be read. */
  onLost(before: Stamp): void;
  /** The log is another one: what was read of the one before does not count. */
  onReset(): void;
  /** New entries may stay out for long, since the tail says so or the log cannot be read; or they come again. */
  onLive(isUp: boolean): void;
  /** An announcement was lost: the next one has told so, or the comparison with the newest entry. Absent: nobody counts. */
  onRepair?(foundBy: 'gap' | 'check'): void;
  /** The log could not be read. The next entry or check reads it again. */
  onFailure(error: unknown): void;
}

/** What is known of a log that is followed. */
export type FollowedLog = Pick<Follower, 'epoch' | 'began' | 'lostUpto' | 'highest' | 'isCurrent'>;

/**
 * Follows one log without a gap: takes entries from its tail, detects missing ones by `prev`, and reads those from the
 * log.
 */
export class Follower {
  readonly #options: FollowerOptions;
  #position: Stamp = ZERO_STAMP;
  #state: TailState | undefined;
  // Whether new entries are heard of, or found within a second.
  #isLive: boolean | undefined;
  // `true` until the beginning of the log is known, and the position in the log before.
  #isNew = true;
  #floor: Stamp = ZERO_STAMP;
  #began: Stamp = ZERO_STAMP;
  #repairing: Promise<void> | undefined;
  #again = false;
  #endTail: (() => void) | undefined;
  #timer: TimerHandle | undefined;
  #closed = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** Every entry up to here was passed on, or lost before it could be read. */
  get position(): Stamp {
    return this.#position;
  }

  /** The number of the log. */
  get epoch(): number {
    return this.#state?.epoch ?? 0;
  }

  /** The beginning of this log by the engine: a lost log may have had entries up to here that are not in it. */
  get began(): Stamp {
    return this.#began;
  }

  /** As `began`, with what was seen of such a log: the engine's clock may have been behind it. */
  get lostUpto(): Stamp {
    return laterStamp(this.#began, this.#floor);
  }

  /** The newest position of this log and of those before: nothing may be stamped below it. */
  get highest(): Stamp {
    return laterStamp(this.#position, this.#floor);
  }

  /** `false` while little is known of the log, which has just become another one: `catchUp()` first. */
  get isCurrent(): boolean {
    return !this.#isNew;
  }

  /** Reads the log and follows it from there. After a rejection nothing is left of it. */
  async start(): Promise<void> {
    try {
      this.#endTail = await this.#options.log.tail({
        onEntry: (entry) => this.#receive(entry),
        onState: (state) => this.#adopt(state),
      });
      await this.#repair();
    } catch (error) {
      this.close();
      throw error;
    }
    if (this.#closed) this.#endTail();
    else if (this.#options.checks) this.#checkLater();
  }

  /** Reads the log up to this moment, and moves the position there. */
  catchUp(): Promise<void> {
    // A running read may have begun too early.
    this.#again = true;
    return this.#repair();
  }

  close(): void {
    this.#closed = true;
    this.#endTail?.();
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #adopt(state: TailState): void {
    const before = this.#state;
    this.#state = state;
    this.#setLive(state.isUp);
    if (before?.epoch !== state.epoch) this.#reset();
    // The first state comes before the first read.
    if (before && state.isUp) this.#repairInBackground();
  }

  #setLive(isLive: boolean): void {
    if (this.#isLive === isLive || this.#closed) return;
    this.#isLive = isLive;
    this.#options.onLive(isLive);
  }

  // At once: nothing of the log before is delivered as if it was still there.
  #reset(): void {
    this.#isNew = true;
    this.#floor = this.highest;
    this.#position = ZERO_STAMP;
    this.#options.onReset();
  }

  #receive(entry: Entry): void {
    if (this.#repairing !== undefined) this.#again = true;
    else if (entry.tt <= this.#position) return;
    else if (entry.prev > this.#position) this.#repairGap();
    else this.#take(entry);
  }

  #repairGap(): void {
    this.#options.onRepair?.('gap');
    this.#repairInBackground();
  }

  #take(entry: Entry): void {
    this.#position = entry.tt;
    this.#options.onEntry(entry);
  }

  #repairInBackground(): void {
    this.#again = true;
    this.#repair().catch((error: unknown) => this.#options.onFailure(error));
  }

  #repair(): Promise<void> {
    this.#repairing ??= this.#readOn();
    return this.#repairing;
  }

  async #readOn(): Promise<void> {
    // Entries that the tail reports during a read may or may not be in it: read once more.
    try {
      do {
        if (this.#isNew) await this.#begin();
        else await this.#readPage();
      } while ((this.#again || this.#isNew) && !this.#closed);
    } finally {
      // In the turn in which the last read ended: later entries of the tail must not wait for another read.
      this.#repairing = undefined;
    }
  }

  // A fence first: from now on nothing is stamped below what this reader has seen of the log before.
  async #begin(): Promise<void> {
    const { log } = this.#options;
    const { epoch } = this;
    await log.fence(this.#floor);
    const began = await log.began();
    if (epoch !== this.epoch) return;
    this.#isNew = false;
    this.#again = true;
    this.#began = began;
  }

  // There may be more when `#again` is set: it is cleared before the read, and set by the tail while it runs.
  async #readPage(): Promise<void> {
    this.#again = false;
    const { epoch } = this;
    const { entries, upto, trimmed, trimmedUpto } = await this.#options.log.readAfter(this.#position, PAGE);
    // It is of the log before.
    if (epoch !== this.epoch) return;
    if (trimmed) this.#options.onLost(trimmedUpto ?? entries[0]?.prev ?? upto);
    for (const entry of entries) this.#take(entry);
    this.#position = laterStamp(this.#position, upto);
    if (entries.length === PAGE) this.#again = true;
  }

  #checkLater(): void {
    const { clock } = this.#options;
    const check = async () => {
      try {
        await this.#check();
        this.#setLive(this.#state?.isUp ?? false);
      } catch (error) {
        this.#setLive(false);
        this.#options.onFailure(error);
      }
    };
    this.#timer = clock.setTimeout(() => check().finally(() => this.#closed || this.#checkLater()), CHECK_MS);
  }

  async #check(): Promise<void> {
    const last = await this.#options.log.last();
    const before = this.#position;
    if (before >= last || this.#closed) return;
    await new Promise<void>((resolve) => {
      this.#timer = this.#options.clock.setTimeout(resolve, SILENCE_MS);
    });
    if (this.#position !== before || this.#closed) return;
    this.#options.onRepair?.('check');
    await this.#repair();
  }
}
