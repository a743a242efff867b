/**
 * A fluent, typed pub/sub SDK that speaks PubNub's REST and long-poll protocol.
 *
 * @module
 */
export {
  type ParsedToken,
  parseToken,
  type TokenPermissions,
  type TokenResources,
} from './client/access/token.ts';
export type { TokenContext, TokenProvider, TokenReason } from './client/access/token-provider.ts';
export type { MessageDoesNotFit, MissingParameter } from './client/builder.ts';
export type { AnyChannels } from './client/channels.ts';
export {
  type CustomReconnectionPolicy,
  PNReconnectionPolicy,
  type PubNubOptions,
} from './client/config/options.ts';
export type { CryptoModule, CryptoOptions } from './client/crypto/crypto-module.ts';
export { aesCbcCryptoModule, legacyCryptoModule } from './client/crypto/modules.ts';
export type { Access, AuthKeysResult, Flags } from './client/endpoints/access/auth-keys.ts';
export type { Grants, PatternGrants, Permissions } from './client/endpoints/access/permissions.ts';
export type { RevokeTokenResult } from './client/endpoints/access/revoke-token.ts';
export type {
  ChannelMember,
  ChannelMetadata,
  CustomFields,
  Membership,
  MetadataPage,
  MetadataResult,
  RemoveMetadataResult,
  UuidMetadata,
} from './client/endpoints/app-context/metadata.ts';
export type { ListChannelGroupsResult } from './client/endpoints/channel-groups/list-channel-groups.ts';
export type { ListChannelsInChannelGroupResult } from './client/endpoints/channel-groups/list-channels-in-channel-group.ts';
export type { ChannelGroupResult } from './client/endpoints/channel-groups/registry.ts';
export type { DeleteFileResult } from './client/endpoints/files/delete-file.ts';
export type { ListedFile, ListFilesResult } from './client/endpoints/files/list-files.ts';
export type { PublishFileMessageResult } from './client/endpoints/files/publish-file-message.ts';
export type { SendFileResult } from './client/endpoints/files/send-file.ts';
export type { Announced, MessageAction } from './client/endpoints/message-actions/action.ts';
export type { AddMessageActionResult } from './client/endpoints/message-actions/add-message-action.ts';
export type {
  GetMessageActionsResult,
  MoreMessageActions,
} from './client/endpoints/message-actions/get-message-actions.ts';
export type { RemoveMessageActionResult } from './client/endpoints/message-actions/remove-message-action.ts';
export type { GetStateResult } from './client/endpoints/presence/get-state.ts';
export type { HereNowChannel, HereNowOccupant, HereNowResult } from './client/endpoints/presence/here-now.ts';
export type { SetStateResult } from './client/endpoints/presence/set-state.ts';
export type { WhereNowResult } from './client/endpoints/presence/where-now.ts';
export type { FireResult } from './client/endpoints/publish/fire.ts';
export type { PublishResult } from './client/endpoints/publish/publish.ts';
export type { SignalResult } from './client/endpoints/publish/signal.ts';
export type { PushEnvironment, PushType } from './client/endpoints/push/device.ts';
export type { ListPushChannelsResult, PushChannelsResult } from './client/endpoints/push/push-channels.ts';
export type { DeleteMessagesResult } from './client/endpoints/storage/delete-messages.ts';
export type {
  FetchedAction,
  FetchedActions,
  FetchedMessage,
  FetchMessagesResult,
  More,
  WithActions,
} from './client/endpoints/storage/fetched.ts';
export type { HistoryMessage, HistoryResult } from './client/endpoints/storage/history.ts';
export type { MessageCountsResult } from './client/endpoints/storage/message-counts.ts';
export type { TimeResult } from './client/endpoints/time/time.ts';
export type { ErrorCode } from './client/errors/codes.ts';
export { type Delivery, PubNubError } from './client/errors/pubnub-error.ts';
export type { CallOptions } from './client/execute.ts';
export type { FileData } from './client/files/bytes.ts';
export { DownloadedFile } from './client/files/downloaded-file.ts';
export type { FileCallOptions, FileProgress } from './client/files/progress.ts';
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
export type { PNObjectsChange } from './client/listeners/objects-change.ts';
export { PubNub } from './client/pubnub.ts';
export {
  type ApnsConfiguration,
  type ApnsNotification,
  type ApnsTarget,
  type FcmNotification,
  NotificationPayload,
  notificationPayload,
  type PushPayload,
} from './client/push/notification-payload.ts';
export type { Overflow } from './client/runtime/async-queue.ts';
export type { NetworkEvents } from './client/runtime/connectivity.ts';
export type { Logger } from './client/runtime/logger.ts';
export type { MessagesOptions, Subscription, SubscriptionEvent } from './client/subscribe/subscription.ts';
export type { Fetch } from './client/transport/fetch-transport.ts';
export type {
  BodyBytes,
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
