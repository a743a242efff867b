import { isWildcard } from '../../protocol/names.ts';
import { type Timetoken, timetokenFromDate } from '../../protocol/timetoken.ts';
import type { Verbs } from '../builder/builder.ts';
import {
  checkCursor,
  checkName,
  checkObject,
  checkTimetoken,
  copied,
  flag,
  listOf,
  must,
  optional,
} from '../builder/params.ts';
import type { LiteralKeys, SubscribableName } from '../channels.ts';
import { checkRecovery } from '../config/checks.ts';
import type { Alternatives, Endpoint, Flag, List, Params } from '../endpoint.ts';
import type { Taken } from '../wire/json.ts';
import type { Subscription } from './subscription.ts';

/** Parameters of `subscribe()`. */
export interface SubscribeParams extends Params {
  readonly '~oneOf': 'channels' | 'channelGroups';
  readonly '~atMostOne':
    | Alternatives<'withTimetoken' | 'withCursor' | 'withLast'>
    | Alternatives<'withLast' | 'channelGroups'>;
  /** Channels, wildcards (`news.*`) among them. */
  channels?: List<SubscribableName<this['~map']>>;
  /** Channel groups. */
  channelGroups?: List<string>;
  /** Also receive presence events of these names: joins, leaves, timeouts and state changes. */
  withPresence?: Flag;
  /**
   * Start at this place instead of now: what came since is delivered first, as far as the server's live queue reaches; all
   * that it has for zero. A `Date`, or `recovery('history')`, lets history fill in what the queue has lost.
   */
  withTimetoken?: Timetoken | bigint | Date;
  /** Start at a saved `pubnub.cursor`: timetoken and region. */
  withCursor?: string;
  /** Start with the newest stored messages of each channel: their number, 1 to 1000. Channels only. */
  withLast?: number;
  /** Whether history fills what the live queue has lost, before newer messages are delivered. @default the client's */
  recovery?: 'none' | 'history';
  /** The user's presence state on these names, told to the server with the subscription. */
  withState?: Readonly<Record<string, unknown>>;
}

/** The names that a subscription can deliver: those given, or any of the map when it names groups. */
type NamesOf<C, G> =
  | (G extends { channels: infer N extends string } ? N : never)
  | (G extends { channelGroups: unknown } ? (string extends keyof C ? string : LiteralKeys<C>) : never);

/** The verb of a `subscribe()` builder. */
export interface SubscribeVerb<C, G> {
  /** Subscribes. Throws a `PubNubError` for an invalid parameter only: everything else is reported by events. */
  execute(): Subscription<C, NamesOf<C, G>>;
}

/** The verbs of a `subscribe()` builder. */
export interface SubscribeVerbs extends Verbs {
  readonly verbs: SubscribeVerb<this['~map'], this['~given']>;
}

const STARTS = ['withTimetoken', 'withCursor', 'withLast'] as const;
const MOST_LAST = 1_000;

const checkLast = must(
  `be a whole number from 1 to ${MOST_LAST}`,
  (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MOST_LAST,
);

/** Checks a timetoken, a `bigint` or a `Date`. */
function checkStart(value: unknown): string | undefined {
  if (value instanceof Date)
    return value.getTime() >= 0
      ? checkTimetoken(timetokenFromDate(value))
      : 'must be a valid date, from 1970 on';
  if (typeof value === 'bigint') return checkTimetoken(String(value));
  return checkTimetoken(value);
}

// The caller may change a date later.
function takeStart(value: unknown): Taken {
  return { value: value instanceof Date ? new Date(value) : value };
}

/** The declaration of a call that the loop carries out. */
type Declared<P> = Pick<Endpoint<P, void>, 'operation' | 'params' | 'oneOf' | 'conflict'>;

/** `subscribe()` as a builder; the loop sends the requests (docs/reference/protocol.md, "Subscribe"). */
export const subscribe: Declared<SubscribeParams> = Object.freeze<Declared<SubscribeParams>>({
  operation: 'PNSubscribeOperation',
  params: {
    channels: listOf(checkName),
    channelGroups: listOf(checkName),
    withPresence: flag,
    withTimetoken: { ...optional(checkStart), take: takeStart },
    withCursor: optional(checkCursor),
    withLast: optional(checkLast),
    recovery: optional(checkRecovery),
    withState: copied(optional(checkObject)),
  },
  oneOf: ['channels', 'channelGroups'],
  conflict: (values) => {
    const starts = STARTS.filter((name) => values[name] !== undefined);
    if (starts.length > 1) return `${starts.join(' and ')} are two starts: give one of them`;
    const { withLast, channels = [], channelGroups = [] } = values;
    if (withLast === undefined) return;
    if (channelGroups.length > 0)
      return 'withLast is for channels, not for channel groups: name the channels';
    const wildcard = channels.find(isWildcard);
    return wildcard === undefined
      ? undefined
      : `withLast is for channels, not for wildcards such as "${wildcard}": name the channels`;
  },
});

/** Parameters of `unsubscribe()`. */
export interface UnsubscribeParams extends Params {
  readonly '~oneOf': 'channels' | 'channelGroups';
  /** Channels to remove from every subscription, with their presence. */
  channels?: List<SubscribableName<this['~map']>>;
  /** Channel groups to remove from every subscription, with their presence. */
  channelGroups?: List<string>;
}

/** The verbs of an `unsubscribe()` builder. */
export interface UnsubscribeVerbs {
  readonly '~map': unknown;
  readonly '~given': object;
  readonly verbs: {
    /** Resolves when the names are in no subscription; rejects with a `PubNubError` for an invalid parameter. */
    execute(): Promise<void>;
  };
}

/** `unsubscribe()` as a builder. */
export const unsubscribe: Declared<UnsubscribeParams> = Object.freeze<Declared<UnsubscribeParams>>({
  operation: 'PNUnsubscribeOperation',
  params: { channels: listOf(checkName), channelGroups: listOf(checkName) },
  oneOf: ['channels', 'channelGroups'],
});
