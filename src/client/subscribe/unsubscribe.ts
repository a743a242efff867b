import { PNOperationType } from '../../protocol/status.ts';
import { checkName, listOf } from '../builder/params.ts';
import type { SubscribableName } from '../channels.ts';
import type { List, Params, ParamTable } from '../endpoint.ts';

/** Parameters of `unsubscribe()`. */
export interface UnsubscribeParams extends Params {
  readonly '~oneOf': 'channels' | 'channelGroups';
  /** Channels to take out of every subscription, with their presence. */
  channels?: List<SubscribableName<this['~map']>>;
  /** Channel groups to take out of every subscription, with their presence. */
  channelGroups?: List<string>;
}

/** What an `unsubscribe()` builder ends in. */
export interface UnsubscribeVerbs {
  readonly '~map': unknown;
  readonly '~given': object;
  readonly verbs: {
    /** Resolves when the names are out of the mix; rejects with a `PubNubError` for a bad parameter. */
    execute(): Promise<void>;
  };
}

/** `unsubscribe()` as a builder. */
export const unsubscribe: {
  readonly operation: PNOperationType;
  readonly params: ParamTable<UnsubscribeParams>;
  readonly oneOf: readonly string[];
} = Object.freeze({
  operation: PNOperationType.PNUnsubscribeOperation,
  params: { channels: listOf(checkName), channelGroups: listOf(checkName) },
  oneOf: ['channels', 'channelGroups'],
});
