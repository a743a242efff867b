import { describe, expect, test } from 'vitest';
import type { PNGapEvent, PNMessageResult } from '../../../src/index.ts';
import { entryAt, tt } from '../../support/loop-machine.ts';
import { HandFedClient } from '../../support/loop-pending-transport.ts';
import { settle } from '../../support/virtual-clock.ts';

type Messages = { on: (name: 'message', handler: (event: PNMessageResult) => void) => unknown };

function received(source: Messages): PNMessageResult[] {
  const got: PNMessageResult[] = [];
  source.on('message', (event) => got.push(event));
  return got;
}

const texts = (events: readonly PNMessageResult[]) => events.map(({ message }) => message);
const matches = (events: readonly PNMessageResult[]) => events.map(({ subscription }) => subscription);

describe('copies of one message that came for several names', () => {
  const copy = (match: string, count = 20) => entryAt(count, 'n.x', { b: match });

  test.each([
    ['the channel first', ['n.x', 'n.*', 'g']],
    ['the wildcard first', ['n.*', 'g', 'n.x']],
    ['the group first', ['g', 'n.x', 'n.*']],
  ])('are one: %s', async (_, order) => {
    await using fed = new HandFedClient();
    const all = received(fed.client);
    const [direct, wide, group] = [
      fed.client.subscribe().channels('n.x').execute(),
      fed.client.subscribe().channels('n.*').execute(),
      fed.client.subscribe().channelGroups('g').execute(),
    ].map(received);
    const both = received(fed.client.subscribe().channels('n.*').channelGroups('g').execute());
    await (await fed.next('handshake')).answer(10);
    await fed.deliver(
      30,
      order.map((match) => copy(match)),
    );
    expect([all, direct, wide, group, both].map((events) => texts(events ?? []))).toEqual([
      ...[[20], [20], [20], [20], [20]],
    ]);
    expect(matches(direct ?? [])).toEqual([null]);
    expect(matches(wide ?? [])).toEqual(['n.*']);
    expect(matches(group ?? [])).toEqual(['g']);
  });

  test('are still one when they come in two answers', async () => {
    await using fed = new HandFedClient();
    const all = received(fed.client);
    const group = received(fed.client.subscribe().channelGroups('g').execute());
    const direct = received(fed.client.subscribe().channels('n.x').execute());
    await (await fed.next('handshake')).answer(10);
    await fed.deliver(30, [copy('n.x')]);
    await fed.deliver(40, [copy('g'), copy('n.x')]);
    expect([texts(all), texts(direct), texts(group)]).toEqual([[20], [20], [20]]);
  });

  test('of a presence event name the wildcard without its suffix', async () => {
    await using fed = new HandFedClient();
    const got: (string | null)[] = [];
    const wide = fed.client.subscribe().channels('n.*').withPresence().execute();
    wide.on('presence', ({ subscription }) => got.push(subscription));
    fed.client.subscribe().channels('n.x').withPresence().execute();
    await (await fed.next('handshake')).answer(10);
    const join = { action: 'join', uuid: 'bob', timestamp: 1, occupancy: 1 };
    await fed.deliver(30, [{ ...entryAt(20, 'n.x-pnpres'), d: join, b: 'n.x-pnpres' }]);
    expect(got).toEqual(['n.*']);
  });
});

describe('a copy of an entry that was delivered', () => {
  test('is not delivered again, in whatever answer it comes', async () => {
    await using fed = new HandFedClient();
    const got = received(await fed.subscribed('a', 10));
    await fed.deliver(20, [entryAt(15), entryAt(15), entryAt(16)]);
    await fed.deliver(20, [entryAt(15), entryAt(16)]);
    await fed.deliver(30, [entryAt(16), entryAt(25)]);
    expect(texts(got)).toEqual([15, 16, 25]);
  });

  test('is one only if the payload agrees: two messages may share a timetoken', async () => {
    await using fed = new HandFedClient();
    const got = received(await fed.subscribed('a', 10));
    const twins = ['one', 'two', { one: 'two' }, ['one', 'two']].map((d) => entryAt(15, 'a', { d }));
    await fed.deliver(20, [...twins, ...twins]);
    expect(texts(got)).toEqual(['one', 'two', { one: 'two' }, ['one', 'two']]);
  });

  test('is delivered again where the program wants it so', async () => {
    await using fed = new HandFedClient({ dedupeOnSubscribe: false });
    const got = received(await fed.subscribed('a', 10));
    await fed.deliver(20, [entryAt(15), entryAt(15)]);
    expect(texts(got)).toEqual([15, 15]);
  });
});

describe('a batch', () => {
  test('comes in the order of the answer, whatever the timetokens say', async () => {
    await using fed = new HandFedClient();
    const got = received(await fed.subscribed(['a', 'b'], 10));
    await fed.deliver(40, [entryAt(30), entryAt(20, 'b'), entryAt(25), entryAt(21, 'b')]);
    expect(texts(got)).toEqual([30, 20, 25, 21]);
  });

  test('is delivered around what is no envelope, which is reported', async () => {
    await using fed = new HandFedClient();
    const got = received(await fed.subscribed(['a', 'a-pnpres'], 10));
    const invalid: unknown[] = [];
    fed.client.on('invalidMessage', ({ raw, reason }) => {
      expect(reason).not.toBe('');
      invalid.push(raw);
    });
    const odd = [
      null,
      'text',
      {},
      { c: 'a' },
      { ...entryAt(20), p: { t: 'x' } },
      { c: 'a', p: { t: tt(20), r: 1 } },
      { ...entryAt(21), e: 99 },
      { ...entryAt(22, 'a-pnpres'), d: 'no presence' },
      { ...entryAt(23), e: 4, d: { message: 'no file' } },
    ];
    await fed.deliver(40, [entryAt(19), ...odd, entryAt(30)]);
    expect(texts(got)).toEqual([19, 30]);
    expect(invalid).toEqual(odd);
    expect(fed.client.state).toBe('connected');
  });

  test('ends for a subscription in the middle, where a listener ends it', async () => {
    await using fed = new HandFedClient();
    const all = received(fed.client);
    const first = await fed.subscribed('a', 10);
    const got = received(first);
    const other = received(await fed.subscribed('a', 11));
    first.on('message', ({ message }) => message === 20 && first.unsubscribe());
    await fed.deliver(40, [entryAt(19), entryAt(20), entryAt(21)]);
    expect(texts(got)).toEqual([19, 20]);
    expect(texts(other)).toEqual([19, 20, 21]);
    expect(texts(all)).toEqual([19, 20, 21]);
  });

  test('ends for a name in the middle of an entry, where a listener drops it', async () => {
    await using fed = new HandFedClient();
    const got = received(await fed.subscribed(['a', 'b'], 10));
    fed.client.on('message', ({ message }) => {
      if (message === 20) void fed.client.unsubscribe().channels('a').execute();
    });
    await fed.deliver(40, [entryAt(19), entryAt(20), entryAt(21), entryAt(22, 'b')]);
    expect(texts(got)).toEqual([19, 22]);
  });

  test('does not reach a subscription that a listener makes meanwhile', async () => {
    await using fed = new HandFedClient();
    await fed.subscribed('a', 10);
    const late: PNMessageResult[] = [];
    fed.client.on('message', ({ message }) => {
      if (message === 19)
        fed.client
          .subscribe()
          .channels('a')
          .execute()
          .on('message', (event) => late.push(event));
    });
    await fed.deliver(40, [entryAt(19), entryAt(20)]);
    await (await fed.next('handshake')).answer(50);
    expect(late).toEqual([]);
  });
});

describe('the cursor that the program sees', () => {
  test('is that of the last batch that was delivered', async () => {
    await using fed = new HandFedClient();
    const during: (string | undefined)[] = [];
    await fed.subscribed('a', 10);
    expect(fed.client.cursor).toBe(`1:${tt(10)}`);
    fed.client.on('message', () => during.push(fed.client.timetoken));
    await fed.deliver(40, [entryAt(19), entryAt(20)]);
    expect(during).toEqual([tt(10), tt(10)]);
    expect(fed.client.timetoken).toBe(tt(40));
  });

  test('does not pass a batch that a full reader holds up when the client is closed', async () => {
    const fed = new HandFedClient();
    const subscription = await fed.subscribed('a', 10);
    const reader = subscription.messages({ buffer: 1 });
    await fed.deliver(20, [entryAt(15)]);
    await fed.deliver(30, [entryAt(25)]);
    expect(fed.client.timetoken).toBe(tt(20));
    await fed[Symbol.asyncDispose]();
    expect(fed.client.timetoken).toBe(tt(20));
    expect((await reader.next()).value?.message).toBe(15);
    expect(await reader.next()).toEqual({ value: undefined, done: true });
  });

  test('does not pass a batch in the middle of which the client is closed', async () => {
    const fed = new HandFedClient();
    const got = received(await fed.subscribed('a', 10));
    fed.client.on('message', () => void fed.client.close());
    await fed.deliver(20, [entryAt(15), entryAt(16)]);
    await fed[Symbol.asyncDispose]();
    expect(fed.client.timetoken).toBe(tt(10));
    expect(texts(got)).toEqual([]);
  });

  test('is forgotten when everything is unsubscribed', async () => {
    await using fed = new HandFedClient();
    const subscription = await fed.subscribed('a', 10);
    subscription.unsubscribe();
    await settle(1);
    expect([fed.client.cursor, fed.client.timetoken, fed.client.state]).toEqual([
      undefined,
      undefined,
      'idle',
    ]);
  });
});

describe('a gap that the origin tells of', () => {
  test('reaches the client and the subscriptions of its channel, before the entries that follow it', async () => {
    await using fed = new HandFedClient();
    const order: string[] = [];
    const gaps: PNGapEvent[] = [];
    fed.client.on('gap', (gap) => gaps.push(gap));
    const mine = await fed.subscribed('a', 10);
    mine.on('gap', () => order.push('gap'));
    mine.on('message', () => order.push('message'));
    const others = await fed.subscribed('b', 11);
    others.on('gap', () => order.push('a gap of another channel'));
    const poll = await fed.next('poll');
    await poll.answer(40, { entries: [entryAt(30)], gaps: [{ c: 'a', from: tt(11), to: tt(29) }] });
    expect(order).toEqual(['gap', 'message']);
    expect(gaps).toEqual([
      expect.objectContaining({ channel: 'a', from: tt(11), to: tt(29), reason: 'trimmed', certain: true }),
    ]);
  });
});
