import { describe, expect, test } from 'vitest';
import { entryAt, tt } from '../../support/loop-machine.ts';
import { HandFedClient } from '../../support/loop-pending-transport.ts';
import { settle } from '../../support/virtual-clock.ts';

async function take(reader: AsyncIterableIterator<{ readonly message: unknown }>, count: number) {
  const taken: unknown[] = [];
  while (taken.length < count) taken.push((await reader.next()).value?.message);
  return taken;
}

describe('messages()', () => {
  test('yields first what came since execute(), and later iterators what comes from their call on', async () => {
    await using fed = new HandFedClient();
    const subscription = await fed.subscribed('a', 10);
    await fed.deliver(20, [entryAt(15), entryAt(16)]);
    const first = subscription.messages();
    const second = subscription.messages();
    await fed.deliver(30, [entryAt(25)]);
    expect(await take(first, 3)).toEqual([15, 16, 25]);
    expect(await take(second, 1)).toEqual([25]);
  });

  test('ends with the block of its `await using`: nothing waits for it any more', async () => {
    await using fed = new HandFedClient();
    const subscription = await fed.subscribed('a', 10);
    const reader = subscription.messages();
    const waiting = reader.next();
    await reader[Symbol.asyncDispose]();
    await expect(waiting).resolves.toEqual({ value: undefined, done: true });
    await fed.deliver(20, [entryAt(15)]);
    await expect(reader.next()).resolves.toEqual({ value: undefined, done: true });
    expect(subscription.channels).toEqual(['a']);
  });

  test.each(['on', 'addListener'] as const)(
    'yields nothing of before once %s() has taken it over',
    async (how) => {
      await using fed = new HandFedClient();
      const subscription = await fed.subscribed('a', 10);
      await fed.deliver(20, [entryAt(15)]);
      if (how === 'on') subscription.on('message', () => {});
      else subscription.addListener({ message: () => {} });
      const reader = subscription.messages();
      await fed.deliver(30, [entryAt(25)]);
      expect(await take(reader, 1)).toEqual([25]);
    },
  );

  test('holds no more than the newest thousand of before', async () => {
    await using fed = new HandFedClient({ requestMessageCountThreshold: 10_000 });
    const subscription = await fed.subscribed('a', 10);
    await fed.deliver(
      2_000,
      Array.from({ length: 1_200 }, (_, index) => entryAt(11 + index)),
    );
    const taken = await take(subscription.messages(), 1_000);
    expect([taken[0], taken.at(-1)]).toEqual([211, 1_210]);
  });

  test('can be left without unsubscribing, and started again', async () => {
    await using fed = new HandFedClient();
    const subscription = await fed.subscribed('a', 10);
    await fed.deliver(20, [entryAt(15), entryAt(16)]);
    for await (const { message } of subscription.messages()) {
      expect(message).toBe(15);
      break;
    }
    expect(fed.client.state).toBe('connected');
    const again = subscription.messages();
    await fed.deliver(30, [entryAt(25)]);
    expect(await take(again, 1)).toEqual([25]);
  });

  test('ends with unsubscribe(), after what was delivered before', async () => {
    await using fed = new HandFedClient();
    const subscription = await fed.subscribed('a', 10);
    const reader = subscription.messages();
    const waiting = reader.next();
    await fed.deliver(20, [entryAt(15), entryAt(16)]);
    subscription.unsubscribe();
    expect((await waiting).value?.message).toBe(15);
    expect(await take(reader, 1)).toEqual([16]);
    expect(await reader.next()).toEqual({ value: undefined, done: true });
  });
});

describe('a reader whose buffer is full', () => {
  test('stops the polls, after one more answer, until it has made room', async () => {
    await using fed = new HandFedClient();
    const subscription = await fed.subscribed('a', 10);
    const reader = subscription.messages({ buffer: 2 });
    await fed.deliver(20, [entryAt(15), entryAt(16), entryAt(17)]);
    await fed.deliver(30, [entryAt(25)]);
    await fed.deliver(40, [entryAt(35)]);
    expect(fed.open('poll')).toEqual([]);
    await fed.clock.advance(600_000);
    expect(fed.open()).toEqual([]);
    expect(fed.client.state).toBe('connected');
    expect(await take(reader, 5)).toEqual([15, 16, 17, 25, 35]);
    expect((await fed.next('poll')).facts.tt).toBe(tt(40));
  });

  test('holds up all subscriptions of the client, in one order', async () => {
    await using fed = new HandFedClient();
    const slow = (await fed.subscribed('a', 10)).messages({ buffer: 1 });
    const got: unknown[] = [];
    (await fed.subscribed('b', 11)).on('message', ({ message }) => got.push(message));
    await fed.deliver(20, [entryAt(15), entryAt(16, 'b')]);
    await fed.deliver(30, [entryAt(25, 'b')]);
    expect(got).toEqual([16]);
    await take(slow, 1);
    expect(got).toEqual([16, 25]);
  });

  test('does not stop the heartbeats', async () => {
    await using fed = new HandFedClient({ presenceTimeout: 20, heartbeatInterval: 9 });
    const reader = (await fed.subscribed('a', 10)).messages({ buffer: 1 });
    await fed.deliver(20, [entryAt(15)]);
    await fed.deliver(30, [entryAt(25)]);
    const before = fed.requests.length;
    await fed.clock.advance(30_000);
    expect(fed.requests.slice(before).map(({ facts }) => facts.kind)).toEqual(
      Array.from({ length: 3 }, () => 'heartbeat'),
    );
    expect(await take(reader, 2)).toEqual([15, 25]);
  });

  test.each(['return', 'unsubscribe'] as const)('holds nobody up after %s()', async (how) => {
    await using fed = new HandFedClient();
    const got: unknown[] = [];
    const slow = await fed.subscribed('a', 10);
    (await fed.subscribed('b', 11)).on('message', ({ message }) => got.push(message));
    const reader = slow.messages({ buffer: 1 });
    await fed.deliver(20, [entryAt(15)]);
    await fed.deliver(30, [entryAt(25, 'b')]);
    expect(got).toEqual([]);
    if (how === 'return') await reader.return?.();
    else slow.unsubscribe();
    await settle(1);
    expect(got).toEqual([25]);
  });

  test('forgets its oldest messages instead where the program wants it so', async () => {
    await using fed = new HandFedClient();
    const reader = (await fed.subscribed('a', 10)).messages({ buffer: 2, overflow: 'drop-oldest' });
    await fed.deliver(20, [entryAt(15), entryAt(16), entryAt(17)]);
    await fed.deliver(30, [entryAt(25)]);
    expect(fed.open('poll')).toHaveLength(1);
    expect(await take(reader, 2)).toEqual([17, 25]);
  });
});
