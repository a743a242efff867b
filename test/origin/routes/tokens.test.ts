import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accessNetwork, allBut, BITS } from '../../support/access.ts';

const ROOM = { resources: { channels: { room: BITS.read } } };
const READ_ROOM = '/v2/history/sub-key/demo/channel/room';

const grantError = (message: string, detail: object) => ({
  error: { message, source: 'grant', details: [{ locationType: 'body', ...detail }] },
  service: 'Access Manager',
  status: 400,
});

test('a grant answers with a token in the recorded shape', async () => {
  const { askToken } = accessNetwork();
  const reply = await askToken(ROOM);
  expect(reply).toMatchObject({ status: 200, contentType: 'text/javascript; charset=UTF-8' });
  expect(reply.json).toEqual({
    data: { message: 'Success', token: expect.stringMatching(/^p0F2AkF0[\w-]+={0,2}$/) },
    service: 'Access Manager',
    status: 200,
  });
});

test.each([0, 43_201, -1, 1.5, null, undefined, '', '0', 'abc', '1e1', '43201', [], {}])(
  'a ttl of %j is refused in the recorded words',
  async (ttl) => {
    const { sendSigned } = accessNetwork();
    const body = JSON.stringify({ ttl, permissions: { resources: { channels: { room: 1 } } } });
    expect((await sendSigned('/v3/pam/demo/grant', { method: 'POST', body })).json).toEqual(
      grantError('Invalid ttl', { message: 'Range should be 1 to 43200 minute(s).', location: 'ttl' }),
    );
  },
);

test.each([1, 43_200, '15'])('a ttl of %j is taken', async (ttl) => {
  const { sendSigned } = accessNetwork();
  const body = JSON.stringify({ ttl, permissions: { resources: { channels: { room: 1 } } } });
  expect((await sendSigned('/v3/pam/demo/grant', { method: 'POST', body })).status).toBe(200);
});

const DEEP = JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`);

describe('a grant is refused with what is wrong, and where', () => {
  test.each<[string, unknown, string]>([
    ['no permissions', undefined, 'permissions'],
    ['permissions that are no object', [], 'permissions'],
    ['nothing in them', {}, 'permissions'],
    ['empty maps only', { resources: { channels: {} }, patterns: { groups: {} } }, 'permissions'],
    ['an unknown kind', { resources: { rooms: { a: 1 } } }, 'permissions.resources.rooms'],
    ['a kind that is no object', { resources: { channels: [] } }, 'permissions.resources.channels'],
    ['bits that are no number', { resources: { channels: { a: '1' } } }, 'permissions.resources.channels.a'],
    ['bits that are too many', { patterns: { groups: { a: 256 } } }, 'permissions.patterns.groups.a'],
    ['negative bits', { resources: { uuids: { a: -1 } } }, 'permissions.resources.uuids.a'],
    ['a name that is none', { resources: { channels: { '..': 1 } } }, 'permissions.resources.channels...'],
    ['an empty name', { resources: { channels: { '': 1 } } }, 'permissions.resources.channels.'],
    [
      'a pattern with a backreference',
      { patterns: { channels: { '(a)\\1': 1 } } },
      'permissions.patterns.channels.(a)\\1',
    ],
    ['meta that is no object', { ...ROOM, meta: 'x' }, 'permissions.meta'],
    ['meta that nests too deep', { ...ROOM, meta: DEEP }, 'permissions.meta'],
    ['a user that is no name', { ...ROOM, uuid: '' }, 'permissions.uuid'],
    ['a user that is no text', { ...ROOM, uuid: 7 }, 'permissions.uuid'],
  ])('%s', async (_name, permissions, location) => {
    const { sendSigned } = accessNetwork();
    const body = JSON.stringify({ ttl: 1, permissions });
    expect((await sendSigned('/v3/pam/demo/grant', { method: 'POST', body })).json).toEqual(
      grantError('Invalid request body', { message: expect.any(String), location }),
    );
  });

  test.each(['', '{', '[]', 'null', '"x"', '{"ttl":1'])('the body %j', async (body) => {
    const { sendSigned } = accessNetwork();
    const reply = await sendSigned('/v3/pam/demo/grant', { method: 'POST', body });
    expect(reply).toMatchObject({ status: 400, json: { error: { source: 'grant' } } });
  });

  test('patterns that are too large together', async () => {
    const { askToken } = accessNetwork();
    const patterns = (count: number) => ({
      channels: Object.fromEntries(Array.from({ length: count }, (_, index) => [`${index}[a-z]{400}`, 1])),
    });
    expect((await askToken({ patterns: patterns(3) })).status).toBe(200);
    expect((await askToken({ patterns: patterns(13) })).json).toMatchObject({
      error: { details: [{ message: 'The patterns are too large.' }] },
    });
  });

  test('a token that would be too long', async () => {
    const { askToken } = accessNetwork();
    const channels = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`${index}`.padStart(80, 'x'), 1]));
    expect((await askToken({ resources: { channels: channels(100) } })).status).toBe(200);
    for (const count of [200, 400]) {
      const reply = await askToken({ resources: { channels: channels(count) } });
      expect(reply.json).toMatchObject({
        error: { details: [{ message: expect.stringContaining('too long') }] },
      });
    }
  });
});

test('no body of a grant makes the origin fail', async () => {
  const { sendSigned } = accessNetwork();
  const key = fc.constantFrom(
    'ttl',
    'permissions',
    'resources',
    'patterns',
    'channels',
    'meta',
    '__proto__',
    'uuid',
  );
  const json = fc.jsonValue({ maxDepth: 3 });
  const shape = fc.record(
    {
      ttl: fc.oneof(fc.constant(5), json),
      permissions: fc.oneof(
        json,
        fc.record({ resources: json, patterns: json, meta: json, uuid: json }, { requiredKeys: [] }),
        fc.record({
          resources: fc.dictionary(
            fc.constantFrom('channels', 'groups', 'uuids'),
            fc.dictionary(fc.string(), fc.nat()),
          ),
          patterns: fc.record({ channels: fc.dictionary(fc.string(), fc.nat({ max: 300 })) }),
          meta: json,
        }),
      ),
    },
    { requiredKeys: [] },
  );
  const body = fc.oneof(shape, json, fc.dictionary(key, json)).map((value) => JSON.stringify(value));
  // Text that begins like zlib data, as "x^" does, is decompressed before its signature is checked: another refusal.
  const other = fc.string().filter((text) => !text.startsWith('x'));
  await fc.assert(
    fc.asyncProperty(fc.oneof(body, other), async (text) => {
      const { status, json } = await sendSigned('/v3/pam/demo/grant', { method: 'POST', body: text });
      expect([200, 400]).toContain(status);
      expect(json).toMatchObject({ service: 'Access Manager', status });
    }),
    { numRuns: 300 },
  );
});

describe('a token', () => {
  test('is used until it expires', async () => {
    const { token, sendAs, clock } = accessNetwork();
    const text = await token({ ...ROOM, ttl: 1 });
    clock.jump(59_999);
    expect((await sendAs(text, READ_ROOM)).status).toBe(200);
    clock.jump(1);
    expect(await sendAs(text, READ_ROOM)).toMatchObject({
      status: 403,
      json: { message: 'Token is expired.', error: true, service: 'Access Manager', status: 403 },
    });
  });

  test('is used until it is revoked, in whatever way it is spelled', async () => {
    const { token, sendAs, revoke } = accessNetwork();
    const text = await token(ROOM);
    expect(await sendAs(text, READ_ROOM)).toMatchObject({ status: 200 });
    const reply = await revoke(text);
    expect(reply).toMatchObject({ status: 200, contentType: 'text/javascript; charset=UTF-8' });
    expect(reply.json).toEqual({ data: { message: 'Success' }, service: 'Access Manager', status: 200 });
    for (const spelled of [text, text.replaceAll('=', '')]) {
      expect(await sendAs(spelled, READ_ROOM)).toMatchObject({
        status: 403,
        json: { error: true, status: 403, service: 'Access Manager', message: 'Token is revoked' },
      });
    }
    expect((await revoke(text)).status).toBe(200);
  });

  test('has its padding, and is used without it too', async () => {
    const { token, sendAs } = accessNetwork();
    // Users of different lengths need paddings of different lengths.
    const tokens = await Promise.all(['a', 'an', 'ann'].map((uuid) => token({ ...ROOM, uuid })));
    expect(tokens.map((text) => text.length % 4)).toEqual([0, 0, 0]);
    expect(new Set(tokens.map((text) => text.indexOf('=') - text.length))).toHaveLength(3);
    for (const [index, text] of tokens.entries()) {
      const query = `${READ_ROOM}?uuid=${['a', 'an', 'ann'][index]}`;
      expect((await sendAs(text, query)).status).toBe(200);
      expect((await sendAs(text.replaceAll('=', ''), query)).status).toBe(200);
    }
  });

  test('that was revoked without its padding is revoked', async () => {
    const { token, sendAs, revoke } = accessNetwork();
    const text = await token({ ...ROOM, uuid: 'ann' });
    await revoke(text.replaceAll('=', ''));
    expect((await sendAs(text, `${READ_ROOM}?uuid=ann`)).json).toMatchObject({ message: 'Token is revoked' });
  });

  test('that is refused says no names: it is the token that is wrong', async () => {
    const { token, sendAs } = accessNetwork();
    const text = await token(ROOM);
    const forged = `${text.slice(0, -8)}AAAAAAAA`;
    for (const wrong of [forged, text.slice(0, -4), 'p0F2', `${text}!`]) {
      const { status, json } = await sendAs(wrong, READ_ROOM);
      expect(status).toBe(403);
      expect(json).not.toHaveProperty('payload');
    }
  });

  test('for one user is of no use to another', async () => {
    const { token, sendAs } = accessNetwork();
    const text = await token({ ...ROOM, uuid: 'ann' });
    const statuses = [];
    for (const query of ['?uuid=ann', '?uuid=bob', ''])
      statuses.push((await sendAs(text, READ_ROOM + query)).status);
    expect(statuses).toEqual([200, 403, 403]);
  });

  test('of another origin with another secret is of no use', async () => {
    const { token } = accessNetwork({
      keysets: [{ subscribeKey: 'demo', publishKey: 'demo', secretKey: 'x' }],
    });
    await expect(token(ROOM)).rejects.toThrow('Invalid signature');
  });

  test('keeps what is told beside it', async () => {
    const { askToken } = accessNetwork();
    const meta = { text: 'a', number: 1.5, flag: true, none: null, nested: { list: [1, 'x'] } };
    expect((await askToken({ ...ROOM, meta, uuid: 'ann' })).json).toMatchObject({
      data: { token: expect.stringMatching(/^qEF2AkF0/) },
    });
  });
});

describe('to revoke', () => {
  const revokeError = (message: string) => ({
    error: {
      details: [{ location: 'token', locationType: 'path', message }],
      message: 'Invalid token',
      source: 'revoke',
    },
    service: 'Access Manager',
    status: 400,
  });

  test('an expired token is refused in the recorded words', async () => {
    const { token, revoke, clock } = accessNetwork();
    const text = await token({ ...ROOM, ttl: 1 });
    clock.jump(60_000);
    expect((await revoke(text)).json).toEqual(revokeError('Token is expired.'));
  });

  test.each(['bad-token', 'p0F2AkF0', 'a%20b'])('%j is refused', async (text) => {
    const { revoke } = accessNetwork();
    expect((await revoke(text)).json).toEqual(revokeError('Token is not one of this keyset.'));
  });

  test('more tokens than there is room for is refused, and they stay valid', async () => {
    const { token, revoke, sendAs } = accessNetwork({ limits: { revokedTokens: 1 } });
    const [one, two] = [await token(ROOM), await token({ ...ROOM, ttl: 5 })];
    expect((await revoke(one)).status).toBe(200);
    expect((await revoke(two)).json).toMatchObject({ status: 400, message: 'Too many revoked tokens' });
    expect((await sendAs(two, READ_ROOM)).status).toBe(200);
  });
});

test('without permissions being asked for, tokens are minted and not needed', async () => {
  const { send, token, sendAs } = accessNetwork({ access: false });
  const text = await token({ resources: { channels: { other: allBut() } } });
  expect((await send(READ_ROOM)).status).toBe(200);
  expect((await sendAs(text, READ_ROOM)).status).toBe(200);
});

test('no token or auth key makes the origin fail, and none that was not granted is of use', async () => {
  const { token, sendAs } = accessNetwork();
  const good = await token(ROOM);
  // The bits that the last character has to spare, and the padding, do not belong to the token.
  const whole = good.replaceAll('=', '').slice(0, -1);
  const auth = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.base64String().map((text) => `p0F2${text}`),
    fc
      .tuple(fc.nat({ max: good.length - 2 }), fc.string({ minLength: 1, maxLength: 3 }))
      .map(([at, text]) => `${good.slice(0, at)}${text}${good.slice(at + 3)}`),
  );
  await fc.assert(
    fc.asyncProperty(auth, async (text) => {
      fc.pre(!text.startsWith(whole));
      expect((await sendAs(text, READ_ROOM)).status).toBe(403);
    }),
    { numRuns: 300 },
  );
});
