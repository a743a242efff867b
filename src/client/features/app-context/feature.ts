import type { Start } from '../../builder/start.ts';
import { type Paged, type Rest, startPages, startRest } from '../../builder/verbs.ts';
import {
  type GetChannelMembersParams,
  getChannelMembers,
  type ManageChannelMembersParams,
  manageChannelMembers,
  type RemoveChannelMembersParams,
  removeChannelMembers,
  type SetChannelMembersParams,
  setChannelMembers,
} from './channel-members.ts';
import {
  type GetAllChannelMetadataParams,
  type GetChannelMetadataParams,
  getAllChannelMetadata,
  getChannelMetadata,
  type RemoveChannelMetadataParams,
  removeChannelMetadata,
  type SetChannelMetadataParams,
  setChannelMetadata,
} from './channel-metadata.ts';
import {
  type GetMembershipsParams,
  getMemberships,
  type ManageMembershipsParams,
  manageMemberships,
  type RemoveMembershipsParams,
  removeMemberships,
  type SetMembershipsParams,
  setMemberships,
} from './memberships.ts';
import type {
  ChannelMember,
  ChannelMetadata,
  Membership,
  MetadataPage,
  MetadataResult,
  RemoveMetadataResult,
  UuidMetadata,
} from './metadata.ts';
import { metadataPaging } from './pages.ts';
import {
  type GetAllUuidMetadataParams,
  type GetUuidMetadataParams,
  getAllUuidMetadata,
  getUuidMetadata,
  type RemoveUuidMetadataParams,
  removeUuidMetadata,
  type SetUuidMetadataParams,
  setUuidMetadata,
} from './uuid-metadata.ts';

/** The operations of App Context: users, channels, and who is in what; `C` is the client's channel map. */
export interface AppContextOperations<C> {
  /** Asks for users, page by page. */
  readonly getAllUuidMetadata: Start<GetAllUuidMetadataParams, Paged<MetadataPage<UuidMetadata>>, C>;
  /** Asks what is known of a user. */
  readonly getUuidMetadata: Start<GetUuidMetadataParams, Rest<MetadataResult<UuidMetadata>>, C>;
  /** Changes what is known of a user, who need not exist before. */
  readonly setUuidMetadata: Start<SetUuidMetadataParams, Rest<MetadataResult<UuidMetadata>>, C>;
  /** Removes what is known of a user. */
  readonly removeUuidMetadata: Start<RemoveUuidMetadataParams, Rest<RemoveMetadataResult>, C>;
  /** Asks for channels, page by page. */
  readonly getAllChannelMetadata: Start<GetAllChannelMetadataParams, Paged<MetadataPage<ChannelMetadata>>, C>;
  /** Asks what is known of a channel. */
  readonly getChannelMetadata: Start<GetChannelMetadataParams, Rest<MetadataResult<ChannelMetadata>>, C>;
  /** Changes what is known of a channel, which need not exist before. */
  readonly setChannelMetadata: Start<SetChannelMetadataParams, Rest<MetadataResult<ChannelMetadata>>, C>;
  /** Removes what is known of a channel. */
  readonly removeChannelMetadata: Start<RemoveChannelMetadataParams, Rest<RemoveMetadataResult>, C>;
  /** Asks in which channels a user is. */
  readonly getMemberships: Start<GetMembershipsParams, Paged<MetadataPage<Membership>>, C>;
  /** Puts a user into channels. */
  readonly setMemberships: Start<SetMembershipsParams, Rest<MetadataPage<Membership>>, C>;
  /** Takes a user out of channels. */
  readonly removeMemberships: Start<RemoveMembershipsParams, Rest<MetadataPage<Membership>>, C>;
  /** Puts a user into channels and takes them out of others, in one step. */
  readonly manageMemberships: Start<ManageMembershipsParams, Rest<MetadataPage<Membership>>, C>;
  /** Asks which users are in a channel. */
  readonly getChannelMembers: Start<GetChannelMembersParams, Paged<MetadataPage<ChannelMember>>, C>;
  /** Puts users into a channel. */
  readonly setChannelMembers: Start<SetChannelMembersParams, Rest<MetadataPage<ChannelMember>>, C>;
  /** Takes users out of a channel. */
  readonly removeChannelMembers: Start<RemoveChannelMembersParams, Rest<MetadataPage<ChannelMember>>, C>;
  /** Puts users into a channel and takes others out, in one step. */
  readonly manageChannelMembers: Start<ManageChannelMembersParams, Rest<MetadataPage<ChannelMember>>, C>;
}

/** How their builders start. */
export const APP_CONTEXT_BUILDERS = Object.freeze({
  getAllUuidMetadata: startPages(getAllUuidMetadata, metadataPaging()),
  getUuidMetadata: startRest(getUuidMetadata),
  setUuidMetadata: startRest(setUuidMetadata),
  removeUuidMetadata: startRest(removeUuidMetadata),
  getAllChannelMetadata: startPages(getAllChannelMetadata, metadataPaging()),
  getChannelMetadata: startRest(getChannelMetadata),
  setChannelMetadata: startRest(setChannelMetadata),
  removeChannelMetadata: startRest(removeChannelMetadata),
  getMemberships: startPages(getMemberships, metadataPaging()),
  setMemberships: startRest(setMemberships),
  removeMemberships: startRest(removeMemberships),
  manageMemberships: startRest(manageMemberships),
  getChannelMembers: startPages(getChannelMembers, metadataPaging()),
  setChannelMembers: startRest(setChannelMembers),
  removeChannelMembers: startRest(removeChannelMembers),
  manageChannelMembers: startRest(manageChannelMembers),
});
