import { MAX_OCCUPANTS } from '../../protocol/limits.ts';
import { checkBoolean, checkCount, checkName, emptyProblem, listOf, optional } from '../builder/params.ts';
import type { SubscribableName } from '../channels.ts';
import { defineEndpoint, type Endpoint, type List, type Params, type Values } from '../endpoint.ts';
import { encodeNames, path } from '../request/path.ts';
import { at, expected, isRecord, listAt, mapped, numberAt, recordAt, stringAt } from '../wire/read.ts';
import { distinct, joined } from '../wire/values.ts';

/** Parameters of `hereNow()`. */
export interface HereNowParams extends Params {
  /** Channels to query. Without channels and groups: every channel with a user on it. */
  channels?: List<SubscribableName<this['~map']>>;
  /** Channel groups whose channels are queried. */
  channelGroups?: List<string>;
  /** Include the users' states. Default `false`. */
  includeState?: boolean;
  /** List the users; `false` only counts them. Default `true`. */
  includeUuids?: boolean;
  /** Users to list of each channel, at most; servers list no more than 1 000. Default 1 000. */
  limit?: number;
  /** Number of users of each channel to skip. Default 0. */
  offset?: number;
}

/** A user on a channel. */
export interface HereNowOccupant {
  /** The user. */
  readonly uuid: string;
  /** The user's state; `null` when there is none, or when it was not asked for. */
  readonly state: Readonly<Record<string, unknown>> | null;
}

/** The users on one channel. */
export interface HereNowChannel {
  /** Name of the channel. */
  readonly name: string;
  /** Number of users on it. */
  readonly occupancy: number;
  /** All of them, unless `next` is present. */
  readonly occupants: readonly HereNowOccupant[];
  /** The `offset` of the next part of the list, if it is incomplete. */
  readonly next?: number;
}

/** Result of `hereNow()`. */
export interface HereNowResult {
  /** Number of channels in the answer. */
  readonly totalChannels: number;
  /** Number of users on all of them together. */
  readonly totalOccupancy: number;
  /** By name; the record has no prototype. */
  readonly channels: Readonly<Record<string, HereNowChannel>>;
}

type Given = Values<HereNowParams>;

/** `GET /v2/presence/sub-key/{sub}/channel/{channels}`, or without the last two segments for all channels. */
export const hereNowEndpoint: Endpoint<HereNowParams, HereNowResult> = defineEndpoint({
  operation: 'PNHereNowOperation',
  params: {
    channels: listOf(checkName),
    channelGroups: listOf(checkName),
    includeState: optional(checkBoolean),
    includeUuids: optional(checkBoolean),
    limit: optional(checkCount),
    offset: optional(checkCount),
  },
  conflict: (given) => {
    const { channels, channelGroups } = given;
    return isGlobal(given) ? emptyProblem({ channels, channelGroups }) : undefined;
  },
  path: (given, { subscribeKey }) => {
    const everywhere = path`/v2/presence/sub-key/${subscribeKey}`;
    const names = encodeNames(distinct(given.channels ?? []));
    return isGlobal(given) ? everywhere : everywhere + path`/channel/${names}`;
  },
  query: (given) => ({
    'channel-group': joined(given.channelGroups),
    limit: given.limit ?? (isGlobal(given) ? undefined : MAX_OCCUPANTS),
    offset: given.offset || undefined,
    disable_uuids: given.includeUuids === false ? 1 : undefined,
    state: given.includeState ? 1 : undefined,
  }),
  retry: 'safe',
  parse: ({ body }, given = {}) =>
    isRecord(body) && isRecord(body['payload']) ? nested(body['payload'], given) : flat(body, given),
});

function isGlobal({ channels = [], channelGroups = [] }: Given): boolean {
  return channels.length === 0 && channelGroups.length === 0;
}

// One channel is answered without its name.
function flat(body: unknown, given: Given): HereNowResult {
  const [name, ...others] = distinct(given.channels ?? []);
  if (name === undefined || others.length > 0) expected('an object at payload');
  const channel = channelFrom(name, body, given);
  return {
    totalChannels: 1,
    totalOccupancy: channel.occupancy,
    channels: mapped({ [name]: channel }, () => channel),
  };
}

function nested(payload: Readonly<Record<string, unknown>>, given: Given): HereNowResult {
  return {
    totalChannels: numberAt(payload, 'total_channels'),
    totalOccupancy: numberAt(payload, 'total_occupancy'),
    channels: mapped(recordAt(payload, 'channels'), (one, name) => channelFrom(name, one, given)),
  };
}

function channelFrom(name: string, body: unknown, given: Given): HereNowChannel {
  const occupancy = numberAt(body, 'occupancy');
  const { offset = 0, limit, includeUuids = true } = given;
  const occupants = includeUuids ? listAt({ uuids: [], ...recordAt(body) }, 'uuids').map(occupantFrom) : [];
  const end = offset + occupants.length;
  const isPart = includeUuids && limit !== 0 && end < occupancy;
  return { name, occupancy, occupants, ...(isPart && { next: end }) };
}

function occupantFrom(item: unknown): HereNowOccupant {
  if (typeof item === 'string') return { uuid: item, state: null };
  const state = at(item, 'state') ?? null;
  return { uuid: stringAt(item, 'uuid'), state: state === null ? null : recordAt(state) };
}
