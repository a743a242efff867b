import { PubNub } from 'timetoken';
import {
  assertPublished,
  assertReceived,
  assertSubscribedTo,
  createTestNetwork,
  matchers,
  NetworkAssertionError,
  type NetworkMatchers,
  type TestNetwork,
} from 'timetoken/testing';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

declare module 'vitest' {
  // The type parameters are those of vitest.
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown>
    extends NetworkMatchers<R> {}
}

expect.extend(matchers);

let network: TestNetwork;
let pubnub: PubNub;

beforeEach(async () => {
  network = createTestNetwork();
  pubnub = new PubNub({ ...network.options, userId: 'alice' });
  onTestFinished(async () => {
    await pubnub.close();
    await network.close();
  });
  await pubnub.addChannelsToChannelGroup({ channels: 'a', channelGroup: 'friends' }).execute();
  pubnub.on('message', () => undefined);
  pubnub.subscribe().channels('room').channelGroups('friends').execute();
  await network.subscribed('room');
  await network.publish('room', { from: 'test', n: 1 });
  await pubnub.publish({ channel: 'room', message: { from: 'code', list: [1, { a: null }] } }).execute();
  await network.idle();
});

const SENT = { from: 'code', list: [1, { a: null }] };
const HOLDS: readonly (readonly [string, unknown, boolean])[] = [
  ['the same', SENT, true],
  ['the same in another order', { list: [1, { a: null }], from: 'code' }, true],
  ['with what is undefined', { ...SENT, more: undefined }, true],
  ['part of it', { from: 'code' }, false],
  ['more than it', { ...SENT, more: 1 }, false],
  ['another list', { ...SENT, list: [1, { a: 0 }] }, false],
  ['a list that is an object', { ...SENT, list: { 0: 1, 1: { a: null } } }, false],
  ['null', null, false],
  ['undefined', undefined, false],
  ['another type', 'code', false],
  ['an asymmetric matcher', expect.objectContaining({ from: 'code' }), true],
  ['an asymmetric matcher inside', { ...SENT, list: expect.any(Array) }, true],
  ['an asymmetric matcher that does not hold', expect.objectContaining({ from: 'nobody' }), false],
  ['anything', expect.anything(), true],
];

describe.each(HOLDS)('a message that is compared with %s', (_name, message, holds) => {
  it('was published, or not', () => {
    if (holds) expect(network).toHavePublished('room', message);
    else expect(network).not.toHavePublished('room', message);
  });

  it('was received, or not', () => {
    if (holds) expect(network).toHaveReceived('room', message);
    else expect(network).not.toHaveReceived('room', message);
  });

  it('fails otherwise, with the transcript', () => {
    const check = () => {
      if (holds) expect(network).not.toHavePublished('room', message);
      else expect(network).toHavePublished('room', message);
    };
    expect(check).toThrow(
      /published on "room".*\n {2}\{"from":"code"[\s\S]*Requests on the network:\n[\s\S]*→ 200/,
    );
  });

  it('is asserted in the same way without expect', () => {
    const published = () => assertPublished(network, 'room', message);
    const received = () => assertReceived(network, 'room', message);
    if (holds) {
      published();
      received();
    } else {
      expect(published).toThrow(NetworkAssertionError);
      expect(received).toThrow(NetworkAssertionError);
    }
  });
});

describe('without a message', () => {
  it.each(['room', 'elsewhere'])('anything on "%s" will do', (channel) => {
    const something = channel === 'room';
    const assertions = [() => assertPublished(network, channel), () => assertReceived(network, channel)];
    if (something) {
      expect(network).toHavePublished(channel);
      expect(network).toHaveReceived(channel);
      for (const assertion of assertions) assertion();
    } else {
      expect(network).not.toHavePublished(channel);
      expect(network).not.toHaveReceived(channel);
      for (const assertion of assertions) expect(assertion).toThrow(/ there: nothing\./);
    }
  });
});

describe('what the test published', () => {
  it('counts as received, and not as published', () => {
    expect(network).toHaveReceived('room', { from: 'test', n: 1 });
    expect(network).not.toHavePublished('room', { from: 'test', n: 1 });
  });
});

describe('a subscription', () => {
  it.each([
    ['room', true],
    ['friends', true],
    ['elsewhere', false],
  ])('to "%s" is there, of somebody and of the client: %s', (name, there) => {
    for (const subject of [network, pubnub]) {
      const assertion = () => assertSubscribedTo(subject, name);
      if (there) {
        expect(subject).toBeSubscribedTo(name);
        assertion();
        expect(() => expect(subject).not.toBeSubscribedTo(name)).toThrow(
          `Expected no subscription to "${name}"`,
        );
      } else {
        expect(subject).not.toBeSubscribedTo(name);
        expect(assertion).toThrow('Expected a subscription to "elsewhere". There are:');
        expect(() => expect(subject).toBeSubscribedTo(name)).toThrow('There are:');
      }
    }
  });
});

describe('an assertion', () => {
  it('fails as those of node:assert do, at the place in the test', () => {
    const error = ((): unknown => {
      try {
        assertPublished(network, 'room', 1);
      } catch (thrown) {
        return thrown;
      }
      return undefined;
    })();
    expect(error).toMatchObject({
      ...{ name: 'AssertionError', code: 'ERR_ASSERTION', expected: 1, actual: [{ from: 'code' }] },
    });
    expect((error as Error).stack?.match(/^ +at .*$/m)?.[0]).toContain('matchers.test.ts');
  });

  it.each([undefined, null, {}, 'network'])('about %j says what it is for', (subject) => {
    const network = subject as unknown as TestNetwork;
    expect(() => assertPublished(network, 'room')).toThrow(/needs a test network: expect\(network\)/);
    expect(() => expect(subject).toHaveReceived('room')).toThrow(TypeError);
    expect(() => assertSubscribedTo(network, 'room')).toThrow(/needs a test network or a client/);
  });
});
