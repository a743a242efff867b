import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OriginLimits } from '../../../../src/origin/index.ts';
import { ROUTES } from '../../../../src/origin/routes/table.ts';
import { appContext, bodyOf } from '../../../support/app-context-calls.ts';

const invalid = (location: string, locationType = 'body') => ({
  status: 400,
  error: {
    message: 'Request payload contained invalid input.',
    source: 'objects',
    details: [{ message: expect.any(String), location, locationType }],
  },
});

describe.each(['uuids/x', 'channels/x', 'uuids/x/channels', 'channels/x/uuids'])('a body for %s', (path) => {
  test.each([
    ['nothing', ''],
    ['half of it', '{"name":'],
    ['no JSON', 'name=x'],
    ['two values', '{} {}'],
    ['no UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d)],
    ['compressed JSON', Uint8Array.of(0x1f, 0x8b, 8, 0)],
  ])('that is %s is refused with 415', async (_, body) => {
    const { send } = appContext();
    const reply = await send(`/v2/objects/demo/${path}`, { method: 'PATCH', body });
    expect(reply).toMatchObject({ status: 415, contentType: 'application/json' });
    expect(reply.text).toBe(
      '{"status":415,"error":{"message":"Request payload must be in JSON format.","source":"objects"}}',
    );
  });

  test.each(['null', '[]', '"x"', '1'])('that is %s is refused with 400', async (body) => {
    const { patch } = appContext();
    expect(await patch(path, body)).toMatchObject({ status: 400, json: invalid('') });
  });
});

test.each([
  ['uuids/x', { name: 1 }, 'name'],
  ['uuids/x', { profileUrl: {} }, 'profileUrl'],
  ['channels/x', { description: false }, 'description'],
  ['channels/x', { status: ['s'] }, 'status'],
  ['channels/x', { custom: 'text' }, 'custom'],
  ['channels/x', { custom: [] }, 'custom'],
  ['channels/x', { custom: { a: {} } }, 'custom'],
  ['channels/x', { custom: { a: ['b'] } }, 'custom'],
  ['uuids/x', '{"custom":{"a":1e999}}', 'custom'],
  ['uuids/x/channels', { set: {} }, 'set'],
  ['uuids/x/channels', { delete: 'c' }, 'delete'],
  ['uuids/x/channels', { set: ['c'] }, 'set.0.channel.id'],
  ['uuids/x/channels', { set: [{ channel: 'c' }] }, 'set.0.channel.id'],
  ['uuids/x/channels', { set: [{ uuid: { id: 'c' } }] }, 'set.0.channel.id'],
  ['uuids/x/channels', { set: [{ channel: { id: 'a,b' } }] }, 'set.0.channel.id'],
  ['uuids/x/channels', { delete: [{ channel: { id: '' } }] }, 'delete.0.channel.id'],
  ['uuids/x/channels', { set: [{ channel: { id: 'c-pnpres' } }] }, 'set.0.channel.id'],
  ['channels/x/uuids', { set: [{ uuid: { id: 'u' } }, { uuid: { id: 'v' }, status: 1 }] }, 'set.1.status'],
  ['channels/x/uuids', { set: [{ uuid: { id: 'u' }, custom: { a: [] } }] }, 'set.0.custom'],
  ['channels/x/uuids', { set: [{ uuid: { id: 'u' } }], delete: [{ uuid: { id: 'u' } }] }, 'delete.0'],
])('%s does not take %j', async (path, body, location) => {
  const { patch, get } = appContext();
  const reply = await patch(path, body);
  expect(reply).toMatchObject({ status: 400, contentType: 'application/json' });
  expect(reply.json).toEqual(invalid(location));
  for (const list of ['uuids', 'channels', 'uuids/x/channels', 'channels/x/uuids']) {
    expect(bodyOf(await get(list)).data).toEqual([]);
  }
});

const DEEP = `${'['.repeat(7_000)}${']'.repeat(7_000)}`;

test.each([
  ['uuids/x', `{"name":${DEEP}}`, 'name'],
  ['uuids/x', `{"custom":{"a":${DEEP}}}`, 'custom'],
  ['channels/x', `{"custom":${DEEP}}`, 'custom'],
  ['uuids/x/channels', `{"set":[{"channel":{"id":"c"},"custom":{"a":${DEEP}}}]}`, 'set.0.custom'],
  ['channels/x/uuids', `{"set":[{"uuid":{"id":"u"},"status":${DEEP}}]}`, 'set.0.status'],
])('%s does not take a value that nests deeper than a stack is, at %#', async (path, body, location) => {
  const { patch } = appContext();
  expect(await patch(path, body)).toMatchObject({ status: 400, json: invalid(location) });
});

test('each field that is wrong is named', async () => {
  const { patch } = appContext();
  const { error } = bodyOf(await patch('uuids/x', { name: 1, email: [], custom: 1 }));
  expect(error?.details).toMatchObject([{ location: 'name' }, { location: 'email' }, { location: 'custom' }]);
});

test('what is not known in a body is passed over, as in one that was read and is sent back', async () => {
  const { patch } = appContext();
  const body = { id: 'other', name: 'X', updated: 'then', eTag: 'e', more: { a: [] } };
  const { data } = bodyOf(await patch('channels/x', body));
  expect(data).toMatchObject({ id: 'x', name: 'X' });
  expect((data as { eTag: string }).eTag).not.toBe('e');
});

test.each([
  ['uuids', 'uuid', '', 'It must not be empty.'],
  ['channels', 'channel', 'a,b', 'It must not contain a comma: it separates names.'],
  ['channels', 'channel', 'a\n', 'It must not contain control characters.'],
  ['uuids', 'uuid', 'x'.repeat(93), 'It must have at most 92 characters, not 93.'],
  ['channels', 'channel', '..', 'It must not be exactly "..": URLs drop that path segment.'],
  ['uuids', 'uuid', 'x-pnpres', 'It must not end in "-pnpres".'],
])('%s have no %s called %j', async (path, location, id, message) => {
  const { send } = appContext();
  for (const rest of ['', path === 'uuids' ? '/channels' : '/uuids']) {
    for (const method of ['GET', 'PATCH', ...(rest === '' ? ['DELETE'] : [])]) {
      const one = `/v2/objects/demo/${path}/${encodeURIComponent(id)}${rest}`;
      const reply = await send(one, { method, body: '{}' });
      expect(reply).toMatchObject({ status: 400, json: invalid(location, 'path') });
      expect(bodyOf(reply).error?.details).toMatchObject([{ message }]);
    }
  }
});

test('a user id may hold a comma', async () => {
  const { patch } = appContext();
  expect((await patch('uuids/a%2Cb', {})).status).toBe(200);
});

describe('no more than the limit of', () => {
  const open = async (limits: Partial<OriginLimits>) => {
    const context = appContext({ limits });
    const refused = async (path: string, body: unknown) => {
      const { status, json } = await context.patch(path, body);
      return [status, (json as { error?: { message: string } }).error?.message];
    };
    return { ...context, refused };
  };
  const members = (...ids: string[]) => ({ set: ids.map((id) => ({ uuid: { id } })) });

  test('objects of a subscribe key', async () => {
    const { patch, refused, remove } = await open({ objects: 2 });
    await patch('uuids/a', {});
    await patch('channels/a/uuids', members('a'));
    expect(await refused('channels/a', {})).toEqual([400, 'Maximum object count exceeded: at most 2.']);
    expect((await patch('uuids/a', { name: 'still' })).status).toBe(200);
    await remove('uuids/a');
    expect((await patch('channels/a', {})).status).toBe(200);
  });

  test('members of one channel, of which none is added when they are too many', async () => {
    const { get, patch, refused } = await open({ memberships: 2 });
    await patch('channels/a/uuids', members('a'));
    const message = 'Maximum membership count exceeded: at most 2 of one user or channel.';
    expect(await refused('channels/a/uuids', members('b', 'c'))).toEqual([400, message]);
    expect(bodyOf(await get('channels/a/uuids')).data).toHaveLength(1);
    expect((await patch('channels/b/uuids', members('b', 'c'))).status).toBe(200);
  });

  test('memberships in one request', async () => {
    const { patch, refused } = await open({});
    const ids = Array.from({ length: 101 }, (_, index) => `u${index}`);
    expect((await patch('channels/a/uuids', members(...ids.slice(1)))).status).toBe(200);
    expect(await refused('channels/a/uuids', members(...ids))).toEqual([
      400,
      'Too many memberships in one request: at most 100.',
    ]);
  });

  test('bytes of one object, whatever the number of requests', async () => {
    const { patch, refused } = await open({ objectBytes: 100 });
    const message = 'Maximum object size exceeded: at most 100 bytes.';
    expect((await patch('channels/a', { name: 'x'.repeat(50) })).status).toBe(200);
    expect(await refused('channels/a', { description: 'x'.repeat(50) })).toEqual([413, message]);
    expect(await refused('channels/b', { custom: { a: 'ä'.repeat(50) } })).toEqual([413, message]);
    const item = { uuid: { id: 'u' }, status: 'x'.repeat(100) };
    expect(await refused('channels/a/uuids', { set: [item] })).toEqual([413, message]);
  });

  test('bytes of a body, which is not even parsed when it is several times as large as an object', async () => {
    const { patch, refused } = await open({ objectBytes: 1_000, membershipChanges: 2 });
    const spaces = (count: number) => ({ name: 'x', ignored: 'x'.repeat(count) });
    const message = 'Request payload is too large.';
    expect((await patch('channels/a', spaces(4_900))).status).toBe(200);
    expect(await refused('channels/a', spaces(5_100))).toEqual([413, message]);
    const item = (count: number) => ({ uuid: { id: 'u' }, ignored: 'x'.repeat(count) });
    expect((await patch('channels/a/uuids', { set: [item(8_900)] })).status).toBe(200);
    expect(await refused('channels/a/uuids', { set: [item(9_100)] })).toEqual([413, message]);
  });

  test('characters of a subscribe key', async () => {
    const { patch, refused } = await open({ objectsBytes: 100 });
    expect((await patch('channels/a', { name: 'x'.repeat(70) })).status).toBe(200);
    const message = expect.stringMatching(
      /^Maximum total object size exceeded: at most 100, and for all .* half of \d+ entries and of \d+\.$/,
    );
    expect(await refused('channels/b', { name: 'x'.repeat(70) })).toEqual([400, message]);
    expect((await patch('channels/a', { name: 'y' })).status).toBe(200);
    expect((await patch('channels/b', { name: 'x'.repeat(70) })).status).toBe(200);
  });

  test('characters of a subscribe key, of which each member of custom counts a hundred more', async () => {
    const { patch, refused } = await open({ objectsBytes: 1_100 });
    const custom = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 1]));
    const message = expect.stringMatching(
      /^Maximum total object size exceeded: at most 1100, and for all .* half of \d+ entries and of \d+\.$/,
    );
    expect(await refused('channels/a', { custom: custom(11) })).toEqual([400, message]);
    expect((await patch('channels/a', { custom: custom(9) })).status).toBe(200);
    expect(await refused('channels/b', { custom: custom(2) })).toEqual([400, message]);
    expect((await patch('channels/a', { custom: null })).status).toBe(200);
    expect((await patch('channels/b', { custom: custom(9) })).status).toBe(200);
  });
});

test.each([
  ['list-users', 'uuids', undefined, [['uuids', ['*'], 'get']]],
  ['get-user', 'uuids/a', undefined, [['uuids', ['a'], 'get']]],
  ['set-user', 'uuids/a', {}, [['uuids', ['a'], 'update']]],
  ['remove-user', 'uuids/a', undefined, [['uuids', ['a'], 'delete']]],
  ['list-channels', 'channels', undefined, [['channels', ['*'], 'get']]],
  ['get-channel', 'channels/c', undefined, [['channels', ['c'], 'get']]],
  ['set-channel', 'channels/c', {}, [['channels', ['c'], 'update']]],
  ['remove-channel', 'channels/c', undefined, [['channels', ['c'], 'delete']]],
  ['get-memberships', 'uuids/a', undefined, [['uuids', ['a'], 'get']]],
  [
    'set-memberships',
    'uuids/a',
    { set: [{ channel: { id: 'c' } }], delete: [{ channel: { id: 'd' } }] },
    [
      ['uuids', ['a'], 'update'],
      ['channels', ['c', 'd'], 'join'],
    ],
  ],
  ['get-members', 'channels/c', undefined, [['channels', ['c'], 'get']]],
  ['set-members', 'channels/c', {}, [['channels', ['c'], 'manage']]],
])('%s needs the permissions of the protocol', async (operation, path, body, expected) => {
  const route = ROUTES.find((known) => known.operation === operation);
  const [, id = ''] = path.split('/');
  const { limits } = appContext().origin;
  const request = { body: new TextEncoder().encode(JSON.stringify(body ?? null)) };
  const call = { request, services: { limits }, segment: () => id } as never; // All that `needs` looks at.
  const needs = await route?.needs(call);
  expect(needs?.map(({ resource, names, permission }) => [resource, names, permission])).toEqual(expected);
});

const piece = fc.oneof(
  fc.constantFrom('uuids', 'channels', 'a', 'a,b', 'a-pnpres', '__proto__', '%00', '..', ''),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const name = fc.constantFrom('include', 'count', 'limit', 'start', 'end', 'filter', 'sort', 'uuid');
const value = fc.oneof(
  fc.constantFrom('custom', 'name:asc', 'MTA', 'custom.a == 1', 'name LIKE "*a*"', '__proto__', '-1', '!!'),
  fc.string({ unit: 'binary', maxLength: 30 }),
);
const json = fc.oneof(
  fc.json(),
  fc.string(),
  fc
    .dictionary(fc.constantFrom('set', 'delete', 'name', 'custom', '__proto__'), fc.jsonValue())
    .map((body) => JSON.stringify(body)),
);

test('whatever a request holds, it is answered in the shapes of the protocol', async () => {
  const { send, patch } = appContext();
  await patch('uuids/a', { name: 'A', custom: { a: 1 } });
  await patch('uuids/a/channels', { set: [{ channel: { id: 'a' } }] });
  const method = fc.constantFrom('GET', 'PATCH', 'DELETE');
  const query = fc.array(fc.tuple(name, value), { maxLength: 4 });
  const path = fc.array(piece, { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(method, path, fc.tuple(query, json), async (verb, segments, [parameters, body]) => {
      const encoded = (text: string) => encodeURIComponent(text.toWellFormed());
      const target = `/v2/objects/demo/uuids/${segments.map(encoded).join('/')}`;
      const text = parameters.map(([key, given]) => `${key}=${encoded(given)}`).join('&');
      const reply = await send(`${target}?${text}`, { method: verb, body });
      expect([200, 400, 404, 405, 412, 413, 415]).toContain(reply.status);
      expect(reply.json).toMatchObject({ status: reply.status });
    }),
    { numRuns: 500 },
  );
});
