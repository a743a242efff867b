import type { Clock } from '../../protocol/clock.ts';
import type { Budget } from '../store/budget.ts';
import { type ControlEntry, type Entry, isControl } from '../store/entry.ts';
import type { ShardLog } from '../store/log.ts';
import { laterStamp, type Stamp, stampOf, ZERO_STAMP } from '../store/stamp.ts';
import { type NextTurn, Turns } from '../turns.ts';
import { type Batch, type Collected, collect } from './batch.ts';
import { Follower, type LogIdentity } from './follower.ts';
import { Envelopes, type LiveEntry, LiveQueue, type LiveQueueLimits } from './live-queue.ts';
import { empty, type Outcome, type Poll, type PollFilter, park, type Settle, type Woken } from './poll.ts';
import { type Waiter, Waiters } from './waiters.ts';

const TRIM_EVERY = 1_000;
// The work of one turn, in steps of a filter: about ten milliseconds.
const SLICE = 100_000;
// Waking a poll, and reading an envelope as a value, in the same units.
const WAKE_UNITS = 1_000;
const CHARACTERS_PER_STEP = 8;

/** The limits of a window. */
export interface WindowLimits extends LiveQueueLimits {
  /** Seconds for which entries stay live. */
  readonly liveSeconds: number;
  /** Characters of one answer after which it is cut. */
  readonly answerBytes: number;
  /** Steps that the filters of all polls may take that are woken together. */
  readonly filterSteps: number;
}

/** The parts of a window. */
export interface WindowOptions {
  readonly subscribeKey: string;
  readonly log: ShardLog;
  readonly clock: Clock;
  readonly limits: WindowLimits;
  /** The memory that it shares with others. Absent: none. */
  readonly budget?: Budget | undefined;
  /** For long work, which lets others have their turn. Absent: it is done at once. */
  readonly nextTurn?: NextTurn | undefined;
  /** `true` if the log's tail may lose calls. */
  readonly checks: boolean;
  /** A control entry was read: what depends on it is out of date. Absent: nothing does. */
  onControl?(entry: ControlEntry): void;
  /** The log is another one: all that depends on control entries is out of date. Absent: nothing does. */
  onReset?(): void;
  /** New control entries may stay out, or they come again. Absent: nothing depends on them. */
  onLive?(isUp: boolean): void;
  /** The log could not be read for a while. */
  onFailure(error: unknown): void;
}

interface ReadOptions {
  readonly channels?: Iterable<string> | undefined;
  readonly upto?: Stamp | undefined;
}

/** The live entries of one shard, and the polls that wait for more: the only part of the origin that waits. */
export class Window {
  readonly #options: WindowOptions;
  #queue: LiveQueue;
  #identity: LogIdentity = { epoch: 0, began: ZERO_STAMP };
  readonly #envelopes = new Envelopes();
  readonly #waiters: Waiters;
  readonly #turns: Turns;
  readonly #follower: Follower;
  #groupsChangedAt: Stamp = ZERO_STAMP;
  #added = 0;
  #closed = false;

  private constructor(options: WindowOptions) {
    const { log, clock, checks } = options;
    this.#options = options;
    this.#queue = this.#newQueue();
    this.#turns = new Turns(options.nextTurn ?? (() => Promise.resolve()), SLICE);
    this.#waiters = new Waiters((woken) => {
      this.#wakeAll(woken).catch((error: unknown) => options.onFailure(error));
    });
    this.#follower = new Follower({
      log,
      clock,
      checks,
      onEntry: (entry) => this.#take(entry),
      onLost: (before) => this.#queue.forget(before),
      onReset: (identity) => this.#reset(identity),
      onResumed: () => this.#waiters.restart(),
      onLive: (isUp) => options.onLive?.(isUp),
      onFailure: (error) => options.onFailure(error),
    });
  }

  /** Opens a window with the live entries of the log, and follows it. */
  static async open(options: WindowOptions): Promise<Window> {
    const window = new Window(options);
    await window.#follower.start();
    return window;
  }

  /** The number of the log: the region in answers. */
  get epoch(): number {
    return this.#identity.epoch;
  }

  /** Entries up to here may have been in a log that was lost, and are not in this one. */
  get began(): Stamp {
    return this.#identity.began;
  }

  /** Every entry up to here is in the window, or was dropped from it. */
  get position(): Stamp {
    return this.#follower.position;
  }

  /** The position of the last change of a group. */
  get groupsChangedAt(): Stamp {
    return this.#groupsChangedAt;
  }

  /** The number of waiting polls. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /**
   * Resolves when there are entries or gaps after the cursor, or when the hold time is over. Rejects with what the filter
   * throws.
   */
  async poll(poll: Poll): Promise<Outcome> {
    for (let { cursor } = poll; ; ) {
      // A group has changed since its channels were looked up, when there was no waiter to wake.
      if (poll.subscription.isOutdated(this.#groupsChangedAt)) return empty('groups-changed', cursor);
      // Reading and waiting begin in one turn: nothing can be published in between.
      const { batch, isWhole, isExhausted } = this.#read({ ...poll, cursor });
      const outcome = this.#outcomeOf(poll, batch, isExhausted || (isWhole && poll.holdMs <= 0));
      if (outcome) return outcome;
      cursor = batch.cursor;
      if (isWhole) return new Promise((resolve, reject) => this.#wait(poll, { resolve, reject }));
      await this.#turns.next();
    }
  }

  /** Reads the log up to this moment. Rejects when it cannot be read. */
  catchUp(): Promise<void> {
    return this.#follower.catchUp();
  }

  /** Answers all waiting polls with their own cursors, and stops. */
  close(): void {
    this.#closed = true;
    this.#follower.close();
    for (const waiter of this.#waiters) waiter.end();
    this.#queue.clear();
  }

  #outcomeOf(poll: Poll, batch: Batch, isOver: boolean): Outcome | undefined {
    if (hasContent(batch)) return { kind: 'batch', batch };
    if (this.#closed || poll.interruption?.aborted) return empty('interrupted', poll.cursor);
    // If the filter has no steps left, the next poll has some of its own.
    return isOver ? empty('timeout', batch.cursor) : undefined;
  }

  #wait(poll: Poll, settle: Settle): void {
    const { clock } = this.#options;
    park(poll, settle, {
      clock,
      waiters: this.#waiters,
      position: () => this.position,
      wake: (cursor, waiter) => this.#wake({ ...poll, cursor }, waiter),
    });
  }

  #wake(poll: Poll, waiter: Waiter): Woken {
    // The old subscription is valid up to the change; later entries are found by the next poll.
    const upto = waiter.groupsChangedAt ?? this.position;
    const { batch, isWhole, isExhausted } = this.#read(poll, { channels: waiter.woken, upto });
    const woken = { isWhole, upto: batch.cursor };
    if (hasContent(batch)) return { ...woken, outcome: { kind: 'batch', batch } };
    if (isExhausted) return { ...woken, outcome: empty('timeout', batch.cursor) };
    if (!isWhole) return woken;
    waiter.woken.clear();
    if (waiter.groupsChangedAt === undefined) return woken;
    return { ...woken, outcome: empty('groups-changed', laterStamp(poll.cursor, waiter.groupsChangedAt)) };
  }

  #read(poll: Poll, { channels, upto = this.position }: ReadOptions = {}): Collected {
    const { filter } = poll;
    const wants = filter && ((live: LiveEntry) => this.#evaluate(filter, live));
    const isOver = (units: number) => this.#turns.isOver(units);
    const end = { position: upto, maxBytes: this.#options.limits.answerBytes, isOver };
    return collect(this.#queue, { ...poll, channels, wants }, end);
  }

  #evaluate(filter: PollFilter, live: LiveEntry): boolean | undefined {
    const before = filter.spent;
    try {
      return filter.passes(this.#envelopes.of(live));
    } finally {
      // Also if it took too long.
      this.#turns.isOver(filter.spent - before + live.text.length / CHARACTERS_PER_STEP);
    }
  }

  // In slices. A publish that wakes very many filters ends the polls whose turn does not come: they go on with the next.
  async #wakeAll(woken: Iterable<Waiter>): Promise<void> {
    const { filterSteps } = this.#options.limits;
    let steps = 0;
    for (const waiter of woken) {
      const { filter } = waiter;
      const before = filter?.spent ?? 0;
      for (let done = false; !done && this.#waiters.has(waiter); ) {
        done = wakeOrPass(waiter, steps > filterSteps);
        if (this.#turns.isOver(WAKE_UNITS)) await this.#turns.next();
      }
      steps += (filter?.spent ?? 0) - before;
    }
  }

  // The envelopes of another log have another region, and entries may be missing in it.
  #reset(identity: LogIdentity): void {
    this.#identity = identity;
    this.#queue.clear();
    this.#queue = this.#newQueue();
    this.#options.onReset?.();
  }

  #newQueue(): LiveQueue {
    const { subscribeKey, limits, budget } = this.#options;
    return new LiveQueue({ subscribeKey, epoch: this.#identity.epoch }, limits, budget);
  }

  #take(entry: Entry): void {
    if (entry.kind === 'group') this.#groupsChangedAt = entry.tt;
    if (isControl(entry)) this.#options.onControl?.(entry);
    else this.#queue.add(entry);
    this.#waiters.notify(entry);
    if (++this.#added % TRIM_EVERY === 0) this.#trim();
  }

  #trim(): void {
    const { clock, limits } = this.#options;
    this.#queue.expire(stampOf(clock.now() - limits.liveSeconds * 1000));
  }
}

function wakeOrPass(waiter: Waiter, isLate: boolean): boolean {
  if (!waiter.filter || !isLate) return waiter.wake();
  waiter.pass();
  return true;
}

function hasContent({ envelopes, gaps }: Batch): boolean {
  return envelopes.length > 0 || gaps.length > 0;
}
