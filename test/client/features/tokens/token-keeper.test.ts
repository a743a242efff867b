import { PubNub } from 'timetoken';
import { describe, expect, it } from 'vitest';
import type { TokenReason } from '../../../../src/client/auth/token-provider.ts';
import { settingsFrom } from '../../../../src/client/config/settings.ts';
import { PubNubError } from '../../../../src/client/errors/pubnub-error.ts';
import { TokenKeeper } from '../../../../src/client/features/tokens/token-keeper.ts';
import { Cancellation } from '../../../../src/client/request/cancellation.ts';
import { Executor } from '../../../../src/client/request/execute.ts';
import { tokenWith } from '../../../support/access-tokens.ts';
import { settle, VirtualClock } from '../../../support/virtual-clock.ts';

const NOW = new VirtualClock().now() / 1_000;

/** A keeper whose provider gives what `next` says. */
function keeping(next: (count: number) => string | Promise<string>) {
  const clock = new VirtualClock();
  const reasons: TokenReason[] = [];
  const renewed: (string | undefined)[] = [];
  const settings = settingsFrom(
    { subscribeKey: 'demo', userId: 'alice', clock, random: () => 1 - 2 ** -53 },
    PubNub.features,
  );
  const cancellation = new Cancellation(settings.clock);
  const provider = async ({ reason }: { readonly reason: TokenReason }) => {
    reasons.push(reason);
    return next(reasons.length);
  };
  let last: string | undefined;
  const keeper = new TokenKeeper({ provider, settings, cancellation }, () => renewed.push(last));
  const token = async () => {
    last = await keeper.token();
    return last;
  };
  return { keeper, token, clock, reasons, renewed, cancellation };
}

describe('a provider whose first token is refused', () => {
  it('is asked again, and again later when it gives the same: at most once a minute, for ever', async () => {
    const { keeper, token, clock, reasons } = keeping(() => 'T1');
    await token();
    const asked: number[] = [];
    for (let second = 0; second <= 3_600; second++) {
      const before = reasons.length;
      expect(await keeper.another('T1')).toBe(undefined);
      if (reasons.length > before) asked.push(second);
      await clock.advance(1_000);
    }
    expect(asked[0]).toBe(0);
    expect(asked.at(-1)).toBeGreaterThan(3_600 - 61);
    expect(new Set(reasons.slice(1))).toEqual(new Set(['refused']));
    for (const [index, second] of asked.slice(1).entries()) {
      expect(second - (asked[index] ?? 0)).toBeLessThanOrEqual(60);
    }
  });

  it('helps in the end: the token that it has then is the next request’s', async () => {
    const { keeper, token, clock } = keeping((count) => (count < 5 ? 'T1' : 'T2'));
    await token();
    let got: string | undefined;
    for (let second = 0; got === undefined && second < 300; second++) {
      got = await keeper.another('T1');
      await clock.advance(1_000);
    }
    expect([got, await token()]).toEqual(['T2', 'T2']);
  });

  it.each([-3_600_000, 3_600_000])(
    'is left alone no longer, and no shorter, when the wall clock is set by %i ms',
    async (jump) => {
      const { keeper, token, clock, reasons } = keeping(() => 'T1');
      await token();
      await keeper.another('T1');
      clock.jump(jump);
      await clock.advance(1_999);
      await keeper.another('T1');
      expect(reasons).toHaveLength(2);
      await clock.advance(1);
      await keeper.another('T1');
      expect(reasons).toHaveLength(3);
    },
  );

  it('is asked, though no request is refused meanwhile, by who still wants what was', async () => {
    const { keeper, token, clock, reasons, renewed } = keeping((count) => (count < 4 ? 'T1' : 'T2'));
    keeper.askAgain();
    await settle(1);
    expect(reasons).toEqual([]);
    await token();
    for (let second = 0; second < 120; second++) {
      keeper.askAgain();
      await clock.advance(1_000);
    }
    expect(reasons.length).toBeGreaterThan(4);
    expect(reasons.length).toBeLessThan(10);
    expect(renewed).toHaveLength(2);
    expect(await token()).toBe('T2');
  });

  it('that fails when it is asked again does no harm, and is asked later', async () => {
    const { keeper, token, clock, reasons } = keeping((count) =>
      count === 2 ? Promise.reject(new Error('down')) : 'T1',
    );
    await token();
    keeper.askAgain();
    await clock.advance(10_000);
    keeper.askAgain();
    await settle();
    expect(reasons).toEqual(['first', 'refused', 'refused']);
  });
});

describe('who wants to know of a new token', () => {
  it('is told of the first one, and not while it is asked for', async () => {
    const { keeper, renewed } = keeping(() => 'T1');
    const asked = keeper.token();
    expect(renewed).toEqual([]);
    await asked;
    await settle(1);
    expect(renewed).toHaveLength(1);
  });

  it('is told of each that takes the place of a refused one, and of none that is the same', async () => {
    const tokens = ['T1', 'T1', 'T2', 'T2', 'T1'];
    const { keeper, token, clock, renewed } = keeping((count) => tokens[count - 1] ?? 'T1');
    const told: number[] = [];
    const refused = await token();
    await settle(1);
    told.push(renewed.length);
    for (let current = refused, round = 0; round < 4; round++) {
      current = (await keeper.another(current)) ?? current;
      await clock.advance(60_000);
      told.push(renewed.length);
    }
    expect(told).toEqual([1, 1, 2, 2, 3]);
  });

  it('is told of one that takes the place of an expiring one', async () => {
    const [old, young] = [tokenWith({ t: NOW }), tokenWith({ t: NOW + 3_600 })];
    const { token, clock, renewed } = keeping((count) => (count === 1 ? old : young));
    await token();
    await clock.advance(59.5 * 60_000);
    expect(renewed).toHaveLength(1);
    await token();
    await settle(1);
    expect(renewed).toHaveLength(2);
    expect(await token()).toBe(young);
    await clock.advance(60_000);
    expect(renewed).toHaveLength(2);
  });

  it('is told of nothing where the provider fails, where the token is set, and after the end', async () => {
    const slow = Promise.withResolvers<string>();
    const { keeper, clock, renewed, cancellation } = keeping((count) =>
      count === 1 ? Promise.reject(new Error('down')) : slow.promise,
    );
    await expect(keeper.token()).rejects.toThrow();
    keeper.set('mine');
    await clock.advance(60_000);
    const asked = keeper.another('mine').catch(() => 'ended');
    cancellation.cancelAll(new PubNubError('PN-2004', 'It is closed.'));
    slow.resolve('late');
    expect(await asked).toBe('ended');
    await settle();
    expect(renewed).toEqual([]);
  });

  it('does not lose a token that is set just when the provider answers', async () => {
    for (let turns = 0; turns < 12; turns++) {
      const slow = Promise.withResolvers<string>();
      const { keeper } = keeping(() => slow.promise);
      const asked = keeper.token();
      await settle(1);
      slow.resolve('late');
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      keeper.set('mine');
      await asked;
      expect([turns, await keeper.token()]).toEqual([turns, 'mine']);
    }
  });

  it('is the client: what authorizes its requests passes it on', async () => {
    const clock = new VirtualClock();
    let count = 0;
    const token = async () => `T${++count}`;
    const executor = new Executor(
      settingsFrom({ subscribeKey: 'demo', userId: 'alice', clock, token }, PubNub.features),
    );
    let told = 0;
    executor.authorizer.onRenewed = () => told++;
    const plan = { method: 'GET', url: 'https://ps.pndsn.com/x?a=1', headers: {} } as const;
    await executor.authorizer.authorize(plan, { operation: 'PNPublishOperation' });
    expect([count, told]).toEqual([1, 1]);
    executor.authorizer.askAgain();
    await settle(1);
    expect([count, told]).toEqual([2, 2]);
    await clock.advance(60_000);
    executor.close();
    executor.authorizer.askAgain();
    await settle(1);
    expect([count, told]).toEqual([2, 2]);
  });
});
