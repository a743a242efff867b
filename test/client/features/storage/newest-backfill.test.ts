import { describe, expect, test } from 'vitest';
import { range, rowsAt, StoredHistory } from '../../../support/loop-history.ts';
import { entryAt, tt } from '../../../support/loop-machine.ts';
import { HandFedClient } from '../../../support/loop-pending-transport.ts';
import { messagesOf, pollAt } from '../../../support/loop-starts.ts';
import { settle } from '../../../support/virtual-clock.ts';

/** Ten seconds in ticks of a timetoken: what history had not stored yet is looked for from so much before. */
const OVERLAP = 100_000_000;
/** Where these tests begin, so that there is room before it. */
const NOW = 1_000_000_000;

const offsets = (counts: readonly unknown[]) => counts.map((count) => Number(count) - NOW);

describe('withLast(n)', () => {
  async function last(count: number, history: StoredHistory, at = NOW) {
    const fed = new HandFedClient({}, { history });
    const subscription = fed.client.subscribe().channels('a').withLast(count).execute();
    const got = messagesOf(subscription);
    await (await fed.next('handshake')).answer(at);
    await settle();
    return { fed, got, subscription };
  }

  test('brings the newest stored messages, then the live ones', async () => {
    const history = new StoredHistory(rowsAt(range(1, 20).map((at) => at * 1_000)));
    const { fed, got } = await last(5, history);
    await using _ = fed;
    // The live queue may have newer ones: it has a second to say so.
    await fed.clock.advance(999);
    expect([got, history.reads]).toEqual([[], []]);
    await fed.clock.advance(1);
    expect(got).toEqual(range(16, 20).map((at) => at * 1_000));
    expect(history.reads).toEqual([{ channel: 'a', max: 5, start: NOW + 1, end: undefined }]);
    await pollAt(fed, NOW - OVERLAP).answer(NOW);
    await fed.deliver(NOW + 10, [entryAt(NOW + 5)]);
    expect(got.at(-1)).toBe(NOW + 5);
  });

  test('brings the newest of history and of the live queue together, and no more', async () => {
    const history = new StoredHistory(rowsAt(range(1, 100).map((at) => NOW - 1_000 + at)));
    const { fed, got } = await last(20, history);
    await using _ = fed;
    const tail = range(101, 150).map((at) => NOW - 1_000 + at);
    await pollAt(fed, NOW - OVERLAP).answer(NOW - 1, { entries: tail.map((at) => entryAt(at)) });
    expect(got).toEqual([]);
    await fed.clock.advance(1_000);
    history.rows.push(...rowsAt(tail));
    await fed.clock.advance(5_000);
    expect(got).toEqual(tail.slice(-20));
  });

  test('merges what history had not stored yet, and raises the floor over what is older', async () => {
    const rows = [NOW - 300, NOW - 200, NOW - 100];
    const { fed, got } = await last(2, new StoredHistory(rowsAt(rows)));
    await using _ = fed;
    const tail = [NOW - 300, NOW - 200, NOW - 150, NOW - 100, NOW - 1];
    await pollAt(fed, NOW - OVERLAP).answer(NOW, { entries: tail.map((at) => entryAt(at)) });
    // History is given the time to know of them as well.
    await fed.clock.advance(2_000);
    expect(offsets(got)).toEqual([-100, -1]);
  });

  test('brings nothing again that is forgotten before history is read a second time', async () => {
    const history = new StoredHistory(rowsAt(range(1, 5).map((at) => NOW - 10 + at)));
    await using fed = new HandFedClient({ maximumCacheSize: 10 }, { history });
    const got = messagesOf(fed.client.subscribe().channels('a').withLast(3).execute());
    fed.client.subscribe().channels('b').execute();
    await (await fed.next('handshake')).answer(NOW);
    await settle();
    // The queue has lost what history may not have yet.
    const gaps = [{ c: 'a', from: tt(NOW - 500), to: tt(NOW - 20) }];
    await pollAt(fed, NOW - OVERLAP).answer(NOW, { gaps });
    await settle();
    expect(offsets(got)).toEqual([-7, -6, -5]);
    const others = range(1, 50).map((at) => entryAt(NOW + at, 'b'));
    await pollAt(fed, NOW).answer(NOW + 60, { entries: others });
    await fed.clock.advance(2_000);
    expect([history.reads.length, offsets(got)]).toEqual([2, [-7, -6, -5]]);
  });

  test('with fewer stored than asked for keeps the floor ten seconds back', async () => {
    const { fed, got } = await last(5, new StoredHistory(rowsAt([NOW - 100])));
    await using _ = fed;
    await pollAt(fed, NOW - OVERLAP).answer(NOW, { entries: [entryAt(NOW - 50)] });
    await fed.clock.advance(2_000);
    expect(offsets(got)).toEqual([-100, -50]);
  });

  test('ends after three looks at a server that holds the poll: nothing more has come', async () => {
    const { fed, got } = await last(1, new StoredHistory(rowsAt([NOW - 100])));
    await using _ = fed;
    await pollAt(fed, NOW).answer(NOW + 10, { entries: [entryAt(NOW + 5)] });
    await fed.clock.advance(1_000);
    expect(offsets(got)).toEqual([-100]);
    await fed.clock.advance(6_000);
    expect(offsets(got)).toEqual([-100, 5]);
    expect(fed.open('poll').map(({ facts }) => facts.tt)).toEqual([tt(NOW + 10)]);
  });

  test('is for that handle alone; the client hears each message once', async () => {
    const history = new StoredHistory(rowsAt([NOW - 100]));
    await using fed = new HandFedClient({}, { history });
    const other = messagesOf(await fed.subscribed('a', NOW - 50));
    const all = messagesOf(fed.client);
    const got = messagesOf(fed.client.subscribe().channels('a').withLast(3).execute());
    await (await fed.next('handshake')).answer(NOW);
    await fed.clock.advance(1_000);
    expect([offsets(got), offsets(other), offsets(all)]).toEqual([[-100], [], [-100]]);
  });

  test('is asked for once: a name that is subscribed later asks for nothing more', async () => {
    const history = new StoredHistory(rowsAt([NOW - 100]));
    const { fed } = await last(1, history);
    await using _ = fed;
    await pollAt(fed, NOW - OVERLAP).answer(NOW);
    fed.client.subscribe().channels('b').execute();
    await (await fed.next('handshake')).answer(NOW + 10);
    await settle();
    expect([history.reads.length, fed.open('poll').map(({ facts }) => facts.tt)]).toEqual([1, [tt(NOW)]]);
  });
});
