import { callSiteOf } from './errors.ts';
import { type Finding, published, received, type Subscriber, subscribedTo } from './expectations.ts';
import type { TestNetwork } from './network.ts';

/** A failed assertion. Test runners show the difference between `actual` and `expected`. */
export class NetworkAssertionError extends Error {
  readonly code = 'ERR_ASSERTION';
  readonly actual: unknown;
  readonly expected: unknown;

  constructor({ message, actual, expected }: Finding) {
    super(message());
    this.name = 'AssertionError';
    this.actual = actual;
    this.expected = expected;
  }
}

/** Throws unless the code under test has sent this message on a channel; without a message, any. */
export function assertPublished(network: TestNetwork, channel: string, ...message: [unknown?]): void {
  assertThat(published(network, [channel, ...message]), assertPublished);
}

/** Throws unless this message has reached a client on a channel; without a message, any. */
export function assertReceived(network: TestNetwork, channel: string, ...message: [unknown?]): void {
  assertThat(received(network, [channel, ...message]), assertReceived);
}

/** Throws unless a client of the network, or the given client, is subscribed to a channel or group. */
export function assertSubscribedTo(subject: TestNetwork | Subscriber, name: string): void {
  assertThat(subscribedTo(subject, name), assertSubscribedTo);
}

function assertThat(finding: Finding, called: unknown): void {
  if (finding.pass) return;
  const error = new NetworkAssertionError(finding);
  callSiteOf(called)(error);
  throw error;
}
