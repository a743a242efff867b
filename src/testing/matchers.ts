import {
  type Equals,
  type Finding,
  published,
  received,
  type Subscriber,
  subscribedTo,
} from './expectations.ts';
import type { TestNetwork } from './network.ts';

/** What vitest and jest hand to a matcher, as far as it is used here. */
interface MatcherContext {
  readonly equals: Equals;
}

/** A channel; and a message, unless any will do. */
type What = readonly [channel: string, message?: unknown];

/**
 * Matchers for `expect.extend(matchers)` of vitest, jest and what is like them: `toHavePublished`, `toHaveReceived`,
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

/** The matchers as `expect` has them, to be added to the types of the test runner. */
export interface NetworkMatchers<R = unknown> {
  /** The code under test has sent this on the channel; without a message, anything at all. */
  toHavePublished(channel: string, message?: unknown): R;
  /** This has reached a client on the channel; without a message, anything at all. */
  toHaveReceived(channel: string, message?: unknown): R;
  /** Somebody on the network, or this client, is subscribed to a channel or group. */
  toBeSubscribedTo(name: string): R;
}
