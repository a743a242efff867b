import { describe, expect, test } from 'vitest';
import { MemoryEngine } from '../../../../src/origin/store/memory/engine.ts';
import type { ObjectWrite } from '../../../../src/origin/store/objects.ts';
import type { Engine } from '../../../../src/origin/store/store.ts';
import { appContext, bodyOf } from '../../../support/app-context-calls.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const ANY = { updated: expect.any(String), eTag: expect.stringMatching(/^[A-Za-z0-9+/]{14}$/) };
const KINDS = [
  { owner: 'uuids', other: 'channels', type: 'channel' },
  { owner: 'channels', other: 'uuids', type: 'uuid' },
] as const;

describe.each(KINDS)('$owner/x/$other', ({ owner, other, type }) => {
  const path = `${owner}/x/${other}`;
  const to = (id: string, fields: object = {}) => ({ [type]: { id }, ...fields });
  const ids = (body: { readonly data?: unknown }) =>
    (body.data as Record<string, { id: string }>[]).map((item) => item[type]?.id);

  test('are set, deleted and listed, each change being answered with the whole list', async () => {
    const { patch, get } = appContext();
    expect((await get(path)).text).toBe('{"status":200,"data":[]}');
    const set = await patch(path, { set: [to('b'), to('a')], delete: [] });
    expect(set).toMatchObject({ status: 200, contentType: 'application/json' });
    expect(bodyOf(set)).toEqual({ status: 200, data: [to('a', ANY), to('b', ANY)], next: 'Mg' });
    expect(ids(bodyOf(await patch(path, { set: [to('c')], delete: [to('a'), to('none')] })))).toEqual([
      'b',
      'c',
    ]);
    expect(ids(bodyOf(await get(path)))).toEqual(['b', 'c']);
    expect(ids(bodyOf(await patch(path, {})))).toEqual(['b', 'c']);
    expect(ids(bodyOf(await patch(path, { delete: [to('b')] }, { limit: 1, count: 'true' })))).toEqual(['c']);
  });

  test('are the same from either side', async () => {
    const { patch, get } = appContext();
    await patch(path, { set: [to('y', { custom: { a: 1 }, status: 's', type: 't' })] });
    const include = { include: 'custom,status,type' };
    const [mine] = bodyOf(await get(path, include)).data as [Record<string, unknown>];
    const [theirs] = bodyOf(await get(`${other}/y/${owner}`, include)).data as [Record<string, unknown>];
    const back = type === 'uuid' ? 'channel' : 'uuid';
    const { [type]: there, ...rest } = mine;
    expect(there).toEqual({ id: 'y' });
    expect(theirs).toEqual({ [back]: { id: 'x' }, ...rest });
    expect(Object.keys(mine)).toEqual([type, 'type', 'status', 'custom', 'updated', 'eTag']);
    expect(rest).toEqual({ type: 't', status: 's', custom: { a: 1 }, ...ANY });
    await patch(`${other}/y/${owner}`, { delete: [{ [back]: { id: 'x' } }] });
    expect(bodyOf(await get(path)).data).toEqual([]);
  });

  test('keep what a change does not name, and lose what it sets to null', async () => {
    const { patch } = appContext();
    const changed = async (fields: object) => {
      const body = { set: [to('y', fields)] };
      return (bodyOf(await patch(path, body, { include: 'custom,status,type' })).data as [object])[0];
    };
    const first = await changed({ custom: { a: 1 }, status: 's' });
    expect(first).toEqual(to('y', { type: null, status: 's', custom: { a: 1 }, ...ANY }));
    expect(await changed({})).toEqual(first);
    expect(await changed({ status: null, type: 't' })).toMatchObject({
      status: null,
      type: 't',
      custom: { a: 1 },
    });
    expect(await changed({ custom: null })).toMatchObject({ type: 't', custom: null });
  });

  test.each([
    ['', []],
    [`${type}.status,${type}.type`, []],
    [type, ['name', 'updated', 'eTag']],
    [`${type},${type}.type`, ['name', 'updated', 'eTag', 'type']],
    [`${type}.custom`, ['name', 'updated', 'eTag', 'custom']],
  ])('lead with include=%s to objects that have %j', async (include, fields) => {
    const { patch, get } = appContext();
    await patch(`${other}/y`, { name: 'Y', custom: { a: 1 }, type: 't', status: 's' });
    await patch(path, { set: [to('y'), to('z')] });
    const [known, unknown] = bodyOf(await get(path, { include })).data as [object, object];
    const related = Object.keys((known as Record<string, object>)[type] ?? {});
    expect(related).toEqual(expect.arrayContaining(['id', ...fields]));
    for (const name of ['name', 'type', 'status', 'custom']) {
      expect(related.includes(name)).toBe((fields as string[]).includes(name));
    }
    expect((unknown as Record<string, object>)[type]).toEqual({ id: 'z' });
  });

  test('are sorted and filtered by their own fields and by those of what they lead to', async () => {
    const { patch, get } = appContext();
    await patch(`${other}/a`, { name: 'Zoe', status: 'in', custom: { level: 2 } });
    await patch(`${other}/b`, { name: 'Ann', custom: { level: 3 } });
    await patch(path, {
      set: [to('a', { status: '1' }), to('b', { status: '2', custom: { k: 'v' } }), to('c')],
    });
    const found = async (query: Readonly<Record<string, string>>) => ids(bodyOf(await get(path, query)));
    expect(await found({ sort: `${type}.name` })).toEqual(['b', 'a', 'c']);
    expect(await found({ sort: 'status:desc' })).toEqual(['c', 'b', 'a']);
    expect(await found({ sort: `${type}.id:desc` })).toEqual(['c', 'b', 'a']);
    expect(await found({ filter: `${type}.name LIKE "z*"` })).toEqual(['a']);
    expect(await found({ filter: `${type}.custom.level > 2 && custom.k == "v"` })).toEqual(['b']);
    expect(await found({ filter: `status != "1" && ${type}.id != "b"` })).toEqual(['c']);
    for (const query of [{ sort: 'name' }, { filter: 'name == "a"' }, { filter: `${type} == "a"` }]) {
      expect((await get(path, query)).status).toBe(400);
    }
  });

  test('go with the one that they are of', async () => {
    const { patch, get, remove } = appContext();
    await patch(`${owner}/x`, { name: 'X' });
    await patch(path, { set: [to('y'), to('z')] });
    await patch(`${owner}/w/${other}`, { set: [to('y')] });
    await remove(`${owner}/x`);
    expect(bodyOf(await get(path)).data).toEqual([]);
    expect(bodyOf(await get(`${other}/y/${owner}`)).data).toHaveLength(1);
    expect(bodyOf(await get(`${other}/z/${owner}`)).data).toEqual([]);
  });

  test('take the last of two entries with one name', async () => {
    const { patch } = appContext();
    const body = { set: [to('y', { status: '1', type: 't' }), to('y', { status: '2' })] };
    const reply = await patch(path, body, { include: 'status,type' });
    expect(bodyOf(reply).data).toEqual([to('y', { status: '2', type: 't', ...ANY })]);
  });
});

test('changes that many make at once are all there', async () => {
  const { patch, get, told, now } = appContext();
  const since = await now();
  const users = Array.from({ length: 150 }, (_, index) => `u${index}`);
  const set = [{ channel: { id: 'c' } }];
  const replies = await Promise.all(
    users.flatMap((user) => [
      patch(`uuids/${user}/channels`, { set }),
      patch('channels/room', { custom: { [user]: true } }),
    ]),
  );
  expect(replies.every(({ status }) => status === 200)).toBe(true);
  expect(bodyOf(await get('channels/c/uuids', { count: 'true' })).totalCount).toBe(150);
  expect(await told('u0', since)).toHaveLength(1);
});

test.each([
  [3, 200],
  [Number.POSITIVE_INFINITY, 409],
])('a change that meets %d conflicts is answered with %d', async (conflicts, status) => {
  const clock = new VirtualClock();
  const engine = new MemoryEngine({ clock, random: () => 0.5 });
  let left = conflicts;
  const store: Engine = {
    isLocal: true,
    close: () => engine.close(),
    shard: (key, rules) => {
      const shard = engine.shard(key, rules);
      const write = async (batch: readonly ObjectWrite[]) => {
        if (left-- > 0) return 'conflict';
        return shard.objects.write(batch);
      };
      const { objects } = shard;
      return {
        ...shard,
        objects: {
          get: (keys) => objects.get(keys),
          list: (range, page) => objects.list(range, page),
          count: (range) => objects.count(range),
          write,
        },
      };
    },
  };
  const { patch, get } = appContext({ clock, store });
  expect((await patch('channels/c', { name: 'C' })).status).toBe(status);
  expect((await get('channels/c')).status).toBe(status === 200 ? 200 : 404);
});
