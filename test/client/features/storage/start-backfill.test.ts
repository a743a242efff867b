import { describe, expect, test } from 'vitest';
import { range, rowsAt, StoredHistory } from '../../../support/loop-history.ts';
import { entryAt, tt } from '../../../support/loop-machine.ts';
import { HandFedClient } from '../../../support/loop-pending-transport.ts';
import { gapsOf, messagesOf, pollAt } from '../../../support/loop-starts.ts';
import { settle } from '../../../support/virtual-clock.ts';

/** Ten minutes, in ticks of a timetoken: a server keeps what was not fetched for so long. */
const RETENTION = 6_000_000_000;

/** A client whose loop is at 500, and a subscription to `a` that starts at 5 and may ask history. */
async function startingLate(history: StoredHistory, { channels = ['a'], at = 600 } = {}) {
  const fed = new HandFedClient({}, { history });
  await fed.subscribed('z', 500);
  const subscription = fed.client
    .subscribe()
    .channels(channels)
    .withTimetoken(tt(5))
    .recovery('history')
    .execute();
  const [got, gaps] = [messagesOf(subscription), gapsOf(subscription)];
  await (await fed.next('handshake')).answer(at);
  return { fed, got, gaps };
}

describe('what the live queue has lost of an older start', () => {
  test('is fetched from history, in order with what the queue still had', async () => {
    const history = new StoredHistory(rowsAt([3, 10, 20, 60, 70]));
    const { fed, got, gaps } = await startingLate(history);
    await using _ = fed;
    const told = [{ c: 'a', from: tt(5), to: tt(50) }];
    await pollAt(fed, 5).answer(601, { entries: [entryAt(60), entryAt(70)], gaps: told });
    await settle();
    expect(got).toEqual([10, 20, 60, 70]);
    expect(history.reads).toMatchObject([{ channel: 'a', max: 100, end: 6 }]);
    expect(gaps).toMatchObject([{ from: tt(5), to: tt(50), reason: 'trimmed', recovered: 'complete' }]);
  });

  test('is only suspected of a hundred entries: told where history had something else', async () => {
    const entries = range(100, 199).map((at) => entryAt(at));
    const same = await startingLate(new StoredHistory(rowsAt(range(100, 199))));
    await using _ = same.fed;
    await pollAt(same.fed, 5).answer(601, { entries });
    await settle();
    expect([same.got, same.gaps]).toEqual([range(100, 199), []]);
    const more = await startingLate(new StoredHistory(rowsAt(range(99, 199))));
    await using __ = more.fed;
    await pollAt(more.fed, 5).answer(601, { entries });
    await settle();
    expect(more.got).toEqual(range(99, 199));
    expect(more.gaps).toMatchObject([{ reason: 'count-exceeded', certain: false, recovered: 'complete' }]);
  });

  test('is no loss of the loop, whose history is read from ten seconds before', async () => {
    const live = range(700, 799);
    const { fed, got, gaps } = await startingLate(new StoredHistory(rowsAt([10, 20, ...live])));
    await using _ = fed;
    await pollAt(fed, 500).answer(900, { entries: live.map((at) => entryAt(at)) });
    await settle();
    expect([got, gaps]).toEqual([[], []]);
    await pollAt(fed, 5).answer(601, { entries: [entryAt(10), entryAt(20)] });
    await settle();
    expect([got, gaps]).toEqual([[10, 20, ...live], []]);
  });

  test('is looked for where the start is older than what the server keeps', async () => {
    const history = new StoredHistory(rowsAt([10, 20]));
    const { fed, got, gaps } = await startingLate(history, { at: 6 + RETENTION });
    await using _ = fed;
    await pollAt(fed, 5).answer(601);
    await settle();
    expect(got).toEqual([10, 20]);
    expect(gaps).toMatchObject([{ from: tt(5), reason: 'retention', recovered: 'complete' }]);
  });

  test('is read from history alone where the start is older than that, and the queue stays silent', async () => {
    const history = new StoredHistory(rowsAt([10, 20]));
    const { fed, got, gaps } = await startingLate(history, { at: 6 + RETENTION });
    await using _ = fed;
    await fed.clock.advance(6_999);
    expect(got).toEqual([]);
    await fed.clock.advance(1);
    expect(got).toEqual([10, 20]);
    expect(gaps).toMatchObject([{ from: tt(5), to: tt(500), reason: 'retention', recovered: 'complete' }]);
    expect(fed.open('poll')).toHaveLength(1);
  });

  test('is told as lost when history keeps refusing; what the queue had is delivered', async () => {
    const history = new StoredHistory(rowsAt([10]));
    history.refusals.push(...Array.from({ length: 20 }, () => 403));
    const { fed, got, gaps } = await startingLate(history);
    await using _ = fed;
    const told = [{ c: 'a', from: tt(5), to: tt(50) }];
    for (let second = 0; second < 120; second++) {
      for (const poll of fed.open('poll').filter(({ facts }) => facts.tt === tt(5)))
        await poll.answer(601, { entries: [entryAt(60)], gaps: told });
      await fed.clock.advance(1_000);
    }
    expect(got).toEqual([60]);
    expect(gaps).toMatchObject([{ from: tt(5), to: tt(50), reason: 'backfill-failed', certain: true }]);
  });

  test('is told at once, where history is not to be asked', async () => {
    const history = new StoredHistory(rowsAt([10]));
    await using fed = new HandFedClient({}, { history });
    await fed.subscribed('z', 500);
    const subscription = fed.client.subscribe().channels('a').withTimetoken(tt(5)).execute();
    const [got, gaps] = [messagesOf(subscription), gapsOf(subscription)];
    await (await fed.next('handshake')).answer(600);
    await pollAt(fed, 5).answer(601, { gaps: [{ c: 'a', from: tt(5), to: tt(50) }] });
    await settle();
    expect([got, history.reads]).toEqual([[], []]);
    expect(gaps).toMatchObject([{ reason: 'trimmed', recovered: 'none' }]);
  });

  test('is fetched for a start that is a date, without another word', async () => {
    const history = new StoredHistory();
    await using fed = new HandFedClient({}, { history });
    await fed.subscribed('z', 10 + 2 * RETENTION);
    // A whole millisecond: the first that the test's own numbers begin in.
    const subscription = fed.client
      .subscribe()
      .channels('a')
      .withTimetoken(new Date(1_700_000_000_000))
      .execute();
    history.rows.push(...rowsAt([10_000, 20_000]));
    const got = messagesOf(subscription);
    await (await fed.next('handshake')).answer(11 + 2 * RETENTION);
    await pollAt(fed, 0).answer(12 + 2 * RETENTION);
    await settle();
    expect(got).toEqual([10_000, 20_000]);
  });

  test('is partial, where history does not have what the queue has', async () => {
    const { fed, got, gaps } = await startingLate(new StoredHistory(rowsAt([10])));
    await using _ = fed;
    const told = [{ c: 'a', from: tt(5), to: tt(50) }];
    await pollAt(fed, 5).answer(601, { entries: [entryAt(60)], gaps: told });
    await fed.clock.advance(10_999);
    expect([got, gaps]).toEqual([[], []]);
    await fed.clock.advance(1);
    expect(got).toEqual([10, 60]);
    expect(gaps).toMatchObject([{ from: tt(5), to: tt(50), certain: true, recovered: 'partial' }]);
  });

  test('of presence is told, since no history has it', async () => {
    const { fed, gaps } = await startingLate(new StoredHistory(rowsAt([10, 50])), {
      channels: ['a', 'a-pnpres'],
    });
    await using _ = fed;
    const told = ['a', 'a-pnpres'].map((c) => ({ c, from: tt(5), to: tt(50) }));
    await pollAt(fed, 5).answer(601, { gaps: told });
    await settle();
    expect(gaps.map(({ presence, recovered }) => [presence, recovered]).toSorted()).toEqual([
      [false, 'complete'],
      [true, 'none'],
    ]);
  });
});
