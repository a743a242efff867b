import { compareTimetokens, type Timetoken } from '../../protocol/timetoken.ts';
import type { Settings } from '../config/options.ts';
import type { PubNubError } from '../errors/pubnub-error.ts';
import type { ListenerRegistry } from '../listeners/registry.ts';
import { Backfill } from './backfill.ts';
import { BackfillQueue } from './backfill-queue.ts';
import { Backfills } from './backfills.ts';
import type { FileUrl } from './decode.ts';
import { Delivery } from './delivery.ts';
import type { Demand } from './demand.ts';
import { sooner } from './gaps.ts';
import { Holding } from './holding.ts';
import type { LiveSubscription } from './live-subscription.ts';
import { Losses } from './losses.ts';
import { isEmpty, type Names } from './names.ts';
import type { Poller } from './poller.ts';
import type { Recovery } from './recovery.ts';
import { Sightings } from './sightings.ts';
import { StallWatch } from './stall-watch.ts';
import type { Batch, LoopCursor, LoopEffect } from './state.ts';

/** What reception needs of the client. */
export interface ReceptionHost {
  readonly settings: Settings;
  readonly fileUrl: FileUrl;
  /** The backfills that read history; `undefined` if the client has none. */
  readonly recovery: Recovery | undefined;
  readonly poller: Poller;
  /** Of the last handshake, in milliseconds. */
  readonly roundTrip: number;
  /** A batch is delivered. `fresh`: there was more in it than copies. */
  delivered(fresh: boolean): void;
  /** Everything up to this cursor has reached its subscriptions. */
  reached(cursor: LoopCursor): void;
  /** A backfill failed; it is tried again after the delay in milliseconds, if there is one. */
  backfillFailed(
    names: Names,
    error: PubNubError,
    retry: { readonly attempt: number; readonly delay?: number },
  ): void;
  /** The reader of a subscription takes nothing, and delivery has waited for it so long. */
  stalled(subscription: LiveSubscription, milliseconds: number): void;
}

/** Everything between an answer and its subscriptions: delivery, the backfills that come before it, and announced losses. */
export class Reception {
  readonly host: ReceptionHost;
  readonly demand: Demand;
  readonly listeners: ListenerRegistry<unknown>;
  readonly holding = new Holding();
  readonly sightings = new Sightings();
  readonly losses = new Losses(this);
  readonly backfills = new Backfills(this);
  readonly queue = new BackfillQueue(this);
  readonly delivery: Delivery;
  readonly #stalls: StallWatch;
  /** Of the last batch that was delivered. */
  #latest: LoopCursor | undefined;

  constructor(host: ReceptionHost, { demand, listeners }: Pick<Reception, 'demand' | 'listeners'>) {
    this.host = host;
    this.demand = demand;
    this.listeners = listeners;
    this.delivery = new Delivery(this);
    this.#stalls = new StallWatch(host.settings.clock, host.stalled);
  }

  /** The server accepted names of subscriptions: each starts at its floor, and gets the older entries that it asked for. */
  accept(subscriptions: Iterable<LiveSubscription>, effect: Extract<LoopEffect, { type: 'accept' }>): void {
    for (const subscription of subscriptions) this.#acceptOne(subscription, effect);
    this.backfills.resume();
  }

  /** Some names are not wanted any more. */
  narrow(): void {
    this.backfills.narrow();
    this.delivery.pump();
  }

  /** Nothing is subscribed any more. */
  forget(): void {
    this.delivery.forget();
    this.sightings.clear();
    this.#latest = undefined;
  }

  /** Ends everything. */
  close(): void {
    // Entries that wait are dropped, so the public cursor must not pass them.
    this.#latest = undefined;
    this.delivery.close();
    this.backfills.close();
    this.#stalls.end();
  }

  /** Whether delivery waits for a reader with a full buffer. */
  mustWait(): boolean {
    for (const subscription of this.demand.subscriptions) {
      if (!subscription.full) continue;
      this.#stalls.waits(subscription);
      return true;
    }
    this.#stalls.end();
    return false;
  }

  /** A batch is delivered whole. */
  delivered({ cursor }: Batch, fresh: boolean): void {
    this.#latest = cursor;
    this.reach();
    this.host.delivered(fresh);
  }

  /** Moves the public cursor, unless something waits behind a backfill: a program that starts there again must get it. */
  reach(): void {
    if (this.#latest && !this.backfills.isWaitedFor) this.host.reached(this.#latest);
  }

  // A start that the loop has not passed yet is only a floor. From any other, a backfill fetches the entries.
  #acceptOne(
    subscription: LiveSubscription,
    { names: accepted, floor, cursor }: Extract<LoopEffect, { type: 'accept' }>,
  ): void {
    const { interest, wish } = subscription;
    const { start, last, recovers } = wish;
    const { recovery } = this.host;
    const names = interest.accept(accepted, beginOf(start, floor));
    const range = { to: cursor.timetoken, asOf: floor.timetoken };
    const plan = { ...range, names, from: start ?? floor, recipients: [subscription] };
    if (last !== undefined) {
      const backfill = recovery?.newest(this, plan, last);
      if (backfill) this.backfills.open(backfill);
    } else if (start && !isEmpty(names) && compareTimetokens(start.timetoken, cursor.timetoken) < 0) {
      const reads = recovers.start ? recovery : undefined;
      this.backfills.open(reads?.start(this, plan) ?? new Backfill(this, plan));
    }
  }
}

// Each region issues its own timetokens: a start that is ahead of another region's would keep out everything from there.
function beginOf(start: LoopCursor | undefined, floor: LoopCursor): Timetoken {
  if (start === undefined) return floor.timetoken;
  const isElsewhere = start.region !== undefined && start.region !== floor.region;
  return isElsewhere ? sooner(start.timetoken, floor.timetoken) : start.timetoken;
}
