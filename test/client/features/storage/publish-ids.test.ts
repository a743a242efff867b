import type { PNMessageResult } from 'timetoken';
import { createTestNetwork } from 'timetoken/testing';
import { describe, expect, test } from 'vitest';
import { rowsAt, StoredHistory } from '../../../support/loop-history.ts';
import { entryAt, tt } from '../../../support/loop-machine.ts';
import { HandFedClient } from '../../../support/loop-pending-transport.ts';
import { pollAt } from '../../../support/loop-starts.ts';
import { scriptedClient } from '../../../support/unit-client.ts';
import { settle } from '../../../support/virtual-clock.ts';

const ID = { i: 'alice', u: { tt_id: 'x' } };
const ROW = { uuid: 'alice', meta: { tt_id: 'x' } };
const NOW = 1_000_000_000;

describe('the id of a message', () => {
  test.each<[string, object | undefined, unknown]>([
    ['beside nothing else: there is no meta', undefined, undefined],
    ['beside the meta of the publisher', { lang: 'en' }, { lang: 'en' }],
    ['beside a member that is undefined in JSON', { lang: null }, { lang: null }],
  ])('is taken out of history %s', async (_, meta, left) => {
    const network = createTestNetwork();
    const alice = network.client('alice');
    const given = { channel: 'a', message: 1, id: 'x', ...(meta && { meta: { ...meta } }) };
    await alice.publish(given).execute();
    const { messages } = await alice.history({ channel: 'a', includeMeta: true }).execute();
    const { channels } = await alice.fetchMessages({ channels: ['a'], includeMeta: true }).execute();
    const rows = [messages[0], channels['a']?.[0]];
    for (const row of rows) expect(row?.meta).toEqual(left);
    for (const row of rows) expect(row && 'meta' in row).toBe(left !== undefined);
    const events: unknown[] = [];
    const reader = network.client('reader');
    const subscription = reader.subscribe().channels('a').withLast(1).execute();
    subscription.on('message', (event) => events.push(event.userMetadata));
    await subscription.connected();
    await network.clock.advance(5_000);
    expect(events).toEqual([left]);
    await network.close();
  });

  test('that is none stays where it is: it is the publisher’s', async () => {
    const metas = [
      { tt_id: 7 },
      { tt_id: '' },
      { tt_id: 'x'.repeat(129) },
      'tt_id',
      ['tt_id'],
      { a: { tt_id: 'x' } },
    ];
    const rows = metas.map((meta, index) => ({ message: index, timetoken: tt(index + 1), meta }));
    const body = JSON.stringify({ status: 200, error: false, channels: { a: rows } });
    const fetched = scriptedClient([{ body }]);
    const { channels } = await fetched.pubnub.fetchMessages({ channels: ['a'], includeMeta: true }).execute();
    expect(channels['a']?.map(({ meta }) => meta)).toEqual(metas);
    await fetched.close();
    const read = scriptedClient([{ body: JSON.stringify([rows, tt(1), tt(9)]) }]);
    const { messages } = await read.pubnub.history({ channel: 'a', includeMeta: true }).execute();
    expect(messages.map(({ meta }) => meta)).toEqual(metas);
    await read.close();
  });
});

/** What a source hears from now on, with its metadata. */
function heardOf(source: {
  on: (name: 'message', handler: (event: PNMessageResult) => void) => unknown;
}): unknown[] {
  const heard: unknown[] = [];
  source.on('message', ({ message, userMetadata }) => void heard.push([message, userMetadata]));
  return heard;
}

describe('copies of one message, with timetokens of their own, are delivered once', () => {
  test('when history brings both', async () => {
    const rows = rowsAt([NOW - 300, NOW - 200, NOW - 100]).map((row) => ({
      ...row,
      ...ROW,
      message: 'copy',
    }));
    await using fed = new HandFedClient({}, { history: new StoredHistory(rows) });
    const heard = heardOf(fed.client.subscribe().channels('a').withLast(5).execute());
    await (await fed.next('handshake')).answer(NOW);
    await fed.clock.advance(1_000);
    await settle();
    expect(heard).toEqual([['copy', undefined]]);
  });

  test('when the loop brings one after history', async () => {
    const [row] = rowsAt([NOW - 100]);
    const history = new StoredHistory(row ? [{ ...row, uuid: 'alice', meta: { tt_id: 'x', a: 1 } }] : []);
    await using fed = new HandFedClient({}, { history });
    const heard = heardOf(fed.client.subscribe().channels('a').withLast(5).execute());
    await (await fed.next('handshake')).answer(NOW);
    await fed.clock.advance(1_000);
    await settle();
    for (const poll of fed.open('poll')) await poll.answer(NOW);
    await fed.deliver(NOW + 10, [
      entryAt(NOW + 5, 'a', { ...ID, u: { tt_id: 'x', a: 1 } }),
      entryAt(NOW + 6, 'a', { ...ID, i: 'bob' }),
      entryAt(NOW + 7, 'a', { ...ID, u: { tt_id: 'y' } }),
    ]);
    expect(heard).toEqual([
      [NOW - 100, { a: 1 }],
      [NOW + 6, undefined],
      [NOW + 7, undefined],
    ]);
  });

  test('when a loss is filled with what the loop had brought', async () => {
    const rows = rowsAt([10, 20, 70]).map((row) => ({
      ...row,
      ...ROW,
      meta: { tt_id: row.at === 20 ? 'y' : 'x' },
    }));
    await using fed = new HandFedClient({}, { history: new StoredHistory(rows) });
    await fed.subscribed('z', 500);
    const old = fed.client.subscribe().channels('a').withTimetoken(tt(5)).recovery('history').execute();
    const heard = heardOf(old);
    await (await fed.next('handshake')).answer(600);
    const gaps = [{ c: 'a', from: tt(5), to: tt(50) }];
    await pollAt(fed, 5).answer(601, { entries: [entryAt(60, 'a', ID), entryAt(70, 'a', ID)], gaps });
    await settle();
    expect(heard.map((one) => Object(one)[0]).sort()).toEqual([10, 20]);
  });
});
