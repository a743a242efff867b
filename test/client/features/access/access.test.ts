import fc from 'fast-check';
import type { AuthKeysResult, PubNub } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { inTime } from '../../../support/access-tokens.ts';
import { lineOf, rejection, scriptedClient } from '../../../support/unit-client.ts';

const KEYS = { subscribeKey: 'S', publishKey: 'P', secretKey: 'secret-key' };
const ALL = ['read', 'write', 'manage', 'delete', 'get', 'update', 'join'] as const;

type Call = (pubnub: PubNub) => { execute(): Promise<unknown> };

const granted = (token: unknown) =>
  JSON.stringify({ data: { message: 'Success', token }, service: 'Access Manager', status: 200 });
const _REVOKED = '{"data":{"message":"Success"},"service":"Access Manager","status":200}';
const payload = (fields: object) =>
  JSON.stringify({ message: 'Success', payload: fields, service: 'Access Manager', status: 200 });
const NO_FLAGS = 'r=0&w=0&m=0&d=0&g=0&u=0&j=0';
const RW = { r: 1, w: 1, m: 0, d: 0 } as const;
const NOTHING = { channels: {}, groups: {}, uuids: {}, users: {}, spaces: {} };

interface Fact {
  readonly name: string;
  readonly call: Call;
  readonly line: string;
  readonly body?: unknown;
  readonly answer: string;
  readonly result: unknown;
}

const LEVELS: readonly (readonly [name: string, payload: AuthKeysResult])[] = [
  [
    'the subscribe key',
    { level: 'subkey', subscribe_key: 'S', ttl: 1440, r: 1, w: 1, m: 0, d: 0, g: 0, u: 0, j: 0 },
  ],
  ['channels', { level: 'channel', subscribe_key: 'S', ttl: 1440, channels: { ch: RW } }],
  [
    '62: one channel with keys',
    { level: 'user', subscribe_key: 'S', ttl: 1440, channel: 'ch', auths: { key: RW } },
  ],
  [
    'several channels with keys',
    { level: 'user', ttl: 1440, channels: { a: { auths: { k: RW } }, b: { auths: { k: RW } } } },
  ],
  ['groups', { level: 'channel-group', ttl: 1440, 'channel-groups': { cg: RW } }],
  [
    'one group with keys, whose name is a text',
    { level: 'channel-group+auth', 'channel-groups': 'cg', auths: { k: RW } },
  ],
  [
    'several groups with keys',
    { level: 'channel-group+auth', 'channel-groups': { cg1: { auths: { k: RW } } } },
  ],
  [
    'users',
    { level: 'uuid', uuids: { someuuid: { auths: { k: { r: 0, w: 0, m: 0, d: 0, g: 1, u: 1, j: 1 } } } } },
  ],
];

const FACTS: readonly Fact[] = [
  {
    name: 'a token for everything that there is',
    call: (pubnub) =>
      pubnub
        .grantToken()
        .ttl(60)
        .authorizedUuid('authorized-user')
        .channels({ ch: { read: true, write: true, join: false } })
        .groups({ g: ['read', 'manage'] })
        .uuids({ u: ['get', 'update'] })
        .patterns({ channels: { '^ch-[0-9]+$': ['read'] } })
        .meta({ k: 'v' }),
    line: 'POST /v3/pam/S/grant',
    body: {
      ttl: 60,
      permissions: {
        uuid: 'authorized-user',
        resources: { ...NOTHING, channels: { ch: 3 }, groups: { g: 5 }, uuids: { u: 96 } },
        patterns: { ...NOTHING, channels: { '^ch-[0-9]+$': 1 } },
        meta: { k: 'v' },
      },
    },
    answer: granted('p0F2AkF0Gm'),
    result: 'p0F2AkF0Gm',
  },
  {
    name: 'a token for patterns alone',
    call: (pubnub) => pubnub.grantToken({ ttl: 1, patterns: { uuids: { '.*': { get: true } } } }),
    line: 'POST /v3/pam/S/grant',
    body: {
      ttl: 1,
      permissions: { resources: NOTHING, patterns: { ...NOTHING, uuids: { '.*': 32 } }, meta: {} },
    },
    answer: granted('t'),
    result: 't',
  },
  {
    name: 'rights on groups, for a time',
    call: (pubnub) =>
      pubnub.grant().channelGroups('g', ['h']).authKeys('k1', 'k2').manage(true).delete(true).ttl(0),
    line: 'GET /v2/auth/grant/sub-key/S?channel-group=g%2Ch&auth=k1%2Ck2&r=0&w=0&m=1&d=1&g=0&u=0&j=0&ttl=0',
    answer: payload({ level: 'channel-group+auth' }),
    result: { level: 'channel-group+auth' },
  },
  {
    name: 'rights on metadata',
    call: (pubnub) => pubnub.grant({ uuids: ['u'], authKeys: ['k'], get: true, update: true, join: true }),
    line: 'GET /v2/auth/grant/sub-key/S?target-uuid=u&auth=k&r=0&w=0&m=0&d=0&g=1&u=1&j=1',
    answer: payload({ level: 'uuid' }),
    result: { level: 'uuid' },
  },
  {
    name: 'rights that everybody loses',
    call: (pubnub) => pubnub.grant(),
    line: `GET /v2/auth/grant/sub-key/S?${NO_FLAGS}`,
    answer: payload({ level: 'subkey' }),
    result: { level: 'subkey' },
  },
  ...LEVELS.map(([name, fields]) => ({
    name: `what is said of ${name}`,
    call: ((pubnub) =>
      pubnub.audit({ channels: ['a b'], channelGroups: 'g', authKeys: ['k'] })) satisfies Call,
    line: 'GET /v2/auth/audit/sub-key/S?channel=a%20b&channel-group=g&auth=k',
    answer: payload(fields),
    result: fields,
  })),
];

/** What is the program's own in the address. */
function ownLine(request: Parameters<typeof lineOf>[0]): string {
  const { method, path, query } = lineOf(request);
  const common = ['uuid', 'pnsdk', 'timestamp', 'signature'];
  const own = Object.entries(query).filter(([name]) => !common.includes(name));
  return `${method} ${path}${own.length > 0 ? `?${own.map((pair) => pair.join('=')).join('&')}` : ''}`;
}

describe('access control on the wire', () => {
  it.each(FACTS)('$name', async ({ call, line, body, answer, result }) => {
    const { pubnub, requests } = scriptedClient([{ body: answer }], KEYS);
    expect(await call(pubnub).execute()).toEqual(result);
    expect(requests.map(ownLine)).toEqual([line]);
    // The order of the keys is part of what is signed.
    expect(requests[0]?.body).toBe(body === undefined ? undefined : JSON.stringify(body));
  });

  it('gives records without a prototype', async () => {
    const text = '{"payload":{"level":"channel","channels":{"__proto__":{"r":1}}},"status":200}';
    const { pubnub } = scriptedClient([{ body: text }], KEYS);
    const { channels } = await pubnub.audit().execute();
    expect(Object.getPrototypeOf(channels)).toBe(null);
    expect(Object.keys(channels ?? {})).toEqual(['__proto__']);
  });

  it('sends names that objects have by themselves', async () => {
    const { pubnub, requests } = scriptedClient([{ body: granted('t') }], KEYS);
    const channels = JSON.parse('{"__proto__":["read"],"constructor":["write"]}');
    await pubnub.grantToken({ ttl: 1, channels }).execute();
    expect(requests[0]?.body).toContain('"channels":{"__proto__":1,"constructor":2}');
  });
});

const ERRORS: readonly (readonly [name: string, call: Call, status: number, body: string, error: object])[] =
  [
    [
      'a token that has expired already',
      (pubnub) => pubnub.revokeToken({ token: 'abc' }),
      400,
      '{"error":{"details":[{"location":"token","locationType":"path","message":"Token is expired."}],"message":"Invalid token","source":"revoke"},"service":"Access Manager","status":400}',
      { code: 'PN-3001', operation: 'PNAccessManagerRevokeToken' },
    ],
    [
      'a wrong secret',
      (pubnub) => pubnub.grant(),
      403,
      '{"message":"Invalid signature","error":true,"service":"Access Manager","status":403}',
      { code: 'PN-3002', operation: 'PNAccessManagerGrant' },
    ],
  ];

it.each(ERRORS)('%s is an error', async (_, call, status, body, error) => {
  const { pubnub } = scriptedClient([{ status, body }], KEYS);
  expect(await rejection(call(pubnub).execute())).toMatchObject(error);
});

describe('what cannot be', () => {
  // Programs without types give anything.
  const given = (fields: object) => fields as { ttl: number; channels: { [name: string]: ['read'] } };
  const token = (fields: object) => (pubnub: PubNub) => pubnub.grantToken(given(fields));
  const channels = { a: ['read'] };
  it.each<[string, Call, string, string]>([
    ['no time', token({ channels }), 'PN-1001', 'ttl missing'],
    ['no time at all', token({ ttl: 0, channels }), 'PN-1002', 'minutes from 1 to 43200'],
    ['too long a time', token({ ttl: 43_201, channels }), 'PN-1002', 'minutes from 1 to 43200'],
    ['half a minute', token({ ttl: 1.5, channels }), 'PN-1002', 'minutes'],
    ['a time as text', token({ ttl: '15', channels }), 'PN-1002', 'minutes'],
    ['nothing to grant', token({ ttl: 1 }), 'PN-1001', 'channels or groups or uuids or patterns missing'],
    ['only empty maps', token({ ttl: 1, channels: {}, patterns: { groups: {} } }), 'PN-1002', 'all empty'],
    ['a list of channels', token({ ttl: 1, channels: ['a'] }), 'PN-1002', 'channels must be an object'],
    ['a bit mask', token({ ttl: 1, channels: { a: 3 } }), 'PN-1002', 'permissions out of read, write'],
    ['a misspelt permission', token({ ttl: 1, channels: { a: ['raed'] } }), 'PN-1002', 'permissions out of'],
    ['a misspelt key', token({ ttl: 1, channels: { a: { raed: true } } }), 'PN-1002', 'permissions out of'],
    [
      'a permission that is a text',
      token({ ttl: 1, channels: { a: { read: 'no' } } }),
      'PN-1002',
      'permissions out of',
    ],
    ['a name that cannot be', token({ ttl: 1, uuids: { 'a,b': ['get'] } }), 'PN-1002', 'comma'],
    ['patterns of no kind', token({ ttl: 1, patterns: { a: ['read'] } }), 'PN-1002', 'no "a", only channels'],
    [
      'an empty pattern',
      token({ ttl: 1, patterns: { groups: { '': ['read'] } } }),
      'PN-1002',
      'must not be empty',
    ],
    ['meta that is no object', token({ ttl: 1, channels, meta: [] }), 'PN-1002', 'meta must be an object'],
    ['meta that is not JSON', token({ ttl: 1, channels, meta: { at: () => 1 } }), 'PN-1004', 'meta'],
    ['a user that cannot be', token({ ttl: 1, channels, authorizedUuid: '' }), 'PN-1002', 'authorizedUuid'],
    [
      'a token with a slash and a dot',
      (pubnub) => pubnub.revokeToken({ token: '../x' }),
      'PN-1002',
      'access token',
    ],
    [
      'users and channels at once',
      (pubnub) => pubnub.grant({ uuids: 'u', channels: 'a', authKeys: 'k' }),
      'PN-1002',
      'a call each',
    ],
    ['users without keys', (pubnub) => pubnub.grant({ uuids: 'u' }), 'PN-1002', 'uuids need authKeys'],
    ['an auth key with a comma', (pubnub) => pubnub.grant({ authKeys: 'a,b' }), 'PN-1002', 'authKeys'],
  ])('is refused before anything is sent: %s', async (_, call, code, text) => {
    const { pubnub, requests } = scriptedClient([], KEYS);
    expect(await rejection(call(pubnub).execute())).toMatchObject({
      code,
      delivery: 'not-sent',
      message: expect.stringContaining(text),
    });
    expect(requests).toEqual([]);
  });

  const GRANT: Call = (pubnub) => pubnub.grantToken({ ttl: 1, channels: { a: ['read'] } });
  it.each<[Call, string]>([
    [GRANT, granted(7)],
    [GRANT, granted('')],
    [GRANT, '{"data":null,"status":200}'],
    [GRANT, '[]'],
    [(pubnub) => pubnub.revokeToken({ token: 'a' }), '{"data":{}}'],
    [(pubnub) => pubnub.revokeToken({ token: 'a' }), 'null'],
    [(pubnub) => pubnub.audit(), '{"status":200}'],
    [(pubnub) => pubnub.audit(), payload({ level: 1 })],
    [(pubnub) => pubnub.audit(), payload({ level: 'channel', channels: [] })],
    [(pubnub) => pubnub.audit(), payload({ level: 'channel', channels: { ch: { r: 'yes' } } })],
    [(pubnub) => pubnub.audit(), payload({ level: 'user', channel: 7, auths: { k: { r: 1 } } })],
    [(pubnub) => pubnub.audit(), payload({ level: 'user', auths: { k: 1 } })],
    [(pubnub) => pubnub.grant(), '"x"'],
  ])('is no answer either: %s %s', async (call, body) => {
    const { pubnub, clock } = scriptedClient([{ body }], KEYS);
    const error = await inTime(clock, rejection(call(pubnub).execute()));
    expect(error).toMatchObject({ code: 'PN-4001' });
  });
});

it('permissions are the same as a list and as an object', async () => {
  const { pubnub, requests } = scriptedClient([{ body: granted('t') }], KEYS);
  await fc.assert(
    fc.asyncProperty(fc.subarray([...ALL]), async (list) => {
      const object = Object.fromEntries(ALL.map((name) => [name, list.includes(name)]));
      await pubnub.grantToken({ ttl: 1, channels: { a: list } }).execute();
      await pubnub.grantToken({ ttl: 1, channels: { a: object } }).execute();
      expect(requests.at(-1)?.body).toBe(requests.at(-2)?.body);
    }),
    { numRuns: 30 },
  );
});
