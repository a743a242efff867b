import { describe, expect, test } from 'vitest';
import { resolveLimits } from '../../../src/origin/limits.ts';
import { MemoryLog } from '../../../src/origin/store/memory/log.ts';
import { ZERO_STAMP } from '../../../src/origin/store/stamp.ts';
import { Subscription } from '../../../src/origin/window/subscription.ts';
import { Window } from '../../../src/origin/window/window.ts';
import { message } from '../../support/entries.ts';
import { TestInterruption } from '../../support/origin-network.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';

async function openWindow() {
  const clock = new VirtualClock();
  const log = new MemoryLog(clock);
  const window = await Window.open({
    subscribeKey: 'demo',
    log,
    clock,
    limits: resolveLimits(),
    checks: false,
    onFailure: (error) => {
      throw error;
    },
  });
  const append = (channel: string) => log.appendOne(message(channel));
  const changeGroup = (group: string) => log.appendOne({ channel: group, kind: 'group', data: null });
  const poll = (names: readonly string[], interruption?: TestInterruption) => {
    const labels = new Map(names.map((name) => [name, [{ json: JSON.stringify(name), since: ZERO_STAMP }]]));
    const cursor = window.position;
    return window.poll({
      subscription: new Subscription(labels, ['g']),
      cursor,
      holdMs: 1_000,
      interruption,
    });
  };
  return { clock, window, append, changeGroup, poll };
}

describe('a poll is no longer waited for', () => {
  test('when it was answered', async () => {
    const { window, append, poll } = await openWindow();
    const outcome = poll(['a', 'b.*']);
    expect(window.waiting).toBe(1);
    append('b.c');
    expect(await outcome).toMatchObject({
      kind: 'batch',
      batch: { envelopes: [expect.stringMatching(/"c":"b.c","d":1,"b":"b.\*"}$/)] },
    });
    expect(window.waiting).toBe(0);
  });

  test('when its time is over', async () => {
    const { clock, window, poll } = await openWindow();
    const outcome = poll(['a']);
    await clock.advance(1_000);
    expect((await outcome).kind).toBe('timeout');
    expect(window.waiting).toBe(0);
  });

  test('when it was interrupted', async () => {
    const { window, poll } = await openWindow();
    const interruption = new TestInterruption();
    const outcome = poll(['a'], interruption);
    interruption.abort();
    expect((await outcome).kind).toBe('interrupted');
    expect(window.waiting).toBe(0);
  });

  test('when the window closes, nor is any later one', async () => {
    const { window, poll } = await openWindow();
    const outcome = poll(['a']);
    window.close();
    expect((await outcome).kind).toBe('interrupted');
    expect((await poll(['a'])).kind).toBe('interrupted');
    expect(window.waiting).toBe(0);
  });

  test('when one of its groups has changed', async () => {
    const { window, changeGroup, poll } = await openWindow();
    const outcome = poll(['a']);
    changeGroup('g');
    expect((await outcome).kind).toBe('groups-changed');
    expect(window.waiting).toBe(0);
  });
});

test('all entries of one turn come in one answer', async () => {
  const { append, poll } = await openWindow();
  const outcome = poll(['a', 'b']);
  const stamps = ['a', 'b', 'a'].map((channel) => append(channel).tt);
  expect((await outcome).batch).toMatchObject({ cursor: stamps.at(-1), envelopes: { length: 3 } });
});

test('word of a changed group is no message on a channel of that name', async () => {
  const { window, changeGroup, poll } = await openWindow();
  const outcome = poll(['g', 'h']);
  changeGroup('h');
  await settle();
  expect(window.waiting).toBe(1);
  changeGroup('g');
  expect((await outcome).batch.envelopes).toEqual([]);
});
