import { describe, expect, test } from 'vitest';
import { range } from '../../support/loop-history.ts';
import { entryAt, tt } from '../../support/loop-machine.ts';
import { HandFedClient } from '../../support/loop-pending-transport.ts';
import { gapsOf, joining, messagesOf, older, pollAt } from '../../support/loop-starts.ts';
import { settle } from '../../support/virtual-clock.ts';

/** Lets the older poll that is under way, or the next one, come to nothing, until there is none in a minute. */
async function failAll(
  fed: HandFedClient,
  at: number,
  how: 'break' | 'refuse' | 'stand still',
): Promise<number> {
  let failures = 0;
  for (let second = 0; second < 60; second++) {
    for (const poll of fed.open('poll').filter(({ facts }) => facts.tt === tt(at))) {
      failures++;
      if (how === 'break') await poll.fail();
      if (how === 'refuse') await poll.refuse(403, { channels: ['b'] });
      if (how === 'stand still') await poll.answer(at);
    }
    await fed.clock.advance(1_000);
  }
  return failures;
}

describe('a backfill that fails', () => {
  test.each([
    ['break', 'NetworkIssues', 'PN-2001'],
    ['refuse', 'AccessDenied', 'PN-3002'],
    ['stand still', 'MalformedResponse', 'PN-4001'],
  ] as const)(
    '(%s) is announced each time, tried five times more, and ends in a gap',
    async (how, category, code) => {
      await using fed = new HandFedClient();
      const { got, subscription } = await joining(fed);
      const gaps = gapsOf(subscription);
      await pollAt(fed, 50).answer(70, { entries: [entryAt(65, 'b')] });
      await pollAt(fed, 5).answer(20, { entries: [entryAt(6, 'b')] });
      const before = fed.statuses.length;
      expect(await failAll(fed, 20, how)).toBe(6);
      const said = fed.statuses.slice(before);
      expect(said.map((status) => status.category)).toEqual(Array(6).fill(`PN${category}Category`));
      expect(said.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(said.map(({ nextRetryAt }) => nextRetryAt !== undefined)).toEqual([
        ...Array(5).fill(true),
        false,
      ]);
      expect(said.map(({ errorData }) => errorData?.code)).toEqual(Array(6).fill(code));
      expect(said[0]).toMatchObject({ affectedChannels: ['b'] });
      // What had come stays; the rest is told, and what waited goes on.
      expect(got).toEqual([6, 65]);
      expect(gaps).toEqual([
        expect.objectContaining({
          ...{ channel: 'b', from: tt(20), to: tt(50), reason: 'backfill-failed', certain: false },
          recovered: 'partial',
        }),
      ]);
      expect(fed.client.state).toBe('connected');
      await fed.deliver(80, [entryAt(75, 'b'), entryAt(76)]);
      expect(got).toEqual([6, 65, 75]);
    },
  );

  test('that brought nothing says so, one gap for each name', async () => {
    await using fed = new HandFedClient();
    const { subscription } = await joining(fed, ['b', 'c']);
    const gaps = gapsOf(subscription);
    await failAll(fed, 5, 'break');
    expect(gaps.map(({ channel, recovered, from }) => [channel, recovered, from])).toEqual([
      ['b', 'none', tt(5)],
      ['c', 'none', tt(5)],
    ]);
  });

  test('that mends in between loses nothing, and waits longer each time', async () => {
    await using fed = new HandFedClient();
    const { got, subscription } = await joining(fed);
    const gaps = gapsOf(subscription);
    for (const delay of [1_500, 2_500]) {
      await pollAt(fed, 5).fail();
      await fed.clock.advance(delay - 1);
      expect(fed.open('poll')).toHaveLength(1);
      await fed.clock.advance(1);
    }
    await pollAt(fed, 5).answer(61, { entries: [entryAt(6, 'b')] });
    expect([got, gaps]).toEqual([[6], []]);
  });

  test('does not keep another one, nor the loop, from going on', async () => {
    await using fed = new HandFedClient();
    const { got } = await joining(fed);
    await pollAt(fed, 5).fail();
    const second = messagesOf(await older(fed, 'c', 20, 70));
    await pollAt(fed, 20).answer(71, { entries: [entryAt(30, 'c')] });
    await pollAt(fed, 50).answer(72, { entries: [entryAt(71, 'c'), entryAt(71, 'b')] });
    expect([second, got]).toEqual([[30, 71], []]);
    await fed.clock.advance(2_000);
    await pollAt(fed, 5).answer(72, { entries: [entryAt(6, 'b')] });
    expect(got).toEqual([6, 71]);
  });

  test('costs seconds where an answer was lost: it is asked for again', async () => {
    await using fed = new HandFedClient();
    const { got } = await joining(fed);
    pollAt(fed, 5);
    await fed.clock.advance(1_000);
    await pollAt(fed, 5).answer(61, { entries: [entryAt(6, 'b')] });
    expect([got, fed.statuses.filter(({ isError }) => isError)]).toEqual([[6], []]);
  });

  test('does not count a long poll that a disconnect has cancelled', async () => {
    await using fed = new HandFedClient();
    const { got, subscription } = await joining(fed);
    const gaps = gapsOf(subscription);
    // Nobody answers, and the patience grows to the whole time that a poll may take.
    for (let count = 51; count < 60; count++) {
      await fed.clock.advance(32_000);
      await pollAt(fed, count - 1).answer(count);
    }
    fed.client.disconnect();
    fed.client.reconnect();
    await (await fed.next('handshake')).answer(60);
    await pollAt(fed, 5).fail();
    await fed.clock.advance(2_000);
    await pollAt(fed, 5).answer(61, { entries: [entryAt(6, 'b')] });
    expect([got, gaps]).toEqual([[6], []]);
  });
});

describe('what waits behind a backfill', () => {
  async function flood(fed: HandFedClient, entries: readonly unknown[]): Promise<void> {
    let at = 1_000;
    for (let index = 0; index < entries.length; index += 90) {
      await fed
        .open('poll')
        .find(({ facts }) => facts.tt !== tt(5))
        ?.answer(++at * 100, { entries: entries.slice(index, index + 90), gaps: [] });
    }
  }

  test('is five thousand entries at the most: then it ends with its gap, and live delivery goes on', async () => {
    await using fed = new HandFedClient();
    const { got, subscription } = await joining(fed);
    const order: unknown[] = [];
    subscription.on('gap', ({ reason, recovered, from, to }) => order.push([reason, recovered, from, to]));
    subscription.on('message', ({ message }) => order.push(message));
    await flood(
      fed,
      range(61, 5_060).map((at) => entryAt(at, 'b')),
    );
    expect(got).toEqual([]);
    await flood(fed, [entryAt(5_061, 'b')]);
    expect(order).toEqual([['backlog-full', 'none', tt(5), tt(50)], ...range(61, 5_061)]);
    expect(fed.open('poll').map(({ facts }) => facts.tt)).not.toContain(tt(5));
  });

  test('is four megabytes at the most', async () => {
    await using fed = new HandFedClient();
    const { got, subscription } = await joining(fed);
    const gaps = gapsOf(subscription);
    const large = (at: number) => entryAt(at, 'b', { d: 'x'.repeat(1024 * 1024) });
    await flood(fed, range(61, 63).map(large));
    expect([got.length, gaps]).toEqual([0, []]);
    await flood(fed, [large(64)]);
    expect(got).toHaveLength(4);
    expect(gaps).toMatchObject([{ reason: 'backlog-full' }]);
  });

  test('is sixteen megabytes at the most for all subscriptions of a client', async () => {
    await using fed = new HandFedClient();
    const { subscription } = await joining(fed);
    const others = [];
    for (const at of [70, 80, 90, 100, 110]) others.push(await older(fed, 'b', 5, at));
    const gaps = [subscription, ...others].map(gapsOf);
    const large = (at: number) => entryAt(at, 'b', { d: 'x'.repeat(1_500_000) });
    await flood(fed, [large(121)]);
    expect(gaps.flat()).toEqual([]);
    await flood(fed, [large(122)]);
    // Twelve copies are more than may wait: the sixth subscription has its messages, which leaves room for the others.
    expect(gaps.map((told) => told.map(({ reason }) => reason))).toEqual([
      ...Array.from({ length: 5 }, () => []),
      ['backlog-full'],
    ]);
  });

  test('is of that subscription alone: others get the same messages at once', async () => {
    await using fed = new HandFedClient();
    const { got, live } = await joining(fed, ['a']);
    const other = messagesOf(live);
    await pollAt(fed, 50).answer(70, { entries: [entryAt(65)] });
    expect([other, got]).toEqual([[65], []]);
  });
});

describe('a backfill', () => {
  test.each([
    [
      'the network',
      async (fed: HandFedClient) => {
        await pollAt(fed, 50).fail();
        expect(fed.client.state).toBe('reconnecting');
        return fed.retried();
      },
    ],
    [
      'the program',
      async (fed: HandFedClient) => {
        fed.client.disconnect();
        await settle();
        expect(fed.open()).toEqual([]);
        fed.client.reconnect();
        return fed.next('handshake');
      },
    ],
  ])('rests while %s keeps the loop from the server, and goes on where it was', async (_, part) => {
    await using fed = new HandFedClient();
    const { got } = await joining(fed);
    await pollAt(fed, 5).answer(30, { entries: [entryAt(6, 'b')] });
    const handshake = await part(fed);
    expect(fed.open('poll')).toEqual([]);
    await handshake.answer(90);
    await pollAt(fed, 30).answer(61, { entries: [entryAt(40, 'b')] });
    expect(got).toEqual([6, 40]);
  });

  test.each([
    ['its subscription ends', 'unsubscribe', [['a']]],
    ['everything is unsubscribed', 'unsubscribeAll', []],
    ['the client is closed', 'close', []],
  ] as const)('leaves no poll behind when %s', async (_, how, left) => {
    await using fed = new HandFedClient();
    const { subscription } = await joining(fed);
    if (how === 'unsubscribe') subscription.unsubscribe();
    else void fed.client[how]();
    await settle(1);
    expect(fed.open('poll').map(({ facts }) => facts.channels)).toEqual(left);
  });

  test('asks with the new token, after the old one was refused', async () => {
    await using fed = new HandFedClient({ token: 'old' });
    const { got } = await joining(fed);
    await pollAt(fed, 5).refuse(403, { channels: ['b'] });
    fed.client.setToken('new');
    await fed.clock.advance(2_000);
    const poll = pollAt(fed, 5);
    expect(poll.facts).toMatchObject({ token: 'new' });
    await poll.answer(61, { entries: [entryAt(6, 'b')] });
    expect(got).toEqual([6]);
  });

  test('of a name that was refused on an idle client begins when it is accepted', async () => {
    await using fed = new HandFedClient();
    const subscription = fed.client.subscribe().channels(['a', 'b']).withTimetoken(tt(5)).execute();
    const got = messagesOf(subscription);
    await (await fed.next('handshake')).refuse(403, { channels: ['b'] });
    await (await fed.next('handshake')).answer(60);
    await fed.deliver(61, [entryAt(10)]);
    fed.client.setToken('new');
    await (await fed.next('handshake')).answer(70);
    await pollAt(fed, 5).answer(71, { entries: [entryAt(20, 'b')] });
    expect(got).toEqual([10, 20]);
    await subscription.connected();
  });
});
