import { type AccessRules, type Grant, type GrantTarget, targetKey } from '../store/access.ts';
import type { ShardStore } from '../store/store.ts';
import { cases, needing } from './case.ts';
import { equal, isTrue } from './expect.ts';
import { checkPages } from './pages.ts';
import { entriesAfter } from './world.ts';

const RULES: AccessRules = { grants: 2, revokedTokens: 2 };
const MINUTE = 60_000;
// Real time that may pass between two calls.
const SLACK_MS = 5_000;

/** Grants and revoked tokens. */
export const accessCases = cases('access', {
  'a grant is in force for its target only': async (world) => {
    const shard = await world.shard();
    const grant = { ...on('a', 'key'), bits: 3, ttlMs: undefined };
    equal(await shard.access.grant([grant]), true, 'whether there was room');
    const others = [on('a'), on('b', 'key'), on('a', 'ke'), on('', 'key'), on('a:key'), on('A', 'key')];
    const kinds = (['groups', 'uuids', 'subkey'] as const).map((resource) => ({
      ...on('a', 'key'),
      resource,
    }));
    equal(await granted(shard, ...others, ...kinds), [], 'the grants of other targets');
    equal(await granted(shard, ...others, on('a', 'key')), [grant], 'the grants');
  },

  'names and keys do not run together': async (world) => {
    const shard = await world.shard();
    const targets = [on('a', 'b'), on('a:b'), on('a:', 'b'), on('a', ':b'), on('', ''), on('')];
    for (const [index, target] of targets.entries())
      await shard.access.grant([{ ...target, bits: index + 1, ttlMs: undefined }]);
    for (const [index, target] of targets.entries())
      equal(
        (await granted(shard, target)).map(({ bits }) => bits),
        [index + 1],
        print(target),
      );
  },

  'a later grant replaces an earlier one, and one of nothing takes it away': async (world) => {
    const shard = await world.shard();
    for (const bits of [3, 1]) await shard.access.grant([{ ...on('a'), bits, ttlMs: undefined }]);
    equal(await granted(shard, on('a')), [{ ...on('a'), bits: 1, ttlMs: undefined }], 'the grants');
    await shard.access.grant([{ ...on('a'), bits: 0, ttlMs: undefined }]);
    equal([await granted(shard, on('a')), await list(shard)], [[], []], 'the grants');
  },

  'a grant says how long it is still in force': async (world) => {
    const shard = await world.shard();
    await shard.access.grant([{ ...on('a'), bits: 1, ttlMs: MINUTE }]);
    for (const [grant] of [await granted(shard, on('a')), await list(shard)]) {
      const { ttlMs = 0 } = grant ?? {};
      isTrue(ttlMs <= MINUTE && ttlMs > MINUTE - SLACK_MS, `about a minute, got ${ttlMs} ms`);
    }
  },

  'a grant expires by the clock of the store': needing('advance', async (world) => {
    const shard = await world.shard();
    await shard.access.grant([{ ...on('a'), bits: 1, ttlMs: MINUTE }]);
    await world.advance(MINUTE / 2);
    const [{ ttlMs = 0 } = {}] = await granted(shard, on('a'));
    isTrue(ttlMs <= MINUTE / 2 && ttlMs > MINUTE / 2 - SLACK_MS, `about half a minute, got ${ttlMs} ms`);
    await shard.access.grant([{ ...on('b'), bits: 1, ttlMs: MINUTE }]);
    await world.advance(MINUTE / 2);
    equal(
      (await granted(shard, on('a'), on('b'))).map(({ name }) => name),
      ['b'],
      'the grants in force',
    );
    equal(
      (await list(shard)).map(({ name }) => name),
      ['b'],
      'the list of grants in force',
    );
  }),

  'too many grants change nothing and are not told': async (world) => {
    const shard = await world.shard({ access: RULES });
    equal(await shard.access.grant(grants('a', 'b', 'c')), false, 'whether there was room');
    equal([await list(shard), await told(shard)], [[], 0], 'the grants, and how often it was told');
    equal(await shard.access.grant(grants('a', 'b')), true, 'whether there was room');
    equal(await shard.access.grant(grants('b')), true, 'whether there was room for one that is there');
    equal(await shard.access.grant(grants('c')), false, 'whether there was room for a third');
    equal(
      (await list(shard)).map(({ name }) => name),
      ['a', 'b'],
      'the grants',
    );
    await shard.access.grant([{ ...on('a'), bits: 0, ttlMs: undefined }]);
    equal(await shard.access.grant(grants('c')), true, 'whether there was room again');
  },

  'what has expired gives room': needing('advance', async (world) => {
    const { access } = await world.shard({ access: RULES });
    const limited = grants('a', 'b').map((grant) => ({ ...grant, ttlMs: MINUTE }));
    equal(await access.grant(limited), true, 'whether there was room');
    for (const [token, ttl] of [
      ['t', MINUTE],
      ['u', 2 * MINUTE],
    ] as const)
      equal(await access.revoke(token, ttl), true, 'whether there was room');
    equal(await access.revoke('v', MINUTE), false, 'whether there was room for a third token');
    await world.advance(MINUTE);
    equal(await access.grant(grants('c', 'd')), true, 'whether there was room for grants again');
    equal(await access.revoke('v', MINUTE), true, 'whether there was room for tokens again');
    const isRevoked = async (tokenId: string) => (await access.check({ tokenId, targets: [] })).isRevoked;
    equal([await isRevoked('u'), await isRevoked('v')], [true, true], 'whether the tokens are revoked');
  }),

  'characters are limited too': async (world) => {
    const { access } = await world.shard({ access: { grants: 100, revokedTokens: 100, bytes: 100 } });
    equal(await access.grant(grants('x'.repeat(200))), false, 'whether there was room for a long name');
    equal(await access.revoke('x'.repeat(200), MINUTE), false, 'whether there was room for a long token');
    equal(
      [await access.grant(grants('a')), await access.revoke('t', MINUTE)],
      [true, true],
      'room for short ones',
    );
  },

  'a revoked token is one for as long as it would be valid': needing('advance', async (world) => {
    const { access } = await world.shard();
    equal(await access.revoke('t', MINUTE), true, 'whether there was room');
    await world.advance(MINUTE - 1_000);
    equal((await access.check({ tokenId: 't', targets: [] })).isRevoked, true, 'whether it is revoked');
  }),

  'one call finds the token and all grants of a request': async (world) => {
    const { access } = await world.shard();
    await access.grant(grants('a'));
    await access.revoke('t', MINUTE);
    const found = { isRevoked: true, grants: grants('a') };
    equal(await access.check({ tokenId: 't', targets: [on('a'), on('b')] }), found, 'what was found');
    equal(await access.check({ tokenId: 'u', targets: [] }), { isRevoked: false, grants: [] }, 'nothing');
    equal(await access.check({ targets: [on('b')] }), { isRevoked: false, grants: [] }, 'nothing');
  },

  'each change is told once, whatever is in it, and no change is not': async (world) => {
    const shard = await world.shard();
    const { access } = shard;
    const steps: readonly (readonly [() => Promise<boolean>, number])[] = [
      [() => access.grant(grants('a', 'b')), 1],
      [() => access.grant([{ ...on('c'), bits: 0, ttlMs: undefined }]), 1],
      [() => access.grant([]), 1],
      [() => access.grant([{ ...on('a'), bits: 0, ttlMs: undefined }]), 2],
      [() => access.revoke('t', MINUTE), 3],
      [() => access.revoke('t', MINUTE), 3],
    ];
    for (const [step, times] of steps) {
      equal(await step(), true, 'whether there was room');
      equal(await told(shard), times, 'how often it was told');
    }
    isTrue(
      (await entriesAfter(shard.log)).every(({ kind }) => kind === 'access'),
      'entries of access only',
    );
  },

  'whoever hears of a change finds it': async (world) => {
    const shard = await world.shard();
    const checks: Promise<unknown>[] = [];
    const look = async () => {
      const { isRevoked, grants: found } = await shard.access.check({ tokenId: 't', targets: [on('a')] });
      return [isRevoked, found.length];
    };
    await world.tail(shard.log, () => checks.push(look()));
    await shard.access.grant(grants('a'));
    await world.until(() => checks.length > 0, 'an entry from the tail');
    await checks[0];
    await shard.access.revoke('t', MINUTE);
    await world.until(() => checks.length > 1, 'two entries from the tail');
    equal(
      await Promise.all(checks),
      [
        [false, 1],
        [true, 1],
      ],
      'what there was at each entry',
    );
  },

  'grants are listed page by page': (world) =>
    world.scripts(async (choices) => {
      const { access } = await world.shard();
      const change = (bits: number) => (name: string) =>
        access.grant([{ ...on(name), bits, ttlMs: undefined }]);
      await checkPages({
        world,
        choices,
        read: (page) => access.grants(page),
        nameOf: targetKey,
        add: change(1),
        remove: change(0),
      });
    }),

  'pages are as long as they can be, also when grants between them have expired': needing(
    'advance',
    async (world) => {
      const { access } = await world.shard();
      const all = Array.from({ length: 30 }, (_, index) => ({
        ...on(`c${index}`),
        bits: 1,
        ttlMs: index % 3 === 0 ? 2 * MINUTE : MINUTE,
      }));
      await access.grant(all);
      await world.advance(MINUTE);
      const first = await access.grants({ limit: 4 });
      const rest = await access.grants({ limit: 100, after: targetKey(first.at(-1) ?? on('')) });
      equal([first.length, rest.length], [4, 6], 'the lengths of the pages');
    },
  ),
});

function on(name: string, authKey?: string): GrantTarget {
  return { resource: 'channels', name, authKey };
}

function grants(...names: readonly string[]): readonly Grant[] {
  return names.map((name) => ({ ...on(name), bits: 1, ttlMs: undefined }));
}

async function granted(
  { access }: ShardStore,
  ...targets: readonly GrantTarget[]
): Promise<readonly Grant[]> {
  return (await access.check({ targets })).grants;
}

function list({ access }: ShardStore): Promise<readonly Grant[]> {
  return access.grants({ limit: 1_000 });
}

async function told({ log }: ShardStore): Promise<number> {
  return (await entriesAfter(log)).length;
}

function print(target: GrantTarget): string {
  return `the permissions of ${targetKey(target)}`;
}
