import { PNOperationType } from '../../../protocol/status.ts';
import { checkName, optional } from '../../builder/params.ts';
import { defineEndpoint, type Params } from '../../endpoint.ts';
import { path } from '../../request/path.ts';
import { recordAt, stringsAt } from '../../wire/read.ts';

/** Parameters of `whereNow()`. */
export interface WhereNowParams extends Params {
  /** Whose channels are asked for. Default: the client's own user. */
  uuid?: string;
}

/** Result of `whereNow()`. */
export interface WhereNowResult {
  /** The channels on which the user is present. */
  readonly channels: readonly string[];
}

/**
 * `GET /v2/presence/sub-key/{sub}/uuid/{uuid}` (docs/reference/protocol.md, "Where now").
 *
 * @example
 * ```ts
 * const { channels } = await pubnub.whereNow().uuid('bob').execute();
 * ```
 */
export const whereNow = defineEndpoint<WhereNowParams, WhereNowResult>({
  operation: PNOperationType.PNWhereNowOperation,
  params: { uuid: optional(checkName) },
  path: ({ uuid }, keys) => path`/v2/presence/sub-key/${keys.subscribeKey}/uuid/${uuid ?? keys.userId}`,
  retry: 'safe',
  parse: ({ body }) => ({ channels: channelsIn(body) }),
});

// The service leaves the payload out for some users who are nowhere.
function channelsIn(body: unknown): readonly string[] {
  const { payload = { channels: [] } } = recordAt(body);
  return stringsAt({ payload }, 'payload', 'channels');
}
