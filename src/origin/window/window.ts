import type { Clock } from '../../protocol/clock.ts';
import type { Entry, ShardLog } from '../store/log.ts';
import { laterStamp, type Stamp, stampOf, ZERO_STAMP } from '../store/stamp.ts';
import { type Batch, collect, type Query } from './batch.ts';
import { Envelopes } from './envelopes.ts';
import { Follower } from './follower.ts';
import type { Interruption } from './interruption.ts';
import type { Mix } from './mix.ts';
import { type Live, Recent, type RecentLimits } from './recent.ts';
import { type Waiter, Waiters } from './waiters.ts';

const TRIM_EVERY = 1_000;

/** How much a window keeps, and how it answers. */
export interface WindowLimits extends RecentLimits {
  /** Seconds for which entries stay live. */
  readonly liveSeconds: number;
  /** Characters of one answer after which it is cut. */
  readonly answerBytes: number;
}

/** What a window is made of. */
export interface WindowOptions {
  readonly log: ShardLog;
  readonly clock: Clock;
  readonly limits: WindowLimits;
  /** Whether the log's tail may lose calls. */
  readonly checks: boolean;
  /** The start of an envelope's JSON text, up to where the entry's body follows. */
  envelopeStart(tt: Stamp): string;
  /** The log could not be read for a while. */
  onFailure(error: unknown): void;
}

/** One poll: what to look for, and how long. */
export interface Poll extends Omit<Query, 'channels' | 'wants'> {
  /** Whether the client wants an entry with this envelope. Without it it wants all. */
  readonly passes?: ((envelope: unknown) => boolean) | undefined;
  readonly holdMs: number;
  readonly interruption?: Interruption | undefined;
}

interface Look {
  readonly channels?: Iterable<string> | undefined;
  readonly upto?: Stamp | undefined;
}

/**
 * How a poll ended: with something to deliver; after the whole hold time; early, because of an interruption or
 * `close`; or because the channels of its groups must be looked up again.
 */
export interface Outcome {
  readonly kind: 'batch' | 'held' | 'cut' | 'regroup';
  readonly batch: Batch;
}

/**
 * The recent entries of one shard and the polls that wait for the next ones: the only part of the origin that waits.
 */
export class Window {
  readonly #options: WindowOptions;
  readonly #recent: Recent;
  readonly #envelopes = new Envelopes();
  readonly #waiters = new Waiters();
  readonly #follower: Follower;
  #regrouped: Stamp = ZERO_STAMP;
  #added = 0;
  #closed = false;

  private constructor(options: WindowOptions) {
    const { log, clock, limits, checks } = options;
    this.#options = options;
    this.#recent = new Recent(limits);
    this.#follower = new Follower({
      log,
      clock,
      checks,
      onEntry: (entry) => this.#take(entry),
      onLost: (before) => this.#recent.forget(before),
      onFailure: (error) => options.onFailure(error),
    });
  }

  /** A window that holds what is live in the log, and follows it. */
  static async open(options: WindowOptions): Promise<Window> {
    const window = new Window(options);
    await window.#follower.start();
    return window;
  }

  /** Every entry up to here is in the window, or was dropped from it. */
  get position(): Stamp {
    return this.#follower.position;
  }

  /** Where any group has changed last. */
  get regrouped(): Stamp {
    return this.#regrouped;
  }

  /** Polls that wait. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** Resolves as soon as there is something after the cursor, and otherwise when the hold time is over. */
  poll(poll: Poll): Promise<Outcome> {
    // A group has changed since its channels were looked up: nobody would say so again.
    if (isOutdated(poll.mix, this.#regrouped)) return Promise.resolve(quiet('regroup', poll.cursor));
    // Looking and beginning to wait happen in one turn: nothing can be published in between.
    const found = this.#look(poll);
    if (found) return Promise.resolve(found);
    if (this.#closed || poll.interruption?.aborted) return Promise.resolve(quiet('cut', poll.cursor));
    if (poll.holdMs <= 0) return Promise.resolve(quiet('held', laterStamp(poll.cursor, this.position)));
    return new Promise((resolve) => this.#wait(poll, resolve));
  }

  /** Takes in what the log holds up to this moment. Rejects when it cannot be read. */
  catchUp(): Promise<void> {
    return this.#follower.catchUp();
  }

  /** Answers all waiting polls with their own cursors, and stops. */
  close(): void {
    this.#closed = true;
    this.#follower.close();
    for (const waiter of this.#waiters) waiter.end();
  }

  #wait(poll: Poll, resolve: (outcome: Outcome) => void): void {
    const { clock } = this.#options;
    const settle = (outcome: Outcome) => {
      clock.clearTimeout(timer);
      release?.();
      this.#waiters.remove(waiter);
      resolve(outcome);
    };
    // Up to here there is nothing for this poll: what is dropped later is no loss to it.
    let seen = laterStamp(poll.cursor, this.position);
    const waiter: Waiter = {
      mix: poll.mix,
      woken: new Set(),
      regroup: undefined,
      wake: () => {
        const outcome = this.#wake({ ...poll, cursor: seen }, waiter);
        if (outcome) settle(outcome);
        else seen = laterStamp(seen, this.position);
      },
      end: () => settle(quiet('cut', poll.cursor)),
    };
    // The cursor moves on to what has been looked at: it must not grow older than what is live.
    const expire = () => settle(quiet('held', laterStamp(poll.cursor, this.position)));
    const timer = clock.setTimeout(expire, poll.holdMs);
    const release = poll.interruption?.onAbort(waiter.end);
    this.#waiters.add(waiter);
  }

  #wake(poll: Poll, waiter: Waiter): Outcome | undefined {
    // Up to the change the old mix holds; what came after it is found by the next poll.
    const found = this.#look(poll, { channels: waiter.woken, upto: waiter.regroup });
    waiter.woken.clear();
    if (found || waiter.regroup === undefined) return found;
    return quiet('regroup', laterStamp(poll.cursor, waiter.regroup));
  }

  #look(poll: Poll, { channels, upto = this.position }: Look = {}): Outcome | undefined {
    const { passes } = poll;
    const wants = passes && ((live: Live) => passes(this.#envelopes.of(live)));
    const end = { position: upto, maxBytes: this.#options.limits.answerBytes };
    const batch = collect(this.#recent, { ...poll, channels, wants }, end);
    return batch.envelopes.length > 0 || batch.gaps.length > 0 ? { kind: 'batch', batch } : undefined;
  }

  #take(entry: Entry): void {
    if (entry.kind === 'group') this.#regrouped = entry.tt;
    else this.#recent.add(entry, this.#options.envelopeStart(entry.tt) + entry.body);
    this.#waiters.notify(entry);
    if (++this.#added % TRIM_EVERY === 0) this.#trim();
  }

  #trim(): void {
    const { clock, limits, log } = this.#options;
    const upto = stampOf(clock.now() - limits.liveSeconds * 1000);
    this.#recent.expire(upto);
    log.trim({ entries: limits.liveEntries, upto }).catch((error: unknown) => this.#options.onFailure(error));
  }
}

function isOutdated({ groups, groupsAt }: Mix, regrouped: Stamp): boolean {
  return groups.length > 0 && groupsAt !== undefined && groupsAt < regrouped;
}

function quiet(kind: 'held' | 'cut' | 'regroup', cursor: Stamp): Outcome {
  return { kind, batch: { cursor, envelopes: [], gaps: [] } };
}
