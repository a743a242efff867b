import { checkOptions, NO_OPTIONS } from '../builder/check-options.ts';
import { operation } from '../builder/operation.ts';
import { validate } from '../builder/validate.ts';
import { missingFeature } from '../config/missing-feature.ts';
import { defineFeature } from '../feature.ts';
import {
  type SubscribeParams,
  type SubscribeVerbs,
  subscribe,
  type UnsubscribeParams,
  type UnsubscribeVerbs,
  unsubscribe,
} from './subscribe.ts';
import { namesToDrop } from './subscribe-options.ts';

/** Receiving: part of every client. */
export const subscribing = defineFeature({
  name: 'subscribing',
  builders: {
    /** Begins to receive what is published on channels and groups. */
    subscribe: operation<SubscribeParams, SubscribeVerbs>(subscribe, {
      execute: ({ engine, executor }, given, options) => {
        checkOptions(subscribe.operation, options, NO_OPTIONS);
        validate(subscribe, given, executor.settings);
        const { withLast, recovery } = given;
        if (!executor.settings.history && (withLast !== undefined || recovery === 'history'))
          missingFeature(
            `${subscribe.operation}: ${withLast === undefined ? 'recovery' : 'withLast'}`,
            'storage',
          );
        return engine.subscribe(given);
      },
    }),
    /** Takes channels and groups out of every subscription. */
    unsubscribe: operation<UnsubscribeParams, UnsubscribeVerbs>(unsubscribe, {
      execute: async ({ engine, executor }, given, options) => {
        checkOptions(unsubscribe.operation, options, NO_OPTIONS);
        validate(unsubscribe, given, executor.settings);
        await engine.unsubscribe(namesToDrop(given));
      },
    }),
  },
});
