import type { PublishQueue, QueueStorage } from 'timetoken/features';
import { createTestNetwork, type TestNetwork } from 'timetoken/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Line } from '../../../../src/client/features/publish-queue/line.ts';
import { MapStorage } from '../../../support/queue-storage.ts';
import { rejection, SENT, scriptedClient } from '../../../support/unit-client.ts';

let network: TestNetwork;

beforeEach(() => {
  network = createTestNetwork();
});

afterEach(async () => {
  await network.close();
});

async function stored(): Promise<readonly unknown[]> {
  const { messages } = await network.client('reader').history().channel('room').execute();
  return messages.map(({ entry }) => entry);
}

describe('a program that calls back into a queue', () => {
  it('publishes in the handlers of a publish', async () => {
    const queue = network.client('alice').publishQueue('room');
    const again = async (number: number): Promise<void> => {
      await queue.publish(number);
      if (number > 0) await again(number - 1);
    };
    await Promise.all([again(20), again(10)]);
    const all = await stored();
    expect(all.length).toBe(32);
    expect(all.slice(0, 4)).toEqual([20, 10, 19, 9]);
  });

  it('publishes, fills and closes while a message is read', async () => {
    const queue = network.client('alice').publishQueue('room', { maxQueued: 2 });
    const inner: Promise<unknown>[] = [];
    const nested = (work: () => void) => ({
      get text() {
        work();
        return 'outer';
      },
    });
    const first = await queue.publish(nested(() => inner.push(queue.publish('inner'))));
    const [second] = await Promise.all(inner);
    expect(second).not.toMatchObject({ id: first.id });
    expect(await stored()).toEqual(['inner', { text: 'outer' }]);
    const full = queue.publish(nested(() => inner.push(queue.publish(1), queue.publish(2))));
    expect(await rejection(full)).toMatchObject({ code: 'PN-2008' });
    await Promise.all(inner);
    const closed = queue.publish(nested(() => void queue.close()));
    expect(await rejection(closed)).toMatchObject({ code: 'PN-2004' });
  });

  it('closes in the handler of a message, and in onError', async () => {
    const storage = new MapStorage([['0000000000000000-x', 'broken']]);
    const pubnub = network.client('alice');
    const queue: PublishQueue<unknown> = pubnub.publishQueue('room', {
      persistTo: storage,
      onError: () => queue.close(),
    });
    expect(await rejection(queue.publish('a'))).toMatchObject({ code: 'PN-2004' });
    const other = pubnub.publishQueue('room');
    const later = other.publish(1).then(() => other.close());
    const refused = rejection(other.publish(2));
    await later;
    expect(await refused).toMatchObject({ code: 'PN-2004' });
  });

  it('has an onError that throws, rejects, or gives what is no promise', async () => {
    const bad = [
      () => {
        throw new Error('mine');
      },
      () => Promise.reject(new Error('mine')),
      // biome-ignore lint/suspicious/noThenProperty: what a program may give
      () => ({ then: (_: unknown, reject: (error: Error) => void) => reject(new Error('mine')) }),
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: as above
        get then() {
          throw new Error('mine');
        },
      }),
    ];
    for (const onError of bad) {
      const { pubnub, close } = scriptedClient([SENT]);
      const persistTo = new MapStorage([['0000000000000000-x', 'broken']]);
      await pubnub.publishQueue('room', { persistTo, onError }).publish('a');
      await close();
    }
  });
});

describe('a storage of any kind', () => {
  const entry = ['0000000000000000-x', 'broken'] as const;
  it.each<[string, () => unknown]>([
    [
      'numbers',
      async function* () {
        yield [1, 2];
      },
    ],
    [
      'nothing',
      async function* () {
        yield;
      },
    ],
    ['no iterator', () => ({})],
    ['a list', () => [entry]],
    ['an iterator of nothing', () => ({ [Symbol.asyncIterator]: () => undefined })],
    ['results that are none', () => ({ [Symbol.asyncIterator]: () => ({ next: () => 7 }) })],
    [
      'a proxy that throws',
      () =>
        new Proxy(
          {},
          {
            get: () => {
              throw new Error('no');
            },
          },
        ),
    ],
  ])('whose entries() gives %s: the queue is usable, or says that it is not', async (_name, entries) => {
    const told: string[] = [];
    // What a program without types may give.
    const persistTo = Object.assign(new MapStorage(), { entries }) as unknown as QueueStorage;
    const onError = ({ code }: { code: string }) => told.push(code);
    const queue = network.client('alice').publishQueue('room', { persistTo, onError });
    const outcome = await queue.publish('a').then(
      () => 'sent',
      ({ code }) => code,
    );
    expect(['sent', 'PN-2009']).toContain(outcome);
    expect(told).toContain('PN-2009');
    expect(queue.size).toBe(0);
  });

  it('whose methods give values, or what only looks like a promise', async () => {
    const kept = new Map<string, string>();
    const persistTo = {
      put: (key: string, value: string) => void kept.set(key, value),
      delete: (key: string) => ({
        // biome-ignore lint/suspicious/noThenProperty: what a program may give
        then: (done: () => void) => {
          kept.delete(key);
          done();
        },
      }),
      entries: () => new MapStorage().entries(),
    } as unknown as QueueStorage;
    const queue = network.client('alice').publishQueue('room', { persistTo });
    await queue.publish('a');
    expect(kept.size).toBe(0);
  });

  it('whose keys are larger than any number', async () => {
    const storage = new MapStorage([
      ['9999999999999999-x', 'broken'],
      ['9007199254740991-x', 'broken'],
    ]);
    network.offline();
    const queue = network
      .client('alice')
      .publishQueue('room', { persistTo: storage, onError: () => undefined });
    for (let count = 0; count < 5; count++) void queue.publish(count);
    await network.clock.advance(100);
    await queue.close();
    expect(storage.map.size).toBe(7);
    network.online();
  });
});

describe('two queues', () => {
  it('of one client and channel have an order of their own each, and nothing is doubled', async () => {
    const pubnub = network.client('alice');
    const queues = [pubnub.publishQueue('room'), pubnub.publishQueue('room')];
    await Promise.all(
      queues.flatMap((queue, which) => [0, 1, 2].map((number) => queue.publish([which, number]))),
    );
    const all = await stored();
    for (const which of [0, 1])
      expect(all.filter((one) => Array.isArray(one) && one[0] === which)).toEqual(
        [0, 1, 2].map((n) => [which, n]),
      );
    expect(all.length).toBe(6);
  });

  it('over one storage at a time send what was left twice, which the server keeps once', async () => {
    const storage = new MapStorage();
    network.offline();
    const old = network.client('alice');
    for (const text of ['a', 'b'])
      old
        .publishQueue('room', { persistTo: storage })
        .publish(text)
        .catch(() => undefined);
    await network.clock.advance(10);
    await old.close();
    network.online();
    const queues = ['alice', 'alice'].map((user) =>
      network.client(user).publishQueue('room', { persistTo: storage }),
    );
    await Promise.all(queues.map((queue) => queue.drain()));
    expect([...(await stored())].sort()).toEqual(['a', 'b']);
    expect(storage.map.size).toBe(0);
  });
});

describe('a hundred thousand messages', () => {
  it('wait, are taken out and sent in time that grows as their number', async () => {
    const { pubnub, clock, close } = scriptedClient([SENT]);
    const queue = pubnub.publishQueue('room', { maxQueued: 100_000, maxQueuedBytes: 2 ** 30 });
    const controller = new AbortController();
    const { signal } = controller;
    const begin = performance.now();
    const kept: Promise<unknown>[] = [];
    for (let number = 0; number < 100_000; number++) {
      const options = number % 10 === 0 ? {} : { signal };
      const sent = queue.publish(number, options);
      if (number % 10 === 0) kept.push(sent);
      else sent.catch(() => undefined);
    }
    controller.abort();
    await clock.advance(1);
    await Promise.all(kept);
    expect(queue.size).toBe(0);
    // A cost that grew with the square would take minutes.
    expect(performance.now() - begin).toBeLessThan(60_000);
    await close();
  }, 90_000);

  it('are taken out of a line from its end, its middle and its head', () => {
    const line = new Line<number>();
    for (let number = 0; number < 100_000; number++) line.add(number);
    for (let number = 99_999; number >= 50_000; number--) line.delete(number);
    for (let number = 0; number < 50_000; number++) {
      if (line.first !== number) throw new Error(`${line.first} is not ${number}`);
      line.delete(number);
    }
    expect([line.first, line.size]).toEqual([undefined, 0]);
    line.add(7);
    line.prepend([5, 6]);
    expect([...line, line.first]).toEqual([5, 6, 7, 5]);
  });
});
