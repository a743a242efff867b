import { isPresenceName, withoutPresence } from '../../protocol/names.ts';
import { checkOptions, WAIT_OPTIONS } from '../builder/check-options.ts';
import type { PubNubError } from '../errors/pubnub-error.ts';
import type { EventMap, EventName, PNGapEvent, PNMessageResult } from '../listeners/events.ts';
import { freezeEvent } from '../listeners/freeze.ts';
import type { Listener } from '../listeners/listener.ts';
import { ListenerRegistry } from '../listeners/registry.ts';
import { AsyncQueue, MESSAGES_OPTIONS } from '../runtime/async-queue.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Arrived } from './arrived.ts';
import type { Backfill } from './backfill.ts';
import type { Decoded } from './decode.ts';
import { gapEvent, type NamedLoss } from './gaps.ts';
import type { Holding } from './holding.ts';
import { endedError, Interest, stoppedError } from './interest.ts';
import { Missed } from './missed.ts';
import { isEmpty, type Names } from './names.ts';
import type { Rewind } from './rewind.ts';
import type { SubscribeWish } from './subscribe-options.ts';
import { type MessagesOptions, SUBSCRIPTION_EVENTS } from './subscription.ts';

/** What a subscription needs of the client it belongs to. */
export interface SubscriptionHost {
  /** Ends the subscription. */
  remove(subscription: LiveSubscription): void;
  /** A queue has room again, or has ended. */
  relieved(): void;
  /** A listener failed. */
  failed(event: EventName, error: unknown): void;
  /** Why the client has given up, if it has. */
  readonly failure: PubNubError | undefined;
  readonly isStopped: boolean;
  readonly holding: Holding;
  readonly logger: Logger | undefined;
  /** Takes secrets out of an error. */
  clean(error: unknown): unknown;
  /** Monotonic milliseconds. */
  now(): number;
}

const DEFAULT_BUFFER = 1_000;

/** The working side of a subscription; programs see it as `Subscription`. */
export class LiveSubscription {
  /** Tells it apart; later ones have larger numbers. */
  readonly id: number;
  readonly wish: SubscribeWish;
  readonly interest: Interest;
  readonly missed = new Missed();
  /** The channels whose newest stored messages were asked for. */
  readonly rewound = new Map<string, Rewind>();
  /** What holds newer entries back until older ones have come, in the order in which they began. */
  readonly backfills: Backfill[] = [];
  readonly #host: SubscriptionHost;
  readonly #listeners: ListenerRegistry<undefined>;
  readonly #queues = new Set<AsyncQueue<PNMessageResult>>();
  #ended = false;

  constructor(host: SubscriptionHost, wish: SubscribeWish, id: number) {
    this.#host = host;
    this.id = id;
    this.wish = wish;
    this.interest = new Interest(wish.names);
    this.#listeners = new ListenerRegistry(
      () => undefined,
      (event, error) => host.failed(event, error),
      { names: SUBSCRIPTION_EVENTS, logger: host.logger },
    );
    host.holding.begin(id);
  }

  get channels(): readonly string[] {
    return this.interest.names.channels.filter((name) => !isPresenceName(name));
  }

  get channelGroups(): readonly string[] {
    return this.interest.names.groups.filter((name) => !isPresenceName(name));
  }

  /** Whether nothing is received any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The names that are still wanted. */
  get names(): Names {
    return this.interest.names;
  }

  /** Whether polling should wait for this subscription's readers. */
  get full(): boolean {
    for (const queue of this.#queues) if (queue.full) return true;
    return false;
  }

  /** Since when the reader that has been waited for the longest has had a full buffer, in monotonic milliseconds. */
  get fullSince(): number | undefined {
    const times = [...this.#queues].flatMap((queue) => (queue.full ? (queue.fullSince ?? []) : []));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  async connected(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const { signal }: typeof options = checkOptions('connected', options, WAIT_OPTIONS) ?? {};
    if (this.#ended) throw endedError();
    const { failure, isStopped } = this.#host;
    if (failure) throw failure;
    if (isStopped) throw stoppedError();
    if (isEmpty(this.interest.pending)) return;
    try {
      await this.interest.accepted(signal);
    } catch (thrown) {
      throw this.#host.clean(thrown);
    }
  }

  messages(options: MessagesOptions = {}) {
    const checked: MessagesOptions = checkOptions('messages', options, MESSAGES_OPTIONS) ?? {};
    const { buffer = DEFAULT_BUFFER, overflow = 'pause' } = checked;
    const queue = new AsyncQueue<PNMessageResult>(buffer, overflow, {
      onChange: () => {
        if (queue.ended) this.#queues.delete(queue);
        this.#host.relieved();
      },
      now: () => this.#host.now(),
    });
    for (const event of this.#release()) queue.push(event);
    const { failure } = this.#host;
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
    if (!this.#ended) this.#host.remove(this);
  }

  [Symbol.dispose](): void {
    this.unsubscribe();
  }

  /** Takes an event that this subscription wants, of so many bytes; returns it as it stands here. */
  receive({ envelope, group, bytes }: Arrived, { name, event }: Decoded): Decoded['event'] {
    if (this.rewound.size > 0) this.rewound.get(envelope.c)?.note(envelope.p.t);
    // Of several copies, the first one is everybody's: the name in it may be that of another subscription.
    const match = this.interest.match(envelope.c, group) ?? null;
    const subscription = match === null ? null : withoutPresence(match);
    const own = event.subscription === subscription ? event : { ...event, subscription };
    if (own !== event) freezeEvent(name, own);
    this.tell(name, own);
    // By its name, it is a message.
    if (name === 'message') for (const queue of [...this.#queues]) queue.push(own as PNMessageResult, bytes);
    return own;
  }

  /** Tells the listeners. */
  tell<Name extends EventName>(name: Name, event: EventMap[Name]): void {
    this.#listeners.emit(name, event);
  }

  /** Tells of a loss, and of what the backfill of this serial, if any, has brought of it. */
  lose(loss: NamedLoss, recovered?: PNGapEvent['recovered'], serial?: number): void {
    // Where no backfill was to bring it, there is none to come.
    if (serial !== undefined) this.missed.note(loss.names, loss.to, serial);
    this.tell('gap', gapEvent(loss, recovered));
  }

  /** The client has given up: what reads here fails, what waits here too. */
  fail(error: PubNubError): void {
    this.interest.giveUp(error);
    for (const queue of [...this.#queues]) queue.fail(error);
  }

  /** Nothing is received from now on. */
  end(): void {
    this.#ended = true;
    for (const queue of [...this.#queues]) queue.end();
    this.#release();
    this.interest.giveUp(endedError());
    this.#listeners.clear();
  }

  // The first to ask for messages gets those since `execute()`; a listener ends the holding as well.
  #release(): readonly PNMessageResult[] {
    return this.#host.holding.take(this.id);
  }
}
