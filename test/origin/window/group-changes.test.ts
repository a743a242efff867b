import { describe, expect, test } from 'vitest';
import { ZERO_STAMP } from '../../../src/origin/store/stamp.ts';
import { Subscription } from '../../../src/origin/window/subscription.ts';
import { openWindow as open, pollOf, stampsIn } from '../../support/origin-window.ts';

const LABEL = [{ json: '"g"', since: ZERO_STAMP }];

/** A window, and polls of a group with the channel `a`; `b` is to come into the group. */
async function openWindow() {
  const { clock, window, append: message, changeGroup } = await open();
  const change = (group = 'g') => changeGroup(group);
  const listenTo = (channels: readonly string[], groups: readonly string[] = ['g']) =>
    new Subscription(new Map(channels.map((name) => [name, LABEL])), groups, window.groupsChangedAt);
  const poll = (asked: Subscription, cursor = window.position) =>
    pollOf(window, { subscription: asked, cursor, holdMs: 1_000 }).outcome;
  return { clock, window, message, change, listenTo, poll };
}

describe('entries that come in one turn with a change of a group', () => {
  test('are delivered up to the change, and the rest with the new channels', async () => {
    const { change, message, listenTo, poll } = await openWindow();
    const before = poll(listenTo(['a']));
    const first = message('a');
    change();
    const second = message('b');
    const third = message('a');
    const { kind, batch } = await before;
    expect([kind, stampsIn(batch)]).toEqual(['batch', [first]]);
    expect(batch.cursor < second).toBe(true);
    const after = await poll(listenTo(['a', 'b']), batch.cursor);
    expect(stampsIn(after.batch)).toEqual([second, third]);
  });

  test('wait for the new channels when they all come after it', async () => {
    const { change, message, listenTo, poll } = await openWindow();
    const before = poll(listenTo(['a']));
    change();
    const stamps = [message('b'), message('a')];
    change();
    const { kind, batch } = await before;
    expect([kind, batch.envelopes]).toEqual(['groups-changed', []]);
    expect(stampsIn((await poll(listenTo(['a', 'b']), batch.cursor)).batch)).toEqual(stamps);
  });
});

describe('a group that changes after its channels were looked up and before the poll begins', () => {
  test('sends the poll back to look again, also when there is something to deliver', async () => {
    const { change, message, listenTo, poll, window } = await openWindow();
    const cursor = window.position;
    const old = listenTo(['a']);
    change();
    message('b');
    message('a');
    expect(await poll(old, cursor)).toMatchObject({
      kind: 'groups-changed',
      batch: { cursor, envelopes: [] },
    });
    expect((await poll(listenTo(['a', 'b']), cursor)).batch.envelopes).toHaveLength(2);
  });

  test('does not concern a poll without groups', async () => {
    const { change, message, listenTo, poll, window } = await openWindow();
    const old = listenTo(['a'], []);
    change();
    const outcome = poll(old);
    expect(window.waiting).toBe(1);
    message('a');
    expect((await outcome).kind).toBe('batch');
  });
});
