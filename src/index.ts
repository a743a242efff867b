/**
 * A fluent, typed pub/sub SDK that speaks PubNub's REST and long-poll protocol.
 *
 * @module
 */
export type { MessageDoesNotFit, MissingParameter } from './client/builder.ts';
export type { AnyChannels } from './client/channels.ts';
export {
  type CustomReconnectionPolicy,
  PNReconnectionPolicy,
  type PubNubOptions,
} from './client/config/options.ts';
export type { CryptoModule, CryptoOptions } from './client/crypto/crypto-module.ts';
export { aesCbcCryptoModule, legacyCryptoModule } from './client/crypto/modules.ts';
export type { ListChannelGroupsResult } from './client/endpoints/channel-groups/list-channel-groups.ts';
export type { ListChannelsInChannelGroupResult } from './client/endpoints/channel-groups/list-channels-in-channel-group.ts';
export type { ChannelGroupResult } from './client/endpoints/channel-groups/registry.ts';
export type { GetStateResult } from './client/endpoints/presence/get-state.ts';
export type { HereNowChannel, HereNowOccupant, HereNowResult } from './client/endpoints/presence/here-now.ts';
export type { SetStateResult } from './client/endpoints/presence/set-state.ts';
export type { WhereNowResult } from './client/endpoints/presence/where-now.ts';
export type { FireResult } from './client/endpoints/publish/fire.ts';
export type { PublishResult } from './client/endpoints/publish/publish.ts';
export type { SignalResult } from './client/endpoints/publish/signal.ts';
export type { DeleteMessagesResult } from './client/endpoints/storage/delete-messages.ts';
export type { FetchedMessage, FetchMessagesResult, More } from './client/endpoints/storage/fetched.ts';
export type { HistoryMessage, HistoryResult } from './client/endpoints/storage/history.ts';
export type { MessageCountsResult } from './client/endpoints/storage/message-counts.ts';
export type { TimeResult } from './client/endpoints/time/time.ts';
export type { ErrorCode } from './client/errors/codes.ts';
export { type Delivery, PubNubError } from './client/errors/pubnub-error.ts';
export type { CallOptions } from './client/execute.ts';
export type { Json, NotJson } from './client/json.ts';
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
} from './client/listeners/events.ts';
export { type Handled, type Listener, SubscribeCallback } from './client/listeners/listener.ts';
export { PubNub } from './client/pubnub.ts';
export type { Overflow } from './client/runtime/async-queue.ts';
export type { NetworkEvents } from './client/runtime/connectivity.ts';
export type { Logger } from './client/runtime/logger.ts';
export type { MessagesOptions, Subscription, SubscriptionEvent } from './client/subscribe/subscription.ts';
export type { Fetch } from './client/transport/fetch-transport.ts';
export type {
  Transport,
  TransportHeaders,
  TransportRequest,
  TransportResponse,
} from './client/transport/transport.ts';
export type { Envelope, RestVerbs } from './client/verbs.ts';
export type { Clock, TimerHandle } from './protocol/clock.ts';
export { PNOperationType, PNStatusCategory } from './protocol/status.ts';
export {
  compareTimetokens,
  isTimetoken,
  type Timetoken,
  timetokenFromBigInt,
  timetokenFromDate,
  timetokenToBigInt,
  timetokenToDate,
} from './protocol/timetoken.ts';
