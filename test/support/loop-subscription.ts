import { Holding } from '../../src/client/subscribe/holding.ts';
import { LiveSubscription } from '../../src/client/subscribe/live-subscription.ts';
import type { SubscribeWish } from '../../src/client/subscribe/subscribe-options.ts';
import { names } from './loop-machine.ts';

let lastId = 0;

/** A subscription by itself, with nobody behind it; names by spaces, groups with `@` before them. */
export function subscriptionOf(text: string, more: Partial<SubscribeWish> = {}): LiveSubscription {
  const wish = { names: names(text), recovers: { start: false, gaps: false }, ...more };
  return new LiveSubscription(
    {
      ...{ remove: () => {}, relieved: () => {}, failed: () => {} },
      ...{ failure: undefined, isStopped: false, logger: undefined },
      clean: (error) => error,
      holding: new Holding(),
      now: () => 0,
    },
    wish,
    ++lastId,
  );
}

/** The same, accepted whole at a floor. */
export function acceptedAt(text: string, floor: string, more: Partial<SubscribeWish> = {}): LiveSubscription {
  const subscription = subscriptionOf(text, more);
  subscription.interest.accept(names(text), floor);
  return subscription;
}
