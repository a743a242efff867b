import { expect, test } from 'vitest';
import { MemoryAccess } from '../../../../src/origin/store/memory/access.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const on = (name: string, authKey?: string) => ({ resource: 'channels' as const, name, authKey });

function opened(rules = { grants: 2, revokedTokens: 2 }) {
  const clock = new VirtualClock(0);
  return { clock, access: new MemoryAccess(clock, rules) };
}

test('a grant is in force until it expires, for its target only', async () => {
  const { clock, access } = opened();
  const grant = { ...on('a', 'key'), bits: 3, expires: 1_000 };
  expect(await access.grant([grant])).toBe(true);
  expect(await access.granted([on('a', 'key'), on('a'), on('b', 'key')])).toEqual([grant]);
  clock.jump(1_000);
  expect(await access.granted([on('a', 'key')])).toEqual([]);
  expect(await access.grants()).toEqual([]);
});

test('a later grant takes the place of an earlier one, and one of nothing takes it away', async () => {
  const { access } = opened();
  await access.grant([{ ...on('a'), bits: 3, expires: undefined }]);
  await access.grant([{ ...on('a'), bits: 1, expires: undefined }]);
  expect(await access.granted([on('a')])).toMatchObject([{ bits: 1 }]);
  await access.grant([{ ...on('a'), bits: 0, expires: undefined }]);
  expect(await access.grants()).toEqual([]);
});

test('too many grants change nothing, until some have expired', async () => {
  const { clock, access } = opened();
  const grants = (...names: readonly string[]) =>
    names.map((name) => ({ ...on(name), bits: 1, expires: 1_000 }));
  expect(await access.grant(grants('a', 'b', 'c'))).toBe(false);
  expect(await access.grants()).toEqual([]);
  expect(await access.grant(grants('a', 'b'))).toBe(true);
  expect(await access.grant(grants('b'))).toBe(true);
  expect(await access.grant(grants('c'))).toBe(false);
  clock.jump(1_000);
  expect(await access.grant([{ ...on('c'), bits: 1, expires: undefined }])).toBe(true);
});

test('revoked tokens are remembered while they would be valid, and no more than there is room for', async () => {
  const { clock, access } = opened();
  expect(await access.revoke('a', 1_000)).toBe(true);
  expect(await access.revoke('b', 2_000)).toBe(true);
  expect(await access.revoke('b', 2_000)).toBe(true);
  expect(await access.revoke('c', 2_000)).toBe(false);
  expect([await access.isRevoked('a'), await access.isRevoked('c')]).toEqual([true, false]);
  clock.jump(1_000);
  expect(await access.revoke('c', 2_000)).toBe(true);
  expect([await access.isRevoked('a'), await access.isRevoked('b')]).toEqual([false, true]);
});
