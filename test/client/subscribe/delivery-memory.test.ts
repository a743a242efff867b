import { describe, expect, test } from 'vitest';
import { entryAt, tt } from '../../support/loop-machine.ts';
import { HandFedClient } from '../../support/loop-pending-transport.ts';
import { messagesOf, pollAt } from '../../support/loop-starts.ts';

describe('who has had an entry', () => {
  test('is not the client, if only a name has come that is newer than the entry: the wildcard brings it', async () => {
    await using fed = new HandFedClient();
    const wide = messagesOf(await fed.subscribed('n.*', 10));
    const direct = messagesOf(await fed.subscribed('n.x', 30));
    const all = messagesOf(fed.client);
    await fed.deliver(40, [entryAt(20, 'n.x', { b: 'n.x' })]);
    expect([wide, direct, all]).toEqual([[20], [], [20]]);
  });

  test('is the subscription, whichever of its names is left when the next copy comes', async () => {
    for (const dropped of ['channel', 'group'] as const) {
      await using fed = new HandFedClient();
      const subscription = fed.client.subscribe().channels('a').channelGroups('g').execute();
      const [got, all] = [messagesOf(subscription), messagesOf(fed.client)];
      subscription.on('message', () => {
        const builder = fed.client.unsubscribe();
        void (dropped === 'channel' ? builder.channels('a') : builder.channelGroups('g')).execute();
      });
      await (await fed.next('handshake')).answer(10);
      await fed.deliver(40, [entryAt(20, 'a', { b: 'a' }), entryAt(20, 'a', { b: 'g' })]);
      expect([got, all]).toEqual([[20], [20]]);
    }
  });

  test('is nobody twice, when a name that was refused is accepted later', async () => {
    await using fed = new HandFedClient();
    const wide = messagesOf(await fed.subscribed('n.*', 10));
    const all = messagesOf(fed.client);
    const direct = messagesOf(fed.client.subscribe().channels('n.x').withTimetoken(tt(5)).execute());
    await (await fed.next('handshake')).refuse(403, { channels: ['n.x'] });
    await (await fed.next('handshake')).answer(30);
    await fed.deliver(40, [entryAt(20, 'n.x', { b: 'n.*' })]);
    fed.client.setToken('new');
    await (await fed.next('handshake')).answer(50);
    await pollAt(fed, 5).answer(51, { entries: [entryAt(20, 'n.x', { b: 'n.x' })] });
    await pollAt(fed, 40).answer(60, { entries: [entryAt(20, 'n.x', { b: 'n.x' })] });
    expect([wide, direct, all]).toEqual([[20], [20], [20]]);
  });

  test('is each of several that come one after the other, and the client once', async () => {
    await using fed = new HandFedClient();
    const first = messagesOf(await fed.subscribed('a', 10));
    const all = messagesOf(fed.client);
    await fed.deliver(20, [entryAt(15)]);
    const later = fed.client.subscribe().channels('a').withTimetoken(tt(5)).execute();
    const second = messagesOf(later);
    await (await fed.next('handshake')).answer(25);
    await pollAt(fed, 5).answer(26, { entries: [entryAt(15)] });
    expect([first, second, all]).toEqual([[15], [15], [15]]);
  });
});

describe('a group that is named like a channel', () => {
  test('gets nothing of that channel', async () => {
    await using fed = new HandFedClient();
    const channel = messagesOf(fed.client.subscribe().channels('g').execute());
    const group = messagesOf(fed.client.subscribe().channelGroups('g').execute());
    await (await fed.next('handshake')).answer(10);
    await fed.deliver(40, [entryAt(20, 'g', { b: 'g' }), entryAt(21, 'g'), entryAt(22, 'm', { b: 'g' })]);
    expect([channel, group]).toEqual([[20, 21], [22]]);
  });

  test('gets it where nobody asked for the channel: the group holds one of its own name', async () => {
    await using fed = new HandFedClient();
    const group = fed.client.subscribe().channelGroups('g').execute();
    const got = messagesOf(group);
    await (await fed.next('handshake')).answer(10);
    await fed.deliver(40, [entryAt(20, 'g', { b: 'g' })]);
    expect(got).toEqual([20]);
  });
});

describe('two messages of one timetoken, publisher and channel', () => {
  test.each([
    ['payload', { d: 'one' }, { d: 'two' }],
    ['meta', { d: 'x', u: { n: 1 } }, { d: 'x', u: { n: 2 } }],
    ['custom type', { d: 'x', cmt: 'one' }, { d: 'x', cmt: 'two' }],
    ['members that look like marks', { d: { a: { '}': 1 } } }, { d: { a: {}, '}': 1 } }],
  ])('are two if they differ in %s alone', async (_, one, two) => {
    await using fed = new HandFedClient();
    const got = messagesOf(await fed.subscribed('a', 10));
    const entries = [one, two].map((more) => entryAt(20, 'a', { i: 'bob', s: 1, ...more }));
    await fed.deliver(30, [...entries, ...entries]);
    expect(got).toEqual([one.d, two.d]);
  });

  test('is the client, if another subscription had an entry that is too old to be remembered', async () => {
    await using fed = new HandFedClient({ maximumCacheSize: 1 });
    const [early, all] = [messagesOf(await fed.subscribed('a', 10)), messagesOf(fed.client)];
    await fed.deliver(
      30,
      [20, 21, 22, 23].map((at) => entryAt(at)),
    );
    const late = messagesOf(fed.client.subscribe().channels('a').withTimetoken(tt(5)).execute());
    await (await fed.next('handshake')).answer(40);
    await pollAt(fed, 5).answer(30, { entries: [7, 20].map((at) => entryAt(at)) });
    expect([early, late, all]).toEqual([
      [20, 21, 22, 23],
      [7, 20],
      [20, 21, 22, 23, 7],
    ]);
  });
});
