import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entityTag, rfc3339 } from '../../../../src/origin/routes/app-context/document.ts';
import { appContext, bodyOf } from '../../../support/app-context-calls.ts';

const ALL = { include: 'custom,status,type' };
const KINDS = [
  { path: 'uuids', noun: 'User', texts: ['name', 'externalId', 'profileUrl', 'email'] },
  { path: 'channels', noun: 'Channel', texts: ['name', 'description'] },
] as const;
const HEX = /^[0-9a-f]{32}$/;

test('a user is answered as it was recorded', async () => {
  const { patch, clock } = appContext();
  clock.jump(Date.parse('2025-02-06T21:16:34.527Z') - clock.now());
  const reply = await patch(
    'uuids/someuuid',
    {
      name: 'Some name',
      email: 'test@example.com',
      externalId: '1234',
      profileUrl: 'http://example.com',
      custom: { key1: 'val1' },
      status: 'online',
      type: 'QA',
    },
    ALL,
  );
  expect(reply).toMatchObject({ status: 200, contentType: 'application/json' });
  const { data } = bodyOf(reply) as { data: Record<string, unknown> };
  expect(Object.keys(data)).toEqual([
    ...['id', 'name', 'externalId', 'profileUrl', 'email', 'type', 'status', 'custom', 'updated', 'eTag'],
  ]);
  expect(data).toEqual({
    id: 'someuuid',
    name: 'Some name',
    externalId: '1234',
    profileUrl: 'http://example.com',
    email: 'test@example.com',
    type: 'QA',
    status: 'online',
    custom: { key1: 'val1' },
    updated: '2025-02-06T21:16:34.527Z',
    eTag: expect.stringMatching(HEX),
  });
});

describe.each(KINDS)('$path', ({ path, noun, texts }) => {
  const unset = Object.fromEntries(texts.map((name) => [name, null]));

  test('are set, read and removed', async () => {
    const { get, patch, remove } = appContext();
    const data = {
      id: 'x',
      ...unset,
      name: 'X',
      updated: expect.any(String),
      eTag: expect.stringMatching(HEX),
    };
    expect(bodyOf(await patch(`${path}/x`, { name: 'X' }))).toEqual({ status: 200, data });
    expect(bodyOf(await get(`${path}/x`))).toEqual({ status: 200, data });
    expect((await remove(`${path}/x`)).text).toBe('{"status":200,"data":null}');
    const gone = await get(`${path}/x`);
    expect(gone).toMatchObject({ status: 404, contentType: 'application/json' });
    expect(gone.text).toBe(
      '{"status":404,"error":{"message":"Requested object was not found.","source":"objects"}}',
    );
    expect((await remove(`${path}/x`)).status).toBe(200);
  });

  test('keep what a call does not name, and lose what it sets to null', async () => {
    const { patch } = appContext();
    await patch(`${path}/x`, { name: 'X', status: 's', type: 't', custom: { a: 1, b: 'two' } });
    const changed = async (change: object) => bodyOf(await patch(`${path}/x`, change, ALL)).data;
    const whole = { ...unset, name: 'X', status: 's', type: 't', custom: { a: 1, b: 'two' } };
    expect(await changed({})).toMatchObject(whole);
    expect(await changed({ name: 'Y' })).toMatchObject({ ...whole, name: 'Y' });
    expect(await changed({ status: null })).toMatchObject({ ...whole, name: 'Y', status: null });
    expect(await changed({ custom: { b: null, c: true } })).toMatchObject({ custom: { b: null, c: true } });
    expect(await changed({ custom: null, name: null })).toMatchObject({ ...unset, custom: null, type: 't' });
  });

  test.each([
    ['', []],
    ['custom', ['custom']],
    ['status,type', ['type', 'status']],
    ['type,nonsense,totalCount,custom,type,status', ['type', 'status', 'custom']],
  ])('have with include=%s the fields %j', async (include, fields) => {
    const { get, patch } = appContext();
    const expected = ['id', ...texts, ...fields, 'updated', 'eTag'];
    const set = bodyOf(await patch(`${path}/x`, { status: 's' }, { include })).data;
    expect(Object.keys(set as object)).toEqual(expected);
    expect(Object.keys(bodyOf(await get(`${path}/x`, { include })).data as object)).toEqual(expected);
    const [item] = bodyOf(await get(path, { include })).data as [object];
    expect(Object.keys(item)).toEqual(expected);
  });

  test('are not changed by one who has an older version', async () => {
    const { get, patch, remove } = appContext();
    const { eTag } = bodyOf(await patch(`${path}/x`, { name: 'one' })).data as { eTag: string };
    const renamed = await patch(`${path}/x`, { name: 'two' }, {}, { 'if-match': eTag });
    expect(renamed.status).toBe(200);
    const stale = await patch(`${path}/x`, { name: 'three' }, {}, { 'if-match': eTag });
    expect(stale).toMatchObject({ status: 412, contentType: 'application/json' });
    expect(stale.json).toEqual({
      status: 412,
      error: { message: `${noun} to update has been modified after it was read.`, source: 'objects' },
    });
    expect((await remove(`${path}/x`, { 'if-match': eTag })).status).toBe(412);
    expect((await patch(`${path}/new`, {}, {}, { 'if-match': eTag })).status).toBe(412);
    expect((await patch(`${path}/new`, {}, {}, { 'if-match': '*' })).status).toBe(412);
    expect(bodyOf(await get(`${path}/x`)).data).toMatchObject({ name: 'two' });
    const current = (bodyOf(renamed).data as { eTag: string }).eTag;
    for (const tag of [`"${current}"`, '*', '']) {
      expect((await patch(`${path}/x`, { name: 'two' }, {}, { 'if-match': tag })).status).toBe(200);
    }
    expect((await remove(`${path}/x`, { 'if-match': current })).status).toBe(200);
  });

  test('have a new version and time exactly when a field has changed', async () => {
    const { patch, clock } = appContext();
    const version = async (body: object) => {
      clock.jump(1_500);
      const { eTag, updated } = bodyOf(await patch(`${path}/x`, body)).data as {
        eTag: string;
        updated: string;
      };
      return { eTag, updated };
    };
    const first = await version({ name: 'X', custom: { a: 1, b: 2 } });
    expect(await version({ name: 'X' })).toEqual(first);
    expect(await version({ custom: { b: 2, a: 1 } })).toEqual(first);
    expect(await version({ status: null })).toEqual(first);
    const second = await version({ custom: { a: 1, b: '2' } });
    expect(second.eTag).not.toBe(first.eTag);
    expect(second.updated).not.toBe(first.updated);
    expect((await version({ custom: { a: 1, b: 2 } })).eTag).toBe(first.eTag);
  });

  test('have names that need encoding, and members of any name', async () => {
    const { get, patch } = appContext();
    const custom = '{"__proto__":"p","constructor":1,"":null,"a.b":"c","toString":false}';
    for (const id of ['a b', 'a/b', 'a%2Fb', '😀', '__proto__', 'constructor', 'n.*']) {
      const one = `${path}/${encodeURIComponent(id)}`;
      const reply = await patch(one, `{"custom":${custom},"name":"${id}"}`, ALL);
      expect(reply.status).toBe(200);
      const read = await get(one, ALL);
      expect(read.text).toBe(reply.text);
      expect(bodyOf(read).data).toMatchObject({ id, name: id });
      expect(read.text).toContain(`"custom":${custom}`);
    }
  });

  test('of one subscribe key are not those of another', async () => {
    const { patch, send } = appContext();
    await patch(`${path}/x`, { name: 'X' });
    expect((await send(`/v2/objects/other/${path}/x`)).status).toBe(404);
    expect((await send(`/v2/objects/other/${path}`)).json).toEqual({ status: 200, data: [] });
  });
});

test('a user and a channel of one name are two', async () => {
  const { get, patch, remove } = appContext();
  await patch('uuids/x', { name: 'user' });
  await patch('channels/x', { name: 'channel' });
  await remove('channels/x');
  expect(bodyOf(await get('uuids/x')).data).toMatchObject({ name: 'user' });
});

test('an eTag depends on the fields and not on the order of their keys', async () => {
  const fields = fc.dictionary(fc.string(), fc.string());
  await fc.assert(
    fc.asyncProperty(fields, fields, async (a, b) => {
      const turned = Object.fromEntries(Object.entries(a).reverse());
      expect(await entityTag(turned)).toBe(await entityTag(a));
      const [one, other] = [a, b].map((map) => JSON.stringify(Object.entries(map).sort()));
      expect((await entityTag(a)) === (await entityTag(b))).toBe(one === other);
    }),
  );
});

test.each([
  [0, '1970-01-01T00:00:00Z'],
  [1_738_876_594_527, '2025-02-06T21:16:34.527Z'],
  [1_738_876_594_500, '2025-02-06T21:16:34.5Z'],
  [1_738_876_594_000.25, '2025-02-06T21:16:34.00025Z'],
  [1_738_876_594_999.5, '2025-02-06T21:16:34.9995Z'],
])('%d is written as %s', (milliseconds, text) => {
  expect(rfc3339(milliseconds)).toBe(text);
});
