import { PNOperationType } from '../../../protocol/status.ts';
import { defineEndpoint, type Params } from '../../endpoint.ts';
import { path } from '../../request/path.ts';
import { stringsAt } from '../../wire/read.ts';

/** `listChannelGroups()` has no parameters. */
export interface ListChannelGroupsParams extends Params {}

/** Result of `listChannelGroups()`. */
export interface ListChannelGroupsResult {
  /** The groups of the subscribe key, in no particular order. */
  readonly groups: readonly string[];
}

/**
 * `GET /v1/channel-registration/sub-key/{sub}/channel-group` (docs/reference/protocol.md, "Channel groups").
 *
 * @example
 * ```ts
 * const { groups } = await pubnub.listChannelGroups().execute();
 * console.log(groups);
 * ```
 */
export const listChannelGroups = defineEndpoint<ListChannelGroupsParams, ListChannelGroupsResult>({
  operation: PNOperationType.PNChannelGroupsOperation,
  params: {},
  path: (_, keys) => path`/v1/channel-registration/sub-key/${keys.subscribeKey}/channel-group`,
  retry: 'safe',
  parse: ({ body }) => ({ groups: stringsAt(body, 'payload', 'groups') }),
});
