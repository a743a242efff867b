/**
 * A fluent, typed pub/sub SDK that speaks PubNub's REST and long-poll protocol.
 *
 * @module
 */

export type { TokenContext, TokenProvider, TokenReason } from './client/auth/token-provider.ts';
export type { MessageDoesNotFit, MissingParameter } from './client/builder/builder.ts';
export type { Envelope, RestVerbs } from './client/builder/verbs.ts';
export type { AnyChannels } from './client/channels.ts';
export {
  type CustomReconnectionPolicy,
  PNReconnectionPolicy,
  type PubNubOptions,
} from './client/config/options.ts';
export type { ErrorCode } from './client/errors/codes.ts';
export { type Delivery, PubNubError } from './client/errors/pubnub-error.ts';
export type { Access, AuthKeysResult, Flags } from './client/features/access/auth-keys.ts';
export type { Grants, PatternGrants, Permissions } from './client/features/access/permissions.ts';
export type { RevokeTokenResult } from './client/features/access/revoke-token.ts';
export type {
  ChannelMember,
  ChannelMetadata,
  CustomFields,
  Membership,
  MetadataPage,
  MetadataResult,
  RemoveMetadataResult,
  UuidMetadata,
} from './client/features/app-context/metadata.ts';
export type { ListChannelGroupsResult } from './client/features/channel-groups/list-channel-groups.ts';
export type { ChannelGroupResult } from './client/features/channel-groups/registry.ts';
export type { CryptoModule, CryptoOptions } from './client/features/encryption/crypto-module.ts';
export { aesCbcCryptoModule, legacyCryptoModule } from './client/features/encryption/modules.ts';
export type { FileData } from './client/features/files/bytes.ts';
export type { DeleteFileResult } from './client/features/files/delete-file.ts';
export { DownloadedFile } from './client/features/files/downloaded-file.ts';
export type { ListedFile, ListFilesResult } from './client/features/files/list-files.ts';
export type { FileCallOptions, FileProgress } from './client/features/files/progress.ts';
export type { PublishFileMessageResult } from './client/features/files/publish-file-message.ts';
export type { SendFileResult } from './client/features/files/send-file.ts';
export type { Announced, MessageAction } from './client/features/message-actions/action.ts';
export type { AddMessageActionResult } from './client/features/message-actions/add-message-action.ts';
export type {
  GetMessageActionsResult,
  MoreMessageActions,
} from './client/features/message-actions/get-message-actions.ts';
export type { RemoveMessageActionResult } from './client/features/message-actions/remove-message-action.ts';
export type { GetStateResult } from './client/features/presence/get-state.ts';
export type { HereNowChannel, HereNowOccupant, HereNowResult } from './client/features/presence/here-now.ts';
export type { SetStateResult } from './client/features/presence/set-state.ts';
export type { WhereNowResult } from './client/features/presence/where-now.ts';
export type { FireResult } from './client/features/publish/fire.ts';
export type { PublishResult } from './client/features/publish/publish.ts';
export type { SignalResult } from './client/features/publish/signal.ts';
export type { TimeResult } from './client/features/publish/time.ts';
export type { PushEnvironment, PushType } from './client/features/push/device.ts';
export {
  type ApnsConfiguration,
  type ApnsNotification,
  type ApnsTarget,
  type FcmNotification,
  NotificationPayload,
  notificationPayload,
  type PushPayload,
} from './client/features/push/notification-payload.ts';
export type { ListPushChannelsResult, PushChannelsResult } from './client/features/push/push-channels.ts';
export type { DeleteMessagesResult } from './client/features/storage/delete-messages.ts';
export type {
  FetchedAction,
  FetchedActions,
  FetchedMessage,
  FetchMessagesResult,
  More,
  WithActions,
} from './client/features/storage/fetched.ts';
export type { HistoryMessage, HistoryResult } from './client/features/storage/history.ts';
export type { MessageCountsResult } from './client/features/storage/message-counts.ts';
export {
  type ParsedToken,
  parseToken,
  type TokenPermissions,
  type TokenResources,
} from './client/features/tokens/token.ts';
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
export type { CallOptions } from './client/request/execute.ts';
export type { Fetch } from './client/request/ky-transport.ts';
export type {
  BodyBytes,
  Transport,
  TransportHeaders,
  TransportRequest,
  TransportResponse,
} from './client/request/transport.ts';
export type { Overflow } from './client/runtime/async-queue.ts';
export type { NetworkEvents } from './client/runtime/connectivity.ts';
export type { Logger } from './client/runtime/logger.ts';
export type { ListChannelsInChannelGroupResult } from './client/subscribe/list-channels-in-channel-group.ts';
export type { MessagesOptions, Subscription, SubscriptionEvent } from './client/subscribe/subscription.ts';
export type { Json, NotJson } from './client/wire/json.ts';
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
