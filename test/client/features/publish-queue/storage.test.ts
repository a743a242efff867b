import type { PubNubOptions } from 'timetoken';
import type { PublishQueueOptions, QueuedMessage } from 'timetoken/features';
import { createTestNetwork, type TestNetwork } from 'timetoken/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MapStorage } from '../../../support/queue-storage.ts';
import { rejection } from '../../../support/unit-client.ts';

let network: TestNetwork;

beforeEach(() => {
  network = createTestNetwork();
});

afterEach(async () => {
  await network.close();
});

const never = () => new Promise<never>(() => undefined);

function queueOf(
  storage: MapStorage,
  options: PublishQueueOptions = {},
  {
    user = 'alice',
    channel = 'room',
    ...client
  }: Partial<PubNubOptions> & { user?: string; channel?: string } = {},
) {
  const told: [string, QueuedMessage][] = [];
  const onError = ({ code }: { readonly code: string }, message: QueuedMessage) =>
    void told.push([code, message]);
  const pubnub = network.client(user, client);
  const queue = pubnub.publishQueue(channel, { persistTo: storage, onError, ...options });
  return { queue, pubnub, told };
}

async function stored(channel = 'room'): Promise<readonly unknown[]> {
  const { messages } = await network.client('reader').history().channel(channel).execute();
  return messages.map(({ entry }) => entry);
}

/** Publishes while there is no network, and ends as a process that is killed. */
async function killedWith(storage: MapStorage, messages: readonly unknown[], client = {}): Promise<void> {
  network.offline();
  const { queue, pubnub } = queueOf(storage, {}, client);
  // Any JSON.
  for (const message of messages) queue.publish(message as string).catch(() => undefined);
  await network.clock.advance(500);
  await pubnub.close();
  network.online();
}

describe('a queue with a storage', () => {
  it('puts a message there before it sends it, and takes it out when the server has it', async () => {
    const storage = new MapStorage();
    const { queue } = queueOf(storage);
    await queue.publish('a', { id: 'x' });
    const [put, remove, ...more] = storage.calls;
    expect([put?.replace('put', 'delete'), more]).toEqual([remove, []]);
    expect(storage.map.size).toBe(0);
  });

  it('sends what an earlier process left, in its order and before anything new', async () => {
    const storage = new MapStorage();
    await killedWith(storage, ['a', { b: [1] }, null]);
    expect(storage.map.size).toBe(3);
    // A storage may give its entries in any order, and more than once.
    const shuffled = [...storage.map].reverse();
    const again = new MapStorage([...shuffled, ...shuffled]);
    again.entries = async function* () {
      yield* shuffled;
      yield* shuffled;
    };
    const { queue } = queueOf(again);
    await queue.publish('new');
    await queue.drain();
    expect(await stored()).toEqual(['a', { b: [1] }, null, 'new']);
    expect(again.map.size).toBe(0);
  });

  it('keeps the order over any number of processes', async () => {
    const storage = new MapStorage();
    for (let run = 0; run < 12; run++) await killedWith(storage, [run, `${run}`]);
    const { queue } = queueOf(storage);
    await queue.drain();
    expect(await stored()).toEqual(Array.from({ length: 12 }, (_, run) => [run, `${run}`]).flat());
  });

  it('leaves the messages of other channels and users alone', async () => {
    const storage = new MapStorage();
    await killedWith(storage, ['mine']);
    await killedWith(storage, ['other channel'], { channel: 'hall' });
    await killedWith(storage, ['other user'], { user: 'bob' });
    const { queue, told } = queueOf(storage);
    await queue.drain();
    expect([await stored(), await stored('hall'), storage.map.size, told]).toEqual([['mine'], [], 2, []]);
    await queueOf(storage, {}, { user: 'bob' }).queue.drain();
    expect(await stored()).toEqual(['mine', 'other user']);
  });

  it('does not send again what the server had taken before the crash', async () => {
    const storage = new MapStorage();
    storage.delete = never;
    const first = queueOf(storage);
    const sent = first.queue.publish('a').catch(() => undefined);
    await network.clock.advance(100);
    await first.pubnub.close();
    await sent;
    expect(await stored()).toEqual(['a']);
    for (const pause of [1_000, 3_600_000]) {
      await network.clock.advance(pause);
      const kept = new MapStorage(storage.map);
      const { queue } = queueOf(kept);
      const drained = queue.drain();
      await network.clock.advance(60_000);
      await drained;
      expect([await stored(), kept.map.size]).toEqual([['a'], 0]);
    }
  });

  it('sends at once what another process may have sent an hour ago, if history does not have it', async () => {
    const storage = new MapStorage();
    await killedWith(storage, ['old']);
    await network.clock.advance(3_600_000);
    const { queue } = queueOf(storage);
    const drained = queue.drain();
    // History is asked for eleven seconds: it may lag behind.
    await network.clock.advance(15_000);
    expect([queue.size, await stored()]).toEqual([0, ['old']]);
    await drained;
  });

  it('sends after any time what was certainly never sent', async () => {
    const { PubNub: Core, kyTransport } = await import('timetoken/core');
    const { publishQueue } = await import('timetoken/features');
    const storage = new MapStorage();
    await killedWith(storage, ['first', 'second']);
    await network.clock.advance(3_600_000);
    const { fetch, clock, subscribeKey, publishKey } = network.options;
    const Client = Core.with(publishQueue);
    const options = { subscribeKey, publishKey, userId: 'alice', clock, transport: kyTransport({ fetch }) };
    await using pubnub = new Client(options);
    const told: unknown[] = [];
    const onError = ({ code, delivery }: { code: string; delivery: unknown }, { message }: QueuedMessage) =>
      told.push([code, delivery, message]);
    const queue = pubnub.publishQueue('room', { persistTo: storage, onError });
    await queue.drain();
    // Without history nobody can tell what became of the first, which was being sent.
    expect(told).toEqual([['PN-2002', 'unknown', 'first']]);
    expect(await stored()).toEqual(['second']);
  });

  it('keeps what waits when it is closed, and nobody has to catch that', async () => {
    const storage = new MapStorage();
    network.offline();
    const { queue } = queueOf(storage);
    void queue.publish('a');
    void queue.publish('b');
    await network.clock.advance(10);
    await queue.close();
    expect(storage.map.size).toBe(2);
    network.online();
  });

  it('leaves there what it was just putting when it is closed', async () => {
    const storage = new MapStorage();
    const put = storage.put.bind(storage);
    const { promise: isHeard, resolve: hear } = Promise.withResolvers<void>();
    // Written at once, and told of later.
    storage.put = (key, value) => put(key, value).then(() => isHeard);
    const { queue } = queueOf(storage);
    const refused = rejection(queue.publish('a'));
    await network.clock.advance(10);
    const closed = queue.close();
    hear();
    await closed;
    expect(await refused).toMatchObject({ code: 'PN-2004', delivery: 'not-sent' });
    expect(storage.map.size).toBe(1);
    const next = queueOf(new MapStorage(storage.map));
    await next.queue.drain();
    expect(await stored()).toEqual(['a']);
  });

  it('takes out of the storage what its signal takes out, also while it is put there', async () => {
    const storage = new MapStorage();
    const puts: (() => void)[] = [];
    const put = storage.put.bind(storage);
    storage.put = (key, value) => new Promise<void>((resolve) => puts.push(() => resolve(put(key, value))));
    network.offline();
    const { queue } = queueOf(storage);
    const controller = new AbortController();
    const refused = rejection(queue.publish('a', { signal: controller.signal }));
    await network.clock.advance(10);
    controller.abort();
    expect(await refused).toMatchObject({ code: 'PN-2003', delivery: 'not-sent' });
    for (const go of puts.splice(0)) go();
    await network.clock.advance(10);
    expect([storage.map.size, queue.size]).toEqual([0, 0]);
    network.online();
  });

  it('tells of a message of an earlier process that the server refuses', async () => {
    const storage = new MapStorage();
    await killedWith(storage, [{ text: 'a' }, 'b']);
    network.fail('publish', { with: { status: 403 } });
    const { queue, told } = queueOf(storage);
    await queue.drain();
    expect(told).toEqual([
      ['PN-3002', { key: expect.any(String), id: expect.any(String), message: { text: 'a' } }],
    ]);
    expect([await stored(), storage.map.size]).toEqual([['b'], 0]);
  });
});

describe('a storage that fails', () => {
  it.each([
    ['rejects', async () => Promise.reject(new Error('disk full'))],
    [
      'throws',
      () => {
        throw new Error('disk full');
      },
    ],
  ])('when put() %s: the message is refused and not sent, and the next is tried', async (_name, put) => {
    const storage = new MapStorage();
    const works = storage.put;
    storage.put = put;
    const { queue } = queueOf(storage);
    expect(await rejection(queue.publish('a'))).toMatchObject({
      code: 'PN-2009',
      delivery: 'not-sent',
      cause: { message: 'disk full' },
    });
    storage.put = works;
    await queue.publish('b');
    expect(await stored()).toEqual(['b']);
  });

  it('when put() hangs: the message is refused, and removed if it is written after all', async () => {
    const storage = new MapStorage();
    const { promise, resolve } = Promise.withResolvers<void>();
    const put = storage.put.bind(storage);
    storage.put = (key, value) => promise.then(() => put(key, value));
    const { queue } = queueOf(storage);
    const refused = ['a', 'b'].map((text) => rejection(queue.publish(text)));
    await network.clock.advance(15_000);
    expect(await Promise.all(refused)).toMatchObject([{ code: 'PN-2009' }, { code: 'PN-2009' }]);
    resolve();
    await network.clock.advance(10);
    expect(storage.map.size).toBe(0);
    await queue.publish('c');
    expect(await stored()).toEqual(['c']);
  });

  it('when delete() fails: it is tried again, then told, and the message is sent', async () => {
    const storage = new MapStorage();
    let calls = 0;
    storage.delete = async () => {
      calls++;
      throw new Error('busy');
    };
    const { queue, told } = queueOf(storage);
    await queue.publish('a', { id: 'x' });
    expect([calls, told]).toEqual([2, [['PN-2009', { key: expect.any(String), id: 'x', message: 'a' }]]]);
  });

  it('when entries() fails: it is told, nothing is accepted, and the next call tries again', async () => {
    const storage = new MapStorage();
    await killedWith(storage, ['old']);
    const works = storage.entries;
    storage.entries = () => {
      throw new Error('not open');
    };
    const { queue, told } = queueOf(storage);
    expect(await rejection(queue.publish('a'))).toMatchObject({ code: 'PN-2009' });
    expect(told.length).toBeGreaterThan(0);
    storage.entries = works;
    await queue.publish('b');
    expect(await stored()).toEqual(['old', 'b']);
  });

  it('when entries() fails or hangs: drain() rejects, and waits for what was left once it can be read', async () => {
    const storage = new MapStorage();
    await killedWith(storage, ['old']);
    const works = storage.entries;
    storage.entries = () => {
      throw new Error('not open');
    };
    const { queue } = queueOf(storage);
    const reason = { code: 'PN-2009', cause: { message: 'not open' } };
    // Both while it is asked for the first time and later.
    for (let round = 0; round < 2; round++) expect(await rejection(queue.drain())).toMatchObject(reason);
    storage.entries = () => Object.assign(new MapStorage().entries(), { next: never });
    const hanging = rejection(queue.drain());
    await network.clock.advance(15_000);
    expect(await hanging).toMatchObject({ code: 'PN-2009' });
    storage.entries = works;
    await queue.drain();
    expect([await stored(), storage.map.size]).toEqual([['old'], 0]);
  });

  it('when an iterator fails, and cannot be ended either: only the first failure counts', async () => {
    const storage = new MapStorage();
    const disk = new Error('disk');
    const fails = {
      next: () => Promise.reject(disk),
      return: () => {
        throw new Error('not open');
      },
    };
    storage.entries = () => Object.assign(new MapStorage().entries(), fails);
    const { queue } = queueOf(storage);
    const reason = { code: 'PN-2009', cause: disk };
    const drained = rejection(queue.drain());
    expect(await rejection(queue.publish('a'))).toMatchObject(reason);
    expect(await drained).toMatchObject(reason);
  });

  it('when entries() hangs: close() ends the wait, and leaves no timer', async () => {
    const storage = new MapStorage();
    let returned = 0;
    storage.entries = () =>
      Object.assign(new MapStorage().entries(), {
        next: never,
        return: async () => {
          returned++;
          return { done: true, value: undefined } as const;
        },
      });
    const before = network.clock.pending;
    const { queue } = queueOf(storage);
    const refused = rejection(queue.publish('a'));
    await network.clock.advance(10);
    await queue.close();
    expect(await refused).toMatchObject({ code: 'PN-2004' });
    await network.clock.advance(0);
    expect([returned, network.clock.pending]).toEqual([1, before]);
  });

  it.each([
    ['no JSON', 'x'],
    ['a list', '[]'],
    ['another version', '{"v":2}'],
    ['no id', '{"v":1,"k":"demo","u":"alice","c":"room","m":1,"e":{}}'],
    ['no message', '{"v":1,"k":"demo","u":"alice","c":"room","i":"x","e":{"tt_id":"x"}}'],
    [
      'a cipher that the client lacks',
      '{"v":1,"k":"demo","u":"alice","c":"room","i":"x","e":{"tt_id":"x"},"x":"y"}',
    ],
  ])('with an entry of %s: it is told and left, and the others are sent', async (_name, value) => {
    const { subscribeKey } = network.options;
    const storage = new MapStorage();
    await killedWith(storage, ['good']);
    storage.map.set('0000000000000000-bad', value.replace('demo', subscribeKey));
    const { queue, told } = queueOf(storage);
    await queue.drain();
    expect(told).toEqual([['PN-2009', { key: '0000000000000000-bad' }]]);
    expect([await stored(), [...storage.map.keys()]]).toEqual([['good'], ['0000000000000000-bad']]);
  });
});

describe('the content of a storage', () => {
  it('is encrypted where the client encrypts messages', async () => {
    const storage = new MapStorage();
    const client = { cipherKey: 'a long enough secret' };
    await killedWith(storage, [{ text: 'confidential' }], client);
    expect([...storage.map.values()].join()).not.toContain('confidential');
    const { queue } = queueOf(storage, {}, client);
    await queue.drain();
    const { messages } = await network.client('reader', client).history().channel('room').execute();
    expect(messages.map(({ entry }) => entry)).toEqual([{ text: 'confidential' }]);
  });

  it('has no keys and tokens', async () => {
    const storage = new MapStorage();
    await killedWith(storage, ['x'], { token: 'token-that-is-secret', publishKey: 'publish-key' });
    expect([...storage.map].flat().join()).not.toMatch(/token-that-is-secret|publish-key/);
  });

  it('has done what it was asked when the queue is closed', async () => {
    const storage = new MapStorage();
    const ends: (() => void)[] = [];
    const put = storage.put.bind(storage);
    storage.put = (key, value) => new Promise((resolve) => ends.push(() => resolve(put(key, value))));
    const { queue } = queueOf(storage);
    const refused = rejection(queue.publish('a'));
    await network.clock.advance(10);
    let isClosed = false;
    const closed = queue.close().then(() => {
      isClosed = true;
    });
    expect(await refused).toMatchObject({ code: 'PN-2004', delivery: 'not-sent' });
    await network.clock.advance(1_000);
    expect(isClosed).toBe(false);
    for (const end of ends) end();
    await closed;
    expect([...storage.map.values()].map((text) => JSON.parse(text).m)).toEqual(['a']);
  });

  it('does not hold up the end of a queue for longer than a request may take', async () => {
    const storage = new MapStorage();
    storage.put = never;
    const { queue } = queueOf(storage, {}, { transactionalRequestTimeout: 7 });
    const refused = rejection(queue.publish('a'));
    await network.clock.advance(10);
    const closed = queue.close();
    await network.clock.advance(7_000);
    await closed;
    expect(await refused).toMatchObject({ code: 'PN-2004' });
    expect(storage.map.size).toBe(0);
  });
});
