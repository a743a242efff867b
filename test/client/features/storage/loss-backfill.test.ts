import { describe, expect, test } from 'vitest';
import { range, rowsAt, StoredHistory } from '../../../support/loop-history.ts';
import { entryAt, tt } from '../../../support/loop-machine.ts';
import { HandFedClient } from '../../../support/loop-pending-transport.ts';
import { gapsOf, messagesOf } from '../../../support/loop-starts.ts';
import { settle } from '../../../support/virtual-clock.ts';

/** Ten seconds in ticks of a timetoken: history is read from so much before. */
const OVERLAP = 100_000_000;
/** Where these tests begin, so that there is room before it. */
const NOW = 1_000_000_000;

/** A client that recovers from history, and whose loop has just lost something of `a` up to `NOW + 50`. */
async function recovering(
  history: StoredHistory,
  { gap = 'told' as 'told' | 'suspected', live = [60] } = {},
) {
  const fed = new HandFedClient({ recovery: 'history' }, { history });
  const subscription = await fed.subscribed('a', NOW);
  const got = messagesOf(subscription);
  const gaps = gapsOf(subscription);
  const all = messagesOf(fed.client);
  await fed.deliver(NOW + 10, [entryAt(NOW + 5)]);
  const entries = live.map((at) => entryAt(NOW + at));
  const padded =
    gap === 'told' ? entries : Array.from({ length: 100 }, (_, index) => entryAt(NOW + 100 + index));
  const told = gap === 'told' ? { gaps: [{ c: 'a', from: tt(NOW + 10), to: tt(NOW + 50) }] } : {};
  await (await fed.next('poll')).answer(NOW + 300, { entries: padded, ...told });
  await settle();
  return { fed, subscription, got, gaps, all };
}

const offsets = (counts: readonly unknown[]) => counts.map((count) => Number(count) - NOW);

describe('a gap that is filled from history', () => {
  test('comes before what is newer, once, and is told as complete', async () => {
    const history = new StoredHistory(rowsAt([5, 20, 30, 60].map((at) => NOW + at)));
    const { fed, got, gaps, all } = await recovering(history);
    await using _ = fed;
    expect(offsets(got)).toEqual([5, 20, 30, 60]);
    expect(all).toEqual(got);
    expect(gaps).toEqual([
      {
        ...{ channel: 'a', presence: false, from: tt(NOW + 10), to: tt(NOW + 50) },
        ...{ reason: 'trimmed', certain: true, recovered: 'complete' },
        kinds: ['signal', 'messageAction', 'objects'],
      },
    ]);
  });

  test('is read from ten seconds before: what came late is brought too', async () => {
    const history = new StoredHistory(rowsAt([NOW + 3, NOW + 20, NOW + 60]));
    const { fed, got } = await recovering(history);
    await using _ = fed;
    expect(history.reads[0]).toMatchObject({ channel: 'a', end: NOW + 10 - OVERLAP + 1 });
    expect(offsets(got)).toEqual([5, 3, 20, 60]);
  });

  test('is complete where the rows that are left out are older than it', async () => {
    const history = new StoredHistory(
      rowsAt([...range(1, 1_000).map((at) => at - 2_000), 20, 60].map((at) => NOW + at)),
    );
    const { fed, got, gaps } = await recovering(history);
    await using _ = fed;
    expect(offsets(got)).toEqual([5, 20, 60]);
    expect(gaps).toMatchObject([{ from: tt(NOW + 10), to: tt(NOW + 50), recovered: 'complete' }]);
  });

  test('brings nothing again that is forgotten while history is read', async () => {
    const before = range(11, 25);
    const history = new StoredHistory(rowsAt([...before, 35, 45].map((at) => NOW + at)));
    const config = { recovery: 'history', maximumCacheSize: 20 } as const;
    await using fed = new HandFedClient(config, { byHand: ['other'] });
    const got = messagesOf(await fed.subscribed('a', NOW));
    await fed.subscribed('b', NOW);
    await fed.deliver(
      NOW + 30,
      before.map((at) => entryAt(NOW + at)),
    );
    const gaps = [{ c: 'a', from: tt(NOW + 30), to: tt(NOW + 40) }];
    await (await fed.next('poll')).answer(NOW + 50, { gaps, entries: [entryAt(NOW + 45)] });
    await settle();
    // Another channel fills the deduplication window.
    await fed.deliver(
      NOW + 100,
      range(51, 99).map((at) => entryAt(NOW + at, 'b')),
    );
    for (const request of fed.open('other')) await request.respond(...history.answer(request.url));
    await settle();
    expect(offsets(got)).toEqual([...before, 35, 45]);
  });

  test('keeps what is older than the floor of the subscription out', async () => {
    const history = new StoredHistory(rowsAt([NOW - 5, NOW, NOW + 20, NOW + 60]));
    const { fed, got } = await recovering(history);
    await using _ = fed;
    expect(offsets(got)).toEqual([5, 20, 60]);
  });

  test('tells messages of one timetoken apart', async () => {
    const twins = ['one', 'two'].map((message) => ({ at: NOW + 20, message }));
    const { fed, got } = await recovering(new StoredHistory([...twins, ...twins, { at: NOW + 60 }]));
    await using _ = fed;
    expect(got.slice(1)).toEqual(['one', 'two', NOW + 60]);
  });

  test('of more than a thousand messages brings the newest, and tells the rest', async () => {
    const history = new StoredHistory(rowsAt(range(NOW + 11, NOW + 1_111)));
    const fed = new HandFedClient({ recovery: 'history' }, { history });
    await using _ = fed;
    const subscription = await fed.subscribed('a', NOW);
    const [got, gaps] = [messagesOf(subscription), gapsOf(subscription)];
    const told = [{ c: 'a', from: tt(NOW + 10), to: tt(NOW + 1_111) }];
    await (await fed.next('poll')).answer(NOW + 2_000, { gaps: told });
    await settle(200);
    expect(offsets(got)).toEqual(range(112, 1_111));
    expect(gaps).toEqual([
      expect.objectContaining({ from: tt(NOW + 10), to: tt(NOW + 111), recovered: 'partial' }),
    ]);
  });

  test('that was only suspected is told if history held something, and not if it did not', async () => {
    const missed = await recovering(new StoredHistory(rowsAt([NOW + 20, NOW + 199])), { gap: 'suspected' });
    await using _ = missed.fed;
    expect(offsets(missed.got)).toEqual([5, 20, ...range(100, 199)]);
    expect(missed.gaps).toMatchObject([{ reason: 'count-exceeded', certain: false, recovered: 'complete' }]);
    const nothing = await recovering(new StoredHistory(rowsAt(range(NOW + 100, NOW + 199))), {
      gap: 'suspected',
    });
    await using __ = nothing.fed;
    expect(offsets(nothing.got)).toEqual([5, ...range(100, 199)]);
    expect(nothing.gaps).toEqual([]);
  });

  test('is read once more after two seconds, where the newest that waits is not there yet', async () => {
    const history = new StoredHistory();
    const fed = new HandFedClient({ recovery: 'history' }, { byHand: ['other'] });
    await using _ = fed;
    const subscription = await fed.subscribed('a', NOW);
    const got = messagesOf(subscription);
    const told = [{ c: 'a', from: tt(NOW + 10), to: tt(NOW + 50) }];
    await (await fed.next('poll')).answer(NOW + 100, { entries: [entryAt(NOW + 60)], gaps: told });
    const first = await fed.next('other');
    // More comes while it is read.
    await (await fed.next('poll')).answer(NOW + 200, { entries: [entryAt(NOW + 150)] });
    await first.respond(...history.answer(first.url));
    await fed.clock.advance(1_999);
    expect([fed.open('other'), got]).toEqual([[], []]);
    history.rows.push(...rowsAt([NOW + 20, NOW + 60, NOW + 150]));
    await fed.clock.advance(1);
    const second = await fed.next('other');
    await second.respond(...history.answer(second.url));
    await fed.clock.advance(2_000);
    for (const more of fed.open('other')) await more.respond(...history.answer(more.url));
    expect(offsets(got)).toEqual([20, 60, 150]);
  });

  test('is read again until the newest that waits is there', async () => {
    const history = new StoredHistory();
    const { fed, got, gaps } = await recovering(history);
    await using _ = fed;
    await fed.clock.advance(5_000);
    expect([history.reads.length, offsets(got)]).toEqual([3, [5]]);
    history.rows.push(...rowsAt([NOW + 20, NOW + 60]));
    await fed.clock.advance(6_000);
    expect([history.reads.length, offsets(got)]).toEqual([4, [5, 20, 60]]);
    expect(gaps).toMatchObject([{ certain: true, recovered: 'complete' }]);
  });

  test.each([
    ['told', [], { certain: true, recovered: 'none' }],
    ['told', [20], { certain: true, recovered: 'partial' }],
    ['suspected', [], { certain: false, recovered: 'none' }],
    ['suspected', [20], { certain: false, recovered: 'partial' }],
  ] as const)(
    'that was %s is never complete while history lacks the newest live message: %j',
    async (gap, rows, outcome) => {
      const history = new StoredHistory(rowsAt(rows.map((at) => NOW + at)));
      const { fed, got, gaps } = await recovering(history, { gap });
      await using _ = fed;
      await fed.clock.advance(10_999);
      expect([history.reads.length, offsets(got), gaps]).toEqual([3, [5], []]);
      await fed.clock.advance(1);
      expect(offsets(got)).toEqual([5, ...rows, ...(gap === 'told' ? [60] : range(100, 199))]);
      expect(gaps).toMatchObject([outcome]);
    },
  );

  test('of a channel without a live message is complete when history has something newer', async () => {
    const history = new StoredHistory(rowsAt([NOW + 20]));
    const { fed, got, gaps } = await recovering(history, { live: [] });
    await using _ = fed;
    await fed.clock.advance(1_999);
    expect([offsets(got), gaps]).toEqual([[5], []]);
    history.rows.push(...rowsAt([NOW + 30, NOW + 70]));
    await fed.clock.advance(1);
    expect(offsets(got)).toEqual([5, 20, 30]);
    expect(gaps).toMatchObject([{ certain: true, recovered: 'complete' }]);
  });

  test('of a channel without a live message is complete when its end is ten seconds old', async () => {
    const history = new StoredHistory(rowsAt([NOW + 20]));
    const { fed, got, gaps } = await recovering(history, { live: [] });
    await using _ = fed;
    await fed.clock.advance(10_999);
    expect([offsets(got), gaps]).toEqual([[5], []]);
    await fed.clock.advance(1);
    expect(offsets(got)).toEqual([5, 20]);
    expect(gaps).toMatchObject([{ certain: true, recovered: 'complete' }]);
  });

  test('is told as failed when history keeps refusing, and live delivery goes on', async () => {
    const history = new StoredHistory(rowsAt([NOW + 20]));
    history.refusals.push(...Array.from({ length: 6 }, () => 403));
    const { fed, got, gaps } = await recovering(history);
    await using _ = fed;
    expect(offsets(got)).toEqual([5]);
    await fed.clock.advance(60_000);
    expect(offsets(got)).toEqual([5, 60]);
    expect(gaps).toMatchObject([
      { from: tt(NOW + 10), reason: 'backfill-failed', certain: true, recovered: 'none' },
    ]);
    expect(fed.client.state).toBe('connected');
    const failures = fed.statuses.filter(({ errorData }) => errorData?.statusCode === 403);
    expect(failures.map(({ attempt, nextRetryAt }) => [attempt, nextRetryAt !== undefined])).toEqual([
      ...[
        [1, true],
        [2, true],
        [3, true],
        [4, true],
        [5, true],
      ],
      [6, false],
    ]);
  });

  test('that history gives after a refusal is told as complete', async () => {
    const history = new StoredHistory(rowsAt([NOW + 20, NOW + 60]));
    history.refusals.push(403, 403);
    const { fed, got, gaps } = await recovering(history);
    await using _ = fed;
    await fed.clock.advance(10_000);
    expect(offsets(got)).toEqual([5, 20, 60]);
    expect(gaps).toMatchObject([{ recovered: 'complete' }]);
  });
});

describe('a gap of a group, a wildcard or presence', () => {
  test.each([
    [
      'a group: its channels are asked for',
      { g: 'g' },
      { channelGroup: 'g', recovered: 'partial' },
      ['r1', 'r2'],
    ],
    [
      'a wildcard: the channels that were seen',
      { w: 'n.*' },
      { wildcard: 'n.*', recovered: 'partial' },
      ['n.x'],
    ],
    [
      'presence: there is no history',
      { c: 'a-pnpres' },
      { channel: 'a', presence: true, recovered: 'none' },
      [],
    ],
  ])('%s', async (_, name, told, channels) => {
    const rows = ['r1', 'r2', 'n.x', 'n.unseen', 'a'].map((channel) => ({
      at: NOW + 20,
      channel,
      message: channel,
    }));
    // What is newer than the loss shows that history has all of it.
    const newer = rows.map((row) => ({ ...row, at: NOW + 55 }));
    const history = new StoredHistory([...rows, ...newer]);
    history.groups = { g: ['r1', 'r2', 'r1-pnpres'] };
    await using fed = new HandFedClient({ recovery: 'history' }, { history });
    const subscription = fed.client
      .subscribe()
      .channels(['a', 'n.*'])
      .channelGroups('g')
      .withPresence()
      .execute();
    const [got, gaps] = [messagesOf(subscription), gapsOf(subscription)];
    await (await fed.next('handshake')).answer(NOW);
    await fed.deliver(NOW + 5, [entryAt(NOW + 1, 'n.x', { b: 'n.*', d: 'seen' })]);
    const gap = { ...name, from: tt(NOW + 10), to: tt(NOW + 50) };
    await (await fed.next('poll')).answer(NOW + 60, { gaps: [gap] });
    await settle();
    expect(gaps).toEqual([expect.objectContaining(told)]);
    expect(got).toEqual(['seen', ...channels]);
    // One request for all of them.
    expect(history.reads.flatMap(({ channel }) => channel.split(','))).toEqual(channels);
  });
});
