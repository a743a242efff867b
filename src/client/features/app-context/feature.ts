import type { Paging } from '../../builder/paging.ts';
import { paged, rest } from '../../builder/verbs.ts';
import type { Endpoint } from '../../endpoint.ts';
import { defineFeature } from '../../feature.ts';
import type { MetadataPage } from './answers.ts';
import {
  getChannelMembers,
  getMemberships,
  manageChannelMembers,
  manageMemberships,
  removeChannelMembers,
  removeMemberships,
  setChannelMembers,
  setMemberships,
} from './memberships.ts';
import {
  getAllChannelMetadata,
  getAllUuidMetadata,
  getChannelMetadata,
  getUuidMetadata,
  removeChannelMetadata,
  removeUuidMetadata,
  setChannelMetadata,
  setUuidMetadata,
} from './metadata.ts';
import type { PageParams } from './parameters.ts';

/** The operations of App Context: users, channels, and memberships. */
export const appContext = defineFeature({
  name: 'appContext',
  builders: {
    /**
     * Lists users, page by page.
     *
     * @example
     * ```ts
     * const { data } = await pubnub.getAllUuidMetadata().filter('name LIKE "A*"').sort('name').execute();
     * ```
     */
    getAllUuidMetadata: list(getAllUuidMetadata),
    /**
     * Gets the metadata of a user.
     *
     * @example
     * ```ts
     * const { data } = await pubnub.getUuidMetadata().uuid('bob').execute();
     * ```
     */
    getUuidMetadata: rest(getUuidMetadata),
    /**
     * Changes the metadata of a user, who need not exist before.
     *
     * @example
     * ```ts
     * const { data } = await pubnub.setUuidMetadata().uuid('bob').name('Bob').custom({ level: 7 }).execute();
     * ```
     */
    setUuidMetadata: rest(setUuidMetadata),
    /** Removes the metadata of a user. */
    removeUuidMetadata: rest(removeUuidMetadata),
    /**
     * Lists channels, page by page.
     *
     * @example
     * ```ts
     * const { data } = await pubnub.getAllChannelMetadata().sort('updated:desc').limit(10).execute();
     * ```
     */
    getAllChannelMetadata: list(getAllChannelMetadata),
    /** Gets the metadata of a channel. */
    getChannelMetadata: rest(getChannelMetadata),
    /**
     * Changes the metadata of a channel, which need not exist before.
     *
     * @example
     * ```ts
     * const { data } = await pubnub.setChannelMetadata().channel('room').name('The room').execute();
     * ```
     */
    setChannelMetadata: rest(setChannelMetadata),
    /** Removes the metadata of a channel. Its messages and subscribers stay. */
    removeChannelMetadata: rest(removeChannelMetadata),
    /**
     * Lists the channels that a user is a member of.
     *
     * @example
     * ```ts
     * const { data } = await pubnub.getMemberships().uuid('bob').includeChannel(true).execute();
     * ```
     */
    getMemberships: list(getMemberships),
    /**
     * Adds a user to channels.
     *
     * @example
     * ```ts
     * await pubnub.setMemberships().channelMemberships('lobby', { id: 'room', status: 'muted' }).execute();
     * ```
     */
    setMemberships: rest(setMemberships),
    /** Removes a user from channels. */
    removeMemberships: rest(removeMemberships),
    /**
     * Adds a user to channels and removes it from others, in one step.
     *
     * @example
     * ```ts
     * await pubnub.manageMemberships().set('lobby').remove('room').execute();
     * ```
     */
    manageMemberships: rest(manageMemberships),
    /**
     * Lists the members of a channel.
     *
     * @example
     * ```ts
     * const { data } = await pubnub.getChannelMembers().channel('room').includeUuid(true).execute();
     * ```
     */
    getChannelMembers: list(getChannelMembers),
    /**
     * Adds members to a channel.
     *
     * @example
     * ```ts
     * await pubnub.setChannelMembers().channel('room').uuids('alice', { id: 'bob', type: 'guest' }).execute();
     * ```
     */
    setChannelMembers: rest(setChannelMembers),
    /** Removes members from a channel. */
    removeChannelMembers: rest(removeChannelMembers),
    /**
     * Adds members to a channel and removes others, in one step.
     *
     * @example
     * ```ts
     * await pubnub.manageChannelMembers().channel('room').set('alice').remove('bob').execute();
     * ```
     */
    manageChannelMembers: rest(manageChannelMembers),
  },
});

function list<P extends PageParams, T>(endpoint: Endpoint<P, MetadataPage<T>>) {
  const paging: Paging<PageParams, MetadataPage<T>> = metadataPaging();
  // It reads and changes nothing but what every list has.
  return paged(endpoint, paging as unknown as Paging<P, MetadataPage<T>>);
}

/** Forwards. The last page has a `next` as well: what follows it is empty, and leads nowhere, or to itself. */
function metadataPaging<T>(): Paging<PageParams, MetadataPage<T>> {
  return {
    place: ['page'],
    // The caller's object may change between two pages; and of a whole answer, only this much is a place.
    first: ({ page, ...given }) => ({
      ...given,
      ...(page && { page: { next: page.next, prev: page.prev } }),
    }),
    pageIn: (_asked, answer) => (answer.data.length > 0 ? answer : undefined),
    next: ({ page }, { data, next }) =>
      next === undefined || (data.length === 0 && next === page?.next) ? [] : [{ page: { next } }],
  };
}
