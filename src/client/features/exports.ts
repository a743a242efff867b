// What belongs to single features, beside the features themselves.

export type {
  ChannelMember,
  ChannelMetadata,
  CustomFields,
  Membership,
  UuidMetadata,
} from '../listeners/metadata.ts';
export type { ListChannelsInChannelGroupResult } from '../subscribe/list-channels-in-channel-group.ts';
export type { Access, AuthKeysResult, Flags } from './access/auth-keys.ts';
export type { Grants, PatternGrants, Permissions } from './access/permissions.ts';
export type { RevokeTokenResult } from './access/tokens.ts';
export type { MetadataPage, MetadataResult, RemoveMetadataResult } from './app-context/answers.ts';
export type { ChannelGroupResult, ListChannelGroupsResult } from './channel-groups/feature.ts';
export { aesCbcCryptoModule, legacyCryptoModule } from './encryption/modules.ts';
export type { FileData } from './files/bytes.ts';
export { DownloadedFile } from './files/downloaded-file.ts';
export type { DeleteFileResult, ListedFile, ListFilesResult } from './files/feature.ts';
export type { FileCallOptions, FileProgress } from './files/progress.ts';
export type { PublishFileMessageResult, SendFileResult } from './files/send-file.ts';
export type {
  AddMessageActionResult,
  Announced,
  GetMessageActionsResult,
  MessageAction,
  MoreMessageActions,
  RemoveMessageActionResult,
} from './message-actions/feature.ts';
export type { GetStateResult, SetStateResult, WhereNowResult } from './presence/feature.ts';
export type { HereNowChannel, HereNowOccupant, HereNowResult } from './presence/here-now.ts';
export type {
  ListPushChannelsResult,
  PushChannelsResult,
  PushEnvironment,
  PushType,
} from './push/feature.ts';
export {
  type ApnsConfiguration,
  type ApnsNotification,
  type ApnsTarget,
  type FcmNotification,
  NotificationPayload,
  notificationPayload,
  type PushPayload,
} from './push/notification-payload.ts';
export type { DeleteMessagesResult, MessageCountsResult } from './storage/feature.ts';
export type {
  FetchedAction,
  FetchedActions,
  FetchedMessage,
  FetchMessagesResult,
  More,
  WithActions,
} from './storage/fetched.ts';
export type { HistoryMessage, HistoryResult } from './storage/history.ts';
export {
  type ParsedToken,
  parseToken,
  type TokenPermissions,
  type TokenResources,
} from './tokens/token.ts';
