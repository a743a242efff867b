import { settingsFrom } from '../../src/client/config/settings.ts';
import { ListenerRegistry } from '../../src/client/listeners/registry.ts';
import { Executor } from '../../src/client/request/execute.ts';
import { SubscribeEngine } from '../../src/client/subscribe/engine.ts';
import { LiveSubscription } from '../../src/client/subscribe/live-subscription.ts';
import type { SubscribeWish } from '../../src/client/subscribe/subscribe-options.ts';
import { names } from './loop-machine.ts';

let lastId = 0;
const options = { subscribeKey: 'demo', userId: 'alice', transport: () => new Promise<never>(() => {}) };
const listeners = new ListenerRegistry(
  () => undefined,
  () => {},
);
const idle = new SubscribeEngine(new Executor(settingsFrom(options, [])), listeners);

/** A subscription that its client does not know; names by spaces, groups with `@` before them. */
export function subscriptionOf(text: string, more: Partial<SubscribeWish> = {}): LiveSubscription {
  const wish = { names: names(text), recovers: { start: false, gaps: false }, ...more };
  return new LiveSubscription(idle, wish, ++lastId);
}

/** The same, accepted whole at a floor. */
export function acceptedAt(text: string, floor: string, more: Partial<SubscribeWish> = {}): LiveSubscription {
  const subscription = subscriptionOf(text, more);
  subscription.interest.accept(names(text), floor);
  return subscription;
}
