import { ZERO_STAMP } from '../store/stamp.ts';
import type { ShardRules, ShardStore } from '../store/store.ts';
import { MINUTE, uploadOf } from './blobs.ts';
import { cases } from './case.ts';
import { message } from './entries.ts';
import { equal } from './expect.ts';

/** Rules that change while a shard is in use. */
export const ruleCases = cases('engine', {
  'rules that are replaced while the data is in use hold from then on': async (world) => {
    const [engine, key] = [await world.engine(), world.key()];
    const groups = (most: number) => world.rules({ groups: { groups: most, channels: 10 } });
    const before = engine.shard(key, groups(1));
    equal(await before.groups.change('a', ['x'], []), undefined, 'the excess of the first group');
    equal(await before.groups.change('b', ['x'], []), 'groups', 'the excess of the second of one group');
    const after = engine.shard(key, groups(2));
    equal(await after.groups.change('b', ['x'], []), undefined, 'the excess of the second of two groups');
    engine.release?.(key);
    const reduced = engine.shard(key, groups(1));
    equal(await reduced.groups.list({ limit: 9 }), ['a', 'b'], 'the groups that were there before');
    equal(await reduced.groups.change('c', ['x'], []), 'groups', 'the excess of a third of one group');
    engine.release?.(key);
    engine.release?.(key);
  },

  'the rules of every part are replaced together': async (world) => {
    const [engine, key] = [await world.engine(), world.key()];
    const before = engine.shard(key, world.rules(allowing(1)));
    equal(await fillOnce(before, '1'), ACCEPTED, 'what is taken of the first of each');
    equal(await fillOnce(before, '2'), REFUSED, 'what is taken of the second of one');
    const after = engine.shard(key, world.rules(allowing(2)));
    equal(await fillOnce(after, '2'), ACCEPTED, 'what is taken of the second of two');
    equal(await fillOnce(before, '3'), REFUSED, 'what is taken of the third of two');
    engine.release?.(key);
    engine.release?.(key);
  },

  'a lease is as long as the rules say when it begins': async (world) => {
    const [engine, key] = [await world.engine(), world.key()];
    const shard = engine.shard(key, world.rules({ leaseMs: MINUTE }));
    const lengthOf = async (user: string) =>
      (await shard.presence.touch([{ user, channels: ['a'] }])).map(({ leaseMs }) => leaseMs);
    equal(await lengthOf('ann'), [MINUTE], 'the length of the first');
    engine.shard(key, world.rules({ leaseMs: 2 * MINUTE }));
    equal(await lengthOf('bob'), [2 * MINUTE], 'the length of the second');
    engine.release?.(key);
    engine.release?.(key);
  },

  'a log that may hold less from now on drops its oldest entries with the next one': async (world) => {
    const [engine, key] = [await world.engine(), world.key()];
    const log = (entries: number) =>
      world.rules({ log: { entries, bytes: 1e6, publishIds: 1_000, publishIdBytes: 1e6 } });
    const before = engine.shard(key, log(1_000));
    await before.log.append(Array.from({ length: 200 }, (_, index) => message(`channel-${index}`)));
    const after = engine.shard(key, log(10));
    await after.log.append([message('last')]);
    const { entries, trimmed } = await after.log.readAfter(ZERO_STAMP, 500);
    equal(trimmed, true, 'whether something was dropped');
    equal(entries.at(-1)?.channel, 'last', 'the newest entry');
    engine.release?.(key);
    engine.release?.(key);
  },
});

const PLENTY = 1e6;
const ACCEPTED = { lease: true, grant: true, revoked: true, upload: true, object: true, device: true };
const REFUSED = { lease: false, grant: false, revoked: false, upload: false, object: false, device: false };

// Rules that allow so much of everything.
function allowing(most: number): Partial<ShardRules> {
  const plenty = { entries: PLENTY, bytes: PLENTY };
  return {
    leases: { all: plenty, user: { entries: most, bytes: PLENTY } },
    access: { grants: most, revokedTokens: most, bytes: PLENTY },
    files: { files: PLENTY, bytes: PLENTY, uploads: most },
    objects: { objects: most, memberships: PLENTY, characters: PLENTY },
    push: { devices: most, channels: PLENTY, registrations: PLENTY, bytes: PLENTY },
  };
}

// Adds one thing to each part. Tells which of them were taken.
async function fillOnce(shard: ShardStore, name: string): Promise<typeof ACCEPTED> {
  const { presence, access, files, objects, push } = shard;
  const [touched] = await presence.touch([{ user: 'ann', channels: [name] }]);
  const target = { resource: 'channels', name, authKey: undefined, bits: 1, ttlMs: undefined } as const;
  const object = { fields: { name }, updated: '2026-11-22T06:00:00.123Z', eTag: 'a' };
  const key = { type: 'uuid', uuid: name } as const;
  return {
    lease: touched?.excess === undefined,
    grant: await access.grant([target]),
    revoked: await access.revoke(name, MINUTE),
    upload: (await files.announce(uploadOf(name), MINUTE)) === undefined,
    object: (await objects.write([{ key, expected: undefined, object, announce: [] }])) === undefined,
    device: (await push.change(name, ['a'], [])) === undefined,
  };
}
