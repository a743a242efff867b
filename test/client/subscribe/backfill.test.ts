import { describe, expect, test } from 'vitest';
import type { Arrived } from '../../../src/client/subscribe/arrived.ts';
import { Backfill, Backlog } from '../../../src/client/subscribe/backfill.ts';
import { DeliveryWindow } from '../../../src/client/subscribe/dedupe.ts';
import { entryAt, names, short, tt } from '../../support/loop-machine.ts';
import { acceptedAt } from '../../support/loop-subscription.ts';

const MEGA = 1024 * 1024;
const window = new DeliveryWindow(1_000, 0);

function arrived(at: number, channel = 'a', more: Partial<Arrived> & { readonly e?: number } = {}): Arrived {
  const { e, ...rest } = more;
  const source = { turn: 1, isRewound: false, fill: undefined };
  const envelope = entryAt(at, channel, e === undefined ? {} : { e });
  return {
    ...{ envelope, group: undefined, seen: window.note(envelope, 0), bytes: 1 },
    ...source,
    ...rest,
  };
}

function backfillOf(
  text: string,
  shared = new Backlog(10_000, 16 * MEGA),
  recipients = [acceptedAt(text, tt(1))],
) {
  let full = 0;
  const plan = {
    ...{ names: names(text), from: { timetoken: tt(5), region: undefined } },
    ...{ to: tt(50), asOf: tt(60), recipients, recovers: false },
  };
  const backfill = new Backfill(plan, { shared, onFull: () => full++ });
  const hold = (one: Arrived) => {
    for (const subscription of recipients.slice(0, 1)) backfill.hold(one, subscription);
  };
  return { backfill, hold, recipients, full: () => full };
}

const held = (list: readonly { readonly arrived: Arrived }[]) => list.map((one) => one.arrived.envelope.d);

describe('what waits', () => {
  test('is full when there is more than a thousand, or four megabytes', () => {
    const many = backfillOf('a');
    for (let at = 1; at <= 1_000; at++) many.hold(arrived(at));
    expect(many.full()).toBe(0);
    many.hold(arrived(1_001));
    expect(many.full()).toBe(1);
    const large = backfillOf('a');
    for (let at = 1; at <= 4; at++) large.hold(arrived(at, 'a', { bytes: MEGA }));
    expect(large.full()).toBe(0);
    large.hold(arrived(5));
    expect(large.full()).toBe(1);
  });

  test('is counted together for all that share, and no longer when it is taken', () => {
    const shared = new Backlog(10, MEGA);
    const [one, two] = [backfillOf('a', shared), backfillOf('b', shared)];
    for (let at = 1; at <= 5; at++) {
      one.hold(arrived(at));
      two.hold(arrived(at, 'b'));
    }
    expect(shared.isOver).toBe(false);
    two.hold(arrived(6, 'b'));
    expect([shared.isOver, one.full(), two.full()]).toEqual([true, 0, 1]);
    one.backfill.takeUpTo('a', tt(2));
    expect(shared.isOver).toBe(false);
    expect(held(two.backfill.drain())).toEqual([1, 2, 3, 4, 5, 6]);
    for (let at = 10; at < 17; at++) one.hold(arrived(at));
    expect([shared.isOver, one.full()]).toEqual([false, 0]);
  });

  test('is taken by channel and up to a timetoken, the rest in its order', () => {
    const { backfill, hold } = backfillOf('a b');
    for (const [at, channel] of [
      [3, 'a'],
      [1, 'b'],
      [2, 'a'],
      [9, 'a'],
      [5, 'b'],
    ] as const)
      hold(arrived(at, channel));
    expect(held(backfill.takeUpTo('a', tt(3)))).toEqual([3, 2]);
    expect(held(backfill.drain())).toEqual([1, 9, 5]);
    expect(backfill.drain()).toEqual([]);
  });

  test('tells the newest message of a channel that history should have: a message or a file', () => {
    const { backfill, hold } = backfillOf('a b');
    expect(backfill.newestMessage('a')).toBe(undefined);
    hold(arrived(3));
    hold(arrived(4, 'a', { e: 4 }));
    for (const e of [1, 2, 3]) hold(arrived(5 + e, 'a', { e }));
    hold(arrived(20, 'b'));
    expect([backfill.newestMessage('a'), backfill.newestMessage('b')]).toEqual([tt(4), tt(20)]);
  });
});

describe('the names of a backfill', () => {
  test('are those that one of its recipients still wants', () => {
    const [one, two] = [acceptedAt('a n.* @g', tt(1)), acceptedAt('a b', tt(1))];
    const { backfill } = backfillOf('a b n.* @g', undefined, [one, two]);
    one.interest.drop(names('a n.*'));
    backfill.narrow();
    expect(short(backfill.names)).toBe('a b @g');
    two.interest.drop(names('a'));
    backfill.narrow();
    expect(short(backfill.names)).toBe('b @g');
    expect([backfill.covers('b', undefined), backfill.covers('x', 'g')]).toEqual([true, true]);
    expect([backfill.covers('a', undefined), backfill.covers('n.x', undefined)]).toEqual([false, false]);
  });

  test('are fetched until the place has reached the end', () => {
    const { backfill } = backfillOf('a');
    const shortAt = [5, 49, 50, 51].map((at) => {
      backfill.place = { timetoken: tt(at), region: 1 };
      return backfill.isShort;
    });
    expect(shortAt).toEqual([true, true, false, false]);
  });
});
