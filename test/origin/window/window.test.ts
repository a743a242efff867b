import { describe, expect, test } from 'vitest';
import { openWindow as open, pollOf, subscriptionTo } from '../../support/origin-window.ts';
import { settle } from '../../support/virtual-clock.ts';

async function openWindow() {
  const { clock, window, append, changeGroup } = await open();
  const parkedOn = (names: readonly string[]) =>
    pollOf(window, { subscription: subscriptionTo(names, ['g']), cursor: window.position, holdMs: 1_000 });
  const poll = (names: readonly string[]) => parkedOn(names).outcome;
  return { clock, window, append, changeGroup, poll, parkedOn };
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
    const { window, parkedOn } = await openWindow();
    const { outcome, interrupt } = parkedOn(['a']);
    interrupt();
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
  const stamps = ['a', 'b', 'a'].map((channel) => append(channel));
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
