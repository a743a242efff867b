import fc from 'fast-check';
import type { PubNub } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { lineOf, rejection, scriptedClient } from '../../../support/unit-client.ts';

const KEYS = { subscribeKey: 'S', publishKey: 'P' };
const MODIFIED = '[1, "Modified Channels"]';
const REMOVED = '[1, "Removed Device"]';

const FCM = { deviceId: 'T', pushType: 'fcm' } as const;
const APPLE = { deviceId: '0000000000000000', pushType: 'apns2', topic: 'com.example.app' } as const;

type Call = (pubnub: PubNub) => { execute(): Promise<unknown> };

const add: Call = (pubnub) => pubnub.addPushChannels({ ...FCM, channels: 'a' });
const remove: Call = (pubnub) => pubnub.removePushChannels({ ...FCM, channels: 'a' });
const list: Call = (pubnub) => pubnub.listPushChannels(FCM);
const removeAll: Call = (pubnub) => pubnub.removeAllPushChannels(FCM);
const CALLS = [
  ['add', add],
  ['remove', remove],
  ['list', list],
  ['remove all', removeAll],
] as const;

const V1 = '/v1/push/sub-key/S/devices';
const V2 = '/v2/push/sub-key/S/devices-apns2';

const FACTS: readonly (readonly [name: string, call: Call, line: string, answer: string, result: unknown])[] =
  [
    ['add', add, `${V1}/T?add=a&type=fcm`, MODIFIED, {}],
    ['remove', remove, `${V1}/T?remove=a&type=fcm`, MODIFIED, {}],
    ['list', list, `${V1}/T?type=fcm`, '["ch_3","ch_4"]', { channels: ['ch_3', 'ch_4'] }],
    ['list nothing', list, `${V1}/T?type=fcm`, '[]', { channels: [] }],
    ['remove all', removeAll, `${V1}/T/remove?type=fcm`, REMOVED, {}],
    [
      'add several channels, in any form, each once',
      (pubnub) => pubnub.addPushChannels(FCM).channels('a', ['b', 'a']).channels('c'),
      `${V1}/T?add=a%2Cb%2Cc&type=fcm`,
      MODIFIED,
      {},
    ],
    [
      'the old interface of Apple',
      (pubnub) => pubnub.listPushChannels().deviceId('T').pushType('apns'),
      `${V1}/T?type=apns`,
      '[]',
      { channels: [] },
    ],
    [
      'remove by apns2',
      (pubnub) => pubnub.removePushChannels(APPLE).environment('production').channels('c'),
      `${V2}/0000000000000000?remove=c&environment=production&topic=com.example.app`,
      MODIFIED,
      {},
    ],
    [
      'list a part by apns2',
      (pubnub) => pubnub.listPushChannels(APPLE).start('a b').count(5_000),
      `${V2}/0000000000000000?environment=development&topic=com.example.app&start=a%20b&count=1000`,
      '["c"]',
      { channels: ['c'] },
    ],
    [
      'remove all by apns2',
      (pubnub) => pubnub.removeAllPushChannels(APPLE),
      `${V2}/0000000000000000/remove?environment=development&topic=com.example.app`,
      REMOVED,
      {},
    ],
  ];

describe('mobile push on the wire', () => {
  it.each(FACTS)('%s', async (_, call, line, answer, result) => {
    const { pubnub, requests } = scriptedClient([{ body: answer }], KEYS);
    expect(await call(pubnub).execute()).toEqual(result);
    const { method, path, query } = lineOf(requests[0]);
    const { uuid: __, pnsdk: ___, ...own } = query;
    const text = Object.entries(own).map(([name, value]) => `${name}=${value}`);
    expect(`${method} ${path}?${text.join('&')}`).toBe(`GET ${line}`);
  });

  it('encodes every token as one segment, however long', async () => {
    const token = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 300 })
      .filter((text) => !/\p{Cc}|^\.{1,2}$/u.test(text) && text.isWellFormed());
    await fc.assert(
      fc.asyncProperty(token, fc.boolean(), async (deviceId, apple) => {
        const { pubnub, requests } = scriptedClient([{ body: '[]' }], KEYS);
        await pubnub.listPushChannels({ ...(apple ? APPLE : FCM), deviceId }).execute();
        const segment = lineOf(requests[0]).path.slice(`${apple ? V2 : V1}/`.length);
        expect(segment).not.toContain('/');
        expect(decodeURIComponent(segment)).toBe(deviceId);
      }),
      { numRuns: 50 },
    );
  });

  it.each(CALLS)('sends the token with %s, and asks again after a failure', async (_, call) => {
    const body = call === list ? '[]' : MODIFIED;
    const { pubnub, clock, requests } = scriptedClient([{ status: 503 }, { body }], { ...KEYS, token: 't' });
    const done = call(pubnub).execute();
    await clock.advance(60_000);
    await done;
    expect(requests).toHaveLength(2);
    expect(lineOf(requests[0]).query).toMatchObject({ auth: 't' });
  });
});

describe('the pages of listPushChannels()', () => {
  // A server with so many channels, which begins a page after `start`, or with it.
  const serverOf = (channels: readonly string[], inclusive: boolean) =>
    scriptedClient(
      [
        (request) => {
          const { start, count } = lineOf(request).query;
          const from = start === undefined ? 0 : channels.indexOf(start) + (inclusive ? 0 : 1);
          return { body: JSON.stringify(channels.slice(from, from + Number(count))) };
        },
      ],
      KEYS,
    );

  it.each([true, false])('bring every channel once, if `start` itself is listed: %s', async (inclusive) => {
    const all = Array.from({ length: 2_501 }, (_, index) => `c${String(index).padStart(4, '0')}`);
    const { pubnub, requests } = serverOf(all, inclusive);
    const got: string[] = [];
    for await (const { channels } of pubnub.listPushChannels(FCM).pages()) got.push(...channels);
    expect(got).toEqual(all);
    expect(requests).toHaveLength(3);
  });

  it.each([0, 1, 2, 3, 4])('end where the list ends, with %i channels in pages of 2', async (length) => {
    const all = Array.from({ length }, (_, index) => `c${index}`);
    const { pubnub } = serverOf(all, false);
    const got: string[] = [];
    for await (const { channels } of pubnub.listPushChannels(FCM).count(2).pages()) got.push(...channels);
    expect(got).toEqual(all);
  });

  it('end where a server does not heed `start`', async () => {
    const { pubnub, requests } = scriptedClient([{ body: '["a","b"]' }], KEYS);
    const pages: unknown[] = [];
    for await (const page of pubnub.listPushChannels(FCM).count(2).pages()) pages.push(page);
    expect(pages).toEqual([{ channels: ['a', 'b'] }]);
    expect(requests).toHaveLength(2);
  });
});

describe('an answer', () => {
  it.each([
    ...['null', '{}', '"OK"', '[]', '["Modified"]', '[2]'].flatMap((body) => [
      [body, 'add', add] as const,
      [body, 'remove', remove] as const,
      [body, 'remove all', removeAll] as const,
    ]),
    ...['null', '{}', '"a"', '[1]', '["a",null]'].map((body) => [body, 'list', list] as const),
  ])('%s to %s is refused', async (body, _, call) => {
    const { pubnub, clock } = scriptedClient([{ body }], KEYS);
    const error = rejection(call(pubnub).execute());
    await clock.advance(60_000);
    expect(await error).toMatchObject({ code: 'PN-4001' });
  });

  it.each(['Invalid device token', 'Invalid type argument', 'Use of the mobile push notifications API …'])(
    'that is an error tells what the service said: %s',
    async (text) => {
      const { pubnub } = scriptedClient([{ status: 400, body: JSON.stringify({ error: text }) }], KEYS);
      const error = await rejection(add(pubnub).execute());
      expect(error).toMatchObject({ code: 'PN-3001', statusCode: 400, errorData: { error: text } });
      expect((error as Error).message).toContain(text);
    },
  );
});

describe('what is refused before anything is sent', () => {
  const DEVICE = { deviceId: 'T', pushType: 'fcm', channels: ['a'] };
  const MISUSES: readonly (readonly [name: string, values: object, code: string, text: string])[] = [
    ['addPushChannels', { ...DEVICE, deviceId: undefined }, 'PN-1001', 'deviceId missing'],
    ['addPushChannels', { ...DEVICE, pushType: undefined }, 'PN-1001', 'pushType missing'],
    ['addPushChannels', { ...DEVICE, channels: [] }, 'PN-1001', 'channels missing'],
    ['removePushChannels', { ...DEVICE, channels: undefined }, 'PN-1001', 'channels missing'],
    ['addPushChannels', { ...DEVICE, channels: ['a,b'] }, 'PN-1002', 'channels must not contain a comma'],
    ['addPushChannels', { ...DEVICE, pushType: 'mpns' }, 'PN-1002', 'must be one of fcm, gcm, apns, apns2'],
    ['addPushChannels', { ...DEVICE, pushType: ['fcm'] }, 'PN-1002', 'must be one of fcm, gcm, apns, apns2'],
    ['addPushChannels', { ...DEVICE, pushType: 'apns2' }, 'PN-1002', 'apns2 needs a topic'],
    ['addPushChannels', { ...DEVICE, topic: 'x' }, 'PN-1002', 'topic and environment are for'],
    ['listPushChannels', { ...FCM, environment: 'production' }, 'PN-1002', 'topic and environment are for'],
    ['listPushChannels', { ...APPLE, environment: 'test' }, 'PN-1002', 'one of development, production'],
    ['listPushChannels', { ...APPLE, topic: '' }, 'PN-1002', 'topic must be'],
    ['listPushChannels', { ...FCM, count: 0 }, 'PN-1002', 'count must be'],
    ['listPushChannels', { ...FCM, start: '' }, 'PN-1002', 'start must not be empty'],
    ...['', '.', '..', 'a\n', '\ud800', 1].map(
      (deviceId) => ['removeAllPushChannels', { ...FCM, deviceId }, 'PN-1002', 'deviceId must be'] as const,
    ),
    ['removeAllPushChannels', DEVICE, 'PN-1003', '"channels" is no parameter'],
  ];

  it.each(MISUSES)('by %s: %j', async (name, values, code, text) => {
    const { pubnub, requests } = scriptedClient();
    // As JavaScript would call it, without the types.
    const calls = pubnub as unknown as Record<string, (given: object) => { execute(): Promise<unknown> }>;
    const error = await rejection(calls[name]?.(values).execute() ?? Promise.resolve());
    expect(error).toMatchObject({ code, category: 'PNValidationErrorCategory' });
    expect((error as Error).message).toContain(text);
    expect(requests).toEqual([]);
  });
});
