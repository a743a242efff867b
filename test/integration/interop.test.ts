import { describe, expect, test } from 'vitest';
import { serveOrigin } from '../support/integration-origin.ts';
import { type MakeParty, oursOverFetch, oursOverNode, theirs } from '../support/integration-parties.ts';

const PARTIES: readonly (readonly [name: string, make: MakeParty])[] = [
  ['our client over fetch', oursOverFetch],
  ['our client over node:http', oursOverNode],
  ["another maker's client", theirs],
];

const PAIRS = PARTIES.flatMap(([sender, makeSender]) =>
  PARTIES.map(([receiver, makeReceiver]) => ({ sender, receiver, makeSender, makeReceiver })),
);

const VALUES: readonly unknown[] = [
  'text',
  'quotes " \\ / and \n breaks',
  'ünïcödé 日本語 😀 \u2028',
  '',
  '123',
  0,
  1,
  -1.5e-7,
  9_007_199_254_740_991,
  true,
  false,
  null,
  [],
  [1, [2, [3]], null],
  {},
  { a: { b: [{ c: null }] }, 'key with spaces': '%2F', '': 0 },
  JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}'),
  'x'.repeat(16_000),
];

describe.each(PAIRS)('$sender to $receiver', ({ makeSender, makeReceiver }) => {
  test('every JSON value arrives as it was sent, by GET and by POST, in order', async () => {
    await using system = await serveOrigin();
    await using sender = makeSender(system.host, 'sender');
    await using receiver = makeReceiver(system.host, 'receiver');
    await receiver.join(['values']);
    const values = makeSender === theirs ? VALUES.filter(Boolean) : VALUES;
    const sent = values.flatMap((message) => [
      { message, manner: { post: false } },
      { message, manner: { post: true } },
    ]);
    const timetokens: string[] = [];
    for (const { message, manner } of sent) {
      timetokens.push(await sender.publish('values', message, manner));
    }
    const received = await receiver.messages.take(sent.length);
    expect(received).toEqual(
      sent.map(({ message }, index) => ({
        channel: 'values',
        subscription: null,
        timetoken: timetokens[index],
        publisher: 'sender',
        message,
        meta: undefined,
      })),
    );
  });

  test('a burst of messages on several channels and a wildcard arrives whole, in order per channel', async () => {
    await using system = await serveOrigin();
    await using sender = makeSender(system.host, 'sender');
    await using receiver = makeReceiver(system.host, 'receiver');
    await receiver.join(['a', 'b', 'w.*']);
    const channels = ['a', 'b', 'w.x', 'w.x.y'];
    const numbers = Array.from({ length: 15 }, (_, index) => index + 1);
    await Promise.all(
      channels.map(async (channel) => {
        for (const number of numbers) await sender.publish(channel, number);
      }),
    );
    const received = await receiver.messages.take(channels.length * numbers.length);
    for (const channel of channels) {
      const own = received.filter((event) => event.channel === channel);
      expect(own.map(({ message }) => message)).toEqual(numbers);
      const subscription = channel.startsWith('w') ? 'w.*' : null;
      expect(new Set(own.map((event) => event.subscription))).toEqual(new Set([subscription]));
    }
  });

  test('metadata, signals and what is not stored arrive; what is fired does not', async () => {
    await using system = await serveOrigin();
    await using sender = makeSender(system.host, 'sender');
    await using receiver = makeReceiver(system.host, 'receiver');
    await receiver.join(['news']);
    await sender.fire('news', 'fired');
    await sender.publish('news', 'told', { meta: { lang: 'né&=?#%', rank: 1 }, store: false });
    const at = await sender.signal('news', { typing: true });
    await sender.publish('news', 'posted', { meta: { lang: 'x' }, post: true });
    const told = await receiver.messages.take(2);
    expect(told.map(({ message, meta }) => [message, meta])).toEqual([
      ['told', { lang: 'né&=?#%', rank: 1 }],
      ['posted', { lang: 'x' }],
    ]);
    const [signal] = await receiver.signals.take(1);
    expect(signal).toMatchObject({ channel: 'news', timetoken: at, message: { typing: true } });
    expect(signal?.publisher).toBe('sender');
  });

  test('a subscription from an older timetoken gets what came since, once', async () => {
    await using system = await serveOrigin();
    await using sender = makeSender(system.host, 'sender');
    await using receiver = makeReceiver(system.host, 'receiver');
    const start = await sender.publish('past', 'one');
    for (const message of ['two', 'three']) await sender.publish('past', message);
    await receiver.join(['past'], { timetoken: start });
    await sender.publish('past', 'four');
    const received = await receiver.messages.take(3);
    expect(received.map(({ message }) => message)).toEqual(['two', 'three', 'four']);
  });

  test('a channel that is added to a running loop costs nothing of the others', async () => {
    await using system = await serveOrigin();
    await using sender = makeSender(system.host, 'sender');
    await using receiver = makeReceiver(system.host, 'receiver');
    await receiver.join(['old']);
    let stopped = false;
    const stream = (async () => {
      let number = 0;
      while (!stopped) await sender.publish('old', ++number);
      return number;
    })();
    for (const channel of ['new 1', 'new/2', 'new;3']) await receiver.join([channel]);
    stopped = true;
    const last = await stream;
    await sender.publish('new/2', 'here');
    await receiver.messages.first(({ message }) => message === 'here');
    const numbers = receiver.messages.all.filter(({ channel }) => channel === 'old');
    expect(numbers.map(({ message }) => message)).toEqual(Array.from({ length: last }, (_, i) => i + 1));
  });
});

test.each(PARTIES.slice(0, 2))('%s posts by itself what is too long for a path', async (_name, make) => {
  await using system = await serveOrigin();
  await using sender = make(system.host, 'sender');
  await using receiver = theirs(system.host, 'receiver');
  await receiver.join(['long']);
  // 32 KiB of JSON text, with its quotes.
  const message = 'é'.repeat((32 * 1024 - 2) / 2);
  await sender.publish('long', message);
  const [received] = await receiver.messages.take(1);
  expect(received?.message).toBe(message);
});

test.each(PARTIES)('%s asks for the time', async (_name, make) => {
  await using system = await serveOrigin();
  await using party = make(system.host, 'clock');
  const seconds = Number((await party.time()).slice(0, 10));
  expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(5);
});

test("the separators that another maker's client encodes separate channels all the same", async () => {
  await using system = await serveOrigin();
  await using party = theirs(system.host, 'peer');
  await party.join(['a', 'b']);
  expect(system.requests.all[0]).toMatch(/^\/v2\/subscribe\/demo\/a%2Cb\/0\?/);
  await party.publish('b', 'for b');
  const [message] = await party.messages.take(1);
  expect(message).toMatchObject({ channel: 'b', message: 'for b' });
});
