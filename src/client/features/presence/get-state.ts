import { PNOperationType } from '../../../protocol/status.ts';
import { checkName, listOf, optional } from '../../builder/params.ts';
import type { SubscribableName } from '../../channels.ts';
import { defineEndpoint, type List, type Params } from '../../endpoint.ts';
import { encodeNames, path } from '../../request/path.ts';
import { isRecord, mapped, recordAt } from '../../wire/read.ts';
import { distinct, joined } from '../../wire/values.ts';

/** Parameters of `getState()`. */
export interface GetStateParams extends Params {
  readonly '~oneOf': 'channels' | 'channelGroups';
  /** Channels for which the state is asked. */
  channels?: List<SubscribableName<this['~map']>>;
  /** Channel groups for whose channels the state is asked. */
  channelGroups?: List<string>;
  /** Whose state is asked for. Default: the client's own user. */
  uuid?: string;
}

type States = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Result of `getState()`. */
export interface GetStateResult {
  /** The state by channel, `{}` where there is none; without a prototype. */
  readonly channels: States;
}

/**
 * `GET /v2/presence/sub-key/{sub}/channel/{channels}/uuid/{uuid}` (docs/reference/protocol.md, "Presence state").
 *
 * @example
 * ```ts
 * const { channels } = await pubnub.getState().channels('room').uuid('bob').execute();
 * console.log(channels['room']);
 * ```
 */
export const getState = defineEndpoint<GetStateParams, GetStateResult>({
  operation: PNOperationType.PNGetStateOperation,
  params: { channels: listOf(checkName), channelGroups: listOf(checkName), uuid: optional(checkName) },
  oneOf: ['channels', 'channelGroups'],
  path: ({ channels = [], uuid }, keys) => {
    const user = uuid ?? keys.userId;
    return path`/v2/presence/sub-key/${keys.subscribeKey}/channel/${encodeNames(distinct(channels))}/uuid/${user}`;
  },
  query: ({ channelGroups }) => ({ 'channel-group': joined(channelGroups) }),
  retry: 'safe',
  parse: ({ body }, { channels = [], channelGroups = [] } = {}) => {
    const payload = recordAt(body, 'payload');
    const [name, ...others] = distinct(channels);
    // The state of a single channel may itself have a member of that name.
    if (name !== undefined && others.length === 0 && channelGroups.length === 0)
      return { channels: statesIn({ [name]: payload }) };
    const wrapped = payload['channels'];
    return { channels: statesIn(isRecord(wrapped) ? wrapped : payload) };
  },
});

function statesIn(states: Readonly<Record<string, unknown>>): States {
  return mapped(states, (state) => recordAt(state));
}
