import { checkOptions, NO_OPTIONS } from '../builder/check-options.ts';
import { operation } from '../builder/operation.ts';
import { missingFeature } from '../config/checks.ts';
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
        const values = executor.check<SubscribeParams>(subscribe, given);
        const { withLast, recovery } = values;
        if (!executor.settings.history && (withLast !== undefined || recovery === 'history'))
          missingFeature(
            `${subscribe.operation}: ${withLast === undefined ? 'recovery' : 'withLast'}`,
            'storage',
          );
        return engine.subscribe(values);
      },
    }),
    /** Takes channels and groups out of every subscription. */
    unsubscribe: operation<UnsubscribeParams, UnsubscribeVerbs>(unsubscribe, {
      execute: async ({ engine, executor }, given, options) => {
        checkOptions(unsubscribe.operation, options, NO_OPTIONS);
        await engine.unsubscribe(namesToDrop(executor.check<UnsubscribeParams>(unsubscribe, given)));
      },
    }),
  },
});
