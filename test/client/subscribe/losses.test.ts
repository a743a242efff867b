import { describe, expect, test } from 'vitest';
import type { PNGapEvent } from '../../../src/index.ts';
import { rowsAt, StoredHistory } from '../../support/loop-history.ts';
import { entryAt, tt } from '../../support/loop-machine.ts';
import { HandFedClient } from '../../support/loop-pending-transport.ts';
import { gapsOf, messagesOf } from '../../support/loop-starts.ts';
import { settle } from '../../support/virtual-clock.ts';

/** A client with a subscription of each kind, accepted at 10, and what each of them is told. */
async function everyKind(fed: HandFedClient) {
  const subscribe = () => fed.client.subscribe();
  const told: Readonly<Record<string, PNGapEvent[]>> = {
    a: gapsOf(subscribe().channels('a').execute()),
    presence: gapsOf(subscribe().channels('a-pnpres').execute()),
    wildcard: gapsOf(subscribe().channels('n.*').execute()),
    group: gapsOf(subscribe().channelGroups('g').execute()),
    b: gapsOf(subscribe().channels('b').execute()),
    client: gapsOf(fed.client),
  };
  await (await fed.next('handshake')).answer(10);
  return told;
}

const heard = (told: Readonly<Record<string, PNGapEvent[]>>) =>
  Object.keys(told).filter((name) => told[name]?.length !== 0);

const DIRECT = { presence: false, kinds: ['message', 'file', 'signal', 'messageAction', 'objects'] };

describe('a loss that the origin tells of', () => {
  test.each([
    ['a channel', { c: 'a' }, ['a'], { ...DIRECT, channel: 'a' }],
    ['a channel under a wildcard', { c: 'n.x' }, ['wildcard'], { ...DIRECT, channel: 'n.x' }],
    ['a wildcard', { w: 'n.*' }, ['wildcard'], { ...DIRECT, wildcard: 'n.*' }],
    ['a group', { g: 'g' }, ['group'], { ...DIRECT, channelGroup: 'g' }],
    ['a channel that only a group can hold', { c: 'room' }, ['group'], { ...DIRECT, channel: 'room' }],
    ['presence', { c: 'a-pnpres' }, ['presence'], { channel: 'a', presence: true, kinds: ['presence'] }],
    ['another channel', { c: 'b' }, ['b'], { ...DIRECT, channel: 'b' }],
  ])('on %s is told to those who would have got it, and to the client', async (_, name, who, names) => {
    await using fed = new HandFedClient();
    const told = await everyKind(fed);
    await (await fed.next('poll')).answer(90, { gaps: [{ ...name, from: tt(20), to: tt(80) }] });
    expect(heard(told)).toEqual([...who, 'client']);
    const range = { from: tt(20), to: tt(80), reason: 'trimmed', certain: true, recovered: 'none' };
    expect(told['client']).toEqual([{ ...range, ...names }]);
    for (const one of who) expect(told[one]).toEqual(told['client']);
  });

  test('on a channel that a group has brought is told to the group too', async () => {
    await using fed = new HandFedClient();
    const told = await everyKind(fed);
    await fed.deliver(20, [entryAt(15, 'a', { b: 'g' })]);
    await (await fed.next('poll')).answer(90, { gaps: [{ c: 'a', from: tt(20), to: tt(80) }] });
    expect(heard(told)).toEqual(['a', 'group', 'client']);
  });

  test('is no concern of a name that is refused just now, which was not asked for', async () => {
    await using fed = new HandFedClient();
    const refused = gapsOf(fed.client.subscribe().channelGroups('b').execute());
    const other = gapsOf(fed.client.subscribe().channelGroups('g').execute());
    await (await fed.next('handshake')).answer(10);
    await (await fed.next('poll')).refuse(403, { 'channel-groups': ['b'] });
    await (await fed.next('handshake')).answer(20);
    await (await fed.next('poll')).answer(90, { gaps: [{ c: 'a', from: tt(20), to: tt(80) }] });
    expect([refused, other.map(({ channel }) => channel)]).toEqual([[], ['a']]);
  });

  test('of which nobody wants anything is told to nobody', async () => {
    await using fed = new HandFedClient();
    const told = await everyKind(fed);
    await (await fed.next('poll')).answer(90, { gaps: [{ c: 'a', from: tt(1), to: tt(10) }] });
    expect(heard(told)).toEqual([]);
  });

  test('is told from the floor of each, and to the client as far as anybody is concerned', async () => {
    await using fed = new HandFedClient();
    const early = gapsOf(await fed.subscribed('a', 10));
    const late = gapsOf(await fed.subscribed('a', 50));
    const all = gapsOf(fed.client);
    const gaps = [
      { c: 'a', from: tt(11), to: tt(40) },
      { c: 'a', from: tt(42), to: tt(70) },
    ];
    await (await fed.next('poll')).answer(90, { gaps });
    const ranges = (list: readonly PNGapEvent[]) => list.map(({ from, to }) => [from, to]);
    expect(ranges(early)).toEqual(gaps.map(({ from, to }) => [from, to]));
    expect(ranges(late)).toEqual([[tt(50), tt(70)]]);
    expect(all).toHaveLength(2);
    expect(ranges(all)).toEqual(ranges(early));
  });
});

describe('a loss that is suspected', () => {
  test('is told of each name by itself, so that everybody hears of their own', async () => {
    await using fed = new HandFedClient();
    const told = await everyKind(fed);
    const entries = Array.from({ length: 100 }, (_, index) => entryAt(100 + index, 'b'));
    await (await fed.next('poll')).answer(900, { entries });
    const texts = (name: string) =>
      told[name]?.map(
        ({ channel, wildcard, channelGroup, presence }) =>
          `${channel ?? wildcard ?? channelGroup}${presence ? ' presence' : ''}`,
      );
    expect(texts('client')?.toSorted()).toEqual(['a', 'a presence', 'b', 'g', 'n.*']);
    const own = ['a', 'presence', 'wildcard', 'group', 'b'].map(texts);
    expect(own).toEqual([['a'], ['a presence'], ['n.*'], ['g'], ['b']]);
    for (const gap of told['client'] ?? [])
      expect(gap).toMatchObject({ reason: 'count-exceeded', certain: false, from: tt(10), to: tt(900) });
  });
});

describe('an answer that is full of copies', () => {
  test.each([
    [1, []],
    [2, ['count-exceeded']],
  ])('tells of a loss only in another region than the cursor, which is of 1: %s', async (region, reasons) => {
    await using fed = new HandFedClient();
    const gaps = gapsOf(await fed.subscribed('a', 10));
    const entries = Array.from({ length: 99 }, (_, index) => entryAt(100 + index));
    await fed.deliver(300, entries);
    await fed.deliver(400, [entryAt(350)]);
    await (await fed.next('poll')).answer(500, { region, entries: [...entries, entryAt(350)] });
    expect(gaps.map(({ reason }) => reason)).toEqual(reasons);
  });
});

describe('a region that goes back', () => {
  test('by less than a floor announces nothing, and loses nothing', async () => {
    await using fed = new HandFedClient();
    const subscription = await fed.subscribed('a', 10);
    const [got, gaps] = [messagesOf(subscription), gapsOf(fed.client)];
    await fed.deliver(50, [entryAt(40)]);
    await (await fed.next('poll')).answer(45, { region: 2, entries: [entryAt(44)] });
    await (await fed.next('poll')).answer(60, { region: 2, entries: [entryAt(47)] });
    expect([got, gaps]).toEqual([[40, 44, 47], []]);
  });

  test('further than a floor tells what that keeps out, to those it keeps it from', async () => {
    await using fed = new HandFedClient();
    const early = gapsOf(await fed.subscribed('a', 10));
    const late = gapsOf(await fed.subscribed('b', 40));
    const all = gapsOf(fed.client);
    await fed.deliver(50);
    await (await fed.next('poll')).answer(20, { region: 2 });
    const gap = { channel: 'b', from: tt(20), to: tt(40), reason: 'cursor-regressed', certain: false };
    expect([early, late, all]).toEqual([[], [expect.objectContaining(gap)], [expect.objectContaining(gap)]]);
  });
});

test('a region that goes back, and answers with as much as it keeps, tells what it may have dropped before', async () => {
  await using fed = new HandFedClient();
  const gaps = gapsOf(await fed.subscribed('a', 10));
  await fed.deliver(500);
  const entries = Array.from({ length: 100 }, (_, index) =>
    entryAt(200 + index, 'a', { p: { t: tt(200 + index), r: 2 } }),
  );
  await (await fed.next('poll')).answer(450, { region: 2, entries });
  // Its clock is behind by 50 at least, and so was the poll before.
  const gap = { from: tt(150), to: tt(450), reason: 'count-exceeded', certain: false };
  expect(gaps).toEqual([expect.objectContaining(gap)]);
});

test('a region that goes back tells the entries of the same answer that a floor keeps out as well', async () => {
  await using fed = new HandFedClient();
  const gaps = gapsOf(await fed.subscribed('a', 40));
  await fed.deliver(50);
  await (await fed.next('poll')).answer(20, { region: 2, entries: [entryAt(18), entryAt(19)] });
  expect(gaps).toEqual([expect.objectContaining({ from: tt(17), to: tt(40), reason: 'cursor-regressed' })]);
});

describe('of two subscriptions to one channel', () => {
  test('the one that recovers is told when history has spoken, the other at once', async () => {
    const history = new StoredHistory(rowsAt([25, 80]));
    await using fed = new HandFedClient({}, { byHand: ['other'] });
    const plain = fed.client.subscribe().channels('a').execute();
    const keen = fed.client.subscribe().channels('a').recovery('history').execute();
    const told = [gapsOf(plain), gapsOf(keen)];
    const got = [messagesOf(plain), messagesOf(keen)];
    await (await fed.next('handshake')).answer(10);
    const gaps = [{ c: 'a', from: tt(20), to: tt(30) }];
    await (await fed.next('poll')).answer(90, { gaps, entries: [entryAt(80)] });
    await settle();
    expect([told.map(({ length }) => length), got]).toEqual([
      [1, 0],
      [[80], []],
    ]);
    for (let read = 0; read < 2; read++) {
      for (const request of fed.open('other')) await request.respond(...history.answer(request.url));
      await fed.clock.advance(2_000);
    }
    expect(told.map(([gap]) => gap?.recovered)).toEqual(['none', 'complete']);
    expect(got).toEqual([[80], [25, 80]]);
  });
});

test('a handler that begins and ends subscriptions for each gap comes to an end', async () => {
  await using fed = new HandFedClient();
  let calls = 0;
  const subscribe = () => {
    const subscription = fed.client.subscribe().channels('a').withTimetoken(tt(5)).execute();
    subscription.on('gap', () => {
      calls++;
      subscription.unsubscribe();
      if (calls < 1_000) subscribe();
    });
  };
  for (let count = 0; count < 3; count++) subscribe();
  await (await fed.next('handshake')).answer(10);
  await (await fed.next('poll')).answer(90, { gaps: [{ c: 'a', from: tt(6), to: tt(80) }] });
  expect(calls).toBe(3);
});
