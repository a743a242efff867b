import { DISPOSE } from '../../protocol/disposal.ts';
import { isPresenceName, withoutPresence } from '../../protocol/names.ts';
import { checkOptions, WAIT_OPTIONS } from '../builder/check-options.ts';
import type { PubNubError } from '../errors/pubnub-error.ts';
import type { EventMap, EventName, PNMessageResult } from '../listeners/events.ts';
import type { Listener } from '../listeners/listener.ts';
import { ListenerRegistry } from '../listeners/registry.ts';
import { AsyncQueue, MESSAGES_OPTIONS } from '../runtime/async-queue.ts';
import type { Arrived } from './arrived.ts';
import type { Backfill } from './backfill.ts';
import type { Decoded } from './decode.ts';
import type { SubscribeEngine } from './engine.ts';
import { gapEvent, type Loss, type Recovered } from './gaps.ts';
import { endedError, Interest, stoppedError } from './interest.ts';
import { isEmpty, type Names } from './names.ts';
import type { Ledger } from './recovery.ts';
import type { SubscribeWish } from './subscribe-options.ts';
import { type MessagesOptions, SUBSCRIPTION_EVENTS } from './subscription.ts';

const DEFAULT_BUFFER = 1_000;

/** The working side of a subscription; programs see it as `Subscription`. */
export class LiveSubscription {
  /** Tells it apart; later ones have larger numbers. */
  readonly id: number;
  readonly wish: SubscribeWish;
  readonly interest: Interest;
  /** `undefined` until a backfill for it reads history. */
  ledger: Ledger | undefined;
  /** The backfills that hold its newer entries back, in the order of their serials. */
  readonly backfills: Backfill[] = [];
  readonly #engine: SubscribeEngine;
  readonly #listeners: ListenerRegistry;
  readonly #queues = new Set<AsyncQueue<PNMessageResult>>();
  #ended = false;

  constructor(engine: SubscribeEngine, wish: SubscribeWish, id: number) {
    this.#engine = engine;
    this.id = id;
    this.wish = wish;
    this.interest = new Interest(wish.names);
    const { logger, hints } = engine.settings;
    this.#listeners = new ListenerRegistry(
      () => undefined,
      (event, error) => engine.listeners.report(event, error),
      { names: SUBSCRIPTION_EVENTS, logger, hints },
    );
    engine.holding.begin(id);
  }

  get channels(): readonly string[] {
    return this.interest.names.channels.filter((name) => !isPresenceName(name));
  }

  get channelGroups(): readonly string[] {
    return this.interest.names.groups.filter((name) => !isPresenceName(name));
  }

  /** Whether it was ended. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The names that are still wanted. */
  get names(): Names {
    return this.interest.names;
  }

  /** Whether anything takes its events. */
  get hears(): boolean {
    return this.#queues.size > 0 || this.#listeners.hears(SUBSCRIPTION_EVENTS);
  }

  /**
   * Since when the reader that has been waited for the longest has had a full buffer, in monotonic milliseconds; `undefined`
   * if there is none to wait for.
   */
  get fullSince(): number | undefined {
    let since: number | undefined;
    for (const { fullSince } of this.#queues)
      if (fullSince !== undefined && !(since !== undefined && since < fullSince)) since = fullSince;
    return since;
  }

  async connected(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const { signal }: typeof options = checkOptions('connected', options, WAIT_OPTIONS) ?? {};
    if (this.#ended) throw endedError();
    const { failure, state } = this.#engine;
    if (failure) throw failure;
    if (state === 'stopped') throw stoppedError();
    if (isEmpty(this.interest.pending)) return;
    try {
      await this.interest.accepted(signal);
    } catch (thrown) {
      throw this.#engine.executor.redactor.value(thrown);
    }
  }

  messages(options: MessagesOptions = {}) {
    const checked: MessagesOptions = checkOptions('messages', options, MESSAGES_OPTIONS) ?? {};
    const { buffer = DEFAULT_BUFFER, overflow = 'pause' } = checked;
    const queue = new AsyncQueue<PNMessageResult>(buffer, overflow, {
      onChange: () => {
        if (queue.ended) this.#queues.delete(queue);
        this.#engine.delivery.pump();
      },
      now: () => this.#engine.settings.clock.monotonic(),
      onTake: this.#engine.delivery.reports.taken,
    });
    for (const event of this.#release()) queue.push(event);
    const { failure } = this.#engine;
    if (this.#ended) queue.end();
    else if (failure) queue.fail(failure);
    else this.#queues.add(queue);
    return queue;
  }

  on<Name extends EventName>(name: Name, handler: (event: EventMap[Name]) => unknown): () => void {
    const release = this.#listeners.on(name, handler);
    this.#release();
    return release;
  }

  addListener(listener: Listener): void {
    this.#listeners.add(listener);
    this.#release();
  }

  removeListener(listener: object): void {
    this.#listeners.remove(listener);
  }

  unsubscribe(): void {
    if (!this.#ended) this.#engine.remove(this);
  }

  [DISPOSE](): void {
    this.unsubscribe();
  }

  /** Delivers an event; returns it with the name that matched in this subscription. */
  receive(arrived: Arrived, decoded: Decoded): Decoded['event'] {
    const { envelope, group, bytes } = arrived;
    const { name, event } = decoded;
    this.ledger?.noteDelivered(envelope);
    // The event is decoded once, from the first copy: the name that matched may be that of another subscription.
    const match = this.interest.match(envelope.c, group) ?? null;
    const subscription = match === null ? null : withoutPresence(match);
    const own = event.subscription === subscription ? event : { ...event, subscription };
    // Of the same name.
    this.#engine.delivery.reports.meet(arrived, { name, event: own } as Decoded, this.#listeners);
    this.tell(name, own);
    // By its name, it is a message.
    if (name === 'message') for (const queue of [...this.#queues]) queue.push(own as PNMessageResult, bytes);
    return own;
  }

  /** Calls the listeners. */
  tell<Name extends EventName>(name: Name, event: EventMap[Name]): void {
    this.#listeners.emit(name, event);
  }

  /** Announces a loss, and how much the backfill of this serial, if any, has brought back. */
  lose(loss: Loss, recovered?: Recovered, serial?: number): void {
    if (serial !== undefined) this.ledger?.noteLoss(loss, serial);
    this.tell('gap', gapEvent(loss, recovered));
  }

  /** The client has given up: iterators and waits fail with its error. */
  fail(error: PubNubError): void {
    this.interest.giveUp(error);
    for (const queue of [...this.#queues]) queue.fail(error);
  }

  /** Ends iterators and waits, and removes the listeners. */
  end(): void {
    this.#ended = true;
    for (const queue of [...this.#queues]) queue.end();
    this.#release();
    this.interest.giveUp(endedError());
    this.#listeners.clear();
  }

  // The first iterator gets the messages since `execute()`; a listener drops them.
  #release(): readonly PNMessageResult[] {
    return this.#engine.holding.take(this.id);
  }
}
