import { kindOf } from '../client/builder/did-you-mean.ts';
import { equals } from './equals.ts';
import { check, NAME } from './given.ts';
import type { SeenMessage } from './messages.ts';
import type { TestNetwork } from './network.ts';

/** What a check found: whether it holds, and what to say when it should have been otherwise. */
export interface Finding {
  readonly pass: boolean;
  readonly message: () => string;
  readonly actual: unknown;
  readonly expected: unknown;
}

/** Compares what was seen with what was expected; those of `expect` know more than the kit's own. */
export type Equals = (actual: unknown, expected: unknown) => boolean;

/** A channel, and what is expected on it; without that, anything at all. */
type What = readonly [channel: string, expected?: unknown];

/** Whether the code under test has sent something on a channel. Throws a `TypeError` for what is no network. */
export function published(network: TestNetwork, what: What, same: Equals = equals): Finding {
  checkWhat(network, what);
  const { pass, found, actual } = look(network.published(what[0]), what, same);
  const text = () =>
    `Expected ${print(what)} ${pass ? 'not ' : ''}to be published on "${what[0]}". Published there: ${found}`;
  return { pass, message: () => network.error(text()).message, actual, expected: what[1] };
}

/** Whether something has reached a client on a channel. Throws a `TypeError` for what is no network. */
export function received(network: TestNetwork, what: What, same: Equals = equals): Finding {
  checkWhat(network, what);
  const { pass, found, actual } = look(network.received(what[0]), what, same);
  const text = () =>
    `Expected ${print(what)} ${pass ? 'not ' : ''}to be received on "${what[0]}". Received there: ${found}`;
  return { pass, message: () => network.error(text()).message, actual, expected: what[1] };
}

/** Something that says what it is subscribed to: a client. */
export interface Subscriber {
  readonly subscribedChannels: readonly string[];
  readonly subscribedChannelGroups: readonly string[];
}

/** Whether anybody on a network, or a client, is subscribed to a channel or group. Throws a `TypeError` for what is neither. */
export function subscribedTo(subject: TestNetwork | Subscriber, name: string): Finding {
  const names = namesOf(subject);
  check('This expectation is about a channel or group, whose name', name, NAME);
  const pass = names.includes(name);
  const message = () => {
    const text = `Expected ${pass ? 'no' : 'a'} subscription to "${name}". There are: ${names.join(', ') || 'none'}.`;
    return 'subscriptions' in subject ? subject.error(text).message : text;
  };
  return { pass, message, actual: names, expected: name };
}

function namesOf(subject: TestNetwork | Subscriber): readonly string[] {
  const { subscriptions, subscribedChannels, subscribedChannelGroups = [] } = Object(subject);
  if (Array.isArray(subscriptions)) return subscriptions;
  if (Array.isArray(subscribedChannels)) return [...subscribedChannels, ...subscribedChannelGroups];
  throw new TypeError('This expectation is about a test network, or a client.');
}

function look(all: readonly SeenMessage[], [, ...expected]: What, same: Equals) {
  const actual = all.map(({ message }) => message);
  const pass = expected.length === 0 ? all.length > 0 : actual.some((message) => same(message, expected[0]));
  return { pass, actual, found: actual.length === 0 ? 'nothing.' : `\n  ${actual.map(json).join('\n  ')}` };
}

function print([, ...expected]: What): string {
  return expected.length === 0 ? 'a message' : json(expected[0]);
}

function json(value: unknown): string {
  const { toAsymmetricMatcher } = Object(value);
  if (typeof toAsymmetricMatcher === 'function') return String(toAsymmetricMatcher.call(value));
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // Expected is what the test says: also what no message could be.
    return typeof value === 'bigint' ? `${value}n` : kindOf(value);
  }
}

// Tests in plain JavaScript hand in anything, for example the client.
function checkWhat(network: unknown, [channel]: What): void {
  if (typeof Object(network).published !== 'function')
    throw new TypeError('This expectation is about a test network: expect(network), of createTestNetwork().');
  check('This expectation is about a channel, whose name', channel, NAME);
}
