import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accessNetwork } from '../../support/access.ts';

const GRANT = '/v2/auth/grant/sub-key/demo';
const AUDIT = '/v2/auth/audit/sub-key/demo';
const NONE = { r: 0, w: 0, m: 0, d: 0, g: 0, u: 0, j: 0 };
const RW = { ...NONE, r: 1, w: 1 };
const answer = (payload: object) => ({
  message: 'Success',
  payload: { subscribe_key: 'demo', ...payload },
  service: 'Access Manager',
  status: 200,
});

describe('a grant answers in a form that depends on how much it is for', () => {
  test.each<[string, string, object]>([
    ['the whole key', 'r=1&w=1', { level: 'subkey', ttl: 1_440, ...RW }],
    ['one channel', 'channel=a&r=1&w=1', { level: 'channel', ttl: 1_440, channels: { a: RW } }],
    ['two channels', 'channel=a%2Cb&r=1&w=1', { level: 'channel', ttl: 1_440, channels: { a: RW, b: RW } }],
    [
      'one channel and a key',
      'auth=k&channel=a&r=1&w=1',
      { level: 'user', ttl: 1_440, channel: 'a', auths: { k: RW } },
    ],
    [
      'one channel and two keys',
      'auth=k%2Cl&channel=a&r=1&w=1',
      { level: 'user', ttl: 1_440, channel: 'a', auths: { k: RW, l: RW } },
    ],
    [
      'two channels and a key',
      'auth=k&channel=a%2Cb&r=1&w=1',
      { level: 'user', ttl: 1_440, channels: { a: { auths: { k: RW } }, b: { auths: { k: RW } } } },
    ],
    [
      'a group',
      'channel-group=g&r=1&w=1',
      { level: 'channel-group', ttl: 1_440, 'channel-groups': { g: RW } },
    ],
    [
      'one group and a key',
      'auth=k&channel-group=g&r=1&w=1',
      { level: 'channel-group+auth', ttl: 1_440, 'channel-groups': 'g', auths: { k: RW } },
    ],
    [
      'two groups and a key',
      'auth=k&channel-group=g%2Ch&r=1&w=1',
      {
        level: 'channel-group+auth',
        ttl: 1_440,
        'channel-groups': { g: { auths: { k: RW } }, h: { auths: { k: RW } } },
      },
    ],
    [
      'a channel, a group and a key',
      'auth=k&channel=a&channel-group=g&r=1&w=1',
      {
        level: 'channel-group+auth',
        ttl: 1_440,
        channels: { a: { auths: { k: RW } } },
        'channel-groups': { g: { auths: { k: RW } } },
      },
    ],
    [
      'a user',
      'auth=k&g=1&j=1&target-uuid=u&u=1',
      {
        level: 'uuid',
        ttl: 1_440,
        uuids: { u: { auths: { k: { r: 0, w: 0, m: 0, d: 0, g: 1, u: 1, j: 1 } } } },
      },
    ],
    [
      'newer flags on a channel',
      'auth=k&channel=a&d=0&g=1&j=0&m=0&r=0&u=0&w=0',
      { level: 'user', ttl: 1_440, channel: 'a', auths: { k: { ...NONE, g: 1 } } },
    ],
    ['a time', 'channel=a&r=1&ttl=5&w=1', { level: 'channel', ttl: 5, channels: { a: RW } }],
    ['ever', 'channel=a&r=1&ttl=0&w=1', { level: 'channel', ttl: 0, channels: { a: RW } }],
    [
      'names that objects have of their own',
      'auth=constructor&channel=__proto__%2Ca&r=1&w=1',
      {
        level: 'user',
        ttl: 1_440,
        channels: JSON.parse(
          '{"__proto__":{"auths":{"constructor":1}},"a":{"auths":{"constructor":1}}}',
          (key, value) => (key === 'constructor' ? RW : value),
        ),
      },
    ],
  ])('%s', async (_name, query, payload) => {
    const { sendSigned } = accessNetwork();
    const reply = await sendSigned(`${GRANT}?${query}`);
    expect(reply.contentType).toBe('text/javascript; charset=UTF-8');
    expect(reply.json).toEqual(answer(payload));
  });
});

describe('a grant is refused', () => {
  test.each([
    ['channel=a&ttl=-1', 'Invalid ttl'],
    ['channel=a&ttl=525601', 'Invalid ttl'],
    ['channel=a&ttl=soon', 'Invalid ttl'],
    ['channel=a&r=2', 'Invalid r'],
    ['channel=a&w=true', 'Invalid w'],
    ['channel=..', 'Invalid Channel'],
    ['channel-group=..', 'Invalid Channel Group'],
    ['auth=k&channel=a&target-uuid=u', 'both on uuids and on channels'],
    ['target-uuid=u', 'needs auth keys'],
    ['auth=k', 'needs channels'],
    [`auth=${'k'.repeat(513)}&channel=a`, 'Invalid auth'],
    [
      `auth=${'k%2Cl%2C'.repeat(1)}&channel=${Array.from({ length: 2_001 }, (_, i) => i).join('%2C')}`,
      'Too Many Names',
    ],
  ])('%s', async (query, message) => {
    const { sendSigned } = accessNetwork();
    const reply = await sendSigned(`${GRANT}?${query}`);
    expect(reply).toMatchObject({
      status: 400,
      json: { error: true, service: 'Access Manager', status: 400 },
    });
    expect(reply.text).toContain(message);
  });

  test('when there are too many, and then nothing is granted', async () => {
    const { sendSigned, sendAs } = accessNetwork({ limits: { grants: 1 } });
    const reply = await sendSigned(`${GRANT}?channel=a%2Cb&r=1`);
    expect(reply).toMatchObject({ status: 400, json: { message: 'Too many grants' } });
    expect((await sendAs('k', '/v2/history/sub-key/demo/channel/a')).status).toBe(403);
  });
});

describe('an audit tells what is in force', () => {
  const SETUP = [
    'r=1',
    'channel=a&r=1&ttl=5',
    'auth=k&channel=a%2Cb&ttl=0&w=1',
    'auth=l&channel-group=g&m=1',
  ];
  const r = { ...NONE, r: 1 };
  const w = { ...NONE, w: 1 };
  const m = { ...NONE, m: 1 };

  test.each<[string, object]>([
    [
      '',
      {
        level: 'subkey',
        ...r,
        ttl: 1_440,
        channels: {
          a: { ...r, ttl: 5, auths: { k: { ...w, ttl: 0 } } },
          b: { auths: { k: { ...w, ttl: 0 } } },
        },
        'channel-groups': { g: { auths: { l: { ...m, ttl: 1_440 } } } },
      },
    ],
    ['channel=a', { level: 'channel', channels: { a: { ...r, ttl: 5, auths: { k: { ...w, ttl: 0 } } } } }],
    ['auth=k&channel=a', { level: 'user', channel: 'a', auths: { k: { ...w, ttl: 0 } } }],
    [
      'auth=l&channel-group=g',
      { level: 'channel-group+auth', 'channel-groups': 'g', auths: { l: { ...m, ttl: 1_440 } } },
    ],
    ['auth=l', { level: 'subkey', 'channel-groups': { g: { auths: { l: { ...m, ttl: 1_440 } } } } }],
    ['channel=unknown', { level: 'channel' }],
  ])('%j', async (query, payload) => {
    const { sendSigned } = accessNetwork();
    for (const grant of SETUP) await sendSigned(`${GRANT}?${grant}`);
    expect((await sendSigned(`${AUDIT}${query && `?${query}`}`)).json).toEqual(answer(payload));
  });

  test('and not what has expired or was taken away', async () => {
    const { sendSigned, clock } = accessNetwork();
    await sendSigned(`${GRANT}?channel=a&r=1&ttl=1`);
    await sendSigned(`${GRANT}?channel=b&r=1`);
    await sendSigned(`${GRANT}?channel=b&r=0`);
    clock.jump(60_000);
    expect((await sendSigned(AUDIT)).json).toEqual(answer({ level: 'subkey' }));
  });
});

test('no query of a grant or audit makes the origin fail', async () => {
  const { sendSigned } = accessNetwork({ limits: { grants: 20 } });
  const names = [
    'channel',
    'channel-group',
    'target-uuid',
    'auth',
    'ttl',
    'r',
    'w',
    'g',
    '__proto__',
    'uuid',
  ];
  const word = fc.constantFrom('0', '1', 'a', 'b,c', ',', '..', '*', 'a.*', '__proto__', 'x'.repeat(600));
  const value = fc.oneof(word, fc.string({ unit: 'grapheme', maxLength: 20 }));
  const strict = (text: string) =>
    encodeURIComponent(text).replace(
      /[!~*'()]/g,
      (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(GRANT, AUDIT),
      fc.uniqueArray(fc.tuple(fc.constantFrom(...names), value), { selector: ([name]) => name }),
      async (path, pairs) => {
        const query = pairs.map(([name, text]) => `${name}=${strict(text)}`).join('&');
        const { status, json } = await sendSigned(query ? `${path}?${query}` : path);
        expect([200, 400]).toContain(status);
        expect(json).toMatchObject({ service: 'Access Manager', status });
      },
    ),
    { numRuns: 300 },
  );
});
