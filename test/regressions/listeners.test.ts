import { describe, expect, test } from 'vitest';
import type { SubscriptionEvent } from '../../src/client/subscribe/subscription.ts';
import { entryAt, tt } from '../support/loop-machine.ts';
import { HandFedClient } from '../support/loop-pending-transport.ts';
import { settle } from '../support/virtual-clock.ts';

const objects = (type: string, data: object, event = 'set') => ({
  e: 2,
  d: { source: 'objects', version: '2.0', event, type, data },
});

/** One entry of each kind that there is, on channel `a`, and what comes of it. */
const KINDS: readonly (readonly [what: string, entry: object, name: SubscriptionEvent])[] = [
  ['a message', { d: 'hi' }, 'message'],
  ['a signal', { e: 1, d: 'hi' }, 'signal'],
  ['presence', { c: 'a-pnpres', d: { action: 'join', uuid: 'bob', timestamp: 1, occupancy: 1 } }, 'presence'],
  [
    'a message action',
    {
      e: 3,
      d: {
        source: 'actions',
        event: 'added',
        data: { type: 't', value: 'v', messageTimetoken: '1', actionTimetoken: '2' },
      },
    },
    'messageAction',
  ],
  ['a file', { e: 4, d: { message: 'see', file: { id: '7', name: 'cat.png' } } }, 'file'],
  ['metadata of a user', objects('uuid', { id: 'a', name: 'A' }), 'objects'],
  ['metadata of a channel', objects('channel', { id: 'a', name: 'A' }), 'objects'],
  ['the removal of a channel', objects('channel', { id: 'a' }, 'delete'), 'objects'],
  ['a membership', objects('membership', { channel: { id: 'a' }, uuid: { id: 'bob' } }), 'objects'],
];

describe('an event of any kind', () => {
  test.each(KINDS)(
    'api-surface 9.9 and 9.17: %s reaches client and subscription once, and the loop goes on',
    async (_, entry, name) => {
      await using it = new HandFedClient();
      const subscription = await it.subscribed('a', 1, { presence: true });
      const other = it.client.subscribe().channels('b').execute();
      await (await it.next('handshake')).answer(1);
      const heard: unknown[] = [];
      for (const [, , kind] of new Map(KINDS.map((row) => [row[2], row])).values()) {
        it.client.on(kind, (event) => heard.push(['client', kind, 'channel' in event && event.channel]));
        subscription.on(kind, (event) =>
          heard.push(['subscription', kind, 'channel' in event && event.channel]),
        );
        other.on(kind, () => heard.push('a stranger'));
      }
      const odd: unknown[] = [];
      it.client.on('invalidMessage', (event) => odd.push(event));
      it.client.on('listenerError', (event) => odd.push(event));
      await it.deliver(2, [entryAt(2, 'a', { ...entry })]);
      expect(heard).toEqual([
        ['client', name, 'a'],
        ['subscription', name, 'a'],
      ]);
      expect([odd, it.client.state]).toEqual([[], 'connected']);
      expect((await it.next('poll')).facts.tt).toBe(tt(2));
    },
  );

  test('api-surface 9.9: that cannot be read costs nothing of the others', async () => {
    await using it = new HandFedClient();
    const subscription = await it.subscribed('a', 1);
    const got: unknown[] = [];
    subscription.on('message', ({ message }) => got.push(message));
    const broken = [
      { e: 3, d: 7 },
      { e: 2, d: { source: 'objects' } },
      { e: 4, d: {} },
      { e: 99, d: 1 },
    ];
    await it.deliver(9, [
      entryAt(2),
      ...broken.map((entry, place) => entryAt(3 + place, 'a', entry)),
      entryAt(8),
    ]);
    expect(got).toEqual([2, 8]);
    expect((await it.next('poll')).facts.tt).toBe(tt(9));
  });
});

const FAILURES: readonly (readonly [string, () => void | Promise<void>])[] = [
  [
    'throws',
    () => {
      throw new Error('of the program');
    },
  ],
  ['rejects', () => Promise.reject(new Error('of the program'))],
  ['rejects later', () => settle(1).then(() => Promise.reject(new Error('of the program')))],
];

describe('a listener that fails', () => {
  test.each(FAILURES)(
    'api-surface 9.1 and 9.10: and %s, keeps neither the next listener nor the rest of the batch from anything',
    async (_, fail) => {
      await using it = new HandFedClient();
      const subscription = await it.subscribed('a', 1);
      const got: unknown[] = [];
      const failures: string[] = [];
      it.client.addListener({ message: async () => fail() });
      it.client.addListener({ message: () => fail() });
      it.client.addListener({ message: ({ message }) => void got.push(['client', message]) });
      subscription.on('message', fail);
      subscription.on('message', ({ message }) => got.push(['subscription', message]));
      it.client.on('listenerError', ({ event }) => failures.push(event));
      const announced = it.statuses.length;
      await it.deliver(4, [entryAt(2), entryAt(3), entryAt(4)]);
      await settle();
      expect(got).toEqual(
        [2, 3, 4].flatMap((at) => [
          ['client', at],
          ['subscription', at],
        ]),
      );
      expect(failures.length).toBeGreaterThanOrEqual(6);
      expect(new Set(failures)).toEqual(new Set(['message']));
      expect((await it.next('poll')).facts.tt).toBe(tt(4));
      expect([it.statuses.length, it.client.state]).toEqual([announced, 'connected']);
    },
  );

  test('pains 9: is no failure of the network: no status tells of it, nor does the next call', async () => {
    await using it = new HandFedClient();
    it.client.on('status', () => {
      throw new Error('of the program');
    });
    const failures: unknown[] = [];
    it.client.on('listenerError', ({ event, error }) => failures.push([event, String(error)]));
    await it.subscribed('a', 1);
    await it.deliver(2, [entryAt(2)]);
    expect(it.statuses.map(({ category, isError }) => [category, isError])).toEqual([
      ['PNConnectedCategory', false],
    ]);
    expect(failures).toEqual([['status', 'Error: of the program']]);
  });

  test('pains 11: that is asynchronous and slow holds up nobody', async () => {
    await using it = new HandFedClient();
    await it.subscribed('a', 1);
    const got: unknown[] = [];
    it.client.on('message', () => new Promise(() => {}));
    it.client.on('message', ({ message }) => got.push(message));
    await it.deliver(2, [entryAt(2)]);
    await it.deliver(3, [entryAt(3)]);
    expect(got).toEqual([2, 3]);
  });
});

describe('what comes twice', () => {
  test('api-surface 9.2: is delivered once, without an option that asks for it', async () => {
    await using it = new HandFedClient();
    const subscription = await it.subscribed('a', 1);
    const got: unknown[] = [];
    it.client.on('message', ({ message }) => got.push(['client', message]));
    subscription.on('message', ({ message }) => got.push(['subscription', message]));
    await it.deliver(3, [entryAt(2), entryAt(2), entryAt(3)]);
    await it.deliver(4, [entryAt(3), entryAt(2)]);
    expect(got).toEqual(
      [2, 3].flatMap((at) => [
        ['client', at],
        ['subscription', at],
      ]),
    );
  });

  test('pains 4: is delivered once to a listener that was added twice', async () => {
    await using it = new HandFedClient();
    const subscription = await it.subscribed('a', 1);
    const got: unknown[] = [];
    const listener = { message: ({ message }: { readonly message: unknown }) => void got.push(message) };
    for (let time = 0; time < 2; time++) it.client.addListener(listener);
    await it.deliver(2, [entryAt(2)]);
    it.client.removeListener(listener);
    await it.deliver(3, [entryAt(3)]);
    expect(got).toEqual([2]);
    for (let time = 0; time < 2; time++) subscription.addListener(listener);
    await it.deliver(4, [entryAt(4)]);
    expect(got).toEqual([2, 4]);
  });

  test('pains 4: of a channel that is subscribed again costs no second loop, and no second name', async () => {
    await using it = new HandFedClient();
    await it.subscribed('a', 1);
    for (const channels of ['a', ['a', 'a']]) it.client.subscribe({ channels }).execute();
    const handshake = await it.next('handshake');
    expect(handshake.facts.channels).toEqual(['a']);
    await handshake.answer(1);
    await settle();
    expect(it.open().map(({ facts }) => [facts.kind, facts.channels])).toEqual([['poll', ['a']]]);
  });

  test('peers 4: a full answer of another server is told as a gap, by the default settings', async () => {
    await using it = new HandFedClient();
    await it.subscribed('a', 1);
    const gaps: unknown[] = [];
    it.client.on('gap', (event) => gaps.push(event));
    await it.deliver(
      101,
      Array.from({ length: 100 }, (_, place) => entryAt(2 + place)),
    );
    expect(gaps).toMatchObject([{ reason: 'count-exceeded', certain: false, from: tt(1) }]);
  });
});
