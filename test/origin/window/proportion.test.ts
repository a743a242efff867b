import { describe, expect, test } from 'vitest';
import { resolveLimits } from '../../../src/origin/limits.ts';
import { ZERO_STAMP } from '../../../src/origin/store/stamp.ts';
import { collect } from '../../../src/origin/window/batch.ts';
import { LiveQueue } from '../../../src/origin/window/live-queue.ts';
import type { Subscription } from '../../../src/origin/window/subscription.ts';
import { message } from '../../support/entries.ts';
import { openWindow, pollOf, subscriptionTo as subscriptionOf } from '../../support/origin-window.ts';
import { settle } from '../../support/virtual-clock.ts';

const stamp = (index: number) => String(index).padStart(17, '0');

/** A queue whose entries count how often their stamps are read. */
function filled(count: number, channelOf: (index: number) => string, limits = resolveLimits()) {
  const queue = new LiveQueue({ subscribeKey: 'demo', epoch: 1 }, limits);
  for (let index = 1; index <= count; index++) {
    const entry = {
      tt: stamp(index),
      prev: ZERO_STAMP,
      channel: channelOf(index),
      kind: 'message',
      data: { payload: String(index) },
    } as const;
    queue.add(entry);
  }
  return queue;
}

const subscriptionTo = (...names: readonly string[]) => subscriptionOf(names);

/** Reads everything up to the end; the number of entries that were looked at, and what was found. */
function read(queue: LiveQueue, subscription: Subscription, count: number, maxBytes = 1e9) {
  let looked = 0;
  const isOver = () => {
    looked++;
    return false;
  };
  const end = { position: stamp(count), maxBytes, isOver };
  return { ...collect(queue, { subscription, cursor: ZERO_STAMP }, end), looked: () => looked };
}

test('a wildcard with an old cursor looks at the entries under it, and at no others', () => {
  const queue = filled(20_000, (index) => (index % 1_000 ? `b${index % 500}.x` : 'a.x'));
  const { batch, looked } = read(queue, subscriptionTo('a.*'), 20_000);
  expect([batch.envelopes.length, looked() < 50]).toEqual([20, true]);
});

test('an answer that is full looks at no more than it has', () => {
  const queue = filled(20_000, (index) => `b.${index % 500}`);
  const { batch, looked, isWhole } = read(queue, subscriptionTo('b.*'), 20_000, 1_000);
  expect([batch.envelopes.length < 100, looked() < 100, isWhole]).toEqual([true, true, false]);
  expect(batch.cursor).toBe(stamp(batch.envelopes.length));
});

test('gaps are looked up among what was dropped, and not among thousands of names', () => {
  const limits = resolveLimits({ queueLength: 1 });
  const queue = filled(3_000, (index) => `n${index % 1_500}`, limits);
  let asked = 0;
  const { droppedOf } = queue;
  queue.droppedOf = (channel) => {
    asked++;
    return droppedOf.call(queue, channel);
  };
  const names = Array.from({ length: 1_500 }, (_, index) => `n${index}`);
  const end = { position: stamp(3_000), maxBytes: 1e9, isOver: () => false };
  const found = collect(queue, { subscription: subscriptionTo(...names), cursor: stamp(2_999) }, end);
  expect([found.batch.envelopes.length, found.batch.gaps.length]).toEqual([1, 0]);
  expect(asked).toBeLessThan(10);
});

/** The answers of each turn in which all who wait for a message get it. */
async function answersByTurn(
  readers: number,
  payload: string,
  namesOf: (index: number) => readonly string[],
) {
  const turns: (() => void)[] = [];
  const nextTurn = () => new Promise<void>((resolve) => turns.push(resolve));
  const { window, log } = await openWindow({ nextTurn });
  const subscriptions = new Map<string, Subscription>();
  let answered = 0;
  for (let index = 0; index < readers; index++) {
    const names = namesOf(index);
    const subscription = subscriptions.get(names.join()) ?? subscriptionTo(...names);
    subscriptions.set(names.join(), subscription);
    const { outcome } = pollOf(window, { subscription, cursor: window.position, holdMs: 1_000 });
    void outcome.then(() => answered++);
  }
  log.appendOne(message('room', payload));
  const counts: number[] = [];
  for (let before = 0; answered < readers && counts.length < readers; before = answered) {
    for (const next of turns.splice(0)) next();
    await settle(1);
    counts.push(answered - before);
  }
  return counts;
}

describe.each([
  ['alike', () => ['room']],
  ['different', (index: number) => ['room', `own${index}`]],
] as const)('readers whose subscriptions are %s', (_how, namesOf) => {
  const LARGE = `"${'x'.repeat(1_000_000)}"`;

  test('get a large message in several turns, since each has a copy', async () => {
    const counts = await answersByTurn(40, LARGE, namesOf);
    expect(counts.reduce((sum, count) => sum + count)).toBe(40);
    expect(Math.max(...counts)).toBeLessThan(10);
  });

  test('get a small message in one turn', async () => {
    expect(await answersByTurn(40, `"${'x'.repeat(300)}"`, namesOf)).toEqual([40]);
  });
});
