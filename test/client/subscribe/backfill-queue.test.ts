import { describe, expect, test } from 'vitest';
import { entryAt, tt } from '../../support/loop-machine.ts';
import { HandFedClient } from '../../support/loop-pending-transport.ts';
import { gapsOf, joining, messagesOf, older, pollAt } from '../../support/loop-starts.ts';
import { settle } from '../../support/virtual-clock.ts';

const NAMES = ['c', 'd', 'e'];
const DAY = 24 * 3_600 * 10_000_000;

describe('an older start', () => {
  test('asks by polls of its own, from the timetoken asked for; the loop polls on at its cursor', async () => {
    await using fed = new HandFedClient();
    await joining(fed);
    expect(pollAt(fed, 5).facts.channels).toEqual(['b']);
    expect(pollAt(fed, 50).facts.channels).toEqual(['a', 'b']);
    expect(fed.open()).toHaveLength(2);
  });

  test('delivers in order, the older ones before the live ones that came meanwhile', async () => {
    await using fed = new HandFedClient();
    const { got } = await joining(fed);
    await pollAt(fed, 50).answer(70, { entries: [entryAt(58, 'b'), entryAt(65, 'b')] });
    expect(got).toEqual([]);
    await pollAt(fed, 5).answer(30, { entries: [entryAt(6, 'b'), entryAt(20, 'b')] });
    expect(got).toEqual([6, 20]);
    await pollAt(fed, 30).answer(66, { entries: [45, 58, 65].map((at) => entryAt(at, 'b')) });
    expect(got).toEqual([6, 20, 45, 58, 65]);
    expect(fed.open('poll')).toHaveLength(1);
    await pollAt(fed, 70).answer(80, { entries: [entryAt(75, 'b')] });
    expect(got).toEqual([6, 20, 45, 58, 65, 75]);
  });

  test('never moves the cursor of the loop, nor the one that the program sees', async () => {
    await using fed = new HandFedClient();
    await joining(fed);
    await pollAt(fed, 5).answer(61, { entries: [entryAt(6, 'b')] });
    expect(fed.client.timetoken).toBe(tt(50));
    expect(fed.open('poll').map(({ facts }) => facts.tt)).toEqual([tt(50)]);
  });

  test('goes through any number of answers', async () => {
    await using fed = new HandFedClient();
    const { got } = await joining(fed);
    for (let at = 5; at < 45; at++) await pollAt(fed, at).answer(at + 1, { entries: [entryAt(at + 1, 'b')] });
    expect(got).toHaveLength(40);
  });

  test('is for the one subscription; what it alone fetched reaches the client once', async () => {
    await using fed = new HandFedClient();
    const other = messagesOf(await fed.subscribed('b', 40));
    const { got } = await joining(fed);
    const seen = messagesOf(fed.client);
    await pollAt(fed, 5).answer(61, { entries: [6, 39, 45, 55].map((at) => entryAt(at, 'b')) });
    expect([got, other, seen]).toEqual([[6, 39], [], [6, 39]]);
    // What comes after the cursor of the loop is the loop's to deliver.
    await pollAt(fed, 40).answer(62, { entries: [45, 55].map((at) => entryAt(at, 'b')) });
    expect([got, other, seen]).toEqual([
      [6, 39, 45, 55],
      [45, 55],
      [6, 39, 45, 55],
    ]);
  });

  test('leaves the rest of another one alone that ends first: the client has each message once', async () => {
    await using fed = new HandFedClient();
    const { got, subscription } = await joining(fed);
    const seen = messagesOf(fed.client);
    const second = messagesOf(await older(fed, 'b', 20, 70));
    subscription.unsubscribe();
    await settle(1);
    expect(fed.open('poll').map(({ facts }) => facts.tt)).toContain(tt(20));
    await pollAt(fed, 20).answer(71, { entries: [entryAt(30, 'b'), entryAt(40, 'b')] });
    expect([got, second, seen]).toEqual([[], [30, 40], [30, 40]]);
  });

  test('of two subscriptions to one channel brings each all of it, and the client every message once', async () => {
    await using fed = new HandFedClient();
    const { got } = await joining(fed);
    const seen = messagesOf(fed.client);
    const second = messagesOf(await older(fed, 'b', 20, 70));
    const entries = [6, 30].map((at) => entryAt(at, 'b'));
    await pollAt(fed, 5).answer(71, { entries });
    await pollAt(fed, 20).answer(71, { entries: entries.slice(1) });
    expect([got, second, seen]).toEqual([[6, 30], [30], [6, 30]]);
  });

  test('delivers nothing more of a name that was dropped, live or older', async () => {
    await using fed = new HandFedClient();
    const { got } = await joining(fed, ['b', 'c']);
    await pollAt(fed, 50).answer(70, { entries: [entryAt(65, 'b'), entryAt(66, 'c')] });
    await fed.client.unsubscribe().channels('b').execute();
    await settle(1);
    await pollAt(fed, 5).answer(71, { entries: [entryAt(6, 'b'), entryAt(7, 'c')] });
    expect(got).toEqual([7, 66]);
  });

  test('is not needed where the timetoken is not older than the cursor of the loop', async () => {
    await using fed = new HandFedClient();
    await fed.subscribed('a', 50);
    const got = messagesOf(await older(fed, 'b', 50, 60));
    expect(fed.open('poll')).toHaveLength(1);
    await fed.deliver(70, [entryAt(50, 'b'), entryAt(51, 'b'), entryAt(65, 'b')]);
    expect(got).toEqual([51, 65]);
  });

  test('with nothing to bring ends with the first answer that reaches its end', async () => {
    await using fed = new HandFedClient();
    const { got } = await joining(fed);
    await pollAt(fed, 50).answer(70, { entries: [entryAt(65, 'b')] });
    await pollAt(fed, 5).answer(66);
    expect(got).toEqual([65]);
    expect(fed.open('poll')).toHaveLength(1);
  });
});

describe('several older starts at once', () => {
  test('take turns: one poll at a time, and each reads its own range', async () => {
    await using fed = new HandFedClient();
    const { got } = await joining(fed);
    const second = messagesOf(await older(fed, 'c', 20, 70));
    const isOlder = ({ facts }: { facts: { tt: string } }) => facts.tt !== tt(50);
    expect(
      fed
        .open('poll')
        .filter(isOlder)
        .map(({ facts }) => [facts.tt, facts.channels]),
    ).toEqual([[tt(5), ['b']]]);
    await pollAt(fed, 5).answer(30, { entries: [entryAt(6, 'b')] });
    expect(
      fed
        .open('poll')
        .filter(isOlder)
        .map(({ facts }) => [facts.tt, facts.channels]),
    ).toEqual([[tt(20), ['c']]]);
    await pollAt(fed, 20).answer(71, { entries: [entryAt(30, 'c')] });
    await pollAt(fed, 30).answer(71, { entries: [entryAt(40, 'b')] });
    expect([got, second]).toEqual([[6, 40], [30]]);
  });

  test('cannot starve each other: a poll that nobody answers makes way within seconds', async () => {
    await using fed = new HandFedClient();
    await joining(fed);
    const held = pollAt(fed, 5);
    const got: unknown[][] = [];
    for (const [index, name] of NAMES.entries()) got.push(messagesOf(await older(fed, name, 20 + index, 70)));
    expect(held.open).toBe(true);
    await fed.clock.advance(1_000);
    expect(held.open).toBe(false);
    for (const [index, name] of NAMES.entries())
      await pollAt(fed, 20 + index).answer(71, { entries: [entryAt(30, name)] });
    expect(got).toEqual([[30], [30], [30]]);
    await pollAt(fed, 5).answer(71);
  });

  test('on quiet channels grow patient together, and end without a gap when the server answers', async () => {
    await using fed = new HandFedClient();
    const { subscription } = await joining(fed);
    const gaps = gapsOf(fed.client);
    const other = gapsOf(subscription);
    await older(fed, 'c', 20, 70);
    const before = fed.requests.length;
    const quiet = () => fed.open('poll').filter(({ facts }) => facts.tt === tt(5) || facts.tt === tt(20));
    // A server holds a poll for 280 seconds.
    for (let second = 0; second < 1_800 && quiet().length > 0; second++) {
      await fed.clock.advance(1_000);
      for (const poll of quiet())
        if (fed.clock.monotonic() - poll.sentAt >= 280_000) await poll.answer(71 + second);
    }
    expect([quiet().length, gaps, other]).toEqual([0, [], []]);
    expect(fed.requests.length - before).toBeLessThan(40);
  });

  test('give a poll that waits alone more time, until somebody else waits', async () => {
    await using fed = new HandFedClient();
    await joining(fed);
    for (const seconds of [1, 2, 4, 8]) {
      const poll = pollAt(fed, 5);
      await fed.clock.advance(seconds * 1_000 - 1);
      expect(poll.open).toBe(true);
      await fed.clock.advance(1);
      expect(poll.open).toBe(false);
    }
    const patient = pollAt(fed, 5);
    await older(fed, 'c', 20, 70);
    const isTurn = () => fed.open('poll').some(({ facts }) => facts.tt === tt(20));
    for (let second = 0; second < 2 && !isTurn(); second++) await fed.clock.advance(1_000);
    expect(patient.open).toBe(false);
    await pollAt(fed, 20).answer(71);
  });
});

test('an older start waits for seconds only, however patient those on quiet channels have become', async () => {
  await using fed = new HandFedClient();
  await joining(fed);
  await older(fed, 'c', 20, 70);
  for (let second = 0; second < 200; second++) await fed.clock.advance(1_000);
  await older(fed, 'd', 30, 80);
  const isTurn = () => fed.open('poll').some(({ facts }) => facts.tt === tt(30));
  for (let second = 0; second < 5 && !isTurn(); second++) await fed.clock.advance(1_000);
  await pollAt(fed, 30).answer(81);
});

describe('what is lost on the way', () => {
  test('is told where the origin has trimmed, within the range', async () => {
    await using fed = new HandFedClient();
    const { subscription } = await joining(fed);
    const gaps = gapsOf(subscription);
    const all = gapsOf(fed.client);
    await pollAt(fed, 5).answer(61, { gaps: [{ c: 'b', from: tt(1), to: tt(90) }] });
    const told = {
      channel: 'b',
      from: tt(5),
      to: tt(50),
      reason: 'trimmed',
      certain: true,
      recovered: 'none',
    };
    expect(gaps).toEqual([expect.objectContaining(told)]);
    expect(all).toEqual(gaps);
  });

  test.each([
    [99, []],
    [100, ['count-exceeded']],
  ])('is suspected of an answer with %i entries, of a server that does not tell', async (count, reasons) => {
    await using fed = new HandFedClient();
    const { subscription } = await joining(fed, ['b'], { loop: 500, at: 600 });
    const gaps = gapsOf(subscription);
    const entries = Array.from({ length: count }, (_, index) => entryAt(300 + index, 'b'));
    await pollAt(fed, 5).answer(601, { entries });
    expect(gaps.map(({ reason }) => reason)).toEqual(reasons);
  });

  test('is suspected of a start older than what the server keeps, by the server’s own time', async () => {
    await using fed = new HandFedClient();
    const { subscription, got } = await joining(fed, ['b'], { loop: DAY - 10, at: DAY });
    const gaps = gapsOf(subscription);
    await pollAt(fed, 5).answer(DAY, { entries: [entryAt(DAY - 100, 'b')] });
    expect(gaps).toEqual([
      expect.objectContaining({
        channel: 'b',
        from: tt(5),
        to: tt(DAY - 10),
        reason: 'retention',
        certain: false,
      }),
    ]);
    expect(got).toEqual([DAY - 100]);
  });

  test('is nothing on a start that the server still keeps', async () => {
    await using fed = new HandFedClient();
    const { subscription } = await joining(fed, ['b'], { loop: 1_000, at: 1_100 });
    const gaps = gapsOf(subscription);
    await pollAt(fed, 5).answer(1_200);
    expect(gaps).toEqual([]);
  });
});
