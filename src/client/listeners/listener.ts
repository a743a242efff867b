import type { AnyChannels } from '../channels.ts';
import type { AnyMessage, AnySignal, EventMap, EventName } from './events.ts';

/** The return value of a handler: of a promise, only a rejection is reported. */
export type Handled = void | Promise<void>;

/**
 * A listener of `addListener()`: an object with any of these methods. They are looked up at each event, so that a method may
 * be set later. `Client` is the client that the event comes from.
 */
export type Listener<C = AnyChannels, Client = unknown> = Handlers<AnyMessage<C>, AnySignal<C>, Client>;

/** The event of a name. */
export type EventOf<Name extends EventName, Message, Signal> = Name extends 'message'
  ? Message
  : Name extends 'signal'
    ? Signal
    : EventMap[Name];

/**
 * A listener by its events. Methods take this type and not `Listener`: the compiler compares it by its members, so that a
 * client of any map passes for a `PubNub`.
 */
export type Handlers<Message, Signal, Client> = {
  [Name in EventName]?: (event: EventOf<Name, Message, Signal>, pubnub: Client) => Handled;
};

/**
 * A base for listener classes; every method does nothing until it is overridden.
 *
 * @example
 * ```ts
 * class Log extends SubscribeCallback {
 *   override message(event: PNMessageResult) {
 *     console.log(event.channel, event.message);
 *   }
 * }
 * pubnub.addListener(new Log());
 * ```
 */
export class SubscribeCallback<Client = unknown> {
  status(_event: EventMap['status'], _pubnub: Client): Handled {}
  message(_event: EventMap['message'], _pubnub: Client): Handled {}
  presence(_event: EventMap['presence'], _pubnub: Client): Handled {}
  signal(_event: EventMap['signal'], _pubnub: Client): Handled {}
  messageAction(_event: EventMap['messageAction'], _pubnub: Client): Handled {}
  objects(_event: EventMap['objects'], _pubnub: Client): Handled {}
  file(_event: EventMap['file'], _pubnub: Client): Handled {}
  gap(_event: EventMap['gap'], _pubnub: Client): Handled {}
  invalidMessage(_event: EventMap['invalidMessage'], _pubnub: Client): Handled {}
  listenerError(_event: EventMap['listenerError'], _pubnub: Client): Handled {}
  state(_event: EventMap['state'], _pubnub: Client): Handled {}
}
