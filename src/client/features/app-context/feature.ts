import type { Paging } from '../../builder/paging.ts';
import { paged, rest } from '../../builder/verbs.ts';
import type { Endpoint } from '../../endpoint.ts';
import { defineFeature } from '../../feature.ts';
import {
  getChannelMembers,
  manageChannelMembers,
  removeChannelMembers,
  setChannelMembers,
} from './channel-members.ts';
import {
  getAllChannelMetadata,
  getChannelMetadata,
  removeChannelMetadata,
  setChannelMetadata,
} from './channel-metadata.ts';
import { getMemberships, manageMemberships, removeMemberships, setMemberships } from './memberships.ts';
import type { MetadataPage } from './metadata.ts';
import { metadataPaging } from './pages.ts';
import type { PageParams } from './parameters.ts';
import { getAllUuidMetadata, getUuidMetadata, removeUuidMetadata, setUuidMetadata } from './uuid-metadata.ts';

/** The operations of App Context: users, channels, and who is in what. */
export const appContext = defineFeature({
  name: 'appContext',
  builders: {
    /** Asks for users, page by page. */
    getAllUuidMetadata: list(getAllUuidMetadata),
    /** Asks what is known of a user. */
    getUuidMetadata: rest(getUuidMetadata),
    /** Changes what is known of a user, who need not exist before. */
    setUuidMetadata: rest(setUuidMetadata),
    /** Removes what is known of a user. */
    removeUuidMetadata: rest(removeUuidMetadata),
    /** Asks for channels, page by page. */
    getAllChannelMetadata: list(getAllChannelMetadata),
    /** Asks what is known of a channel. */
    getChannelMetadata: rest(getChannelMetadata),
    /** Changes what is known of a channel, which need not exist before. */
    setChannelMetadata: rest(setChannelMetadata),
    /** Removes what is known of a channel. */
    removeChannelMetadata: rest(removeChannelMetadata),
    /** Asks in which channels a user is. */
    getMemberships: list(getMemberships),
    /** Puts a user into channels. */
    setMemberships: rest(setMemberships),
    /** Takes a user out of channels. */
    removeMemberships: rest(removeMemberships),
    /** Puts a user into channels and takes them out of others, in one step. */
    manageMemberships: rest(manageMemberships),
    /** Asks which users are in a channel. */
    getChannelMembers: list(getChannelMembers),
    /** Puts users into a channel. */
    setChannelMembers: rest(setChannelMembers),
    /** Takes users out of a channel. */
    removeChannelMembers: rest(removeChannelMembers),
    /** Puts users into a channel and takes others out, in one step. */
    manageChannelMembers: rest(manageChannelMembers),
  },
});

function list<P extends PageParams, T>(endpoint: Endpoint<P, MetadataPage<T>>) {
  const paging: Paging<PageParams, MetadataPage<T>> = metadataPaging();
  // It reads and changes nothing but what every list has.
  return paged(endpoint, paging as unknown as Paging<P, MetadataPage<T>>);
}
