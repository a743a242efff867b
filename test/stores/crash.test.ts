import { describe, expect, test } from 'vitest';
import { BALANCERS } from '../support/balancers.ts';
import { Hoppers } from '../support/hopping.ts';
import { OriginProcess } from '../support/origin-processes.ts';
import { STORES } from '../support/stores.ts';

const ORIGINS = 3;
const POLLERS = 12;
const ROUNDS = 4;
const MESSAGES = 200;

interface Run {
  readonly store: string;
  readonly isBlind?: boolean;
  /** Default 4. */
  readonly rounds?: number;
  /** What is done to the store in each round, while messages are published. */
  disturb?(): Promise<void>;
}

/**
 * Clients come through HAProxy, with a connection of its own for every request, and so to another of three origins each
 * time. In each round one origin is killed and started again, and the store is disturbed.
 */
async function play({ store, isBlind = false, rounds = ROUNDS, disturb }: Run) {
  const start = () => OriginProcess.start({ store, isBlind });
  const origins = await Promise.all(Array.from({ length: ORIGINS }, start));
  try {
    await using balancer = await balancerBefore(origins.map(({ port }) => port));
    const hoppers = new Hoppers(balancer.next);
    const settle = await hoppers.poll(POLLERS);
    for (let round = 0; round < rounds; round++) {
      const publishing = hoppers.publish(MESSAGES);
      await hoppers.acknowledged(50);
      await disturb?.();
      await hoppers.acknowledged(50);
      await origins[round % ORIGINS]?.kill();
      await publishing;
      await origins[round % ORIGINS]?.restart();
    }
    await hoppers.publish(MESSAGES);
    const verdict = await settle();
    return { ...verdict, ...hoppers.ledger };
  } finally {
    await Promise.all(origins.map((origin) => origin[Symbol.asyncDispose]()));
  }
}

/** A balancer that gives each connection to another origin, or the clients themselves where there is none. */
async function balancerBefore(ports: readonly number[]) {
  const kind = BALANCERS.find(({ name }) => name === 'HAProxy');
  const balancer = kind?.program === undefined ? undefined : await kind.start(ports);
  const port = Number(balancer?.host.split(':').at(-1));
  let requests = 0;
  return {
    next: () => (balancer ? port : (ports[requests++ % ports.length] ?? 0)),
    [Symbol.asyncDispose]: async () => balancer?.[Symbol.asyncDispose](),
  };
}

describe('origins are killed while clients take another one with every request', () => {
  for (const name of ['sqlite', 'redis'] as const) {
    test(`nothing that was acknowledged is lost, nothing comes twice or out of order: ${name}`, async (context) => {
      await using data = await STORES[name]();
      if (!data?.url) return context.skip(`There is no ${name} on this machine.`);
      const { url: store, disturb } = data;
      const { lost, doubled, disordered, gaps, acknowledged } = await play({
        store,
        ...(disturb && { disturb }),
      });
      expect({ lost, doubled, disordered, gaps }).toEqual({ lost: 0, doubled: 0, disordered: 0, gaps: 0 });
      expect(acknowledged.size).toBeGreaterThan(MESSAGES * ROUNDS * 0.8);
    });
  }

  test('some would be lost if origins believed that announcements are not', async (context) => {
    await using data = await STORES.redis();
    if (!data?.url) return context.skip('There is no redis on this machine.');
    const { url: store, disturb } = data;
    const { lost } = await play({ store, isBlind: true, rounds: 2, ...(disturb && { disturb }) });
    expect(lost).toBeGreaterThan(0);
  });
});
