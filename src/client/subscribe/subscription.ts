import type { AnyMessage, AnySignal, EventMap, EventName, MessageOf } from '../listeners/events.ts';
import type { Handlers } from '../listeners/listener.ts';
import type { Overflow } from '../runtime/async-queue.ts';

/** Options of `messages()`. */
export interface MessagesOptions {
  /** Messages that may wait to be read, at least 1. @default 1000 */
  readonly buffer?: number;
  /**
   * What a full buffer does: `pause` stops the polls of the whole client, `drop-oldest` and `drop-newest` forget, and
   * `error` ends the iterator with `PN-2007`, after what it holds. @default 'pause'
   */
  readonly overflow?: Overflow;
}

/** What a subscription receives: its own events, not those of the client. */
export type SubscriptionEvent = Exclude<EventName, 'status' | 'state' | 'listenerError' | 'invalidMessage'>;

/** Every event that a subscription receives. */
export const SUBSCRIPTION_EVENTS: readonly SubscriptionEvent[] = Object.freeze([
  'message',
  'presence',
  'signal',
  'messageAction',
  'objects',
  'file',
  'gap',
]);

/**
 * One part of a program that receives. Several subscriptions may name the same channel; each gets every event once, and
 * ending one does not touch the others.
 *
 * @example
 * ```ts
 * const subscription = pubnub.subscribe().channels('room').execute();
 * await subscription.connected();
 * for await (const event of subscription.messages()) {
 *   console.log(event.message);
 *   break;
 * }
 * subscription.unsubscribe();
 * ```
 */
export interface Subscription<C, N extends string> extends Disposable {
  /** Channels still subscribed, without presence names, sorted. */
  readonly channels: readonly string[];
  /** Channel groups still subscribed, without presence names, sorted. */
  readonly channelGroups: readonly string[];
  /**
   * Resolves when the server has accepted every name. Rejects with a `PubNubError` when it refuses one (`PN-3002` and
   * its kin), as soon as it has accepted the others, with why the client has given up when it has (state `failed`), and with `PN-2003` when the client is stopped
   * or the subscription or the `signal` ends first.
   */
  connected(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /**
   * The messages, in order. The first iterator starts with those since `execute()`; leaving it does not unsubscribe. `await
   * using` leaves it, too.
   */
  messages(options?: MessagesOptions): AsyncIterableIterator<MessageOf<C, N>> & AsyncDisposable;
  /** Calls back for one kind of event; returns how to stop. */
  on<Name extends SubscriptionEvent>(
    name: Name,
    handler: (event: Name extends 'message' ? MessageOf<C, N> : EventMap<C>[Name]) => unknown,
  ): () => void;
  /** Adds a listener for this subscription's events; one that is there already stays there once. */
  addListener(listener: Handlers<AnyMessage<C>, AnySignal<C>, never>): void;
  removeListener(listener: Handlers<AnyMessage<C>, AnySignal<C>, never>): void;
  /**
   * Ends it: nothing more is received, and names that nobody else wants are left. May be called again at will. `using` and
   * `await using` call it.
   */
  unsubscribe(): void;
}
