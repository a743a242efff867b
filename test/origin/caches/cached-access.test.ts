import { describe, expect, test } from 'vitest';
import { CachedAccess } from '../../../src/origin/caches/cached-access.ts';
import { MemoryAccess } from '../../../src/origin/store/memory/access.ts';
import { MemoryLog } from '../../../src/origin/store/memory/log.ts';
import { counting } from '../../support/delayed-store.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const on = (name: string, authKey?: string) => ({ resource: 'channels' as const, name, authKey });

/** A cache before a store with a clock of its own. */
function opened() {
  const [clock, storeClock] = [new VirtualClock(0), new VirtualClock(0)];
  const calls: string[] = [];
  const store = new MemoryAccess(new MemoryLog(storeClock), storeClock);
  const access = new CachedAccess(
    counting(store, (call) => calls.push(call)),
    clock,
    {
      limits: { entries: 100, bytes: 10_000 },
    },
  );
  const checks = () => calls.filter((call) => call === 'check').length;
  const jump = (milliseconds: number) => {
    clock.jump(milliseconds);
    storeClock.jump(milliseconds);
  };
  return { clock, store, access, checks, jump };
}

describe('grants and tokens that are kept', () => {
  test('are asked for once, also those that are not there', async () => {
    const { store, access, checks } = opened();
    const grant = { ...on('a', 'key'), bits: 1, ttlMs: undefined };
    await store.grant([grant]);
    await store.revoke('t', 1_000);
    const query = { tokenId: 't', targets: [on('a', 'key'), on('a'), on('b')] };
    for (let times = 0; times < 3; times++)
      expect(await access.check(query)).toEqual({ isRevoked: true, grants: [grant] });
    expect(await access.check({ tokenId: 'u', targets: [on('b')] })).toEqual({
      isRevoked: false,
      grants: [],
    });
    expect(checks()).toBe(2);
    expect(await access.check({ targets: [] })).toEqual({ isRevoked: false, grants: [] });
    expect(checks()).toBe(2);
  });

  test('end with what is left of them, on whichever clock that was measured', async () => {
    const { clock, store, access, jump, checks } = opened();
    clock.jump(3_600_000);
    await store.grant([{ ...on('a'), bits: 1, ttlMs: 1_000 }]);
    jump(400);
    const targets = [on('a')];
    expect((await access.check({ targets })).grants).toMatchObject([{ ttlMs: 600 }]);
    jump(599);
    expect((await access.check({ targets })).grants).toMatchObject([{ ttlMs: 1 }]);
    expect(checks()).toBe(1);
    jump(1);
    expect((await access.check({ targets })).grants).toEqual([]);
    expect(checks()).toBe(2);
  });

  test('are read again after the clock was set back', async () => {
    const { clock, store, access, checks } = opened();
    await store.grant([{ ...on('a'), bits: 1, ttlMs: 1_000 }]);
    clock.jump(500);
    await access.check({ targets: [on('a')] });
    clock.jump(-100);
    await access.check({ targets: [on('a')] });
    expect(checks()).toBe(2);
  });

  test.each([
    ['grant', (access: CachedAccess) => access.grant([{ ...on('a'), bits: 1, ttlMs: undefined }])],
    ['revocation', (access: CachedAccess) => access.revoke('t', 1_000)],
  ])('are read again after a %s through them', async (_, change) => {
    const { access, checks } = opened();
    await access.check({ targets: [on('a')] });
    await change(access);
    await access.check({ targets: [on('a')] });
    expect(checks()).toBe(2);
  });
});
