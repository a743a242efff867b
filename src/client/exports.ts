// What every client has, whatever its features.

export type { Clock, TimerHandle } from '../protocol/clock.ts';
export { PNOperationType, PNStatusCategory } from '../protocol/status.ts';
export {
  compareTimetokens,
  isTimetoken,
  type Timetoken,
  timetokenFromBigInt,
  timetokenFromDate,
  timetokenToBigInt,
  timetokenToDate,
} from '../protocol/timetoken.ts';
export type { ClientAccess, TokenContext, TokenProvider, TokenReason } from './auth/token-provider.ts';
export type * from './builder/builder.ts';
export type { Operation, Start } from './builder/operation.ts';
export type { Envelope, Paged, PageVerbs, Rest, RestVerbs } from './builder/verbs.ts';
export type { AnyChannels } from './channels.ts';
export type { CryptoModule, CryptoOptions } from './config/crypto-module.ts';
export {
  type CustomReconnectionPolicy,
  type OptionsWithUuid,
  PNReconnectionPolicy,
  type PubNubOptions,
} from './config/options.ts';
export type { ErrorCode } from './errors/codes.ts';
export { type Delivery, PubNubError } from './errors/pubnub-error.ts';
export type { MessageParams, PublishResult, PublishResult as PNPublishResult } from './features/message.ts';
export type {
  FireParams,
  FireResult,
  PublishParams,
  SignalParams,
  SignalResult,
} from './features/publish/feature.ts';
export type { TimeParams, TimeResult } from './features/time.ts';
export type {
  ClientState,
  EventMap,
  EventName,
  PNFileEvent,
  PNGapEvent,
  PNInvalidMessageEvent,
  PNListenerErrorEvent,
  PNMessageActionEvent,
  PNMessageResult,
  PNObjectsEvent,
  PNPresenceEventResult,
  PNSignalResult,
  PNStateEvent,
  PNStatus,
} from './listeners/events.ts';
export { type Handled, type Listener, SubscribeCallback } from './listeners/listener.ts';
export type { PNObjectsChange } from './listeners/objects-change.ts';
export type { CallOptions } from './request/call-options.ts';
export type {
  BodyBytes,
  Fetch,
  Transport,
  TransportHeaders,
  TransportRequest,
  TransportResponse,
} from './request/transport.ts';
export type { Overflow } from './runtime/async-queue.ts';
export type { Logger } from './runtime/logger.ts';
export type { NetworkEvents, PageEvents } from './runtime/surroundings.ts';
export type {
  SubscribeParams,
  SubscribeVerb,
  SubscribeVerbs,
  UnsubscribeParams,
  UnsubscribeVerbs,
} from './subscribe/subscribe.ts';
export type { MessagesOptions, Subscription, SubscriptionEvent } from './subscribe/subscription.ts';
export type { Json, NotJson } from './wire/json.ts';
export { messageBytes, messageText, type WithPayload } from './wire/payload.ts';
