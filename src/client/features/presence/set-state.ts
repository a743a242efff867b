import { PNOperationType } from '../../../protocol/status.ts';
import { checkName, checkObject, copied, flag, listOf, required } from '../../builder/params.ts';
import type { SubscribableName } from '../../channels.ts';
import {
  defineEndpoint,
  type Flag,
  type JsonOf,
  type List,
  type Params,
  type Values,
} from '../../endpoint.ts';
import { encodeNames, path } from '../../request/path.ts';
import { recordAt, serviceStatus } from '../../wire/read.ts';
import { distinct, joined } from '../../wire/values.ts';

/** Parameters of `setState()`. */
export interface SetStateParams extends Params {
  readonly '~oneOf': 'channels' | 'channelGroups';
  /** Channels for which the state is set. */
  channels?: List<SubscribableName<this['~map']>>;
  /** Channel groups for whose channels the state is set. */
  channelGroups?: List<string>;
  /** The client's own user's state: an object, which replaces the one before. `{}` takes it away. */
  state: JsonOf<object>;
  /** Send it as a heartbeat: the user is then present on these channels. */
  withHeartbeat?: Flag;
}

/** Result of `setState()`. */
export interface SetStateResult {
  /** The state as the server took it. */
  readonly state: Readonly<Record<string, unknown>>;
}

/**
 * `GET /v2/presence/sub-key/{sub}/channel/{channels}/uuid/{uuid}/data`, or a heartbeat (docs/reference/protocol.md,
 * "Presence state").
 *
 * @example
 * ```ts
 * await pubnub.setState().channels('room').state({ mood: 'fine' }).execute();
 * ```
 */
export const setState = defineEndpoint<SetStateParams, SetStateResult>({
  operation: PNOperationType.PNSetStateOperation,
  params: {
    channels: listOf(checkName),
    channelGroups: listOf(checkName),
    state: copied(required(checkObject)),
    withHeartbeat: flag,
  },
  oneOf: ['channels', 'channelGroups'],
  path: ({ channels = [], withHeartbeat }, { subscribeKey, userId }) => {
    const names = encodeNames(distinct(channels));
    return withHeartbeat
      ? path`/v2/presence/sub-key/${subscribeKey}/channel/${names}/heartbeat`
      : path`/v2/presence/sub-key/${subscribeKey}/channel/${names}/uuid/${userId}/data`;
  },
  query: (given, { presenceTimeoutSeconds }) => ({
    'channel-group': joined(given.channelGroups),
    heartbeat: given.withHeartbeat ? presenceTimeoutSeconds : undefined,
    state: JSON.stringify(given.withHeartbeat ? stateByName(given) : given.state),
  }),
  retry: 'safe',
  parse: ({ body }, given) => {
    if (!given?.withHeartbeat) return { state: recordAt(body, 'payload') };
    serviceStatus(body);
    return { state: recordAt(given.state) };
  },
});

function stateByName({ channels = [], channelGroups = [], state }: Values<SetStateParams>): object {
  return Object.fromEntries([...channels, ...channelGroups].map((name) => [name, state]));
}
