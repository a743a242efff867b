import { isPresenceName } from '../../protocol/names.ts';
import { compareTimetokens, type Timetoken } from '../../protocol/timetoken.ts';
import type { Settings } from '../config/options.ts';
import type { PubNubError } from '../errors/pubnub-error.ts';
import type { ListenerRegistry } from '../listeners/registry.ts';
import { BackfillHistory } from './backfill-history.ts';
import { BackfillQueue, type QueueHost } from './backfill-queue.ts';
import { Backfills } from './backfills.ts';
import type { FileUrl } from './decode.ts';
import { Delivery } from './delivery.ts';
import type { Demand } from './demand.ts';
import { earlier, later, OVERLAP, sooner } from './gaps.ts';
import type { HistorySource } from './history-source.ts';
import { Holding } from './holding.ts';
import type { LiveSubscription } from './live-subscription.ts';
import { Losses } from './losses.ts';
import { isEmpty, type Names } from './names.ts';
import { Rewind } from './rewind.ts';
import { Sightings } from './sightings.ts';
import { StallWatch } from './stall-watch.ts';
import type { Batch, LoopCursor, LoopEffect } from './state.ts';

/** What reception needs of the client. */
export interface ReceptionHost {
  readonly settings: Settings;
  readonly fileUrl: FileUrl;
  /** Where older messages come from, if the client has history. */
  readonly history: HistorySource | undefined;
  poll: QueueHost['poll'];
  /** Of the last handshake, in milliseconds. */
  readonly roundTrip: number;
  /** A batch is delivered. `fresh`: there was more in it than copies. */
  delivered(fresh: boolean): void;
  /** Everything up to here has reached those who want it. */
  reached(cursor: LoopCursor): void;
  /** Older messages could not be fetched; with a delay in milliseconds, they are asked for again. */
  backfillFailed(
    names: Names,
    error: PubNubError,
    retry: { readonly attempt: number; readonly delay?: number },
  ): void;
  /** A reader takes nothing, and everybody waits. */
  stalled(subscription: LiveSubscription, milliseconds: number): void;
}

/** Everything between an answer and those who want it: delivery, what comes before it, and what is told when it is lost. */
export class Reception<Client> {
  readonly holding = new Holding();
  readonly #delivery: Delivery<Client>;
  readonly #backfills: Backfills;
  readonly #sightings = new Sightings();
  readonly #stalls: StallWatch;
  readonly #host: ReceptionHost;
  /** Of the last batch that was delivered. */
  #latest: LoopCursor | undefined;

  constructor(
    host: ReceptionHost,
    parts: { readonly demand: Demand; readonly listeners: ListenerRegistry<Client> },
  ) {
    const { settings, history: source } = host;
    this.#host = host;
    this.#stalls = new StallWatch(settings.clock, host.stalled);
    const sightings = this.#sightings;
    const losses = new Losses({
      ...{ ...parts, sightings },
      open: source && ((plan) => this.#backfills.open(plan)),
    });
    const delivery = new Delivery(
      {
        delivered: ({ cursor }, fresh) => {
          this.#latest = cursor;
          this.#reach();
          host.delivered(fresh);
        },
        lost: (loss, asked) => losses.meet(loss, asked),
        waits: (slow) => (slow ? this.#stalls.waits(slow) : this.#stalls.end()),
      },
      { ...parts, sightings, settings, holding: this.holding, fileUrl: host.fileUrl },
    );
    const history =
      source && new BackfillHistory({ history: source, delivery, sightings, clock: settings.clock });
    const tell: QueueHost['tell'] = (backfill, loss, recovered) => losses.tell(backfill, loss, recovered);
    const queue = new BackfillQueue({
      ...{ delivery, history, sightings, tell, settings },
      poll: host.poll,
      get roundTrip() {
        return host.roundTrip;
      },
    });
    this.#delivery = delivery;
    this.#backfills = new Backfills({
      ...{ queue, history, delivery, tell, settings },
      failed: host.backfillFailed,
      ended: () => this.#reach(),
    });
  }

  /** Takes the next batch of the loop. */
  push(batch: Batch): void {
    this.#delivery.push(batch);
  }

  /** The server accepted names of subscriptions: each begins at its floor, and gets what it wants from before. */
  accept(subscriptions: Iterable<LiveSubscription>, effect: Extract<LoopEffect, { type: 'accept' }>): void {
    for (const subscription of subscriptions) this.#acceptOne(subscription, effect);
    this.#backfills.resume();
  }

  /** Goes on, after a reader has made room or is gone. */
  pump(): void {
    this.#delivery.pump();
  }

  /** There is no connection: older messages wait for it. */
  rest(): void {
    this.#backfills.rest();
  }

  /** There is another token or filter: what is under way without it begins anew. */
  askAgain(): void {
    this.#backfills.askAgain();
  }

  /** Some names are not wanted any more. */
  narrow(): void {
    this.#backfills.narrow();
    this.#delivery.pump();
  }

  /** Nothing is subscribed any more. */
  forget(): void {
    this.#delivery.forget();
    this.#sightings.clear();
    this.#latest = undefined;
  }

  /** Ends everything. */
  close(): void {
    // What waits is dropped, and its place is not passed.
    this.#latest = undefined;
    this.#delivery.close();
    this.#backfills.close();
    this.#stalls.end();
  }

  // What waits behind a backfill has not reached anybody: a program that starts there again must get it.
  #reach(): void {
    if (this.#latest && !this.#backfills.isWaitedFor) this.#host.reached(this.#latest);
  }

  // A start that the loop has not passed yet is a floor, and no more. Everything else is fetched by itself.
  #acceptOne(
    subscription: LiveSubscription,
    { names: accepted, floor, cursor }: Extract<LoopEffect, { type: 'accept' }>,
  ): void {
    const { interest, wish } = subscription;
    const { start, last, recovers } = wish;
    const begin = beginOf(start, floor);
    const names = interest.accept(accepted, begin);
    const plan = {
      ...{ to: cursor.timetoken, asOf: floor.timetoken },
      ...{ recipients: [subscription], recovers: recovers.start, last },
    };
    if (last !== undefined) {
      const stored = { channels: names.channels.filter((name) => !isPresenceName(name)), groups: [] };
      const from = { timetoken: earlier(floor.timetoken, OVERLAP), region: undefined };
      interest.setFloor(stored, from.timetoken);
      for (const name of stored.channels) subscription.rewound.set(name, new Rewind(floor.timetoken, last));
      // All that came before the start counts, also what the loop has yet to bring.
      const to = later(floor.timetoken, cursor.timetoken);
      if (!isEmpty(stored)) this.#backfills.open({ ...plan, names: stored, from, to });
    } else if (start && !isEmpty(names) && compareTimetokens(start.timetoken, cursor.timetoken) < 0) {
      this.#backfills.open({ ...plan, names, from: start });
    }
  }
}

// Regions count on their own: a start that is ahead of another region's time would keep out everything that comes.
function beginOf(start: LoopCursor | undefined, floor: LoopCursor): Timetoken {
  if (start === undefined) return floor.timetoken;
  const isElsewhere = start.region !== undefined && start.region !== floor.region;
  return isElsewhere ? sooner(start.timetoken, floor.timetoken) : start.timetoken;
}
