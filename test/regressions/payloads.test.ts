import { aesCbcCryptoModule, legacyCryptoModule, PubNub, type PubNubOptions } from 'timetoken';
import { createTestNetwork } from 'timetoken/testing';
import { describe, expect, test } from 'vitest';
import { fails, lineOf, networkError, rejection, SENT, scriptedClient } from '../support/unit-client.ts';

type Client = ReturnType<typeof scriptedClient>['pubnub'];

/** As JavaScript would call it: the compiler refuses some of these values by itself. */
const channelOf = (value: unknown) => value as string;
const messageOf = (value: unknown) => value as string;

/** One client that subscribes and one that sends, on a network of their own. */
function house(options: Partial<PubNubOptions> = {}) {
  const network = createTestNetwork();
  const client = (userId: string) => new PubNub({ ...network.options, userId, ...options });
  const [reader, writer] = [client('reader'), client('writer')];
  const close = async () => {
    await Promise.all([reader.close(), writer.close()]);
    await network.close();
  };
  return { network, reader, writer, [Symbol.asyncDispose]: close };
}

describe('a message that JavaScript takes for nothing', () => {
  const NOTHINGS = [0, false, '', null] as const;

  test.each(NOTHINGS)('api-surface 9.3: %j is sent as its JSON, by GET and by POST', async (message) => {
    const { pubnub, requests, close } = scriptedClient();
    for (const usePost of [false, true]) {
      await pubnub.publish({ channel: 'a', message, usePost }).execute();
      await pubnub.publish().channel('a').message(message).usePost(usePost).execute();
      await pubnub.fire({ channel: 'a', message, usePost }).execute();
    }
    await pubnub.signal({ channel: 'a', message }).execute();
    const json = JSON.stringify(message);
    const sent = requests.map(
      (request) => request.body ?? decodeURIComponent(lineOf(request).path.split('/')[7] ?? ''),
    );
    expect(sent).toEqual(sent.map(() => json));
    expect(sent).toHaveLength(7);
    await close();
  });

  test('api-surface 9.3: arrives as it was sent, live and from storage', async () => {
    await using it = house();
    const subscription = it.reader.subscribe().channels('a').execute();
    const got: unknown[] = [];
    subscription.on('message', ({ message }) => got.push(message));
    await subscription.connected();
    for (const message of NOTHINGS) await it.writer.publish({ channel: 'a', message }).execute();
    await it.network.idle();
    expect(got).toEqual(NOTHINGS);
    const { messages } = await it.reader.history({ channel: 'a' }).execute();
    expect(messages.map(({ entry }) => entry)).toEqual(NOTHINGS);
  });

  test.each(NOTHINGS)('api-surface 9.3: %j may be metadata, too', async (meta) => {
    const { pubnub, requests, close } = scriptedClient();
    await pubnub.publish({ channel: 'a', message: 1, meta }).execute();
    expect(decodeURIComponent(lineOf(requests[0]).query['meta'] ?? 'absent')).toBe(JSON.stringify(meta));
    await close();
  });
});

describe('fire()', () => {
  test('api-surface 9.3a: resolves with the timetoken, as publish() does', async () => {
    const { pubnub, close } = scriptedClient();
    const call = { channel: 'a', message: 1 };
    const fired = await pubnub.fire(call).execute();
    expect(fired).toEqual({ timetoken: '16000000000000001' });
    expect(fired).toEqual(await pubnub.publish(call).execute());
    await close();
  });

  test.each([
    ['a refusal', { status: 403, body: '{"message":"Forbidden","error":true,"status":403}' }],
    ['a negative answer', { status: 400, body: '[0,"Invalid Key","16000000000000001"]' }],
    ['a broken connection', fails(networkError('ECONNREFUSED'))],
  ])('api-surface 9.3a: rejects with what publish() rejects with: %s', async (_, step) => {
    const outcome = async (name: 'publish' | 'fire') => {
      const { pubnub, clock, close } = scriptedClient([step]);
      const given = { channel: 'a', message: 1 };
      const call = name === 'fire' ? pubnub.fire(given) : pubnub.publish(given);
      const failed = rejection(call.execute());
      await clock.advance(600_000);
      const error = await failed;
      await close();
      const { code, category, statusCode, delivery } = error as Record<string, unknown>;
      return { code, category, statusCode, delivery };
    };
    const fired = await outcome('fire');
    expect(fired.code).toMatch(/^PN-\d{4}$/);
    expect(fired).toEqual(await outcome('publish'));
  });
});

const cycle: Record<string, unknown> = { a: { b: [] } };
cycle['a'] = { b: [cycle] };

describe('what is no JSON', () => {
  const VALUES: readonly (readonly [name: string, value: unknown, place: string])[] = [
    ['a cyclic object', cycle, 'message.a.b[0]'],
    ['a function', () => 1, 'message'],
    ['a map', new Map([['a', 1]]), 'message'],
    ['a set', { of: new Set([1]) }, 'message.of'],
    ['a big integer', { deep: [1n] }, 'message.deep[0]'],
    ['what is not a number', [Number.NaN], 'message[0]'],
  ];
  const CALLS: readonly (readonly [
    string,
    (pubnub: Client, message: string) => { envelope(): Promise<unknown> },
  ])[] = [
    ['publish', (pubnub, message) => pubnub.publish({ channel: 'a', message })],
    ['fire', (pubnub, message) => pubnub.fire({ channel: 'a', message })],
    ['signal', (pubnub, message) => pubnub.signal({ channel: 'a', message })],
  ];
  const rows = CALLS.flatMap(([call, make]) =>
    VALUES.map(([name, value, place]) => [call, name, make, value, place] as const),
  );

  test.each(rows)(
    'api-surface 9.3c and pains 29: %s() of %s fails with a status that names the place, and sends nothing',
    async (_call, _name, make, value, place) => {
      const { pubnub, requests, close } = scriptedClient();
      expect(await make(pubnub, messageOf(value)).envelope()).toEqual({
        status: expect.objectContaining({
          category: 'PNSerializationErrorCategory',
          isError: true,
          errorData: expect.objectContaining({
            code: 'PN-1004',
            message: expect.stringContaining(place),
            delivery: 'not-sent',
          }),
        }),
      });
      expect(requests).toEqual([]);
      await close();
    },
  );
});

describe('a channel that is none', () => {
  const CALLS: readonly (readonly [string, (pubnub: Client, channel: string) => unknown])[] = [
    ['publish', (pubnub, channel) => pubnub.publish({ channel, message: 1 }).execute()],
    ['publish by setter', (pubnub, channel) => pubnub.publish().message(1).channel(channel).execute()],
    ['signal', (pubnub, channel) => pubnub.signal({ channel, message: 1 }).execute()],
    ['subscribe', (pubnub, channel) => pubnub.subscribe({ channels: channel }).execute()],
    ['history', (pubnub, channel) => pubnub.history({ channel }).execute()],
    ['hereNow', (pubnub, channel) => pubnub.hereNow({ channels: [channel] }).execute()],
    ['getMessageActions', (pubnub, channel) => pubnub.getMessageActions({ channel }).execute()],
    ['setChannelMetadata', (pubnub, channel) => pubnub.setChannelMetadata({ channel, name: 'x' }).execute()],
    ['listFiles', (pubnub, channel) => pubnub.listFiles({ channel }).execute()],
  ];
  const rows = CALLS.flatMap(([name, call]) =>
    [null, undefined, 7, {}].map((value) => [name, value, call] as const),
  );

  test.each(rows)(
    'api-surface 9.12: %s() to %j is refused, and not sent to a channel of that name',
    async (_, value, call) => {
      const { pubnub, requests, close } = scriptedClient();
      const error = await rejection((async () => call(pubnub, channelOf(value)))());
      expect(error).toMatchObject({ code: expect.stringMatching(/^PN-100[12]$/) });
      expect(requests).toEqual([]);
      await close();
    },
  );
});

describe('a crypto module', () => {
  test.each([
    ['the module with a header', aesCbcCryptoModule({ cipherKey: 'secret' })],
    ['the legacy module', legacyCryptoModule({ cipherKey: 'secret' })],
  ])('api-surface 9.14: is all that a subscriber needs to read: %s', async (_, cryptoModule) => {
    await using it = house({ cryptoModule });
    const subscription = it.reader.subscribe().channels('a').execute();
    await subscription.connected();
    await it.writer.publish({ channel: 'a', message: { secret: 1 } }).execute();
    const { value } = await subscription.messages().next();
    expect(value).toMatchObject({ message: { secret: 1 } });
    expect(value?.error).toBeUndefined();
  });
});

describe('a failure', () => {
  test.each([
    ['a reset', fails(networkError('ECONNRESET')), /ECONNRESET/, 'unknown'],
    [
      'a message that is too large',
      { status: 413, body: '[0,"Message Too Large","1"]' },
      /[Ll]arge/,
      'rejected',
    ],
    [
      'a refusal',
      { status: 403, body: '{"message":"Token is expired","error":true,"status":403}' },
      /Token is expired/,
      'rejected',
    ],
    ['a page instead of an answer', { status: 502, body: 'Bad gateway' }, /502/, 'unknown'],
  ] as const)(
    'pains 9: says what failed and why, not "check status for details": %s',
    async (_, step, text, delivery) => {
      const { pubnub, close } = scriptedClient([step]);
      const error = await rejection(pubnub.publish({ channel: 'a', message: 1 }).execute());
      expect(error).toMatchObject({
        message: expect.stringMatching(text),
        delivery,
        operation: 'PNPublishOperation',
      });
      expect(JSON.parse(JSON.stringify(error))).toMatchObject({
        code: expect.stringMatching(/^PN-/),
        delivery,
      });
      await close();
    },
  );

  test('pains 5: of a publish whose fate is unknown is not followed by another one', async () => {
    const { pubnub, requests, clock, close } = scriptedClient([fails(networkError('ECONNRESET')), SENT]);
    const failed = rejection(pubnub.publish({ channel: 'a', message: 1 }).execute());
    await clock.advance(60_000);
    expect(await failed).toMatchObject({ delivery: 'unknown' });
    expect(requests).toHaveLength(1);
    await close();
  });
});
