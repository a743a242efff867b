import {
  type Builder,
  type CheckedInputs,
  defineBuilder,
  type Given,
  type GivenBy,
  type Inputs,
  type Verbs,
} from './builder.ts';
import type { Params } from './endpoint.ts';
import { type FireParams, type FireResult, fire } from './endpoints/publish/fire.ts';
import { type PublishParams, type PublishResult, publish } from './endpoints/publish/publish.ts';
import { type SignalParams, type SignalResult, signal } from './endpoints/publish/signal.ts';
import { type SubscribeParams, type SubscribeVerbs, subscribe } from './endpoints/subscribe/subscribe.ts';
import {
  type UnsubscribeParams,
  type UnsubscribeVerbs,
  unsubscribe,
} from './endpoints/subscribe/unsubscribe.ts';
import { type TimeParams, type TimeResult, time } from './endpoints/time/time.ts';
import type { Executor } from './execute.ts';
import { CHANNEL_GROUP_BUILDERS, type ChannelGroupOperations } from './operations/channel-groups.ts';
import { PRESENCE_BUILDERS, type PresenceOperations } from './operations/presence.ts';
import { STORAGE_BUILDERS, type StorageOperations } from './operations/storage.ts';
import type { SubscribeEngine } from './subscribe/engine.ts';
import { namesToDrop } from './subscribe/names-in.ts';
import { validate } from './validate.ts';
import { type Rest, restVerbs } from './verbs.ts';

/** Starts a builder, empty or with some parameters as an object. */
export type Start<P extends Params, T extends Verbs, C> = <const G extends Inputs<P, C, G> = object>(
  given?: G & CheckedInputs<P, G>,
) => Builder<P, T, C, GivenBy<P, G>>;

/** The operations of a client, one builder each; `C` is its channel map. */
export interface Operations<C>
  extends ChannelGroupOperations<C>,
    PresenceOperations<C>,
    StorageOperations<C> {
  /** Sends a message to the subscribers of a channel. */
  readonly publish: Start<PublishParams, Rest<PublishResult>, C>;
  /** Sends a message that is neither stored nor replicated. */
  readonly fire: Start<FireParams, Rest<FireResult>, C>;
  /** Sends a small message that is never stored. */
  readonly signal: Start<SignalParams, Rest<SignalResult>, C>;
  /** Asks for the server's clock. */
  readonly time: Start<TimeParams, Rest<TimeResult>, C>;
  /** Begins to receive what is published on channels and groups. */
  readonly subscribe: Start<SubscribeParams, SubscribeVerbs, C>;
  /** Takes channels and groups out of every subscription. */
  readonly unsubscribe: Start<UnsubscribeParams, UnsubscribeVerbs, C>;
}

/** What the verbs of a client's builders work with. */
export interface Context {
  readonly executor: Executor;
  readonly engine: SubscribeEngine<unknown>;
}

type StartBuilder = (context: Context, given: Given) => unknown;

/** How the builder of each operation starts: the one list of what a client can do. */
export const CATALOGUE: { readonly [Name in keyof Operations<unknown>]: StartBuilder } = Object.freeze({
  publish: defineBuilder<Context>(publish.params, restVerbs(publish)),
  fire: defineBuilder<Context>(fire.params, restVerbs(fire)),
  signal: defineBuilder<Context>(signal.params, restVerbs(signal)),
  time: defineBuilder<Context>(time.params, restVerbs(time)),
  subscribe: defineBuilder<Context>(subscribe.params, {
    execute: ({ engine, executor }, given) => {
      validate(subscribe, given, executor.settings);
      return engine.subscribe(given);
    },
  }),
  unsubscribe: defineBuilder<Context>(unsubscribe.params, {
    execute: async ({ engine, executor }, given) => {
      validate(unsubscribe, given, executor.settings);
      await engine.unsubscribe(namesToDrop(given));
    },
  }),
  ...CHANNEL_GROUP_BUILDERS,
  ...STORAGE_BUILDERS,
  ...PRESENCE_BUILDERS,
});
