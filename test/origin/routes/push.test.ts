import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OriginLimits } from '../../../src/origin/index.ts';
import { originNetwork } from '../../support/origin-network.ts';

const PLAIN = 'text/javascript; charset="UTF-8"';
const MODIFIED = '[1, "Modified Channels"]';
const V1 = '/v1/push/sub-key/demo/devices';
const V2 = '/v2/push/sub-key/demo/devices-apns2';
const APPLE = 'environment=production&topic=com.example.app';

function push(limits: Partial<OriginLimits> = {}) {
  const { send } = originNetwork({ limits });
  const list = async (target: string) => (await send(target)).json;
  return { send, list };
}

describe.each([
  ['Firebase', `${V1}/T`, 'type=fcm'],
  ['the old interface of Apple', `${V1}/0000`, 'type=apns'],
  ['Apple', `${V2}/0000`, APPLE],
])('a device of %s', (_, device, query) => {
  test('gets and loses channels, and is answered as it was recorded', async () => {
    const { send, list } = push();
    expect(await list(`${device}?${query}`)).toEqual([]);
    const answer = await send(`${device}?add=b%2Ca&${query}`);
    expect(answer).toMatchObject({ status: 200, contentType: PLAIN, text: MODIFIED });
    expect(await list(`${device}?${query}`)).toEqual(['a', 'b']);
    expect((await send(`${device}?remove=b,x&${query}`)).text).toBe(MODIFIED);
    expect(await list(`${device}?${query}`)).toEqual(['a']);
    expect((await send(`${device}?add=c&remove=a&${query}`)).text).toBe(MODIFIED);
    expect(await list(`${device}?${query}`)).toEqual(['c']);
  });

  test('is forgotten, known or not', async () => {
    const { send, list } = push();
    await send(`${device}?add=a&${query}`);
    for (let time = 0; time < 2; time++) {
      const answer = await send(`${device}/remove?${query}`);
      expect(answer).toMatchObject({ status: 200, contentType: PLAIN, text: '[1, "Removed Device"]' });
      expect(await list(`${device}?${query}`)).toEqual([]);
    }
  });

  test('is listed in parts', async () => {
    const { send, list } = push();
    await send(`${device}?add=a,b,c,d&${query}`);
    expect(await list(`${device}?${query}&count=2`)).toEqual(['a', 'b']);
    expect(await list(`${device}?${query}&count=2&start=b`)).toEqual(['c', 'd']);
    expect(await list(`${device}?${query}&start=bb`)).toEqual(['c', 'd']);
    expect(await list(`${device}?${query}&start=d`)).toEqual([]);
  });
});

test('registrations of one token are kept apart by who delivers, environment and app', async () => {
  const { send, list } = push();
  const places = [
    `${V1}/00?type=fcm`,
    `${V1}/00?type=apns`,
    `${V2}/00?topic=t&environment=development`,
    `${V2}/00?topic=t&environment=production`,
    `${V2}/00?topic=u&environment=production`,
    `/v1/push/sub-key/other/devices/00?type=fcm`,
  ];
  for (const [index, place] of places.entries()) await send(`${place}&add=c${index}`);
  expect(await Promise.all(places.map(list))).toEqual(places.map((_, index) => [`c${index}`]));
});

test('gcm is the old name of fcm, and development the environment that is not said', async () => {
  const { send, list } = push();
  await send(`${V1}/T?type=gcm&add=a`);
  expect(await list(`${V1}/T?type=fcm`)).toEqual(['a']);
  await send(`${V2}/00?topic=t&add=a`);
  expect(await list(`${V2}/00?topic=t&environment=development`)).toEqual(['a']);
});

test('a list has at most a thousand channels', async () => {
  const { send, list } = push();
  const names = Array.from({ length: 1_500 }, (_, index) => `c${index}`);
  await send(`${V1}/T?type=fcm&add=${names.join(',')}`);
  expect(await list(`${V1}/T?type=fcm`)).toHaveLength(1_000);
  expect(await list(`${V1}/T?type=fcm&count=1400`)).toHaveLength(1_000);
});

describe('what is refused', () => {
  test.each([
    ['no type', `${V1}/0000000000000000?add=test_channel_1`, 'Invalid type argument'],
    ['another type', `${V1}/T?type=mpns`, 'Invalid type argument'],
    ['apns2 at the old path', `${V1}/T?type=apns2`, 'Invalid type argument'],
    ['a token with spaces', `${V1}/%20%20123?type=fcm`, 'Invalid device token'],
    ['a token that is no ASCII', `${V1}/%E6%B5%8B?type=fcm`, 'Invalid device token'],
    ['no token', `${V1}/?type=fcm`, 'Invalid device token'],
    ['a token that is too long', `${V1}/${'t'.repeat(4_097)}?type=fcm`, 'Invalid device token'],
    ['a token of Apple that is none', `${V2}/xyz?topic=t`, 'Expected 32 or 100 byte hex device token'],
    ['one at the old path', `${V1}/xyz?type=apns`, 'Expected 32 or 100 byte hex device token'],
    ['no topic', `${V2}/00`, 'Invalid topic argument'],
    ['another environment', `${V2}/00?topic=t&environment=test`, 'Invalid environment argument'],
    ['nothing to add', `${V1}/T?type=fcm&add=`, 'Invalid channel argument'],
    ['what is no channel', `${V1}/T?type=fcm&add=a%00`, 'Invalid add argument'],
    ['what is no channel to remove', `${V1}/T?type=fcm&remove=${'x'.repeat(93)}`, 'Invalid remove argument'],
    ['a count of none', `${V1}/T?type=fcm&count=0`, 'Invalid count argument'],
    ['a start that is no channel', `${V1}/T?type=fcm&start=a%00`, 'Invalid start argument'],
  ])('%s', async (_, target, error) => {
    const { send } = push();
    expect(await send(target)).toMatchObject({ status: 400, contentType: PLAIN, json: { error } });
  });

  test('more devices or channels than there may be, with nothing changed', async () => {
    const { send, list } = push({ pushDevices: 1, pushChannels: 2, names: 3 });
    await send(`${V1}/T?type=fcm&add=a`);
    const excess = async (target: string) => (await send(target)).json;
    expect(await excess(`${V1}/T?type=fcm&add=b,c`)).toEqual({ error: 'Maximum channel count exceeded' });
    expect(await excess(`${V1}/U?type=fcm&add=a`)).toEqual({ error: 'Maximum device count exceeded' });
    expect(await excess(`${V1}/T?type=fcm&add=b,c,d,e`)).toEqual({ error: 'Too many channels to add' });
    expect(await list(`${V1}/T?type=fcm`)).toEqual(['a']);
    expect(await list(`${V1}/U?type=fcm`)).toEqual([]);
    expect((await send(`${V1}/T?type=fcm&add=b,c&remove=a`)).text).toBe(MODIFIED);
  });

  test('a key that is not served, and another method', async () => {
    const { send } = push();
    expect((await send('/v1/push/sub-key/a%20b/devices/T?type=fcm')).status).toBe(400);
    expect((await send(`${V1}/T?type=fcm`, { method: 'POST' })).status).toBe(405);
  });

  test('any request is answered with 200 or a documented error', async () => {
    const { send } = push();
    const part = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('00', 'a', 'fcm', 'apns', 't', '5'));
    await fc.assert(
      fc.asyncProperty(
        fc.record(
          { device: part, type: part, topic: part, add: part, start: part, count: part },
          { requiredKeys: [] },
        ),
        fc.boolean(),
        async ({ device = '', ...query }, apple) => {
          const text = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
          const path = `${apple ? V2 : V1}/${encodeURIComponent(device)}`;
          const { status, json } = await send(`${path}?${text.join('&')}`);
          if (status === 200) expect(json).toBeInstanceOf(Array);
          else expect([status, json]).toEqual([400, { error: expect.any(String) }]);
        },
      ),
    );
  });
});
