import { describe, expect, test } from 'vitest';
import { range, rowsAt, StoredHistory } from '../../../support/loop-history.ts';
import { entryAt, tt } from '../../../support/loop-machine.ts';
import { HandFedClient } from '../../../support/loop-pending-transport.ts';
import { gapsOf, messagesOf } from '../../../support/loop-starts.ts';
import { settle } from '../../../support/virtual-clock.ts';

const NOW = 1_000_000_000;

/** A client of `a` for which an answer with two entries is full, so that it may have lost something. */
async function busy(stored: readonly number[]) {
  const history = new StoredHistory(rowsAt(stored.map((at) => NOW + at)));
  const config = { recovery: 'history', requestMessageCountThreshold: 2 } as const;
  const fed = new HandFedClient(config, { byHand: ['other'] });
  const subscription = await fed.subscribed('a', NOW);
  const got = messagesOf(subscription);
  return {
    ...{ fed, history, subscription },
    gaps: gapsOf(subscription),
    got: () => got.map((at) => Number(at) - NOW),
    /** The loop gets a full answer of the newest two up to a timetoken. */
    full: (at: number) =>
      fed.deliver(
        NOW + at,
        [at - 1, at].map((one) => entryAt(NOW + one)),
      ),
    /** Answers what history is asked just now; returns how much that was. */
    read: async () => {
      const asked = fed.open('other');
      for (const request of asked) await request.respond(...history.answer(request.url));
      await settle();
      return asked.length;
    },
  };
}

describe('losses that come sooner than history is read', () => {
  test('are read as one, and told as one', async () => {
    const { fed, history, gaps, got, full, read } = await busy(range(1, 50));
    await using _ = fed;
    for (const at of [10, 20, 30, 40, 50]) await full(at);
    expect(await read()).toBe(1);
    expect(got()).toEqual(range(1, 10));
    expect(await read()).toBe(1);
    expect(got()).toEqual(range(1, 50));
    expect(await read()).toBe(0);
    expect(history.reads.at(-1)).toMatchObject({ start: NOW + 51 });
    expect(gaps).toMatchObject([
      { from: tt(NOW), to: tt(NOW + 10), recovered: 'complete' },
      { from: tt(NOW + 10), to: tt(NOW + 50), recovered: 'complete' },
    ]);
  });

  test('bring back a thousand messages each', async () => {
    const { fed, gaps, got, full, read } = await busy(range(1, 1_900));
    await using _ = fed;
    for (const at of [2, 1_000, 1_900]) await full(at);
    while ((await read()) > 0);
    expect(got()).toEqual(range(1, 1_900));
    expect(gaps).toMatchObject([{ from: tt(NOW + 2), to: tt(NOW + 1_900), recovered: 'complete' }]);
  });

  test('are read when the one before has failed', async () => {
    const { fed, history, gaps, got, full, read } = await busy(range(1, 30));
    await using _ = fed;
    for (const at of [10, 20, 30]) await full(at);
    history.refusals.push(...Array<number>(6).fill(403));
    for (let second = 0; second < 200 && history.refusals.length > 0; second++) {
      await read();
      await fed.clock.advance(1_000);
    }
    while ((await read()) > 0);
    expect(got()).toEqual([9, 10, ...range(11, 30)]);
    expect(gaps).toMatchObject([
      { to: tt(NOW + 10), reason: 'backfill-failed', recovered: 'none' },
      { from: tt(NOW + 10), to: tt(NOW + 30), recovered: 'complete' },
    ]);
  });

  test('go on after the connection was lost while one is read', async () => {
    const { fed, got, full, read } = await busy(range(1, 30));
    await using _ = fed;
    for (const at of [10, 20, 30]) await full(at);
    fed.client.disconnect();
    await settle();
    fed.client.reconnect();
    await settle();
    await (await fed.next('handshake')).answer(NOW + 40);
    while ((await read()) > 0);
    expect(got()).toEqual(range(1, 30));
  });

  test('stay apart where the server tells what is lost', async () => {
    const { fed, gaps, got, read } = await busy(range(1, 30));
    await using _ = fed;
    for (const at of [10, 20, 30]) {
      const told = [{ c: 'a', from: tt(NOW + at - 10), to: tt(NOW + at - 1) }];
      await (await fed.next('poll')).answer(NOW + at, { entries: [entryAt(NOW + at)], gaps: told });
    }
    expect(await read()).toBe(3);
    expect(got()).toEqual(range(1, 30));
    expect(gaps.map(({ from, to }) => [from, to])).toEqual(
      [10, 20, 30].map((at) => [tt(NOW + at - 10), tt(NOW + at - 1)]),
    );
  });

  test('stay apart where a name came between', async () => {
    const { fed, got, full, read } = await busy(range(1, 40));
    await using _ = fed;
    for (const at of [10, 20]) await full(at);
    fed.client.subscribe().channels('b').execute();
    await settle();
    await (await fed.next('handshake')).answer(NOW + 20);
    for (const at of [30, 40]) await full(at);
    while ((await read()) > 0);
    expect(got()).toEqual(range(1, 40));
  });
});
