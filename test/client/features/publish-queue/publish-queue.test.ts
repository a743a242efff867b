import { type Clock, PubNub } from 'timetoken';
import { createTestNetwork, type TestNetwork } from 'timetoken/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lineOf, rejection, SENT, scriptedClient } from '../../../support/unit-client.ts';

let network: TestNetwork;

beforeEach(() => {
  network = createTestNetwork();
});

afterEach(async () => {
  await network.close();
});

/** The messages of a channel's history, oldest first. */
async function stored(channel = 'room'): Promise<readonly unknown[]> {
  const reader = network.client('reader');
  const { messages } = await reader.history().channel(channel).execute();
  return messages.map(({ entry }) => entry);
}

/** The outcome of each promise, by the code of its error. */
async function outcomes(promises: readonly Promise<unknown>[]): Promise<readonly unknown[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((one) => (one.status === 'fulfilled' ? 'sent' : one.reason.code));
}

describe('publishQueue()', () => {
  it('publishes one message after the other, in their order, each with an id of its own', async () => {
    const queue = network.client('alice').publishQueue('room');
    const results = await Promise.all([1, 2, 3].map((number) => queue.publish(number)));
    expect(await stored()).toEqual([1, 2, 3]);
    expect(new Set(results.map(({ id }) => id)).size).toBe(3);
    expect(results.map(({ timetoken }) => timetoken)).toEqual(
      results.map(({ timetoken }) => timetoken).sort(),
    );
    expect(queue.size).toBe(0);
    await queue.drain();
  });

  it('sends the next message only when the one before is answered', async () => {
    const answers: (() => void)[] = [];
    const held = () => new Promise<typeof SENT>((resolve) => answers.push(() => resolve(SENT)));
    const { pubnub, requests, clock, close } = scriptedClient([held]);
    const queue = pubnub.publishQueue('room');
    const all = [queue.publish('a'), queue.publish('b')];
    await clock.advance(1);
    expect([requests.length, queue.size]).toEqual([1, 2]);
    answers[0]?.();
    await clock.advance(1);
    expect([requests.length, queue.size]).toEqual([2, 1]);
    answers[1]?.();
    await Promise.all(all);
    await close();
  });

  it('sends up to eight messages at once without an order', async () => {
    const answers: (() => void)[] = [];
    const held = () => new Promise<typeof SENT>((resolve) => answers.push(() => resolve(SENT)));
    const { pubnub, requests, clock, close } = scriptedClient([held]);
    const queue = pubnub.publishQueue('room', { ordered: false });
    const all = Array.from({ length: 20 }, (_, number) => queue.publish(number));
    await clock.advance(1);
    expect(requests.length).toBe(8);
    answers[5]?.();
    await clock.advance(1);
    expect([requests.length, queue.size]).toEqual([9, 19]);
    while (answers.length > 0) {
      for (const answer of answers.splice(0)) answer();
      await clock.advance(1);
    }
    await Promise.all(all);
    await close();
  });

  it('takes the id of a message, and says when the server had it already', async () => {
    const queue = network.client('alice').publishQueue('room');
    const first = await queue.publish('one', { id: 'order-17', meta: { lang: 'en' } });
    expect(first).toMatchObject({ id: 'order-17' });
    expect(await queue.publish('again', { id: 'order-17' })).toEqual({ ...first, isDuplicate: true });
    expect(await stored()).toEqual(['one']);
  });

  it('copies a message when it is given', async () => {
    const queue = network.client('alice').publishQueue('room');
    const message = { text: 'before', list: [1] };
    const meta = { lang: 'en' };
    const sent = queue.publish(message, { meta });
    Object.assign(message, { text: 'after' }).list.push(2);
    meta.lang = 'de';
    await sent;
    expect(await stored()).toEqual([{ text: 'before', list: [1] }]);
  });

  it('refuses at once what can never be sent, and goes on with the others', async () => {
    const queue = network.client('alice').publishQueue('room');
    // What a program without types may give.
    const give = (message: unknown, options?: object) => queue.publish(message as never, options);
    const all = [
      give('fine'),
      give(undefined),
      give({ a: new Map() }),
      give('x'.repeat(40_000)),
      give('x', { id: '' }),
      give('x', { meta: 'text' }),
      give('x', { ids: 'x' }),
      give('x', { signal: {} }),
      give('fine too'),
    ];
    expect(await outcomes(all)).toEqual([
      'sent',
      'PN-1001',
      'PN-1004',
      'PN-1005',
      'PN-1002',
      'PN-1002',
      'PN-1003',
      'PN-1002',
      'sent',
    ]);
    expect(await stored()).toEqual(['fine', 'fine too']);
  });

  it.each([
    ['', {}, 'PN-1002'],
    ['room', { ordered: 1 }, 'PN-1002'],
    ['room', { maxPerSecond: 0 }, 'PN-1002'],
    ['room', { maxQueued: 1.5 }, 'PN-1002'],
    ['room', { persistTo: new Map() }, 'PN-1002'],
    ['room', { maxQueue: 1 }, 'PN-1003'],
  ])('refuses the channel %j with the options %j', (channel, options, code) => {
    const pubnub = network.client('alice');
    const make = () => pubnub.publishQueue(channel, options as object);
    expect(make).toThrow(expect.objectContaining({ code }));
  });

  it('needs a publish key', async () => {
    await using pubnub = new PubNub({ subscribeKey: 'demo', userId: 'alice', fetch: network.fetch });
    expect(() => pubnub.publishQueue('room')).toThrow(expect.objectContaining({ code: 'PN-1006' }));
  });
});

describe('the limits of a queue', () => {
  it('refuses a message when so many wait, and takes the next when there is room', async () => {
    network.offline();
    const queue = network.client('alice').publishQueue('room', { maxQueued: 2 });
    const all = [queue.publish(1), queue.publish(2)];
    expect(await rejection(queue.publish(3))).toMatchObject({
      code: 'PN-2008',
      delivery: 'not-sent',
      retryable: true,
      message: expect.stringContaining('2 messages'),
    });
    expect(queue.size).toBe(2);
    network.online();
    await network.clock.advance(60_000);
    await Promise.all(all);
    await queue.publish(4);
    expect(await stored()).toEqual([1, 2, 4]);
  });

  it('counts bytes, and gives them back', async () => {
    const queue = network.client('alice').publishQueue('room', { maxQueuedBytes: 300 });
    const text = 'ä'.repeat(80);
    const all = [queue.publish(text), queue.publish(text)];
    expect(await outcomes(all)).toEqual(['sent', 'PN-2008']);
    for (let count = 0; count < 20; count++) await queue.publish(text);
  });

  it('spaces requests evenly, and never makes up for a time without any', async () => {
    const times: number[] = [];
    const { pubnub, clock, close } = scriptedClient([
      () => {
        times.push(clock.now());
        return SENT;
      },
    ]);
    const queue = pubnub.publishQueue('room', { maxPerSecond: 5, ordered: false });
    const begin = clock.now();
    for (let count = 0; count < 4; count++) void queue.publish(count);
    await clock.advance(10_000);
    for (let count = 0; count < 3; count++) void queue.publish(count);
    await clock.advance(1_000);
    expect(times.map((time) => time - begin)).toEqual([0, 200, 400, 600, 10_000, 10_200, 10_400]);
    await close();
  });

  it.each([3, 6, 7, 60, 5_000])(
    'keeps a rate of %d a second, whose spacing is no whole number',
    async (rate) => {
      const { pubnub, clock, requests, close } = scriptedClient();
      const queue = pubnub.publishQueue('room', { maxPerSecond: rate });
      for (let count = 0; count < 100; count++) void queue.publish(count);
      await clock.advance(1_000);
      expect(requests.length).toBeGreaterThan(Math.min(rate, 100) * 0.9);
      expect(requests.length).toBeLessThanOrEqual(rate + 1);
      await clock.advance(60_000);
      expect(requests).toHaveLength(100);
      await close();
    },
  );

  it('does not count what was taken out while it waited for its turn', async () => {
    const { pubnub, clock, requests, close } = scriptedClient();
    const queue = pubnub.publishQueue('room', { maxPerSecond: 1 });
    await queue.publish('first');
    for (let count = 0; count < 50; count++) {
      const signal = AbortSignal.abort();
      const controller = new AbortController();
      const signals = [signal, controller.signal];
      const dropped = outcomes(signals.map((each) => queue.publish(count, { signal: each })));
      await clock.advance(1);
      controller.abort();
      expect(await dropped).toEqual(['PN-2003', 'PN-2003']);
    }
    void queue.publish('second');
    await clock.advance(1_000);
    expect(requests.length).toBe(2);
    await close();
  });
});

describe('failures that may pass', () => {
  it.each([
    ['a network that is down', { body: '' }, { with: 'refused' }],
    ['a connection that ends', {}, { with: 'reset' }],
    ['a lost answer', {}, { with: 'truncated' }],
    ['a login page', {}, { with: 'html' }],
    ['a server that is overloaded', {}, { with: { status: 503 } }],
  ] as const)('waits out %s, and sends each message once', async (_name, _more, fault) => {
    network.fail('publish', { ...fault, times: 7 });
    const queue = network.client('alice').publishQueue('room');
    const all = [queue.publish('a'), queue.publish('b')];
    await network.clock.advance(600_000);
    expect(await outcomes(all)).toEqual(['sent', 'sent']);
    expect(await stored()).toEqual(['a', 'b']);
  });

  it('waits as long as the server asks', async () => {
    const { pubnub, requests, clock, close } = scriptedClient([
      { status: 429, headers: { 'retry-after': '90' }, body: '{"error":true,"status":429}' },
      SENT,
    ]);
    const sent = pubnub.publishQueue('room').publish('a');
    await clock.advance(89_000);
    expect(requests.length).toBe(1);
    await clock.advance(2_000);
    await sent;
    await close();
  });

  it('waits longer after each failure, up to half a minute', async () => {
    const times: number[] = [];
    const { pubnub, clock, close } = scriptedClient(
      [
        () => {
          times.push(clock.now());
          return { status: 500 };
        },
      ],
      { random: () => 0.999_999 },
    );
    const queue = pubnub.publishQueue('room');
    queue.publish('a').catch(() => undefined);
    await clock.advance(180_000);
    const pauses = times.slice(1).map((time, index) => Math.round((time - (times[index] ?? 0)) / 1_000));
    expect(pauses.slice(0, 6)).toEqual([2, 4, 8, 16, 30, 30]);
    await close();
  });

  it('tries again as soon as the network is back, but not without a pause', async () => {
    const listeners = new Set<(online: boolean) => void>();
    const { pubnub, requests, clock, close } = scriptedClient([{ status: 500 }], {
      random: () => 0.999_999,
      networkEvents: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    });
    const queue = pubnub.publishQueue('room');
    queue.publish('a').catch(() => undefined);
    await clock.advance(32_000);
    const before = requests.length;
    const online = () => {
      for (const listener of listeners) listener(true);
    };
    online();
    await clock.advance(1);
    expect(requests.length).toBe(before + 1);
    for (let count = 0; count < 50; count++) {
      online();
      await clock.advance(10);
    }
    expect(requests.length).toBe(before + 1);
    await close();
    expect(listeners.size).toBe(0);
  });

  it('asks again for what was denied while a token is renewed, then gives up', async () => {
    const denied = {
      status: 403,
      body: '{"status":403,"error":true,"service":"Access Manager","message":"Forbidden"}',
    };
    const { pubnub, requests, clock, close } = scriptedClient([denied], { token: async () => 'token' });
    const refused = rejection(pubnub.publishQueue('room').publish('a'));
    await clock.advance(300_000);
    expect(await refused).toMatchObject({ code: 'PN-3002', delivery: 'rejected' });
    expect(requests.length).toBeGreaterThanOrEqual(5);
    await close();
  });
});

describe('a message that the server refuses', () => {
  it('rejects its own promise, and the others go on', async () => {
    network.fail('publish', { with: { status: 403 }, after: 1, times: 1 });
    const queue = network.client('alice').publishQueue('room');
    const all = ['a', 'b', 'c'].map((text) => queue.publish(text, { id: text }));
    expect(await outcomes(all)).toEqual(['sent', 'PN-3002', 'sent']);
    expect(await rejection(all[1] ?? Promise.resolve())).toMatchObject({
      delivery: 'rejected',
      publishId: 'b',
    });
    expect(await stored()).toEqual(['a', 'c']);
  });
});

describe('the signal of a message', () => {
  it('takes it out while it waits', async () => {
    network.offline();
    const queue = network.client('alice').publishQueue('room');
    const controller = new AbortController();
    const all = [queue.publish('a'), queue.publish('b', { signal: controller.signal }), queue.publish('c')];
    await network.clock.advance(100);
    controller.abort('no longer wanted');
    expect(await rejection(all[1] ?? Promise.resolve())).toMatchObject({
      code: 'PN-2003',
      delivery: 'not-sent',
      cause: 'no longer wanted',
    });
    expect(queue.size).toBe(2);
    network.online();
    await network.clock.advance(60_000);
    expect(await outcomes(all)).toEqual(['sent', 'PN-2003', 'sent']);
    expect(await stored()).toEqual(['a', 'c']);
  });

  it('ends what is under way, whose outcome is unknown then, and the next one begins', async () => {
    const { pubnub, requests, clock, close } = scriptedClient([() => new Promise(() => undefined), SENT]);
    const queue = pubnub.publishQueue('room');
    const controller = new AbortController();
    const first = rejection(queue.publish('a', { signal: controller.signal }));
    const second = queue.publish('b');
    await clock.advance(10);
    controller.abort();
    expect(await first).toMatchObject({ code: 'PN-2003', delivery: 'unknown' });
    await second;
    expect(requests[0]?.signal.aborted).toBe(true);
    await close();
  });
});

describe('drain()', () => {
  it('resolves when everything has settled, refused or sent', async () => {
    network.fail('publish', { with: { status: 403 } });
    const queue = network.client('alice').publishQueue('room');
    const all = outcomes(['a', 'b', 'c'].map((text) => queue.publish(text)));
    await queue.drain();
    expect([queue.size, await all]).toEqual([0, ['PN-3002', 'sent', 'sent']]);
  });

  it('gives up by its signal, and the queue goes on', async () => {
    network.offline();
    const queue = network.client('alice').publishQueue('room');
    const sent = queue.publish('a');
    const controller = new AbortController();
    const drained = rejection(queue.drain({ signal: controller.signal }));
    controller.abort();
    expect(await drained).toMatchObject({ code: 'PN-2003' });
    network.online();
    await network.clock.advance(60_000);
    await sent;
  });
});

describe('the end of a queue', () => {
  it.each([
    ['close()', 'queue'],
    ['close() of the client', 'client'],
  ] as const)('by %s rejects what waits and what is under way, and leaves no timer', async (_name, who) => {
    const { pubnub, clock, close } = scriptedClient([() => new Promise(() => undefined)]);
    const queue = pubnub.publishQueue('room', { maxPerSecond: 1 });
    const all = [queue.publish('a'), queue.publish('b')].map(rejection);
    const drained = rejection(queue.drain());
    await clock.advance(10);
    if (who === 'queue') await queue.close();
    else await close();
    expect(await Promise.all(all)).toMatchObject([
      { code: 'PN-2004', delivery: 'unknown' },
      { code: 'PN-2004', delivery: 'not-sent' },
    ]);
    expect(await drained).toMatchObject({ code: 'PN-2004' });
    expect(await rejection(queue.publish('c'))).toMatchObject({ code: 'PN-2004', delivery: 'not-sent' });
    expect(queue.size).toBe(0);
    if (who === 'queue') await close();
    expect(clock.pending).toBe(0);
  });

  it('comes while a failure is waited out', async () => {
    const { pubnub, clock, close } = scriptedClient([{ status: 500 }]);
    const queue = pubnub.publishQueue('room');
    const refused = rejection(queue.publish('a'));
    await clock.advance(500);
    await queue.close();
    expect(await refused).toMatchObject({ code: 'PN-2004', delivery: 'unknown' });
    await close();
    expect(clock.pending).toBe(0);
  });
});

describe('an attempt whose answer stays out', () => {
  it('is looked up in history when its id is forgotten, before it is repeated', async () => {
    network.fail('publish', { with: 'truncated' });
    const queue = network.client('alice').publishQueue('room');
    const sent = queue.publish('a', { id: 'x' });
    await network.clock.advance(10);
    network.offline();
    await network.clock.advance(1_000_000);
    expect(queue.size).toBe(1);
    network.online();
    await network.clock.advance(120_000);
    expect(await sent).toMatchObject({ id: 'x', isDuplicate: true });
    expect(await stored()).toEqual(['a']);
  });

  it('is repeated when history does not have it', async () => {
    network.fail('publish', { with: 'reset' });
    const queue = network.client('alice').publishQueue('room');
    const sent = queue.publish('a', { id: 'x' });
    await network.clock.advance(10);
    network.offline();
    await network.clock.advance(1_000_000);
    network.online();
    await network.clock.advance(120_000);
    expect(await sent).toEqual({ id: 'x', timetoken: expect.any(String) });
    expect(await stored()).toEqual(['a']);
  });

  it('is repeated only when so much time has really passed, though the wall clock was set forward', async () => {
    let ahead = 0;
    const { clock } = network;
    const set: Clock = {
      now: () => clock.now() + ahead,
      monotonic: () => clock.now(),
      setTimeout: (callback, milliseconds) => clock.setTimeout(callback, milliseconds),
      clearTimeout: (timer) => clock.clearTimeout(timer),
    };
    network.fail('publish', { with: 'reset' });
    const queue = network.client('alice', { clock: set }).publishQueue('room');
    const sent = queue.publish('a', { id: 'x' });
    await network.clock.advance(10);
    ahead = 1_860_000;
    await network.clock.advance(110_000);
    expect(queue.size).toBe(1);
    await network.clock.advance(60_000);
    expect(await sent).toEqual({ id: 'x', timetoken: expect.any(String) });
    expect(await stored()).toEqual(['a']);
  });

  it('settles as unknown where history may not be read: what it was refused is another request', async () => {
    network.fail('publish', { with: 'truncated' });
    network.fail('fetchMessages', { with: { status: 403 } });
    const queue = network.client('alice').publishQueue('room');
    const sent = queue.publish('a', { id: 'x' }).catch((error: unknown) => error);
    await network.clock.advance(10);
    network.offline();
    await network.clock.advance(1_000_000);
    network.online();
    await network.clock.advance(120_000);
    const told = {
      code: 'PN-3002',
      operation: 'PNFetchMessagesOperation',
      delivery: 'unknown',
      publishId: 'x',
    };
    expect(await sent).toMatchObject(told);
    expect(await stored()).toEqual(['a']);
  });

  it('settles as unknown without history, and the next message goes on', async () => {
    const { PubNub: Core, kyTransport } = await import('timetoken/core');
    const { publishQueue } = await import('timetoken/features');
    const { clock } = network;
    const { fetch, subscribeKey, publishKey } = network.options;
    const Client = Core.with(publishQueue);
    await using pubnub = new Client({
      ...{ subscribeKey, publishKey, userId: 'alice', clock },
      transport: kyTransport({ fetch }),
    });
    network.fail('publish', { with: 'truncated' });
    const queue = pubnub.publishQueue('room');
    const lost = rejection(queue.publish('a', { id: 'x' }));
    const next = queue.publish('b');
    await clock.advance(10);
    network.offline();
    await clock.advance(1_000_000);
    network.online();
    await clock.advance(120_000);
    expect(await lost).toMatchObject({ code: 'PN-2002', delivery: 'unknown', publishId: 'x' });
    await next;
    expect(await stored()).toEqual(['a', 'b']);
  });
});

it('sends a large message by POST, as publish() does', async () => {
  const { pubnub, requests, close } = scriptedClient();
  await pubnub.publishQueue('room').publish('x'.repeat(20_000), { id: 'i' });
  expect(requests[0]?.method).toBe('POST');
  expect(decodeURIComponent(lineOf(requests[0]).query['meta'] ?? '')).toBe('{"tt_id":"i"}');
  await close();
});
