import type { Clock } from '../../protocol/clock.ts';
import type { Interruption } from '../http/request.ts';
import type { Budget } from '../store/budget.ts';
import type { Entry, ShardLog } from '../store/log.ts';
import { laterStamp, type Stamp, stampOf, ZERO_STAMP } from '../store/stamp.ts';
import type { NextTurn } from '../turns.ts';
import { type Batch, collect, type Query } from './batch.ts';
import { Follower } from './follower.ts';
import { Envelopes, type LiveEntry, LiveQueue, type LiveQueueLimits } from './live-queue.ts';
import type { Subscription } from './subscription.ts';
import { type Waiter, Waiters } from './waiters.ts';

const TRIM_EVERY = 1_000;

/** The limits of a window. */
export interface WindowLimits extends LiveQueueLimits {
  /** Seconds for which entries stay live. */
  readonly liveSeconds: number;
  /** Characters of one answer after which it is cut. */
  readonly answerBytes: number;
}

/** The parts of a window. */
export interface WindowOptions {
  readonly log: ShardLog;
  readonly clock: Clock;
  readonly limits: WindowLimits;
  /** The memory that it shares with others. Absent: none. */
  readonly budget?: Budget | undefined;
  /** For long work, which lets others have their turn. Absent: it is done at once. */
  readonly nextTurn?: NextTurn | undefined;
  /** `true` if the log's tail may lose calls. */
  readonly checks: boolean;
  /** The start of an envelope's JSON text, up to where the entry's body follows. */
  envelopeStart(tt: Stamp): string;
  /** The log could not be read for a while. */
  onFailure(error: unknown): void;
}

/** The parameters of one poll. */
export interface Poll extends Omit<Query, 'channels' | 'wants'> {
  /** The client's filter; absent: all envelopes pass. */
  readonly passes?: ((envelope: unknown) => boolean) | undefined;
  readonly holdMs: number;
  readonly interruption?: Interruption | undefined;
}

interface ReadOptions {
  readonly channels?: Iterable<string> | undefined;
  readonly upto?: Stamp | undefined;
}

/**
 * The end of a poll: with entries or gaps; after the whole hold time; early, by an interruption or `close`; or because a
 * group has changed and its channels must be looked up again.
 */
export interface Outcome {
  readonly kind: 'batch' | 'timeout' | 'interrupted' | 'groups-changed';
  readonly batch: Batch;
}

/** The live entries of one shard, and the polls that wait for more: the only part of the origin that waits. */
export class Window {
  readonly #options: WindowOptions;
  readonly #queue: LiveQueue;
  readonly #envelopes = new Envelopes();
  readonly #waiters = new Waiters();
  readonly #follower: Follower;
  #groupsChangedAt: Stamp = ZERO_STAMP;
  #added = 0;
  #closed = false;

  private constructor(options: WindowOptions) {
    const { log, clock, limits, checks } = options;
    this.#options = options;
    this.#queue = new LiveQueue(limits, options.budget);
    this.#follower = new Follower({
      log,
      clock,
      checks,
      onEntry: (entry) => this.#take(entry),
      onLost: (before) => this.#queue.forget(before),
      onFailure: (error) => options.onFailure(error),
    });
  }

  /** Opens a window with the live entries of the log, and follows it. */
  static async open(options: WindowOptions): Promise<Window> {
    const window = new Window(options);
    await window.#follower.start();
    return window;
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

  /** Resolves when there are entries or gaps after the cursor, or when the hold time is over. */
  poll(poll: Poll): Promise<Outcome> {
    // A group has changed since its channels were looked up, when there was no waiter to wake.
    if (isOutdated(poll.subscription, this.#groupsChangedAt))
      return Promise.resolve(empty('groups-changed', poll.cursor));
    // Reading and waiting begin in one turn: nothing can be published in between.
    const found = this.#read(poll);
    if (found) return Promise.resolve(found);
    if (this.#closed || poll.interruption?.aborted) return Promise.resolve(empty('interrupted', poll.cursor));
    if (poll.holdMs <= 0) return Promise.resolve(empty('timeout', laterStamp(poll.cursor, this.position)));
    return new Promise((resolve) => this.#wait(poll, resolve));
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

  #wait(poll: Poll, resolve: (outcome: Outcome) => void): void {
    const { clock } = this.#options;
    const settle = (outcome: Outcome) => {
      clock.clearTimeout(timer);
      release?.();
      this.#waiters.remove(waiter);
      resolve(outcome);
    };
    // Up to here there is nothing for this poll, so entries that are dropped are no loss to it.
    let seen = laterStamp(poll.cursor, this.position);
    const waiter: Waiter = {
      subscription: poll.subscription,
      woken: new Set(),
      groupsChangedAt: undefined,
      wake: () => {
        const outcome = this.#wake({ ...poll, cursor: seen }, waiter);
        if (outcome) settle(outcome);
        else seen = laterStamp(seen, this.position);
      },
      end: () => settle(empty('interrupted', poll.cursor)),
    };
    // The cursor moves to the position that was read, so that it does not get older than the live entries.
    const expire = () => settle(empty('timeout', laterStamp(poll.cursor, this.position)));
    const timer = clock.setTimeout(expire, poll.holdMs);
    const release = poll.interruption?.onAbort(waiter.end);
    this.#waiters.add(waiter);
  }

  #wake(poll: Poll, waiter: Waiter): Outcome | undefined {
    // The old subscription is valid up to the change; later entries are found by the next poll.
    const found = this.#read(poll, { channels: waiter.woken, upto: waiter.groupsChangedAt });
    waiter.woken.clear();
    if (found || waiter.groupsChangedAt === undefined) return found;
    return empty('groups-changed', laterStamp(poll.cursor, waiter.groupsChangedAt));
  }

  #read(poll: Poll, { channels, upto = this.position }: ReadOptions = {}): Outcome | undefined {
    const { passes } = poll;
    const wants = passes && ((live: LiveEntry) => passes(this.#envelopes.of(live)));
    const end = { position: upto, maxBytes: this.#options.limits.answerBytes };
    const batch = collect(this.#queue, { ...poll, channels, wants }, end);
    return batch.envelopes.length > 0 || batch.gaps.length > 0 ? { kind: 'batch', batch } : undefined;
  }

  #take(entry: Entry): void {
    if (entry.kind === 'group') this.#groupsChangedAt = entry.tt;
    else this.#queue.add(entry, this.#options.envelopeStart(entry.tt) + entry.body);
    this.#waiters.notify(entry);
    if (++this.#added % TRIM_EVERY === 0) this.#trim();
  }

  #trim(): void {
    const { clock, limits, log } = this.#options;
    const upto = stampOf(clock.now() - limits.liveSeconds * 1000);
    this.#queue.expire(upto);
    log.trim({ entries: limits.liveEntries, upto }).catch((error: unknown) => this.#options.onFailure(error));
  }
}

function isOutdated({ groups, groupsAt }: Subscription, groupsChangedAt: Stamp): boolean {
  return groups.length > 0 && groupsAt !== undefined && groupsAt < groupsChangedAt;
}

function empty(kind: 'timeout' | 'interrupted' | 'groups-changed', cursor: Stamp): Outcome {
  return { kind, batch: { cursor, envelopes: [], gaps: [] } };
}
