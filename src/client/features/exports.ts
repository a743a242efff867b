// What belongs to single features, beside the features themselves.

export type {
  ChannelMember,
  ChannelMetadata,
  CustomFields,
  Membership,
  UuidMetadata,
} from '../listeners/metadata.ts';
export type {
  HereNowChannel,
  HereNowOccupant,
  HereNowParams,
  HereNowResult,
} from '../presence/here-now.ts';
export type {
  ListChannelsInChannelGroupParams,
  ListChannelsInChannelGroupResult,
} from '../subscribe/list-channels-in-channel-group.ts';
export type { Access, AuditParams, AuthKeysResult, Flags, GrantParams } from './access/auth-keys.ts';
export type { Grants, PatternGrants, Permissions } from './access/permissions.ts';
export type { GrantTokenParams, RevokeTokenParams, RevokeTokenResult } from './access/tokens.ts';
export type { MetadataPage, MetadataResult, RemoveMetadataResult } from './app-context/answers.ts';
export type {
  GetChannelMembersParams,
  GetMembershipsParams,
  ManageChannelMembersParams,
  ManageMembershipsParams,
  RelationParams,
  RemoveChannelMembersParams,
  RemoveMembershipsParams,
  SetChannelMembersParams,
  SetMembershipsParams,
} from './app-context/memberships.ts';
export type {
  GetAllChannelMetadataParams,
  GetAllUuidMetadataParams,
  GetChannelMetadataParams,
  GetUuidMetadataParams,
  RemoveChannelMetadataParams,
  RemoveUuidMetadataParams,
  SetChannelMetadataParams,
  SetMetadataParams,
  SetUuidMetadataParams,
} from './app-context/metadata.ts';
export type { ChannelParams, IncludeParams, PageParams, UserParams } from './app-context/parameters.ts';
export type {
  AddChannelsToChannelGroupParams,
  ChannelGroupResult,
  DeleteChannelGroupParams,
  ListChannelGroupsParams,
  ListChannelGroupsResult,
  RemoveChannelsFromChannelGroupParams,
} from './channel-groups/feature.ts';
export { aesCbcCryptoModule, legacyCryptoModule } from './encryption/modules.ts';
export type { FileData } from './files/bytes.ts';
export { DownloadedFile } from './files/downloaded-file.ts';
export type {
  DeleteFileParams,
  DeleteFileResult,
  FileVerbs,
  ListedFile,
  ListFilesParams,
  ListFilesResult,
  Moving,
} from './files/feature.ts';
export type { DownloadFileParams, FileParams, GetFileUrlParams } from './files/file.ts';
export type { FileCallOptions, FileProgress } from './files/progress.ts';
export type {
  FileMessageParams,
  PublishFileMessageParams,
  PublishFileMessageResult,
  SendFileParams,
  SendFileResult,
} from './files/send-file.ts';
export type {
  AddMessageActionParams,
  AddMessageActionResult,
  Announced,
  GetMessageActionsParams,
  GetMessageActionsResult,
  MessageAction,
  MoreMessageActions,
  RemoveMessageActionParams,
  RemoveMessageActionResult,
} from './message-actions/feature.ts';
export type { Occupant, OccupantEvent, OccupantSet } from './occupants/occupant-set.ts';
export type {
  GetStateParams,
  GetStateResult,
  SetStateParams,
  SetStateResult,
  WhereNowParams,
  WhereNowResult,
} from './presence/feature.ts';
export type {
  PublishQueue,
  PublishQueueOptions,
  QueuedMessage,
  QueuedOptions,
  QueueStorage,
} from './publish-queue/types.ts';
export type {
  AddPushChannelsParams,
  ListPushChannelsParams,
  ListPushChannelsResult,
  PushChannelsResult,
  PushDeviceParams,
  RemoveAllPushChannelsParams,
  RemovePushChannelsParams,
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
export type { PushEnvironment, PushType } from './push/types.ts';
export type {
  DeleteMessagesParams,
  DeleteMessagesResult,
  MessageCountsParams,
  MessageCountsResult,
} from './storage/feature.ts';
export type { FetchMessagesParams, FetchMessagesVerbs } from './storage/fetch-messages.ts';
export type {
  FetchedAction,
  FetchedActions,
  FetchedMessage,
  FetchMessagesResult,
  More,
  WithActions,
} from './storage/fetched.ts';
export type { HistoryMessage, HistoryParams, HistoryResult, HistoryVerbs } from './storage/history.ts';
export {
  type ParsedToken,
  parseToken,
  type TokenPermissions,
  type TokenResources,
} from './tokens/token.ts';
