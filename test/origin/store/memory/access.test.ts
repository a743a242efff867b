import { expect, test } from 'vitest';
import { targetKey } from '../../../../src/origin/store/access.ts';
import { MemoryAccess } from '../../../../src/origin/store/memory/access.ts';
import { MemoryLog } from '../../../../src/origin/store/memory/log.ts';
import { eachPage } from '../../../../src/origin/store/page.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const on = (name: string, authKey?: string) => ({ resource: 'channels' as const, name, authKey });

function opened(rules = { grants: 2, revokedTokens: 2 }) {
  const clock = new VirtualClock(0);
  const log = new MemoryLog(clock);
  const access = new MemoryAccess(log, clock, rules);
  const granted = async (...targets: readonly ReturnType<typeof on>[]) =>
    (await access.check({ targets })).grants;
  const isRevoked = async (tokenId: string) => (await access.check({ tokenId, targets: [] })).isRevoked;
  const all = () => access.grants({ limit: 100 });
  /** How often it was logged that something has changed. */
  const told = async () =>
    (await log.readAfter('0', 100)).entries.filter(({ kind }) => kind === 'access').length;
  return { clock, access, granted, isRevoked, all, told };
}

test('a grant is in force until it expires, for its target only', async () => {
  const { clock, access, granted, all } = opened();
  const grant = { ...on('a', 'key'), bits: 3, ttlMs: 1_000 };
  expect(await access.grant([grant])).toBe(true);
  expect(await granted(on('a', 'key'), on('a'), on('b', 'key'))).toEqual([grant]);
  clock.jump(400);
  expect(await granted(on('a', 'key'))).toEqual([{ ...grant, ttlMs: 600 }]);
  clock.jump(600);
  expect(await granted(on('a', 'key'))).toEqual([]);
  expect(await all()).toEqual([]);
});

test('a later grant takes the place of an earlier one, and one of nothing takes it away', async () => {
  const { access, granted, all } = opened();
  await access.grant([{ ...on('a'), bits: 3, ttlMs: undefined }]);
  await access.grant([{ ...on('a'), bits: 1, ttlMs: undefined }]);
  expect(await granted(on('a'))).toMatchObject([{ bits: 1 }]);
  await access.grant([{ ...on('a'), bits: 0, ttlMs: undefined }]);
  expect(await all()).toEqual([]);
});

test('too many grants change nothing, until some have expired', async () => {
  const { clock, access, all } = opened();
  const grants = (...names: readonly string[]) =>
    names.map((name) => ({ ...on(name), bits: 1, ttlMs: 1_000 }));
  expect(await access.grant(grants('a', 'b', 'c'))).toBe(false);
  expect(await all()).toEqual([]);
  expect(await access.grant(grants('a', 'b'))).toBe(true);
  expect(await access.grant(grants('b'))).toBe(true);
  expect(await access.grant(grants('c'))).toBe(false);
  clock.jump(1_000);
  expect(await access.grant([{ ...on('c'), bits: 1, ttlMs: undefined }])).toBe(true);
});

test('revoked tokens are remembered while they would be valid, and no more than there is room for', async () => {
  const { clock, access, isRevoked } = opened();
  expect(await access.revoke('a', 1_000)).toBe(true);
  expect(await access.revoke('b', 2_000)).toBe(true);
  expect(await access.revoke('b', 2_000)).toBe(true);
  expect(await access.revoke('c', 2_000)).toBe(false);
  expect([await isRevoked('a'), await isRevoked('c')]).toEqual([true, false]);
  clock.jump(1_000);
  expect(await access.revoke('c', 1_000)).toBe(true);
  expect([await isRevoked('a'), await isRevoked('b')]).toEqual([false, true]);
});

test('each change of a grant or a token is logged, and what changes nothing is not', async () => {
  const { access, told } = opened();
  const one = { ...on('a'), bits: 1, ttlMs: undefined };
  const steps = [
    [() => access.grant([one, { ...on('b'), bits: 1, ttlMs: undefined }]), 1],
    [() => access.grant([{ ...on('c'), bits: 1, ttlMs: undefined }]), 1],
    [() => access.grant([{ ...on('c'), bits: 0, ttlMs: undefined }]), 1],
    [() => access.grant([{ ...one, bits: 0 }]), 2],
    [() => access.revoke('t', 1_000), 3],
    [() => access.revoke('t', 1_000), 3],
  ] as const;
  for (const [step, times] of steps) {
    await step();
    expect(await told()).toBe(times);
  }
});

test('one call finds the token and all grants of a request', async () => {
  const { access } = opened();
  await access.grant([{ ...on('a'), bits: 1, ttlMs: undefined }]);
  await access.revoke('t', 1_000);
  expect(await access.check({ tokenId: 't', targets: [on('a'), on('b')] })).toEqual({
    isRevoked: true,
    grants: [{ ...on('a'), bits: 1, ttlMs: undefined }],
  });
  expect(await access.check({ tokenId: 'u', targets: [] })).toEqual({ isRevoked: false, grants: [] });
});

test('all grants in force are listed page by page, also with expired ones between them', async () => {
  const { clock, access } = opened({ grants: 100, revokedTokens: 1 });
  for (let index = 0; index < 30; index++) {
    await access.grant([{ ...on(`c${index}`), bits: 1, ttlMs: index % 3 === 0 ? 5_000 : 1_000 }]);
  }
  clock.jump(1_000);
  const names: string[] = [];
  const pages = eachPage({
    read: (page) => access.grants(page),
    nameOf: (one) => targetKey(one),
    nextTurn: async () => undefined,
    size: 4,
  });
  for await (const page of pages) names.push(...page.map(({ name }) => name));
  expect(names.toSorted()).toEqual(['c0', 'c12', 'c15', 'c18', 'c21', 'c24', 'c27', 'c3', 'c6', 'c9']);
});
