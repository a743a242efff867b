import { describe, expect, test } from 'vitest';
import { rowsAt, StoredHistory } from '../../../support/loop-history.ts';
import { entryAt, tt } from '../../../support/loop-machine.ts';
import { HandFedClient } from '../../../support/loop-pending-transport.ts';
import { gapsOf, messagesOf, pollAt } from '../../../support/loop-starts.ts';
import { settle } from '../../../support/virtual-clock.ts';

/** Eleven minutes, in ticks of a timetoken: longer than a server keeps what was not fetched. */
const AWAY = 6_600_000_000;

/** A client of `a` that was away for so long: the server has accepted it again, and holds its poll. */
async function back({ other = false } = {}) {
  const history = new StoredHistory(rowsAt([10, 20]));
  const fed = new HandFedClient({ recovery: 'history' }, { history });
  const subscription = await fed.subscribed('a', 5);
  const [got, gaps] = [messagesOf(subscription), gapsOf(subscription)];
  if (other) {
    fed.client.subscribe().channels('a').recovery('none').execute();
    await (await fed.next('handshake')).answer(5);
  }
  await (await fed.next('poll')).fail();
  await (await fed.retried()).answer(AWAY);
  return { fed, got, gaps };
}

describe('a poll from before what the server keeps', () => {
  test('is given up when it is silent for ten seconds: history is read, and the loop goes on behind it', async () => {
    const { fed, got, gaps } = await back();
    await using _ = fed;
    pollAt(fed, 5);
    await fed.clock.advance(9_999);
    expect(got).toEqual([]);
    await fed.clock.advance(1);
    expect(got).toEqual([10, 20]);
    expect(gaps).toMatchObject([{ from: tt(5), to: tt(AWAY), reason: 'retention', recovered: 'complete' }]);
    await pollAt(fed, AWAY).answer(AWAY + 10, { entries: [entryAt(AWAY + 9)] });
    expect(got).toEqual([10, 20, AWAY + 9]);
  });

  test('is as good as any if it is answered before', async () => {
    const { fed, got, gaps } = await back();
    await using _ = fed;
    await fed.clock.advance(9_999);
    await pollAt(fed, 5).answer(AWAY + 10, { entries: [entryAt(20)], gaps: [] });
    await fed.clock.advance(60_000);
    expect([got, gaps]).toEqual([[20], []]);
    pollAt(fed, AWAY + 10);
  });

  test('is not given up where the live queue may be all that a subscription gets', async () => {
    const { fed, got } = await back({ other: true });
    await using _ = fed;
    await fed.clock.advance(200_000);
    expect(got).toEqual([]);
    await pollAt(fed, 5).answer(AWAY + 10);
    await settle();
    expect(got).toEqual([10, 20]);
  });

  test('is given up at the start of a client, too', async () => {
    const history = new StoredHistory(rowsAt([10_000, 20_000]));
    await using fed = new HandFedClient({}, { history });
    const started = fed.client.subscribe().channels('a').withTimetoken(new Date(1_700_000_000_000)).execute();
    const got = messagesOf(started);
    await (await fed.next('handshake')).answer(AWAY);
    pollAt(fed, 0);
    await fed.clock.advance(10_000);
    expect(got).toEqual([10_000, 20_000]);
    pollAt(fed, AWAY);
  });
});
