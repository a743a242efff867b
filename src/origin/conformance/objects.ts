import type {
  KeyedObject,
  ObjectKey,
  ObjectRange,
  ObjectStore,
  ObjectWrite,
  StoredObject,
} from '../store/objects.ts';
import { nameIn } from '../store/objects.ts';
import { cases } from './case.ts';
import { message } from './entries.ts';
import { equal } from './expect.ts';
import { checkPages } from './pages.ts';
import { entriesAfter } from './world.ts';

const RULES = { objects: 100, memberships: 100, characters: 100_000 };
const ANN = { type: 'uuid', uuid: 'ann' } as const;
const ROOM = { type: 'channel', channel: 'room' } as const;
const ANN_IN_ROOM = { type: 'membership', uuid: 'ann', channel: 'room' } as const;
const OF_ANN = { type: 'membership', uuid: 'ann' } as const;
const IN_ROOM = { type: 'membership', channel: 'room' } as const;
const LISTED = [{ type: 'uuid' }, { type: 'channel' }, OF_ANN, IN_ROOM] as const;

/** Users, channels and memberships. */
export const objectCases = cases('objects', {
  'an object is read as it was written': async (world) => {
    const { objects } = await world.shard();
    const object: StoredObject = {
      fields: { name: 'ü😀', custom: { a: 1.5, b: null, c: true, d: '', __: 'x' }, status: '' },
      updated: '2026-11-22T06:00:00.123Z',
      eTag: 'AbC+/=',
    };
    for (const key of [ANN, ROOM, ANN_IN_ROOM, { type: 'uuid', uuid: '__proto__' }] as const) {
      equal(await objects.write([created(key, object)]), undefined, 'the problem');
      equal(await objects.get([key, { type: 'uuid', uuid: 'none' }]), [object, undefined], 'the objects');
    }
    equal(await objects.get([]), [], 'no objects');
  },

  'users, channels and memberships of the same names are different objects': async (world) => {
    const { objects } = await world.shard();
    const keys: readonly ObjectKey[] = [
      { type: 'uuid', uuid: 'a' },
      { type: 'channel', channel: 'a' },
      { type: 'membership', uuid: 'a', channel: 'a' },
      { type: 'membership', uuid: 'a', channel: 'b/c' },
      { type: 'membership', uuid: 'a/b', channel: 'c' },
    ];
    for (const [index, key] of keys.entries()) await objects.write([created(key, version(index))]);
    equal(
      await objects.get(keys),
      keys.map((_, index) => version(index)),
      'the objects',
    );
  },

  'a membership is listed with its user and with its channel': async (world) => {
    const { objects } = await world.shard();
    const names = ['b', 'c', 'a'];
    for (const [index, name] of names.entries()) {
      await objects.write([
        created({ type: 'membership', uuid: 'ann', channel: name }, version(index)),
        created({ type: 'membership', uuid: name, channel: 'room' }, version(index)),
        created({ type: 'uuid', uuid: name }, version(index)),
        created({ type: 'channel', channel: name }, version(index)),
      ]);
    }
    for (const range of [OF_ANN, IN_ROOM, { type: 'uuid' }, { type: 'channel' }] as const) {
      const listed = await objects.list(range, { limit: 9 });
      equal(namesOf(range, listed), ['a', 'b', 'c'], 'the names');
      equal(
        listed.map(({ object }) => object),
        [2, 0, 1].map(version),
        'the objects',
      );
      equal(await objects.count(range), 3, 'their number');
    }
    equal(await objects.list({ type: 'membership', uuid: 'none' }, { limit: 9 }), [], 'an empty range');
    equal(await objects.count({ type: 'membership', uuid: 'none' }), 0, 'its number');
  },

  'a change needs the object to be as expected, and otherwise changes nothing': async (world) => {
    const { objects, log } = await world.shard();
    await objects.write([created(ANN, version(1))]);
    const changes: readonly ObjectWrite[] = [
      { key: ANN, expected: undefined, object: version(2), announce: [message('t')] },
      { key: ANN, expected: 'tag 2', object: version(2), announce: [message('t')] },
      { key: ANN, expected: 'tag 2', object: undefined, announce: [message('t')] },
      { key: ROOM, expected: 'tag 1', object: version(2), announce: [message('t')] },
    ];
    for (const change of changes) {
      equal(await objects.write([created(ANN_IN_ROOM, version(1)), change]), 'conflict', 'the problem');
      equal(await objects.get([ANN, ROOM, ANN_IN_ROOM]), [version(1), undefined, undefined], 'the objects');
    }
    equal(await entriesAfter(log), [], 'the entries');
    const both = [changed(ANN, 1, version(2)), created(ROOM, version(3))];
    equal(await objects.write(both), undefined, 'the problem');
    equal(await objects.get([ANN, ROOM]), [version(2), version(3)], 'the objects');
    equal(await objects.write([changed(ANN, 2, undefined)]), undefined, 'the problem of a deletion');
    equal(
      [await objects.get([ANN]), await objects.count({ type: 'uuid' })],
      [[undefined], 0],
      'what is left',
    );
  },

  'of changes at the same time each that is written saw the one before': async (world) => {
    const { objects } = await world.shard();
    await objects.write([created(ANN, version(0))]);
    await Promise.all(Array.from({ length: 8 }, () => increment(objects, 5)));
    const [object] = await objects.get([ANN]);
    equal(object, version(40), 'the object after 40 changes by 8 writers');
  },

  'a batch is told in its order, in the same step': async (world) => {
    const { objects, log } = await world.shard();
    const reads: Promise<readonly unknown[]>[] = [];
    const heard = await world.tail(log, () => reads.push(objects.get([ANN, ROOM])));
    const batch = [
      { ...created(ANN, version(1)), announce: [message('a', '1'), message('b', '2')] },
      { ...created(ROOM, version(2)), announce: [message('a', '3')] },
    ];
    await objects.write(batch);
    await world.until(() => heard.entries.length >= 3, 'three entries from the tail');
    equal(
      heard.entries.map(({ data }) => data),
      [{ payload: '1' }, { payload: '2' }, { payload: '3' }],
      'the entries',
    );
    for (const found of await Promise.all(reads)) equal(found, [version(1), version(2)], 'the objects');
  },

  'a range that a batch empties must be empty then': async (world) => {
    const { objects } = await world.shard();
    const other = { ...ANN_IN_ROOM, uuid: 'bob' };
    await objects.write([
      created(ROOM, version(1)),
      created(ANN_IN_ROOM, version(1)),
      created(other, version(1)),
    ]);
    const emptying = [changed(ROOM, 1, undefined), changed(ANN_IN_ROOM, 1, undefined)];
    equal(await objects.write(emptying, IN_ROOM), 'conflict', 'the problem');
    equal(await objects.count(IN_ROOM), 2, 'the number of members');
    equal(
      await objects.write([...emptying, changed(other, 1, undefined)], IN_ROOM),
      undefined,
      'the problem',
    );
    equal([await objects.count(IN_ROOM), await objects.get([ROOM])], [0, [undefined]], 'what is left');
  },

  'each limit is named, and what exceeds it changes nothing': async (world) => {
    const members = (count: number) =>
      Array.from({ length: count }, (_, index) => created({ ...ANN_IN_ROOM, uuid: `u${index}` }, version(1)));
    for (const [rules, problem] of [
      [{ objects: 3 }, 'objects'],
      [{ memberships: 3 }, 'memberships'],
      [{ characters: 70 }, 'characters'],
    ] as const) {
      const { objects, log } = await world.shard({ objects: { ...RULES, ...rules } });
      equal(await objects.write(members(4)), problem, 'the problem of four');
      equal([await objects.count(IN_ROOM), await entriesAfter(log)], [0, []], 'what is there');
      equal(await objects.write(members(3)), undefined, 'the problem of three');
      const [first, second, third] = members(3).map(({ key }) => key);
      if (!first || !second || !third) return;
      equal(await objects.write([changed(first, 1, version(2))]), undefined, 'the problem of a change');
      await objects.write([changed(second, 1, undefined), changed(third, 1, undefined)]);
      equal(await objects.write([created(second, version(1))]), undefined, 'the problem when there is room');
    }
  },

  'memberships of one user are limited as those of one channel': async (world) => {
    const { objects } = await world.shard({ objects: { ...RULES, memberships: 1 } });
    equal(await objects.write([created(ANN_IN_ROOM, version(1))]), undefined, 'the problem');
    const more = created({ ...ANN_IN_ROOM, channel: 'other' }, version(1));
    equal(await objects.write([more]), 'memberships', 'the problem of another channel');
    const replacing = [changed(ANN_IN_ROOM, 1, undefined), more];
    equal(await objects.write(replacing), undefined, 'the problem of an exchange');
  },

  'without limits there is any number': async (world) => {
    const { objects } = await world.shard();
    const batch = Array.from({ length: 2_000 }, (_, index) =>
      created({ ...ANN_IN_ROOM, uuid: `u${index}` }, version(1)),
    );
    equal(await objects.write(batch), undefined, 'the problem');
    equal(await objects.count(IN_ROOM), batch.length, 'the number of members');
  },

  'objects are listed page by page': (world) =>
    world.scripts(async (choices) => {
      const { objects } = await world.shard();
      const range: ObjectRange = choices.of(LISTED);
      const set = (object: StoredObject | undefined) => async (name: string) => {
        const key = keyIn(range, name);
        const [known] = await objects.get([key]);
        await objects.write([{ key, expected: known?.eTag, object, announce: [] }]);
      };
      await checkPages({
        world,
        choices,
        read: (page) => objects.list(range, page),
        nameOf: ({ key }) => nameIn(range, key),
        add: set(version(1)),
        remove: set(undefined),
      });
    }),
});

/** An object of a given version. */
export function version(number: number): StoredObject {
  return { fields: { name: `v${number}` }, updated: `2026-01-01T00:00:${number}Z`, eTag: `tag ${number}` };
}

function created(key: ObjectKey, object: StoredObject): ObjectWrite {
  return { key, expected: undefined, object, announce: [] };
}

function changed(key: ObjectKey, from: number, object: StoredObject | undefined): ObjectWrite {
  return { key, expected: version(from).eTag, object, announce: [] };
}

async function increment(objects: ObjectStore, times: number): Promise<void> {
  for (let left = times; left > 0; ) {
    const [object] = await objects.get([ANN]);
    const number = Number(object?.eTag.slice('tag '.length));
    const problem = await objects.write([changed(ANN, number, version(number + 1))]);
    if (problem === undefined) left--;
    else equal(problem, 'conflict', 'the problem of a change');
  }
}

function namesOf(range: ObjectRange, listed: readonly KeyedObject[]): readonly string[] {
  return listed.map(({ key }) => nameIn(range, key));
}

/** The key of an object in a range. */
function keyIn(range: ObjectRange, name: string): ObjectKey {
  if ('uuid' in range) return { ...range, channel: name };
  if ('channel' in range) return { ...range, uuid: name };
  return range.type === 'uuid' ? { type: 'uuid', uuid: name } : { type: 'channel', channel: name };
}
