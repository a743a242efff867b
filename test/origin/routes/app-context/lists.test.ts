import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { appContext, bodyOf, type ObjectsBody } from '../../../support/app-context-calls.ts';

type Item = Readonly<Record<string, unknown>> & { readonly id: string };

const idsOf = ({ data }: ObjectsBody) => (data as Item[]).map(({ id }) => id);

/** An App Context with channels of these names, made in this order, a second apart. */
async function withChannels(channels: Readonly<Record<string, object>>) {
  const context = appContext();
  for (const [id, fields] of Object.entries(channels)) {
    await context.patch(`channels/${id}`, fields);
    context.clock.jump(500);
  }
  const list = async (query: Readonly<Record<string, string | number>> = {}) =>
    bodyOf(await context.get('channels', query));
  return { ...context, list };
}

const named = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${String(index).padStart(3, '0')}`, {}]));

describe('a page of a list', () => {
  test('has the cursors that were recorded', async () => {
    const { list } = await withChannels(named(16));
    const first = await list({ limit: 10 });
    expect(first).toMatchObject({ next: 'MTA' });
    expect(Object.keys(first)).toEqual(['status', 'data', 'next']);
    expect(await list({ limit: 5, start: 'MTA' })).toMatchObject({ next: 'MTU', prev: 'MTA' });
    expect(await list({ limit: 1 })).toMatchObject({ next: 'MQ' });
    expect(await list({ start: 'MTU' })).toMatchObject({ data: [{ id: 'c015' }], next: 'MTY', prev: 'MTU' });
    expect(await list({ start: 'MTY' })).toEqual({ status: 200, data: [] });
    expect(await appContext().get('channels')).toMatchObject({ text: '{"status":200,"data":[]}' });
  });

  test('has a hundred objects unless fewer are asked for, and never more', async () => {
    const { list } = await withChannels(named(101));
    expect((await list()).data).toHaveLength(100);
    expect((await list({ limit: '' })).data).toHaveLength(100);
    expect((await list({ limit: 101 })).data).toHaveLength(100);
    expect((await list({ limit: 99 })).data).toHaveLength(99);
  });

  test.each([['true'], ['True'], ['1']])('says with count=%s how many there are', async (count) => {
    const { list } = await withChannels({ a: { name: 'x' }, b: { name: 'x' }, c: {} });
    expect(await list({ count, limit: 1 })).toMatchObject({ totalCount: 3, next: 'MQ' });
    expect(await list({ count, filter: 'name == "x"' })).toMatchObject({ totalCount: 2 });
    expect(await list({ count, limit: 0 })).toEqual({ status: 200, data: [], totalCount: 3 });
    expect(await list({ count, start: 'OQ' })).toEqual({ status: 200, data: [], totalCount: 3 });
  });

  test('does not say how many there are unless asked by count', async () => {
    const { list } = await withChannels({ a: {} });
    for (const query of [{}, { count: 'false' }, { count: 'False' }, { include: 'totalCount' }]) {
      expect(await list(query)).not.toHaveProperty('totalCount');
    }
  });

  test('goes on where the one before ended, forwards and backwards, until it is empty', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 12 }), fc.integer({ min: 1, max: 5 }), async (size, limit) => {
        const { list } = await withChannels(named(size));
        const forward: string[] = [];
        let last: ObjectsBody | undefined;
        for (let page = await list({ limit }); page.next; page = await list({ limit, start: page.next })) {
          forward.push(...idsOf(page));
          last = page;
        }
        expect(forward).toEqual(Object.keys(named(size)));
        if (!last) return;
        const backward = [...idsOf(last)];
        for (let page = last; page.prev; ) {
          page = await list({ limit, end: page.prev });
          backward.unshift(...idsOf(page));
        }
        expect(backward).toEqual(forward);
      }),
      { numRuns: 40 },
    );
  });

  test('goes forward when both cursors of a page are handed back', async () => {
    const { list } = await withChannels(named(5));
    const { next = '', prev = '' } = await list({ limit: 2, start: 'Mg' });
    expect(idsOf(await list({ limit: 2, start: next, end: prev }))).toEqual(['c004']);
    expect(idsOf(await list({ limit: 2, start: 'Mg==' }))).toEqual(['c002', 'c003']);
  });

  test('ends early when it would be too large, and the next begins there', async () => {
    const { patch, get } = appContext({ limits: { answerBytes: 2_500 } });
    for (const id of ['a', 'b', 'c']) await patch(`channels/${id}`, { description: id.repeat(1_000) });
    const first = bodyOf(await get('channels'));
    expect(idsOf(first)).toEqual(['a', 'b']);
    expect(idsOf(bodyOf(await get('channels', { start: first.next })))).toEqual(['c']);
  });
});

const ROOMS = {
  a: { name: 'Zoo', status: 'open', type: 'x', custom: { size: 3 } },
  b: { name: 'Alps', status: 'open', custom: { size: 10, wet: true } },
  c: { status: 'closed', type: 'x' },
  d: { name: 'alps', description: 'high', type: 'y', custom: { 'a name': 'v' } },
};

describe('a list is sorted', () => {
  test.each([
    ['id', 'abcd'],
    ['id:desc', 'dcba'],
    ['name', 'badc'],
    ['name:desc', 'cdab'],
    ['updated', 'abcd'],
    ['updated:desc', 'dcba'],
    ['status,name:asc', 'cbad'],
    ['type:desc,id:desc', 'bdca'],
    ['', 'abcd'],
  ])('by %s', async (sort, expected) => {
    const { list } = await withChannels(ROOMS);
    expect(idsOf(await list({ sort })).join('')).toBe(expected);
  });

  test('by several fields in parameters of their own', async () => {
    const { send } = await withChannels(ROOMS);
    const reply = await send('/v2/objects/demo/channels?sort=status%3Adesc&sort=name%3Adesc');
    expect(idsOf(bodyOf(reply)).join('')).toBe('dabc');
  });

  test('by the time of the last change, however many digits it has', async () => {
    const { list, patch, clock } = await withChannels({ a: {}, b: {}, c: {} });
    clock.jump(1_000 - (clock.now() % 1_000));
    await patch('channels/b', { name: 'on the second' });
    clock.jump(1);
    await patch('channels/a', { name: 'a millisecond later' });
    clock.jump(99);
    await patch('channels/c', { name: 'a tenth later' });
    expect(idsOf(await list({ sort: 'updated' }))).toEqual(['b', 'a', 'c']);
  });
});

describe('a list is filtered', () => {
  test.each([
    ['name == "Alps"', 'b'],
    ["name LIKE 'alps'", 'bd'],
    ['name LIKE "*z*" || description == "high"', 'ad'],
    ['status == "open" && custom.size < 5', 'a'],
    ['custom.wet == true', 'b'],
    ['custom["a name"] == "v"', 'd'],
    ['id != "a" && type == "x"', 'c'],
    ['updated > "1970-01-01"', 'abcd'],
    ['updated < "1970-01-01"', ''],
    ['!(status == "open")', 'cd'],
  ])('by %s', async (filter, expected) => {
    const { list } = await withChannels(ROOMS);
    expect(idsOf(await list({ filter })).join('')).toBe(expected);
  });

  test('and a filter that would take long is refused', async () => {
    const { patch, list } = await withChannels({});
    for (let index = 0; index < 30; index++) {
      await patch(`channels/c${index}`, { description: 'a'.repeat(20_000) });
    }
    const searches = Array.from({ length: 60 }, (_, index) => `description LIKE "*b${index}*"`);
    const reply = await list({ filter: searches.join(' || ') });
    expect(reply.error?.details).toEqual([
      { message: 'It takes too long.', location: 'filter', locationType: 'query' },
    ]);
  });
});

const INVALID: readonly (readonly [query: string, location: string])[] = [
  ['limit=-1', 'limit'],
  ['limit=ten', 'limit'],
  ['limit=1e3', 'limit'],
  ['start=x', 'start'],
  ['start=LTE', 'start'],
  ['start=%2A', 'start'],
  ['end=%E2%82%AC', 'end'],
  ['end=MS41', 'end'],
  ['sort=size', 'sort'],
  ['sort=name:up', 'sort'],
  ['sort=name:asc:desc', 'sort'],
  ['sort=custom.size', 'sort'],
  ['sort=name&sort=uuid.name', 'sort'],
  ['filter=name%20%3D%3D', 'filter'],
  ['filter=size%20%3D%3D%201', 'filter'],
  ['filter=custom%20%3D%3D%201', 'filter'],
  ['filter=custom.a.b%20%3D%3D%201', 'filter'],
  ['filter=constructor.custom.a%20%3D%3D%201', 'filter'],
];

test.each(INVALID)('%s is refused, and says that it is the %s', async (query, location) => {
  const { send, patch, get } = appContext();
  const reply = await send(`/v2/objects/demo/channels?${query}`);
  expect(reply).toMatchObject({ status: 400, contentType: 'application/json' });
  expect(reply.json).toEqual({
    status: 400,
    error: {
      message: 'Request payload contained invalid input.',
      source: 'objects',
      details: [{ message: expect.any(String), location, locationType: 'query' }],
    },
  });
  await patch('channels/x/uuids', { set: [{ uuid: { id: 'u' } }] });
  const relations = await send(`/v2/objects/demo/channels/x/uuids?${query.replace('uuid.name', 'id')}`, {
    method: 'PATCH',
    body: '{"delete":[{"uuid":{"id":"u"}}]}',
  });
  expect(relations.status).toBe(400);
  expect(bodyOf(await get('channels/x/uuids')).data).toHaveLength(1);
});
