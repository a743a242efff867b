import { describe, expect, test } from 'vitest';
import type { PubNub } from '../../src/index.ts';
import {
  directPublisher,
  numbered,
  type Receiver,
  receiverOn,
  TRANSPORTS,
} from '../support/integration-numbers.ts';
import { serveOrigin } from '../support/integration-origin.ts';
import { startProxy, type Verdict } from '../support/integration-proxy.ts';
import { settle } from '../support/virtual-clock.ts';

const CUTS = 5;
const TOTAL = 200;
const PIECE = TOTAL / CUTS / 2;
// For tests that go on to the next cut before the receiver has caught up.
const ROOMY = { limits: { queueLength: TOTAL } } as const;

/** Publishes so many of the 200 numbers more, in order. */
function numbersOf(publisher: PubNub) {
  let last = 0;
  return async (count: number) => {
    for (let index = 0; index < count; index++) {
      await publisher.publish({ channel: 'numbers', message: ++last }).execute();
    }
  };
}

async function expectAll({ numbers, gaps }: Receiver) {
  await numbers.take(TOTAL);
  // Whatever came twice would come before this.
  expect(numbers.all).toEqual(numbered('numbers', TOTAL));
  expect(gaps.all).toEqual([]);
}

describe.each(TRANSPORTS)('200 messages across five cuts, over %s', (_name, options) => {
  test('survive a server that goes away and comes back on the same port', async () => {
    await using system = await serveOrigin(ROOMY);
    await using publisher = directPublisher(system.origin);
    await using receiver = receiverOn(system.host, options());
    const publish = numbersOf(publisher);
    const { client } = receiver;
    const states: string[] = [];
    client.on('state', ({ state }) => states.push(state));
    await client
      .subscribe({ channels: ['numbers'] })
      .execute()
      .connected();
    for (let cut = 0; cut < CUTS; cut++) {
      await publish(PIECE);
      await system.stop();
      await client.until('reconnecting');
      await publish(PIECE);
      await system.start();
      await client.until('connected');
    }
    await expectAll(receiver);
    expect(states).toEqual(['connecting', 'connected', ...repeat(CUTS, ['reconnecting', 'connected'])]);
  });

  test.each<readonly [where: string, verdict: (answer: Buffer) => Verdict]>([
    ['reset in the status line', () => ({ pass: 5, next: 'reset' })],
    ['reset in the middle of the headers', () => ({ pass: 60, next: 'reset' })],
    ['reset in the middle of the body', (answer) => ({ pass: answer.length - 40, next: 'reset' })],
    ['reset one byte before its end', (answer) => ({ pass: answer.length - 1, next: 'reset' })],
    ['reset before its first byte', () => ({ pass: 0, next: 'reset' })],
    ['ended in the middle of the body', (answer) => ({ pass: answer.length - 40, next: 'end' })],
    ['reset right after it was whole', (answer) => ({ pass: answer.length, next: 'reset' })],
  ])('survive answers that are %s', async (_where, verdict) => {
    await using system = await serveOrigin();
    await using proxy = await startProxy(system.port);
    await using publisher = directPublisher(system.origin);
    await using receiver = receiverOn(proxy.host, options());
    const publish = numbersOf(publisher);
    await receiver.client
      .subscribe({ channels: ['numbers'] })
      .execute()
      .connected();
    let cuts = 0;
    for (let cut = 0; cut < CUTS; cut++) {
      await publish(PIECE);
      await receiver.numbers.take((2 * cut + 1) * PIECE);
      // The next answer with messages is cut, once.
      proxy.behaviour.answer = (answer) => {
        if (!answer.includes('"d":')) return { pass: answer.length, next: 'continue' };
        delete proxy.behaviour.answer;
        cuts++;
        return verdict(answer);
      };
      await publish(PIECE);
      await receiver.numbers.take((2 * cut + 2) * PIECE);
    }
    expect(cuts).toBe(CUTS);
    await expectAll(receiver);
  });

  test('survive connections that are gone without a word', async () => {
    await using system = await serveOrigin();
    await using proxy = await startProxy(system.port);
    await using publisher = directPublisher(system.origin);
    const patience = { subscribeRequestTimeout: 0.15, transactionalRequestTimeout: 0.15 };
    await using receiver = receiverOn(proxy.host, { ...options(), ...patience });
    const publish = numbersOf(publisher);
    await receiver.client
      .subscribe({ channels: ['numbers'] })
      .execute()
      .connected();
    for (let cut = 0; cut < CUTS; cut++) {
      await publish(PIECE);
      await receiver.numbers.take((2 * cut + 1) * PIECE);
      proxy.freeze();
      await publish(PIECE);
      await receiver.numbers.take((2 * cut + 2) * PIECE);
    }
    await expectAll(receiver);
  });

  test('survive a network that refuses every connection for a while', async () => {
    await using system = await serveOrigin(ROOMY);
    await using proxy = await startProxy(system.port);
    await using publisher = directPublisher(system.origin);
    await using receiver = receiverOn(proxy.host, options());
    const publish = numbersOf(publisher);
    const { client } = receiver;
    await client
      .subscribe({ channels: ['numbers'] })
      .execute()
      .connected();
    for (let cut = 0; cut < CUTS; cut++) {
      await publish(PIECE);
      proxy.behaviour.connection = () => 'reset';
      proxy.reset();
      await client.until('reconnecting');
      await publish(PIECE);
      delete proxy.behaviour.connection;
      await client.until('connected');
    }
    await expectAll(receiver);
  });
});

describe.each(TRANSPORTS)('over %s', (_name, options) => {
  test('a connection that the server has closed meanwhile is not published on', async () => {
    await using system = await serveOrigin();
    await using sender = receiverOn(system.host, options());
    for (let number = 1; number <= 5; number++) {
      await sender.client.publish({ channel: 'a', message: number }).execute();
      await system.stop();
      await system.start();
      // The word that it was closed is on its way.
      await settle();
    }
    await expect(sender.client.publish({ channel: 'a', message: 6 }).execute()).resolves.toBeDefined();
  });

  test('what the server could not keep for so long is announced as a gap, and the rest delivered', async () => {
    await using system = await serveOrigin({ limits: { queueLength: 10 } });
    await using publisher = directPublisher(system.origin);
    await using receiver = receiverOn(system.host, options());
    const { client } = receiver;
    await client
      .subscribe({ channels: ['numbers'] })
      .execute()
      .connected();
    await numbersOf(publisher)(5);
    await receiver.numbers.take(5);
    const from = client.timetoken;
    await system.stop();
    const timetokens: string[] = [];
    for (let number = 6; number <= 30; number++) {
      const sent = await publisher.publish({ channel: 'numbers', message: number }).execute();
      timetokens.push(sent.timetoken);
    }
    await system.start();
    await receiver.numbers.take(15);
    expect(receiver.numbers.all.slice(5)).toEqual(numbered('numbers', 30).slice(20));
    expect(receiver.gaps.all).toMatchObject([
      { channel: 'numbers', from, to: timetokens[14], certain: true, reason: 'trimmed' },
    ]);
  });

  test('an outage is announced once, and so is its end', async () => {
    await using system = await serveOrigin();
    await using receiver = receiverOn(system.host, options());
    const { client } = receiver;
    const outages: string[] = [];
    let failed = 0;
    const tried = new Promise<void>((resolve) => {
      client.on('status', ({ category, attempt }) => {
        if (/Unexpected|Reconnected/.test(category)) outages.push(category);
        if (attempt !== undefined && ++failed === 4) resolve();
      });
    });
    await client
      .subscribe({ channels: ['a'] })
      .execute()
      .connected();
    await system.stop();
    await tried;
    await system.start();
    await client.until('connected');
    expect(outages).toEqual(['PNUnexpectedDisconnectCategory', 'PNReconnectedCategory']);
  });
});

function repeat<T>(times: number, values: readonly T[]): readonly T[] {
  return Array.from({ length: times }, () => values).flat();
}
