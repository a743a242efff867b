import type { ShardStore } from '../store/store.ts';
import { ShardsFull, StoreUnavailable } from '../store/store.ts';
import { EVERYBODY } from './attendance.ts';
import { bytesOf, MINUTE, send, uploadOf } from './blobs.ts';
import { cases } from './case.ts';
import { ALL, message } from './entries.ts';
import { equal, isTrue } from './expect.ts';
import { entriesAfter } from './world.ts';

const ANN = { type: 'uuid', uuid: 'ann' } as const;
const TARGET = { resource: 'channels', name: 'a', authKey: 'key' } as const;

/** The engine as a whole. */
export const engineCases = cases('engine', {
  'a subscribe key that holds nothing has empty parts': async (world) => {
    equal(
      await contentsOf(await world.shard()),
      await contentsOf(await world.shard()),
      'the contents of two',
    );
    const { entries, ...rest } = await contentsOf(await world.shard());
    equal(entries, 0, 'the number of entries');
    const empty = [
      rest.history,
      rest.actions,
      rest.groups,
      rest.grants,
      rest.files,
      rest.channels,
      rest.users,
    ];
    equal(empty, [0, 0, [], 0, [], [], 0], 'the contents');
  },

  'the data of one subscribe key is not that of another': async (world) => {
    const [one, other] = [await world.shard(), await world.shard()];
    const heard = await world.tail(other.log);
    const before = await contentsOf(other);
    await fill(one);
    equal(await contentsOf(other), before, 'the contents of the other key');
    await other.log.append([message('last')]);
    await world.until(() => heard.entries.length > 0, 'an entry from the tail');
    equal(
      heard.entries.map(({ channel }) => channel),
      ['last'],
      'the entries of the other key',
    );
  },

  'keys that are alike are different': async (world) => {
    const engine = await world.engine();
    const keys = ['a', 'A', 'a-', 'a_', 'a-b', 'a-b-c', '__proto__', 'sub-c-0'];
    for (const key of keys) await engine.shard(key, world.rules()).groups.change(key, ['a'], []);
    for (const key of keys) {
      const { groups } = engine.shard(key, world.rules());
      equal(await groups.list({ limit: 9 }), [key], `the groups of ${key}`);
    }
  },

  'a subscribe key that is asked for twice has one set of data': async (world) => {
    const [engine, key] = [await world.engine(), world.key()];
    const [one, other] = [engine.shard(key, world.rules()), engine.shard(key, world.rules())];
    const heard = await world.tail(other.log);
    await fill(one);
    const contents = await contentsOf(one);
    equal(await contentsOf(other), contents, 'the contents');
    await world.until(
      () => heard.entries.length >= contents.entries,
      `${contents.entries} entries from the tail`,
    );
    engine.release?.(key);
    equal(await contentsOf(other), contents, 'the contents when one of two is released');
  },

  'data outlives its release': async (world) => {
    const [engine, key] = [await world.engine(), world.key()];
    const shard = engine.shard(key, world.rules());
    await fill(shard);
    const contents = await contentsOf(shard);
    const fence = await shard.log.fence();
    engine.release?.(key);
    const again = engine.shard(key, world.rules());
    equal(await contentsOf(again), contents, 'the contents');
    const [appended] = await again.log.append([message('a')]);
    isTrue((appended?.tt ?? '') > fence, `a stamp above ${fence}, got ${appended?.tt}`);
  },

  'a key that held nothing stamps above what it gave out when it is used again': async (world) => {
    const [engine, key] = [await world.engine(), world.key()];
    const { log } = engine.shard(key, world.rules());
    const fence = await log.fence(`${BigInt(await log.fence()) + 1_000n}`);
    engine.release?.(key);
    const [appended] = await engine.shard(key, world.rules()).log.append([message('a')]);
    isTrue((appended?.tt ?? '') > fence, `a stamp above ${fence}, got ${appended?.tt}`);
  },

  'a key is blank until it holds something': async (world) => {
    const engine = await world.engine();
    if (!engine.isBlank) return;
    const key = world.key();
    equal(engine.isBlank(key), true, 'whether a key that was never used is blank');
    const shard = engine.shard(key, world.rules());
    await contentsOf(shard);
    equal(engine.isBlank(key), true, 'whether a key that was only read is blank');
    engine.release?.(key);
    for (const write of WRITES) {
      const other = world.key();
      await write(engine.shard(other, world.rules()));
      equal(engine.isBlank(other), false, `whether a key is blank after ${write}`);
    }
  },

  'there is room for so many keys with data, and no more': async (world) => {
    const engine = await world.engine();
    const rules = world.rules({ shards: 2 });
    const keys = [world.key(), world.key()];
    for (const key of keys) await fill(engine.shard(key, rules));
    const error = thrownBy(() => engine.shard(world.key(), rules));
    isTrue(error instanceof ShardsFull, `ShardsFull to be thrown, got ${String(error)}`);
    for (const key of keys)
      isTrue((await contentsOf(engine.shard(key, rules))).entries > 0, 'the others to stay');
  },

  'it can be closed, also twice': async (world) => {
    const engine = await world.engine();
    await fill(await world.shard());
    await engine.close();
    await engine.close();
  },

  'calls of an engine that was closed reject with StoreUnavailable': async (world) => {
    const engine = await world.engine();
    if (engine.isLocal) return;
    const shard = await world.shard();
    await fill(shard);
    const closed = engine.close();
    for (const call of [() => shard.log.append([message('a')]), () => shard.groups.list({ limit: 9 })]) {
      const error = await call().then(
        () => undefined,
        (cause: unknown) => cause,
      );
      isTrue(error instanceof StoreUnavailable, `StoreUnavailable, got ${String(error)}`);
      await closed;
    }
  },
});

/** A change of each part that holds data. */
const WRITES: readonly ((shard: ShardStore) => Promise<unknown>)[] = [
  ({ log }) => log.append([message('a', '1', { history: {} }), message('b', '2', { publishId: 'k' })]),
  ({ presence }) => presence.touch([{ user: 'ann', channels: ['a'], states: new Map([['a', '{"x":1}']]) }]),
  ({ groups }) => groups.change('g', ['a', 'b'], []),
  ({ access }) => access.grant([{ ...TARGET, bits: 3, ttlMs: undefined }]),
  ({ access }) => access.revoke('token', MINUTE),
  ({ actions }) => actions.add({ channel: 'a', message: '5', user: 'ann', type: 't', value: 'v' }),
  ({ files }) => files.announce(uploadOf('announced'), MINUTE),
  ({ files }) => send(files, 'sent', 5),
  ({ push }) => push.change('device', ['a', 'b'], []),
  ({ objects }) => {
    const object = { fields: { name: 'Ann' }, updated: '2026-01-01T00:00:00Z', eTag: 't' };
    return objects.write([{ key: ANN, expected: undefined, object, announce: [message('a')] }]);
  },
];

/** Puts something into each part. */
export async function fill(shard: ShardStore): Promise<void> {
  for (const write of WRITES) await write(shard);
}

/** What is in each part, as far as cases compare it. */
export async function contentsOf(shard: ShardStore) {
  const { log, presence, groups, history, access, actions, files, objects, push } = shard;
  const { totalOccupancy } = await presence.hereNow(undefined, EVERYBODY);
  const found = await access.check({ tokenId: 'token', targets: [TARGET] });
  return {
    entries: (await entriesAfter(log)).length,
    users: totalOccupancy,
    states: await presence.getState('ann', ['a']),
    groups: await groups.list({ limit: 9 }),
    members: await groups.members(['g']),
    history: (await history.count(['a', 'b'], [ALL, ALL])).reduce((sum, count) => sum + count),
    grants: (await access.grants({ limit: 9 })).length,
    isRevoked: found.isRevoked,
    actions: (await actions.list('a', ALL)).length,
    files: ((await files.list('a', 9, undefined))?.files ?? []).map(({ id, size }) => `${id} ${size}`),
    announced: await files.announced('announced'),
    bytes: await bytesOf(files, 'sent'),
    objects: await objects.get([ANN]),
    channels: await push.channels('device', { limit: 9 }),
  };
}

function thrownBy(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return error;
  }
}
