import { compareTimetokens } from '../../protocol/timetoken.ts';
import type { Settings } from '../config/options.ts';
import type { Values } from '../endpoint.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import type { ClientState } from '../listeners/events.ts';
import type { ListenerRegistry } from '../listeners/registry.ts';
import { Presence } from '../presence/presence.ts';
import type { Executor } from '../request/execute.ts';
import { Announcer } from './announcer.ts';
import { Backfill } from './backfill.ts';
import { Backfills } from './backfills.ts';
import { Delivery } from './delivery.ts';
import { Demand } from './demand.ts';
import { Holding } from './holding.ts';
import { LiveSubscription } from './live-subscription.ts';
import { Loop } from './loop.ts';
import { Losses } from './losses.ts';
import { intersection, isEmpty, type Names } from './names.ts';
import { type AcceptEffect, type Past, pastsOf } from './pasts.ts';
import { Poller, type Receiver } from './poller.ts';
import type { Recovery } from './recovery.ts';
import { Sightings } from './sightings.ts';
import type { LoopAnswer, LoopCursor, LoopEffect, LoopInput } from './state.ts';
import { publicState } from './steps.ts';
import type { SubscribeParams } from './subscribe.ts';
import { wishOf } from './subscribe-options.ts';

/**
 * The receiving half of a client: its subscriptions, the subscribe loop, and everything between an answer and its
 * subscriptions.
 */
export class SubscribeEngine {
  readonly executor: Executor;
  readonly settings: Settings;
  readonly listeners: ListenerRegistry;
  /** The backfills that read history; `undefined` if the client has none. */
  readonly recovery: Recovery | undefined;
  readonly demand = new Demand();
  readonly holding = new Holding();
  readonly sightings = new Sightings();
  readonly announcer: Announcer;
  readonly poller: Poller;
  /** Answers the loop. */
  readonly receiver: Receiver;
  readonly presence: Presence;
  readonly delivery: Delivery;
  readonly losses = new Losses(this);
  readonly backfills = new Backfills(this);
  readonly loop: Loop;
  /** Everything up to this cursor has reached its subscriptions. */
  cursor: LoopCursor | undefined;
  /** Where the server was when it last accepted names. */
  floor: LoopAnswer['cursor'] | undefined;
  /** Whether it reports gaps. */
  tellsGaps = false;
  /** Of the last batch that was delivered. */
  #latest: LoopCursor | undefined;
  /** Resolves when the loop has been told of the changes of this turn. */
  #told: Promise<void> | undefined;
  #closed = false;

  constructor(executor: Executor, listeners: ListenerRegistry, recovery?: Recovery) {
    this.executor = executor;
    this.settings = executor.settings;
    this.listeners = listeners;
    this.recovery = recovery;
    this.announcer = new Announcer(this.settings, listeners);
    this.poller = new Poller(executor);
    this.receiver = this.settings.receiver?.(executor, this.poller) ?? this.poller;
    this.presence = new Presence(
      executor,
      (names) => this.loop.stateFor(names),
      (names, error) => this.#closed || this.announcer.beaten(names, error),
    );
    this.delivery = new Delivery(this);
    this.loop = new Loop(this);
    executor.authorizer.onRenewed = () => this.#askAgain('tokenRenewed');
  }

  get state(): ClientState {
    return publicState(this.loop.state);
  }

  /** The error that ended the loop, in the state `failed`. */
  get failure(): PubNubError | undefined {
    const { phase } = this.loop.state;
    return phase.name === 'failed' ? phase.error : undefined;
  }

  /** The subscribed names, as they stand on the wire. */
  get names(): Names {
    return this.demand.names;
  }

  /** Adds a subscription; the loop is told in the next microtask, together with others of this turn. */
  subscribe(given: Values<SubscribeParams>): LiveSubscription {
    if (this.#closed) throw new PubNubError('PN-2004', 'subscribe: the client is closed.');
    this.demand.newest += 1;
    const subscription = new LiveSubscription(this, wishOf(given, this.settings), this.demand.newest);
    this.demand.add(subscription);
    void this.#note();
    return subscription;
  }

  /** Removes names from every subscription; resolves when the loop has been told. */
  unsubscribe(names: Names): Promise<void> {
    for (const subscription of [...this.demand.subscriptions]) this.#drop(subscription, names);
    return this.#note();
  }

  /** Ends a subscription. */
  remove(subscription: LiveSubscription): void {
    this.#drop(subscription, subscription.names);
    void this.#note();
  }

  /** Passes a request of the program on to the loop, behind the changes of this turn. */
  dispatch(input: Extract<LoopInput, { type: `${string}Requested` }>): void {
    this.#flush();
    if (input.type === 'reconnectRequested') this.#forgetRefusals();
    this.loop.dispatch(input);
  }

  /** Asks for refused names again, with the new token. */
  tokenChanged(): void {
    this.#askAgain('tokenChanged');
  }

  /** Which messages the server is to send; all without it. */
  get filter(): string | undefined {
    return this.poller.filter;
  }

  set filter(filter: string | undefined) {
    if (filter === this.poller.filter) return;
    this.poller.filter = filter;
    this.#askAgain('filterChanged');
  }

  /** The server accepted names of subscriptions: each starts at its floor, and gets the older entries that it asked for. */
  accept(effect: AcceptEffect): void {
    this.floor = effect.floor;
    this.tellsGaps = effect.tells;
    this.cursor ??= this.loop.state.cursor;
    for (const past of pastsOf(this.demand.upTo(effect.newest), effect)) {
      const backfill = this.#backfillFor(past, effect);
      if (backfill) this.backfills.open(backfill);
    }
    this.backfills.resume();
  }

  /** The server refused names. What a backfill was to bring of accepted ones is fetched when they are accepted again. */
  refuse({ names, error, newest, cursor }: Extract<LoopEffect, { type: 'refuse' }>): void {
    for (const { interest, backfills } of this.demand.upTo(newest)) {
      if (cursor)
        for (const { names: some, reached, isRepeatable } of backfills)
          if (isRepeatable) interest.refuse(intersection(some, names), error, reached);
      interest.refuse(names, error, cursor);
    }
    this.backfills.narrow(cursor && names);
    this.executor.authorizer.askAgain();
  }

  /** A batch is delivered whole. `fresh`: there was more in it than copies. */
  delivered(cursor: LoopCursor, fresh: boolean): void {
    this.#latest = cursor;
    this.reach();
    this.loop.dispatch({ type: 'delivered', fresh });
  }

  /** Moves the public cursor, unless something waits behind a backfill: a program that starts there again must get it. */
  reach(): void {
    if (this.#latest && !this.backfills.isWaitedFor) this.cursor = this.#latest;
  }

  /** Nothing is subscribed any more. */
  forget(): void {
    this.cursor = this.#latest = undefined;
    this.delivery.forget();
    this.sightings.clear();
  }

  /** Ends everything; resolves when the leave was answered, or has failed. */
  async close(): Promise<void> {
    this.#closed = true;
    // Entries that wait are dropped, so the public cursor must not pass them.
    this.#latest = undefined;
    this.delivery.close();
    this.backfills.close();
    const left = this.demand.names;
    const wasTold = this.state !== 'idle' && this.state !== 'stopped';
    for (const subscription of [...this.demand.subscriptions]) this.#drop(subscription, left);
    this.loop.dispatch({ type: 'closed' });
    if (wasTold) await this.presence.leaves(left);
  }

  #askAgain(type: 'tokenChanged' | 'tokenRenewed' | 'filterChanged'): void {
    // Another filter does not bring back names that were refused by themselves.
    this.#forgetRefusals(type === 'filterChanged' ? 'PN-3008' : undefined);
    this.loop.dispatch({ type });
    this.backfills.askAgain();
  }

  #forgetRefusals(code?: PubNubError['code']): void {
    for (const { interest } of this.demand.subscriptions) interest.askAgain(code);
  }

  #drop(subscription: LiveSubscription, names: Names): void {
    this.demand.drop(subscription, names);
    if (isEmpty(subscription.names)) subscription.end();
    this.backfills.narrow();
    this.delivery.pump();
  }

  // All changes of one turn are told together: a subscription that ends in the same turn costs no request.
  #note(): Promise<void> {
    this.#told ??= Promise.resolve().then(() => this.#flush());
    return this.#told;
  }

  #flush(): void {
    if (this.#told === undefined) return;
    this.#told = undefined;
    // A leave in flight for one of its names would undo the handshake of a subscription.
    const change = this.demand.takeChange(({ names }) => {
      const leaves = this.presence.leaves(names);
      void leaves?.then(() => this.#note());
      return leaves !== undefined;
    });
    if (!this.#closed) this.loop.dispatch({ type: 'demandChanged', ...change });
  }

  // What is older than the loop's cursor. A start that the loop has not passed yet is only a floor.
  #backfillFor(
    { from, last, isRead, ...whose }: Past,
    { floor, cursor }: AcceptEffect,
  ): Backfill | undefined {
    const { recovery } = this;
    const plan = { ...whose, from: from ?? floor, to: cursor.timetoken, asOf: floor.timetoken };
    if (last !== undefined) return recovery?.newest(this, plan, last);
    if (!from || compareTimetokens(from.timetoken, cursor.timetoken) >= 0) return undefined;
    return (isRead && recovery?.start(this, plan)) || new Backfill(this, plan);
  }
}
