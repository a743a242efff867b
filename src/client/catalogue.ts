import { defineBuilder } from './builder/builder.ts';
import { checkOptions, NO_OPTIONS } from './builder/check-options.ts';
import type { Context, Start, StartBuilder } from './builder/start.ts';
import { type Rest, startRest } from './builder/verbs.ts';
import { ACCESS_BUILDERS, type AccessOperations } from './features/access/feature.ts';
import { APP_CONTEXT_BUILDERS, type AppContextOperations } from './features/app-context/feature.ts';
import { CHANNEL_GROUP_BUILDERS, type ChannelGroupOperations } from './features/channel-groups/feature.ts';
import { MESSAGE_ACTION_BUILDERS, type MessageActionOperations } from './features/message-actions/feature.ts';
import { PRESENCE_BUILDERS, type PresenceOperations } from './features/presence/feature.ts';
import { type FireParams, type FireResult, fire } from './features/publish/fire.ts';
import { type PublishParams, type PublishResult, publish } from './features/publish/publish.ts';
import { type SignalParams, type SignalResult, signal } from './features/publish/signal.ts';
import { type TimeParams, type TimeResult, time } from './features/publish/time.ts';
import { PUSH_BUILDERS, type PushOperations } from './features/push/feature.ts';
import { STORAGE_BUILDERS, type StorageOperations } from './features/storage/feature.ts';
import { type SubscribeParams, type SubscribeVerbs, subscribe } from './subscribe/subscribe.ts';
import { namesToDrop } from './subscribe/subscribe-options.ts';
import { type UnsubscribeParams, type UnsubscribeVerbs, unsubscribe } from './subscribe/unsubscribe.ts';

// Last, since it brings the executor and its packages along: bundles keep this order, and what stands together, as all
// the endpoints then do, compresses best.

import { FILE_BUILDERS, type FileOperations } from './features/files/feature.ts';

/** The operations of a client, one builder each; `C` is its channel map. */
export interface Operations<C>
  extends AccessOperations<C>,
    AppContextOperations<C>,
    ChannelGroupOperations<C>,
    FileOperations<C>,
    MessageActionOperations<C>,
    PresenceOperations<C>,
    PushOperations<C>,
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

/** How the builder of each operation starts: the one list of what a client can do. */
export const CATALOGUE: { readonly [Name in keyof Operations<unknown>]: StartBuilder } = Object.freeze({
  publish: startRest(publish),
  fire: startRest(fire),
  signal: startRest(signal),
  time: startRest(time),
  subscribe: defineBuilder<Context>(subscribe.params, {
    execute: ({ engine, executor }, given, options) => {
      checkOptions(subscribe.operation, options, NO_OPTIONS);
      return engine.subscribe(executor.check<SubscribeParams>(subscribe, given));
    },
  }),
  unsubscribe: defineBuilder<Context>(unsubscribe.params, {
    execute: async ({ engine, executor }, given, options) => {
      checkOptions(unsubscribe.operation, options, NO_OPTIONS);
      await engine.unsubscribe(namesToDrop(executor.check<UnsubscribeParams>(unsubscribe, given)));
    },
  }),
  ...ACCESS_BUILDERS,
  ...APP_CONTEXT_BUILDERS,
  ...CHANNEL_GROUP_BUILDERS,
  ...FILE_BUILDERS,
  ...STORAGE_BUILDERS,
  ...MESSAGE_ACTION_BUILDERS,
  ...PRESENCE_BUILDERS,
  ...PUSH_BUILDERS,
});
