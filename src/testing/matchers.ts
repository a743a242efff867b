import {
  type Equals,
  type Finding,
  published,
  received,
  type Subscriber,
  subscribedTo,
} from './expectations.ts';
import type { TestNetwork } from './network.ts';

/** The `this` of a matcher in vitest and jest, as far as it is used here. */
interface MatcherContext {
  readonly equals: Equals;
}

/** A channel, and the expected message; any message if it is absent. */
type What = readonly [channel: string, message?: unknown];

/**
 * Matchers for `expect.extend(matchers)` of vitest, jest and similar runners: `toHavePublished`, `toHaveReceived`,
 * `toBeSubscribedTo`. Failures end in the network's transcript.
 *
 * @example
 * ```ts
 * expect.extend(matchers);
 * expect(network).toHavePublished('room', { text: 'hello' });
 * ```
 */
export const matchers = Object.freeze({
  toHavePublished(this: MatcherContext, network: TestNetwork, ...what: What): Finding {
    return published(network, what, this.equals);
  },
  toHaveReceived(this: MatcherContext, network: TestNetwork, ...what: What): Finding {
    return received(network, what, this.equals);
  },
  toBeSubscribedTo(this: unknown, subject: TestNetwork | Subscriber, name: string): Finding {
    return subscribedTo(subject, name);
  },
});

/** The types of the matchers, to be added to those of the test runner. */
export interface NetworkMatchers<R = unknown> {
  /** The code under test has sent this message on the channel; without a message, any. */
  toHavePublished(channel: string, message?: unknown): R;
  /** This message has reached a client on the channel; without a message, any. */
  toHaveReceived(channel: string, message?: unknown): R;
  /** A client of the network, or this client, is subscribed to a channel or group. */
  toBeSubscribedTo(name: string): R;
}
