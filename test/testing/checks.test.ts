import { PubNub } from 'timetoken';
import {
  assertPublished,
  assertReceived,
  assertSubscribedTo,
  createTestNetwork,
  printTranscript,
  type TestNetwork,
  VirtualClock,
} from 'timetoken/testing';
import { describe, expect, it } from 'vitest';

const TIME = 'https://ps.pndsn.com/time/0';

/** Calls a method as JavaScript would, without the types; resolves to what it threw or rejected with. */
async function failure(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  return 'nothing';
}

/** A method of the network by its name, without its types. */
function call(network: TestNetwork, method: string, given: readonly unknown[]): unknown {
  return Reflect.apply(Reflect.get(network, method), network, given);
}

const circular: Record<string, unknown> = {};
circular['self'] = circular;

type Wrong = readonly [given: unknown, kind: typeof TypeError | typeof RangeError, text: string | RegExp];

const WRONG_OPTIONS: readonly Wrong[] = [
  [null, TypeError, 'The options of createTestNetwork() must be an object, not null.'],
  ['x', TypeError, 'The options of createTestNetwork() must be an object, not a string.'],
  [[], TypeError, 'must be an object, not a list.'],
  [new Map(), TypeError, 'must be an object, not an object of type Map.'],
  [new Date(0), TypeError, 'must be an object, not an object of type Date.'],
  [Promise.resolve({}), TypeError, 'must be an object, not a promise.'],
  [{ patiense: 5 }, TypeError, '"patiense" is not an option; did you mean "patience"?'],
  [JSON.parse('{"__proto__":{}}'), TypeError, '"__proto__" is not an option.'],
  [{ constructor: 1 }, TypeError, '"constructor" is not an option.'],
  [{ patience: -1 }, RangeError, 'patience must be a number of milliseconds from 0 on, not -1.'],
  [{ patience: '5' }, TypeError, 'patience must be a number of milliseconds from 0 on, not a string.'],
  [{ cipherKey: '' }, TypeError, 'cipherKey must be a string that is not empty, not an empty string.'],
  [{ seed: Number.NaN }, RangeError, 'seed must be a whole number, not NaN.'],
  [{ seed: 1.5 }, RangeError, 'seed must be a whole number, not 1.5.'],
  [{ keysets: {} }, TypeError, 'keysets must be a list, not an object.'],
  [{ keysets: [null] }, TypeError, 'keysets[0] must be an object, not null.'],
  [{ keysets: [{}] }, TypeError, 'keysets[0]: subscribeKey must be a string, not undefined.'],
  [
    { keysets: [{ subscribeKey: 'a' }, { subscribeKey: 'b', secretkey: 'x' }] },
    ...([TypeError, 'keysets[1]: "secretkey" is not an option; did you mean "secretKey"?'] as const),
  ],
  [{ keysets: [{ subscribeKey: 'a', access: 1 }] }, TypeError, 'access must be true or false, not 1.'],
  [{ limits: null }, TypeError, 'limits must be an object, not null.'],
  [{ limits: { queueLenght: 1 } }, TypeError, '"queueLenght" is not an option; did you mean "queueLength"?'],
  [{ limits: { groups: -1 } }, RangeError, 'limits.groups must be'],
  [{ operations: 'publish' }, TypeError, 'operations must be a list, not a string.'],
  [{ operations: ['publihs'] }, TypeError, /There is no operation "publihs".*Did you mean "publish"\?$/],
  [{ operations: ['constructor'] }, TypeError, 'There is no operation "constructor".'],
  [{ operations: ['__proto__'] }, TypeError, 'There is no operation "__proto__".'],
  [{ operations: [5] }, TypeError, 'operations[0] must be a string, not 5.'],
  [{ origins: 'x' }, TypeError, 'origins must be a list, not a string.'],
  [{ origins: [undefined] }, TypeError, 'origins[0] must be a string, not undefined.'],
  [{ time: { advanceTimersByTimeAsync: () => undefined } }, TypeError, 'The option time must be "virtual"'],
];

describe('the options of createTestNetwork()', () => {
  it.each(WRONG_OPTIONS)('%o are refused', async (given, kind, text) => {
    const error = await failure(() => Reflect.apply(createTestNetwork, undefined, [given]));
    expect(error).toBeInstanceOf(kind);
    expect(Object(error).message).toMatch(text);
  });

  it('are never told where they are secret', async () => {
    const keysets = [{ subscribeKey: 'sub', publishKey: 'pub', secretKey: { toString: () => 'sec-ret' } }];
    const error = await failure(() => Reflect.apply(createTestNetwork, undefined, [{ keysets }]));
    expect(String(error)).toContain('secretKey must be a string that is not empty, not an object.');
    expect(String(error)).not.toContain('sec-ret');
  });

  it('are read once: what becomes of them later makes no difference', async () => {
    const options = { operations: ['time' as const], keysets: [{ subscribeKey: 'one' }] };
    await using network = createTestNetwork(options);
    options.operations.length = 0;
    for (const keyset of options.keysets) keyset.subscribeKey = 'two';
    options.keysets.length = 0;
    expect((await network.fetch(TIME)).ok).toBe(true);
    expect(network.options.subscribeKey).toBe('one');
  });

  it('of a prototype count, and are checked as well', async () => {
    const error = await failure(() => createTestNetwork(Object.create({ patience: -1 })));
    expect(error).toBeInstanceOf(RangeError);
  });
});

const FAULT = { with: 'reset' };
const WRONG_ARGUMENTS: readonly (readonly [
  method: string,
  given: readonly unknown[],
  kind: Wrong[1],
  text: Wrong[2],
])[] = [
  [
    'fail',
    [null, FAULT],
    TypeError,
    'what fails must be the name of an operation, "*" or a function, not null',
  ],
  ['fail', [{ operation: 'time' }, FAULT], TypeError, 'what fails must be the name of an operation'],
  ['fail', ['constructor', FAULT], TypeError, 'There is no operation "constructor"'],
  ['fail', ['*'], TypeError, 'undefined is not a fault. There are: refused, reset'],
  ['fail', ['*', null], TypeError, 'The options of network.fail() must be an object, not null.'],
  ['fail', ['*', 'reset'], TypeError, 'The options of network.fail() must be an object, not a string.'],
  ['fail', ['*', { with: 'reset', time: 3 }], TypeError, '"time" is not an option; did you mean "times"?'],
  ['fail', ['*', { with: 'rest' }], TypeError, /"rest" is not a fault.*Did you mean "reset"\?$/],
  ['fail', ['*', { with: null }], TypeError, 'null is not a fault.'],
  ['fail', ['*', { with: 500 }], TypeError, '500 is not a fault.'],
  ['fail', ['*', { with: {} }], TypeError, 'an object is not a fault.'],
  [
    'fail',
    ['*', { with: { status: 204, body: 'x' } }],
    TypeError,
    'an answer with the status 204 has no body',
  ],
  [
    'fail',
    ['*', { with: { status: 304, body: {} } }],
    TypeError,
    'an answer with the status 304 has no body',
  ],
  ['fail', ['*', { ...FAULT, after: -1 }], RangeError, 'after must be a whole number from 0 on, not -1'],
  ...[Number.NaN, 0, -1, 1.5, Number.NEGATIVE_INFINITY].map(
    (times) =>
      [
        'fail',
        ['*', { ...FAULT, times }],
        RangeError,
        `times must be a whole number from 1 on, not ${times}`,
      ] as const,
  ),
  [
    'fail',
    ['*', { ...FAULT, times: '3' }],
    TypeError,
    'times must be a whole number from 1 on, not a string',
  ],
  ['fail', ['*', { ...FAULT, times: null }], TypeError, 'times must be a whole number from 1 on, not null'],
  [
    'fail',
    ['*', { ...FAULT, after: Number.POSITIVE_INFINITY }],
    RangeError,
    'after must be a whole number from 0 on',
  ],
  ['fail', ['*', { ...FAULT, after: Number.NaN }], RangeError, 'after must be'],
  ...[99, 101, 600, 1000, 1.5, Number.NaN].map(
    (status) =>
      [
        'fail',
        ['*', { with: { status } }],
        RangeError,
        `status must be a whole number from 200 to 599, not ${status}.`,
      ] as const,
  ),
  [
    'fail',
    ['*', { with: { status: 'x' } }],
    TypeError,
    'status must be a whole number from 200 to 599, not a string.',
  ],
  ['fail', ['*', { with: { status: 500, retryafter: 1 } }], TypeError, 'did you mean "retryAfter"?'],
  ...['a\nb', 'a\rb', 'ü…', {}, -1, Number.NaN, Number.POSITIVE_INFINITY].map(
    (retryAfter) =>
      [
        'fail',
        ['*', { with: { status: 500, retryAfter } }],
        TypeError,
        'retryAfter must be a number of seconds',
      ] as const,
  ),
  ...[() => 1, Symbol('x'), 1n, circular].map(
    (body) =>
      ['fail', ['*', { with: { status: 500, body } }], TypeError, 'body must be a JSON value.'] as const,
  ),
  ...[-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31].flatMap((value) => [
    ['delay', [value], RangeError, 'milliseconds must be a number of milliseconds'] as const,
  ]),
  ...['5', null, undefined, {}].map(
    (value) => ['delay', [value], TypeError, 'milliseconds must be'] as const,
  ),
  ...[0, 1.5, Number.NaN].map(
    (value) => ['duplicate', [value], RangeError, 'answers must be a whole number'] as const,
  ),
  ['duplicate', ['2'], TypeError, 'answers must be'],
  ['sleep', ['5'], TypeError, 'milliseconds must be a number of milliseconds from 0 on, not a string.'],
  [
    'sleep',
    [5, { connections: 'ded' }],
    TypeError,
    /must be "dead" or "reset", not "ded"; did you mean "dead"\?$/,
  ],
  ['sleep', [5, { conections: 'dead' }], TypeError, 'did you mean "connections"?'],
  ['sleep', [5, null], TypeError, 'must be an object, not null'],
  ['listen', [{ prot: 1 }], TypeError, '"prot" is not an option; did you mean "port"?'],
  ['listen', [{ port: 65_536 }], RangeError, 'port must be a whole number from 0 to 65535, not 65536.'],
  ['listen', [{ port: '80' }], TypeError, 'port must be'],
  ['listen', [{ host: '' }], TypeError, 'host must be a string that is not empty'],
  ['listen', [80], TypeError, 'must be an object, not 80'],
  ['subscribed', [], TypeError, 'name must be a string, not undefined'],
  ['subscribed', ['a,b'], TypeError, 'name must not contain a comma'],
  ['subscribed', ['a', { user: 'bob' }], TypeError, '"user" is not an option'],
  ['subscribed', ['a', { userId: 5 }], TypeError, 'userId must be a string'],
  ['settled', [], TypeError, 'the promise must be a promise, as a call returns it, not undefined.'],
  ['settled', [async () => 1], TypeError, 'not a function'],
  ['published', [5], TypeError, 'channel must be a string, not a number'],
  ['published', [''], TypeError, 'channel must not be empty'],
  ['received', [null], TypeError, 'channel must be a string, not null'],
  ['received', [['a']], TypeError, 'channel must be a string, not an array'],
  ['keyset', [null], TypeError, 'subscribeKey must be a string, not null'],
  ['keyset', ['zzz zz'], TypeError, 'subscribeKey must have 1 to 128 letters, digits, "-" and "_"'],
  ['keyset', [''], TypeError, 'subscribeKey must have 1 to 128 letters, digits, "-" and "_"'],
  ['publish', ['a,b', 1], TypeError, 'network.publish(): channel must not contain a comma'],
  ['publish', ['a', 1n], TypeError, 'A message must be a JSON value.'],
  ['publish', ['a', circular], TypeError, 'A message must be a JSON value.'],
  ['publish', ['a', 1, { userID: 'b' }], TypeError, 'did you mean "userId"?'],
  ['publish', ['a', 1, { userId: '' }], TypeError, 'userId must not be empty'],
  ['publish', ['a', 1, { meta: () => 1 }], TypeError, 'meta must be a JSON value.'],
  ['publish', ['a', 1, { signal: 1 }], TypeError, 'signal must be true or false, not 1.'],
  ['publish', ['a', 1, null], TypeError, 'must be an object, not null'],
  ['join', ['a'], TypeError, 'network.join(): userId must be a string'],
  ['join', ['a', 'bob', 'fine'], TypeError, 'state must be an object, not a string.'],
  ['join', ['a', 'bob', { big: 1n }], TypeError, 'state must be a JSON value.'],
  ['leave', [undefined, 'bob'], TypeError, 'network.leave(): channel must be a string'],
  ['timeout', ['a', 5], TypeError, 'network.timeout(): userId must be a string'],
  ['setState', ['a', 'bob'], TypeError, 'network.setState(): state must be an object, not undefined.'],
  ['setState', ['a', 'bob', null], TypeError, 'state must be an object, not null.'],
  ['reset', [{ keepclients: true }], TypeError, 'did you mean "keepClients"?'],
  ['reset', [{ keepClients: 1 }], TypeError, 'keepClients must be true or false'],
  ['reset', ['a test'], TypeError, 'must be an object, not a string.'],
  // biome-ignore lint/suspicious/noThenProperty: what a builder that was not executed looks like.
  ['reset', [{ then: () => undefined }], TypeError, 'must be an object, not a promise.'],
  ['join', ['a', 'bob', new Map()], TypeError, 'state must be an object, not an object of type Map.'],
  ['close', [{ tset: 'x' }], TypeError, 'did you mean "test"?'],
  ['close', [{ test: 5 }], TypeError, 'test must be a string, not 5.'],
  ['replay', [null], TypeError, 'takes the path or the lines of a recording, not null.'],
  ['replay', [5], TypeError, 'not a number.'],
  ['replay', [{}], TypeError, 'not an object.'],
  ['replay', [[], { sped: 2 }], TypeError, 'did you mean "speed"?'],
  ['replay', [[], { speed: '2' }], TypeError, 'speed must be a number above zero, not a string.'],
  ['replay', [[], null], TypeError, 'must be an object, not null.'],
];

describe('a network', () => {
  it.each(WRONG_ARGUMENTS)('refuses %s(…%o)', async (method, given, kind, text) => {
    await using network = createTestNetwork();
    const error = await failure(() => call(network, method, given));
    expect(Object(error).message).toMatch(text);
    expect(error).toBeInstanceOf(kind);
    expect(Object(error).message).toMatch(/[.?]$/);
    expect(network.transcript()).toEqual([]);
  });

  it.each([
    ['advance', '5'],
    ['advance', null],
    ['jump', Number.NaN],
    ['jump', '5'],
    ['setTimeout', 'x', 5],
    ['setTimeout', undefined],
    ['atLatest', 5, 'x'],
  ])('has a clock that refuses %s(%o)', async (method, ...given) => {
    const clock = new VirtualClock();
    const now = clock.now();
    const error = await failure(() => Reflect.apply(Reflect.get(clock, method), clock, given));
    expect(error).toBeInstanceOf(Number.isNaN(given[0]) ? RangeError : TypeError);
    expect({ now: clock.now(), pending: clock.pending }).toEqual({ now, pending: 0 });
  });

  it('has no clock that settles by what is not a function', () => {
    expect(() => Reflect.construct(VirtualClock, [0, 'x'])).toThrow(
      'settle must be a function, not a string.',
    );
  });

  it.each([[Number.NaN], ['now'], [Number.POSITIVE_INFINITY]])('has no clock that begins at %j', (now) => {
    expect(() => Reflect.construct(VirtualClock, [now])).toThrow('VirtualClock: now must be');
  });

  it.each(['__proto__', 'constructor', 'valueOf', 'hasOwnProperty', 'toString'])(
    'has nothing of its own named %s',
    async (name) => {
      const keysets = [{ subscribeKey: name, publishKey: 'pub' }];
      await using network = createTestNetwork({ keysets });
      await using pubnub = new PubNub({ ...network.options, userId: name });
      pubnub.on('message', () => undefined);
      pubnub.subscribe({ channels: name, withPresence: true }).execute();
      await network.subscribed(name, { userId: name });
      await pubnub.publish({ channel: name, message: { text: name } }).execute();
      await network.keyset(name).publish(name, 1, { userId: 'constructor' });
      await network.join(name, `${name}2`, { mood: 'fine' });
      await network.idle();
      expect(network.published(name).map(({ message }) => message)).toEqual([{ text: name }]);
      expect(network.received(name).map(({ userId }) => userId)).toEqual([name, 'constructor']);
      expect(network.published('valueOf2')).toEqual([]);
      const { channels } = await pubnub.hereNow({ channels: name, includeState: true }).execute();
      expect(channels[name]?.occupants).toContainEqual({ uuid: `${name}2`, state: { mood: 'fine' } });
      network.fail(({ channels: asked }) => asked.includes(name), { with: { status: 403 } });
      const { status } = await pubnub.signal({ channel: name, message: 1 }).envelope();
      expect(status.statusCode).toBe(403);
    },
  );
});

it.each([undefined, null, 'x', {}, [null]])('a transcript is not made of %j', async (entries) => {
  const error = await failure(() => Reflect.apply(printTranscript, undefined, [entries]));
  expect(String(error)).toMatch(/^TypeError: printTranscript\(\): entries/);
});

describe('an expectation', () => {
  it.each([undefined, null, 5, '', 'a,b'])('about the channel %j is refused', async (channel) => {
    await using network = createTestNetwork();
    await using pubnub = new PubNub({ ...network.options, userId: 'alice' });
    await pubnub.publish({ channel: 'room', message: 1 }).execute();
    for (const assertion of [assertPublished, assertReceived, assertSubscribedTo]) {
      const error = await failure(() => Reflect.apply(assertion, undefined, [network, channel]));
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toMatch(/This expectation is about a channel.* name must/);
    }
  });

  it.each([
    [1n, '1n'],
    [circular, 'an object'],
  ])('says what it expected, also where that is no JSON', async (message, text) => {
    await using network = createTestNetwork();
    expect(() => assertPublished(network, 'room', message)).toThrow(
      `Expected ${text} to be published on "room".`,
    );
  });

  it('does not take what all objects have for what was sent', async () => {
    await using network = createTestNetwork();
    await using pubnub = new PubNub({ ...network.options, userId: 'alice' });
    await pubnub.publish({ channel: 'room', message: { a: 1 } }).execute();
    expect(() => assertPublished(network, 'room', JSON.parse('{"__proto__":{}}'))).toThrow('Expected');
  });
});
