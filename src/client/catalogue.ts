import { defineBuilder } from './builder.ts';
import { checkOptions, NO_OPTIONS } from './check-options.ts';
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
import { ACCESS_BUILDERS, type AccessOperations } from './operations/access.ts';
import { APP_CONTEXT_BUILDERS, type AppContextOperations } from './operations/app-context.ts';
import { CHANNEL_GROUP_BUILDERS, type ChannelGroupOperations } from './operations/channel-groups.ts';
import { MESSAGE_ACTION_BUILDERS, type MessageActionOperations } from './operations/message-actions.ts';
import { PRESENCE_BUILDERS, type PresenceOperations } from './operations/presence.ts';
import { PUSH_BUILDERS, type PushOperations } from './operations/push.ts';
import { STORAGE_BUILDERS, type StorageOperations } from './operations/storage.ts';
import type { Context, Start, StartBuilder } from './start.ts';
import { namesToDrop } from './subscribe/subscribe-options.ts';
import { validate } from './validate.ts';
import { type Rest, startRest } from './verbs.ts';

// Last, since it brings the executor and its packages along: bundles keep this order, and what stands together, as all
// the endpoints then do, compresses best.

import { FILE_BUILDERS, type FileOperations } from './operations/files.ts';

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
      validate(subscribe, given, executor.settings);
      return engine.subscribe(given);
    },
  }),
  unsubscribe: defineBuilder<Context>(unsubscribe.params, {
    execute: async ({ engine, executor }, given, options) => {
      checkOptions(unsubscribe.operation, options, NO_OPTIONS);
      validate(unsubscribe, given, executor.settings);
      await engine.unsubscribe(namesToDrop(given));
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
