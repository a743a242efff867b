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
export type { RevokeTokenResult } from './access/revoke-token.ts';
export type { MetadataPage, MetadataResult, RemoveMetadataResult } from './app-context/answers.ts';
export type { ChannelGroupResult, ListChannelGroupsResult } from './channel-groups/feature.ts';
export { aesCbcCryptoModule, legacyCryptoModule } from './encryption/modules.ts';
export type { FileData } from './files/bytes.ts';
export type { DeleteFileResult } from './files/delete-file.ts';
export { DownloadedFile } from './files/downloaded-file.ts';
export type { ListedFile, ListFilesResult } from './files/list-files.ts';
export type { FileCallOptions, FileProgress } from './files/progress.ts';
export type { PublishFileMessageResult } from './files/publish-file-message.ts';
export type { SendFileResult } from './files/send-file.ts';
export type { Announced, MessageAction } from './message-actions/action.ts';
export type { AddMessageActionResult } from './message-actions/add-message-action.ts';
export type {
  GetMessageActionsResult,
  MoreMessageActions,
} from './message-actions/get-message-actions.ts';
export type { RemoveMessageActionResult } from './message-actions/remove-message-action.ts';
export type { GetStateResult } from './presence/get-state.ts';
export type { HereNowChannel, HereNowOccupant, HereNowResult } from './presence/here-now.ts';
export type { SetStateResult } from './presence/set-state.ts';
export type { WhereNowResult } from './presence/where-now.ts';
export type { PushEnvironment, PushType } from './push/device.ts';
export {
  type ApnsConfiguration,
  type ApnsNotification,
  type ApnsTarget,
  type FcmNotification,
  NotificationPayload,
  notificationPayload,
  type PushPayload,
} from './push/notification-payload.ts';
export type { ListPushChannelsResult, PushChannelsResult } from './push/push-channels.ts';
export type { DeleteMessagesResult } from './storage/delete-messages.ts';
export type {
  FetchedAction,
  FetchedActions,
  FetchedMessage,
  FetchMessagesResult,
  More,
  WithActions,
} from './storage/fetched.ts';
export type { HistoryMessage, HistoryResult } from './storage/history.ts';
export type { MessageCountsResult } from './storage/message-counts.ts';
export {
  type ParsedToken,
  parseToken,
  type TokenPermissions,
  type TokenResources,
} from './tokens/token.ts';
