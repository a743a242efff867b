import { check, NAME } from '../origin/checks.ts';
import { kindOf } from '../protocol/names.ts';
import type { TestNetwork } from './network.ts';

/** The result of an expectation. */
export interface Finding {
  readonly pass: boolean;
  /** The message for a result that should have been the opposite. */
  readonly message: () => string;
  readonly actual: unknown;
  readonly expected: unknown;
}

/** Compares a message with the expected one. The comparison of `expect` can do more than the kit's own. */
export type Equals = (actual: unknown, expected: unknown) => boolean;

/** A channel, and the expected message; any message if it is absent. */
type What = readonly [channel: string, expected?: unknown];

/** Looks for a message that the code under test has published. Throws a `TypeError` if `network` is not one. */
export function published(network: TestNetwork, what: What, same?: Equals): Finding {
  return look(network, { verb: 'published', what }, same);
}

/** Looks for a message that a client has received. Throws a `TypeError` if `network` is not one. */
export function received(network: TestNetwork, what: What, same?: Equals): Finding {
  return look(network, { verb: 'received', what }, same);
}

/** A client, as far as its subscriptions go. */
export interface Subscriber {
  readonly subscribedChannels: readonly string[];
  readonly subscribedChannelGroups: readonly string[];
}

/** Looks for a subscription of a network or client. Throws a `TypeError` if `subject` is neither. */
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
  throw new TypeError('This expectation needs a test network or a client.');
}

interface Sought {
  readonly verb: 'published' | 'received';
  readonly what: What;
}

const NOTHING = {
  published: 'nothing.',
  received: 'nothing. A message is received when a listener of a client, or a reader of messages(), gets it.',
} as const;

function look(network: TestNetwork, { verb, what }: Sought, same: Equals = equals): Finding {
  checkWhat(network, what);
  const [channel, ...expected] = what;
  const actual = network[verb](channel).map(({ message }) => message);
  const pass = expected.length === 0 ? actual.length > 0 : actual.some((each) => same(each, expected[0]));
  const message = () => {
    const found = actual.length === 0 ? NOTHING[verb] : `\n  ${actual.map(json).join('\n  ')}`;
    const sought = expected.length === 0 ? 'a message' : json(expected[0]);
    const text = `Expected ${sought} ${pass ? 'not ' : ''}to be ${verb} on "${channel}".`;
    return network.error(`${text} ${verb === 'published' ? 'Published' : 'Received'} there: ${found}`)
      .message;
  };
  return { pass, message, actual, expected: expected[0] };
}

function json(value: unknown): string {
  const { toAsymmetricMatcher } = Object(value);
  if (typeof toAsymmetricMatcher === 'function') return String(toAsymmetricMatcher.call(value));
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // A test may expect a value that no message could have.
    return typeof value === 'bigint' ? `${value}n` : kindOf(value);
  }
}

// A test in plain JavaScript may pass anything, for example the client.
function checkWhat(network: unknown, [channel]: What): void {
  if (typeof Object(network).published !== 'function')
    throw new TypeError('This expectation needs a test network: expect(network), of createTestNetwork().');
  check('This expectation is about a channel, whose name', channel, NAME);
}

/** Compares JSON values. An expected value with an `asymmetricMatch`, as of `expect.objectContaining()`, decides itself. */
function equals(actual: unknown, expected: unknown): boolean {
  if (Object.is(actual, expected)) return true;
  if (!isObject(expected)) return false;
  const { asymmetricMatch } = expected;
  if (typeof asymmetricMatch === 'function') return Boolean(asymmetricMatch.call(expected, actual));
  if (!isObject(actual) || Array.isArray(actual) !== Array.isArray(expected)) return false;
  const names = Object.keys(expected).filter((name) => expected[name] !== undefined);
  const given = Object.keys(actual).filter((name) => actual[name] !== undefined);
  return (
    names.length === given.length &&
    names.every((name) => Object.hasOwn(actual, name) && equals(actual[name], expected[name]))
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
