import { describe, expect, it } from 'vitest';
import { rejection, scriptedClient } from '../../support/unit-client.ts';

type Call = (pubnub: ReturnType<typeof scriptedClient>['pubnub']) => () => unknown;

/** As JavaScript would call it, without the types. */
function untyped(
  build: (pubnub: Record<string, (given?: unknown) => Record<string, () => unknown>>) => unknown,
): Call {
  return (pubnub) => () => build(pubnub as never);
}

const publish = (given: object) => untyped((pubnub) => pubnub['publish']?.(given)?.['execute']?.());
const signal = (given: object) => untyped((pubnub) => pubnub['signal']?.(given)?.['execute']?.());
const subscribe = (given: object) => untyped((pubnub) => pubnub['subscribe']?.(given)?.['execute']?.());
const unsubscribe = (given: object) => untyped((pubnub) => pubnub['unsubscribe']?.(given)?.['execute']?.());

const ROWS: readonly (readonly [name: string, call: Call, code: string, text: string])[] = [
  ['no channel', publish({ message: 1 }), 'PN-1001', 'channel missing'],
  ['no message', publish({ channel: 'a' }), 'PN-1001', 'message missing'],
  ['an undefined message', publish({ channel: 'a', message: undefined }), 'PN-1001', 'message missing'],
  ['an empty channel', publish({ channel: '', message: 1 }), 'PN-1002', 'channel must not be empty'],
  ['a null channel', publish({ channel: null, message: 1 }), 'PN-1002', 'channel must be a string, not null'],
  [
    'an unknown parameter',
    publish({ channel: 'a', massage: 1 }),
    'PN-1003',
    '"massage" is no parameter; did you mean "message"?',
  ],
  [
    'a parameter of Object',
    publish({ channel: 'a', message: 1, valueOf: 1 }),
    'PN-1003',
    '"valueOf" is no parameter',
  ],
  [
    'a function',
    publish({ channel: 'a', message: () => 1 }),
    'PN-1004',
    'message is not JSON: message is a function',
  ],
  [
    'a cyclic meta',
    publish({ channel: 'a', message: 1, meta: { m: 1n } }),
    'PN-1004',
    'meta is not JSON: meta.m is a bigint',
  ],
  ['a ttl of text', publish({ channel: 'a', message: 1, ttl: '1' }), 'PN-1002', 'ttl must be a whole number'],
  ['a negative ttl', publish({ channel: 'a', message: 1, ttl: -1 }), 'PN-1002', 'ttl must be a whole number'],
  [
    'a ttl of half an hour',
    publish({ channel: 'a', message: 1, ttl: 0.5 }),
    'PN-1002',
    'ttl must be a whole number',
  ],
  [
    'a switch of text',
    publish({ channel: 'a', message: 1, shouldStore: 'no' }),
    'PN-1002',
    'shouldStore must be true or false',
  ],
  [
    'a timetoken that is a number',
    publish({ channel: 'a', message: 1, ptto: 17e15 }),
    'PN-1002',
    'a number cannot hold the 17 digits',
  ],
  [
    'a timetoken in letters',
    publish({ channel: 'a', message: 1, ptto: 'now' }),
    'PN-1002',
    'ptto must be a string of 1 to 19 digits',
  ],
  [
    'a type that is too short',
    publish({ channel: 'a', message: 1, customMessageType: 'ab' }),
    'PN-1002',
    'customMessageType must be 3 to 50',
  ],
  [
    'a type that is too long',
    signal({ channel: 'a', message: 1, customMessageType: 'a'.repeat(51) }),
    'PN-1002',
    'customMessageType must be 3 to 50',
  ],
  [
    'a type that starts with pn_',
    signal({ channel: 'a', message: 1, customMessageType: 'pn_x' }),
    'PN-1002',
    'not with "pn_"',
  ],
  [
    'a type that starts with a dash',
    signal({ channel: 'a', message: 1, customMessageType: '-ab' }),
    'PN-1002',
    'starting with a letter or digit',
  ],
  ['nothing to subscribe', subscribe({}), 'PN-1001', 'channels or channelGroups missing'],
  ['an empty list', subscribe({ channels: [] }), 'PN-1001', 'channels or channelGroups missing'],
  ['nothing to unsubscribe', unsubscribe({ channels: [] }), 'PN-1001', 'channels or channelGroups missing'],
  [
    'a name with a comma',
    subscribe({ channels: ['a', 'b,c'] }),
    'PN-1002',
    'channels must not contain a comma',
  ],
  [
    'a group with a line break',
    subscribe({ channelGroups: 'g\n' }),
    'PN-1002',
    'channelGroups must not contain control',
  ],
  [
    'a number in a list',
    subscribe({ channels: ['a', 7] }),
    'PN-1002',
    'channels must be a string, not a number',
  ],
  [
    'a start that is a number',
    subscribe({ channels: 'a', withTimetoken: 1 }),
    'PN-1002',
    'withTimetoken must be a string of digits',
  ],
  [
    'a cursor that is none',
    subscribe({ channels: 'a', withCursor: '1' }),
    'PN-1002',
    'withCursor must be a cursor',
  ],
  [
    'a state that is no object',
    subscribe({ channels: 'a', withState: [1] }),
    'PN-1002',
    'withState must be an object',
  ],
  [
    'a state that is not JSON',
    subscribe({ channels: 'a', withState: { f: () => 1 } }),
    'PN-1004',
    'withState is not JSON: withState.f is a function',
  ],
];

describe('a wrong parameter', () => {
  it.each(ROWS)('is refused before anything is sent: %s', async (_name, call, code, text) => {
    const { pubnub, requests, clock } = scriptedClient();
    const error = await rejection((async () => call(pubnub)())());
    expect(error).toMatchObject({
      code,
      delivery: 'not-sent',
      operation: expect.stringMatching(/^PN\w+Operation$/),
    });
    expect(error).toHaveProperty('message', expect.stringContaining(text));
    await clock.advance(1_000);
    expect(requests).toHaveLength(0);
    expect([pubnub.state, pubnub.subscribedChannels]).toEqual(['idle', []]);
  });

  it('of subscribe() throws at once', () => {
    const { pubnub } = scriptedClient();
    expect(() => pubnub.subscribe({ channels: '' }).execute()).toThrow(
      expect.objectContaining({ code: 'PN-1002' }),
    );
  });

  it.each(['publish', 'fire', 'signal'] as const)('%s() needs a publish key', async (name) => {
    const { pubnub, requests } = scriptedClient([], { publishKey: undefined as unknown as string });
    const given = { channel: 'a', message: 1 };
    const calls = {
      publish: () => pubnub.publish(given).execute(),
      fire: () => pubnub.fire(given).execute(),
      signal: () => pubnub.signal(given).execute(),
    };
    expect(await rejection(calls[name]())).toMatchObject({
      code: 'PN-1006',
      message: expect.stringContaining('publishKey'),
    });
    expect(requests).toHaveLength(0);
  });

  it.each([0, false, '', null, [], {}, 'text', 1.5])('is no payload that is JSON: %j', async (message) => {
    const { pubnub, requests } = scriptedClient();
    await pubnub.publish({ channel: 'a', message }).execute();
    expect(requests).toHaveLength(1);
  });
});
