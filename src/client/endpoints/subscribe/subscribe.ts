import { PNOperationType } from '../../../protocol/status.ts';
import type { Timetoken } from '../../../protocol/timetoken.ts';
import type { Verbs } from '../../builder.ts';
import type { LiteralKeys, SubscribableName } from '../../channels.ts';
import type { Flag, List, Params, ParamTable } from '../../endpoint.ts';
import { checkCursor, checkName, checkState, checkTimetoken, flag, listOf, optional } from '../../params.ts';
import type { Subscription } from '../../subscribe/subscription.ts';

/** Parameters of `subscribe()`. */
export interface SubscribeParams extends Params {
  readonly '~oneOf': 'channels' | 'channelGroups';
  /** Channels, wildcards (`news.*`) among them. */
  channels?: List<SubscribableName<this['~map']>>;
  /** Channel groups. */
  channelGroups?: List<string>;
  /** Also receive who joins, leaves, times out and changes state on these names. */
  withPresence?: Flag;
  /** Start at this timetoken instead of now: what came since is delivered first. */
  withTimetoken?: Timetoken;
  /** Start at a `pubnub.cursor` that was kept: timetoken and region. */
  withCursor?: string;
  /** The user's presence state on these names, told to the server with the subscription. */
  withState?: Readonly<Record<string, unknown>>;
}

/** The names that a subscription can deliver: those given, or any of the map when it names groups. */
type NamesOf<C, G> =
  | (G extends { channels: infer N extends string } ? N : never)
  | (G extends { channelGroups: unknown } ? (string extends keyof C ? string : LiteralKeys<C>) : never);

/** The verb of a `subscribe()` builder. */
export interface SubscribeVerb<C, G> {
  /** Subscribes. Throws a `PubNubError` for a bad parameter, and nothing else: all that follows is told by events. */
  execute(): Subscription<C, NamesOf<C, G>>;
}

/** What a `subscribe()` builder ends in. */
export interface SubscribeVerbs extends Verbs {
  readonly verbs: SubscribeVerb<this['~map'], this['~given']>;
}

/** `subscribe()` as a builder; the loop sends the requests (docs/reference/protocol.md, "Subscribe"). */
export const subscribe: {
  readonly operation: PNOperationType;
  readonly params: ParamTable<SubscribeParams>;
  readonly oneOf: readonly string[];
} = Object.freeze({
  operation: PNOperationType.PNSubscribeOperation,
  params: {
    channels: listOf(checkName),
    channelGroups: listOf(checkName),
    withPresence: flag,
    withTimetoken: optional(checkTimetoken),
    withCursor: optional(checkCursor),
    withState: optional(checkState),
  },
  oneOf: ['channels', 'channelGroups'],
});
