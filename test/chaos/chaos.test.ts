import { describe, expect, test } from 'vitest';
import { PubNub, type PubNubOptions } from '../../src/index.ts';
import { calm, unleash } from '../support/chaos-weather.ts';
import {
  directPublisher,
  numbered,
  type Receiver,
  receiverOn,
  TRANSPORTS,
} from '../support/integration-numbers.ts';
import { serveOrigin } from '../support/integration-origin.ts';
import { startProxy, type TcpProxy } from '../support/integration-proxy.ts';
import { Dice } from '../support/integration-random.ts';
import { settle } from '../support/virtual-clock.ts';

// A run can be repeated: TIMETOKEN_CHAOS_SEED=123 vitest run test/chaos/chaos.test.ts
const GIVEN = process.env['TIMETOKEN_CHAOS_SEED'];
const SEEDS = GIVEN === undefined ? [1, 2, Date.now() % 2 ** 31] : [Number(GIVEN)];
const CHANNELS = ['a', 'b/ü', 'w.x', 'w.y.z'] as const;
const MESSAGES = 120;
// Long enough for the one queue of the origin: losses would be the network's.
const LIMITS = { queueLength: 10 * MESSAGES };
const PATIENCE = { subscribeRequestTimeout: 0.15, transactionalRequestTimeout: 0.15 } as const;

function onChannel(numbers: readonly string[], channel: string): readonly string[] {
  return numbers.filter((text) => text.startsWith(`${channel} `));
}

/** Publishes until all numbers are out, while the network and the subscriptions change. */
async function rage(dice: Dice, proxy: TcpProxy, step: (channel: string, number: number) => Promise<void>) {
  const counts = new Map<string, number>();
  for (let message = 0; message < MESSAGES; message++) {
    const channel = dice.pick(CHANNELS);
    const number = (counts.get(channel) ?? 0) + 1;
    counts.set(channel, number);
    await step(channel, number);
    if (dice.chance(0.02)) proxy.reset();
    await settle(dice.below(12));
  }
  return counts;
}

function total(receivers: readonly Receiver[], counts: ReadonlyMap<string, number>): Promise<unknown> {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return Promise.all(receivers.map(({ numbers }) => numbers.take(all)));
}

const STORMS = SEEDS.flatMap((seed) => (['poll', 'stream'] as const).map((receive) => ({ seed, receive })));

describe.each(STORMS)('through a bad network (seed $seed, by $receive)', ({ seed, receive }) => {
  test('every client gets every message once, in order per channel', { timeout: 180_000 }, async () => {
    const dice = new Dice(seed);
    await using system = await serveOrigin({ limits: LIMITS });
    await using proxy = await startProxy(system.port);
    await using publisher = directPublisher(system.origin);
    await using first = receiverOn(proxy.host, { ...optionsOf(0, dice), receive });
    await using second = receiverOn(proxy.host, { ...optionsOf(1, dice), receive });
    const receivers = [first, second];
    for (const { client } of receivers) {
      await client
        .subscribe({ channels: ['a', 'b/ü', 'w.*'] })
        .execute()
        .connected();
    }
    let outages = 0;
    for (const { client } of receivers) {
      client.on('state', ({ state }) => {
        if (state === 'reconnecting') outages++;
      });
    }
    unleash(proxy, dice);
    let published = 0;
    const counts = await rage(dice, proxy, async (channel, message) => {
      await publisher.publish({ channel, message }).execute();
      published++;
      if (dice.chance(0.15)) await dice.pick([first, second]).numbers.take(published);
      // Other parts of the program come and go: each costs a handshake, or changes the poll under way.
      const { client } = dice.pick([first, second]);
      if (dice.chance(0.1)) client.subscribe({ channels: [`extra ${dice.below(5)}`, 'a'] }).execute();
      if (dice.chance(0.1)) await client.unsubscribe({ channels: [`extra ${dice.below(5)}`] }).execute();
    });
    calm(proxy);
    await total(receivers, counts);
    for (const { numbers, gaps } of receivers) {
      for (const [channel, count] of counts) {
        expect(onChannel(numbers.all, channel)).toEqual(numbered(channel, count));
      }
      expect(gaps.all).toEqual([]);
    }
    expect(outages).toBeGreaterThan(0);
  });

  test('what a publisher is told to be sent arrives once, and nothing arrives twice', {
    timeout: 180_000,
  }, async () => {
    const dice = new Dice(seed);
    await using system = await serveOrigin({ limits: LIMITS });
    await using proxy = await startProxy(system.port);
    await using publisher = new PubNub({
      ...{ subscribeKey: 'demo', publishKey: 'demo', userId: 'sender', origin: proxy.host, ssl: false },
      ...optionsOf(seed % 2, dice),
    });
    await using receiver = receiverOn(proxy.host, {
      ...optionsOf((seed + 1) % 2, dice),
      receive,
    });
    await receiver.client
      .subscribe({ channels: ['a', 'b/ü', 'w.*'] })
      .execute()
      .connected();
    unleash(proxy, dice);
    const sent: string[] = [];
    const notSent: string[] = [];
    await rage(dice, proxy, async (channel, message) => {
      const { status } = await publisher.publish({ channel, message }).envelope();
      const text = `${channel} ${message}`;
      if (!status.isError) sent.push(text);
      else if (Object(status.errorData).delivery !== 'unknown') notSent.push(text);
    });
    calm(proxy);
    const last = await publishLast(publisher);
    await receiver.numbers.first((text) => text === last);
    const { numbers } = receiver;
    expect(new Set(numbers.all).size).toBe(numbers.all.length);
    expect(numbers.all.filter((text) => notSent.includes(text))).toEqual([]);
    const delivered = numbers.all.filter((text) => sent.includes(text));
    for (const channel of CHANNELS) expect(onChannel(delivered, channel)).toEqual(onChannel(sent, channel));
    expect(sent.length).toBeGreaterThan(MESSAGES / 2);
    expect(receiver.gaps.all).toEqual([]);
  });
});

// A connection that was reset while it was idle may still cost one publish: the next is another message.
async function publishLast(publisher: PubNub): Promise<string> {
  for (let count = 0; ; count++) {
    const message = `last ${count}`;
    const { status } = await publisher.publish({ channel: 'a', message }).envelope();
    if (!status.isError) return `a ${message}`;
  }
}

function optionsOf(index: number, dice: Dice): Partial<PubNubOptions> {
  const [, options] = TRANSPORTS[index % TRANSPORTS.length] ?? TRANSPORTS[0] ?? [];
  return { ...options?.(), ...PATIENCE, random: dice.next };
}
