import type { Context } from '../../builder/operation.ts';
import { checkName, checkObject, copied, flag, listOf, optional, required } from '../../builder/params.ts';
import { rest } from '../../builder/verbs.ts';
import type { SubscribableName } from '../../channels.ts';
import {
  defineEndpoint,
  type Flag,
  type JsonOf,
  type List,
  type Params,
  type Values,
} from '../../endpoint.ts';
import { defineFeature } from '../../feature.ts';
import type { CallOptions } from '../../request/call-options.ts';
import { encodeNames, path } from '../../request/path.ts';
import { at, isRecord, mapped, recordAt, serviceStatus, stringsAt } from '../../wire/read.ts';
import { distinct, joined } from '../../wire/values.ts';
import { hereNow } from './here-now.ts';
import { during } from './own-states.ts';

/** Parameters of `whereNow()`. */
export interface WhereNowParams extends Params {
  /** The user whose channels are listed. Default: the client's own user. */
  uuid?: string;
}

/** Result of `whereNow()`. */
export interface WhereNowResult {
  /** The channels on which the user is present. */
  readonly channels: readonly string[];
}

/** Parameters of `getState()`. */
export interface GetStateParams extends Params {
  readonly '~oneOf': 'channels' | 'channelGroups';
  /** Channels whose state is read. */
  channels?: List<SubscribableName<this['~map']>>;
  /** Channel groups whose channels' state is read. */
  channelGroups?: List<string>;
  /** The user whose state is read. Default: the client's own user. */
  uuid?: string;
}

type State = Readonly<Record<string, unknown>>;

/** Result of `getState()`. */
export interface GetStateResult {
  /** The state by channel, `{}` where there is none; without a prototype. */
  readonly channels: Readonly<Record<string, State>>;
}

/** Parameters of `setState()`. */
export interface SetStateParams extends Params {
  readonly '~oneOf': 'channels' | 'channelGroups';
  /** Channels for which the state is set. */
  channels?: List<SubscribableName<this['~map']>>;
  /** Channel groups for whose channels the state is set. */
  channelGroups?: List<string>;
  /** The state of the client's own user: an object, which replaces the one before. `{}` removes it. */
  state: JsonOf<object>;
  /** Send it as a heartbeat: the user is then present on these channels. */
  withHeartbeat?: Flag;
}

/** Result of `setState()`. */
export interface SetStateResult {
  /** The state as the server stored it. */
  readonly state: State;
}

const NAMES = { channels: listOf(checkName), channelGroups: listOf(checkName) };
const uuid = optional(checkName);

/** `GET /v2/presence/sub-key/{sub}/channel/{channels}/uuid/{uuid}/data`, or a heartbeat. */
const setState = defineEndpoint<SetStateParams, SetStateResult>({
  operation: 'PNSetStateOperation',
  params: { ...NAMES, state: copied(required(checkObject)), withHeartbeat: flag },
  oneOf: ['channels', 'channelGroups'],
  path: ({ channels = [], withHeartbeat }, { subscribeKey, userId }) => {
    const names = encodeNames(distinct(channels));
    return withHeartbeat
      ? path`/v2/presence/sub-key/${subscribeKey}/channel/${names}/heartbeat`
      : path`/v2/presence/sub-key/${subscribeKey}/channel/${names}/uuid/${userId}/data`;
  },
  query: ({ channels = [], channelGroups = [], state, withHeartbeat }, { presenceTimeoutSeconds }) => {
    const byName = () => Object.fromEntries([...channels, ...channelGroups].map((name) => [name, state]));
    return {
      'channel-group': joined(channelGroups),
      heartbeat: withHeartbeat ? presenceTimeoutSeconds : undefined,
      state: JSON.stringify(withHeartbeat ? byName() : state),
    };
  },
  retry: 'safe',
  parse: ({ body }, given) => {
    if (!given?.withHeartbeat) return { state: recordAt(body, 'payload') };
    serviceStatus(body);
    return { state: recordAt(given.state) };
  },
});

/** The operations on presence (docs/reference/protocol.md, "Presence endpoints"). */
export const presence = defineFeature({
  name: 'presence',
  builders: {
    /**
     * Lists the users who are present on channels, or on all of them.
     *
     * @example
     * ```ts
     * const { channels } = await pubnub.hereNow().channels('room').includeState(true).execute();
     * for (const { uuid, state } of channels['room']?.occupants ?? []) console.log(uuid, state);
     * ```
     */
    hereNow,
    /**
     * Lists the channels on which a user is present.
     *
     * @example
     * ```ts
     * const { channels } = await pubnub.whereNow().uuid('bob').execute();
     * ```
     */
    whereNow: rest<WhereNowParams, WhereNowResult>({
      operation: 'PNWhereNowOperation',
      params: { uuid },
      path: ({ uuid }, keys) => path`/v2/presence/sub-key/${keys.subscribeKey}/uuid/${uuid ?? keys.userId}`,
      retry: 'safe',
      parse: ({ body }) => {
        if (at(body, 'payload') !== undefined) return { channels: stringsAt(body, 'payload', 'channels') };
        // The service leaves the payload out for some users who are nowhere.
        serviceStatus(body);
        return { channels: [] };
      },
    }),
    /**
     * Sets the user's own presence state.
     *
     * @example
     * ```ts
     * await pubnub.setState().channels('room').state({ mood: 'fine' }).execute();
     * ```
     */
    setState: rest(setState, setAndRemember),
    /**
     * Reads a user's presence state.
     *
     * @example
     * ```ts
     * const { channels } = await pubnub.getState().channels('room').uuid('bob').execute();
     * console.log(channels['room']);
     * ```
     */
    getState: rest<GetStateParams, GetStateResult>({
      operation: 'PNGetStateOperation',
      params: { ...NAMES, uuid },
      oneOf: ['channels', 'channelGroups'],
      path: ({ channels = [], uuid }, { subscribeKey, userId }) => {
        const names = encodeNames(distinct(channels));
        return path`/v2/presence/sub-key/${subscribeKey}/channel/${names}/uuid/${uuid ?? userId}`;
      },
      query: ({ channelGroups }) => ({ 'channel-group': joined(channelGroups) }),
      retry: 'safe',
      parse: ({ body }, { channels = [], channelGroups = [] } = {}) => {
        const payload = recordAt(body, 'payload');
        const [name, ...others] = distinct(channels);
        // The state of a single channel may itself have a member of that name.
        const isOfOne = name !== undefined && others.length === 0 && channelGroups.length === 0;
        const wrapped = payload['channels'];
        const states = isOfOne ? { [name]: payload } : isRecord(wrapped) ? wrapped : payload;
        return { channels: mapped(states, (state) => recordAt(state)) };
      },
    }),
  },
});

// Heartbeats and handshakes tell the state again.
async function setAndRemember(
  { executor, engine }: Context,
  values: Values<SetStateParams>,
  options: CallOptions | undefined,
): Promise<SetStateResult> {
  const { channels = [], channelGroups = [], state } = values;
  const names = [...channels, ...channelGroups];
  return during(engine.demand.states, { names, state }, () => executor.call(setState, values, options));
}
