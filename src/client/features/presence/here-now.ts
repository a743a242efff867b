import { PNOperationType } from '../../../protocol/status.ts';
import type { Paging } from '../../builder/paging.ts';
import { checkBoolean, checkCount, checkName, emptyProblem, listOf, optional } from '../../builder/params.ts';
import type { SubscribableName } from '../../channels.ts';
import { defineEndpoint, type List, type Params, type Values } from '../../endpoint.ts';
import { encodeNames, path } from '../../request/path.ts';
import { at, expected, isRecord, listAt, mapped, numberAt, recordAt, stringAt } from '../../wire/read.ts';
import { distinct, joined } from '../../wire/values.ts';

/** Parameters of `hereNow()`. */
export interface HereNowParams extends Params {
  /** Channels that are asked about. With neither channels nor groups: every channel where somebody is. */
  channels?: List<SubscribableName<this['~map']>>;
  /** Channel groups whose channels are asked about. */
  channelGroups?: List<string>;
  /** Whether to tell the users' states. Default `false`. */
  includeState?: boolean;
  /** Whether to list the users, and not only count them. Default `true`. */
  includeUuids?: boolean;
  /** Users to list of each channel, at most; servers list no more than 1 000. Default 1 000. */
  limit?: number;
  /** How many users of each channel to pass over. Default 0. */
  offset?: number;
}

/** A user on a channel. */
export interface HereNowOccupant {
  readonly uuid: string;
  /** The user's state; `null` when there is none, or when it was not asked for. */
  readonly state: Readonly<Record<string, unknown>> | null;
}

/** Who is on one channel. */
export interface HereNowChannel {
  readonly name: string;
  /** How many users there are. */
  readonly occupancy: number;
  /** Who they are: all of them, unless there is a `next`. */
  readonly occupants: readonly HereNowOccupant[];
  /** The `offset` at which the list goes on, when it does not hold everybody. */
  readonly next?: number;
}

/** Result of `hereNow()`. */
export interface HereNowResult {
  readonly totalChannels: number;
  readonly totalOccupancy: number;
  /** By name; without a prototype. */
  readonly channels: Readonly<Record<string, HereNowChannel>>;
}

type Given = Values<HereNowParams>;

const DEFAULT_LIMIT = 1_000;

/**
 * `GET /v2/presence/sub-key/{sub}/channel/{channels}`, or without the last two segments for all channels
 * (docs/reference/protocol.md, "Here now").
 *
 * @example
 * ```ts
 * const { channels } = await pubnub.hereNow().channels('room').includeState(true).execute();
 * for (const { uuid, state } of channels['room']?.occupants ?? []) console.log(uuid, state);
 * ```
 */
export const hereNow = defineEndpoint<HereNowParams, HereNowResult>({
  operation: PNOperationType.PNHereNowOperation,
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
    return isGlobal(given)
      ? everywhere
      : path`/v2/presence/sub-key/${subscribeKey}/channel/${encodeNames(distinct(given.channels ?? []))}`;
  },
  query: (given) => ({
    'channel-group': joined(given.channelGroups),
    limit: given.limit ?? (isGlobal(given) ? undefined : DEFAULT_LIMIT),
    offset: given.offset || undefined,
    disable_uuids: given.includeUuids === false ? 1 : undefined,
    state: given.includeState ? 1 : undefined,
  }),
  retry: 'safe',
  parse: ({ body }, given = {}) =>
    isRecord(body) && isRecord(body['payload']) ? nested(body['payload'], given) : flat(body, given),
});

/** The users of a channel, page by page. */
export const hereNowPaging: Paging<HereNowParams, HereNowResult> = {
  place: ['offset'],
  problem: pagingProblem,
  next: (_asked, { channels }) => {
    const [channel] = Object.values(channels);
    const offset = channel?.next;
    // A server that lists nobody although there are more would be asked for the same again.
    return channel && channel.occupants.length > 0 && offset !== undefined ? [{ offset }] : [];
  },
};

// The offset counts in each channel by itself, so that only one channel can be read to its end.
function pagingProblem({
  channels = [],
  channelGroups = [],
  includeUuids,
  limit,
}: Given): string | undefined {
  if (new Set(channels).size !== 1 || channelGroups.length > 0)
    return 'pages() needs exactly one channel and no groups';
  return includeUuids === false || limit === 0 ? 'pages() needs users to list' : undefined;
}

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
