import { expect, test } from 'vitest';
import { PubNub } from '../../src/index.ts';
import { createOrigin, MemoryEngine } from '../../src/origin/index.ts';
import { FaultyEngine } from '../support/faulty-engine.ts';

const KEYS = { subscribeKey: 'demo', publishKey: 'demo' } as const;
const MESSAGES = 120;

/** Three origins on one engine, each behind a connection of its own to it, and a fetch that takes another one each time. */
function cluster() {
  const engine = new MemoryEngine();
  const links = Array.from({ length: 3 }, () => new FaultyEngine(engine));
  const origins = links.map((store) => createOrigin({ store, limits: { holdSeconds: 1 } }));
  let requests = 0;
  const hopping: typeof fetch = (input, init) => {
    const origin = origins[requests++ % origins.length];
    if (!origin) throw new Error('There is no origin.');
    return origin.fetch(input instanceof Request ? input : String(input), init);
  };
  const close = async () => {
    for (const origin of origins) await origin.close();
    await engine.close();
  };
  return { engine, links, hopping, [Symbol.asyncDispose]: close };
}

/** Takes messages until all have come, and says how often each did. */
async function collect(client: PubNub, expected: number) {
  const subscription = client.subscribe().channels('room', 'hall').execute();
  await subscription.connected();
  const counts = new Map<unknown, number>();
  const timetokens: string[] = [];
  const all = (async () => {
    for await (const { message, timetoken } of subscription.messages()) {
      counts.set(message, (counts.get(message) ?? 0) + 1);
      timetokens.push(timetoken);
      if (counts.size === expected) return;
    }
  })();
  return { all, counts, timetokens };
}

test('clients that take another origin with every request get each message once, in order, though announcements are lost', async () => {
  await using system = cluster();
  const clients = ['ann', 'bob', 'cyd'].map(
    (userId) => new PubNub({ ...KEYS, userId, fetch: system.hopping }),
  );
  const received = await Promise.all(clients.map((client) => collect(client, MESSAGES)));
  for (let index = 0; index < MESSAGES; index++) {
    // Two of three origins hear nothing of this entry, and find it by themselves.
    for (const [place, link] of system.links.entries()) link.isDeaf = (index + place) % 3 !== 0;
    const client = clients[index % clients.length];
    await client?.publish({ channel: index % 2 === 0 ? 'room' : 'hall', message: index }).execute();
  }
  await Promise.all(received.map(({ all }) => all));
  for (const { counts, timetokens } of received) {
    expect(counts.size).toBe(MESSAGES);
    expect(new Set(counts.values())).toEqual(new Set([1]));
    expect(timetokens).toEqual(timetokens.toSorted());
  }
  await Promise.all(clients.map((client) => client.close()));
});

test('an engine that fails over under load loses what it lost, and clients are told so and go on', async () => {
  await using system = cluster();
  const client = new PubNub({ ...KEYS, userId: 'ann', fetch: system.hopping });
  const gaps: unknown[] = [];
  client.on('gap', (gap) => gaps.push(gap));
  const { all, counts, timetokens } = await collect(client, 60);
  for (let index = 0; index < 60; index++) {
    await client.publish({ channel: 'room', message: index }).execute();
    if (index % 20 === 10) system.engine.failOver();
  }
  await all;
  expect(new Set(counts.values())).toEqual(new Set([1]));
  expect(timetokens).toEqual(timetokens.toSorted());
  expect(gaps.length).toBeGreaterThan(0);
  await client.close();
});
