import PeerClient from 'pubnub';
import { describe, expect, test } from 'vitest';
import { messageBytes, PubNub, type PubNubOptions } from '../../src/index.ts';
import { nodeTransport } from '../../src/node/index.ts';
import { createOrigin } from '../../src/origin/index.ts';
import { serve } from '../../src/origin/node.ts';
import { Inbox } from '../support/integration-inbox.ts';
import { oursOverFetch, theirs } from '../support/integration-parties.ts';
import { MapStorage } from '../support/queue-storage.ts';
import { type SharedData, STORES } from '../support/stores.ts';

const KEYS = { subscribeKey: 'demo', publishKey: 'demo', ssl: false } as const;
const BYTES = Uint8Array.from({ length: 256 }, (_, index) => index);

/** An origin on a socket, on data that others share. */
async function served(data: SharedData, port = 0) {
  const engine = data.open();
  const origin = createOrigin({ store: engine });
  const server = await serve(origin, { port });
  const close = async () => {
    await server.close();
    await origin.close();
    await engine.close();
  };
  return { host: `127.0.0.1:${server.port}`, port: server.port, [Symbol.asyncDispose]: close };
}

/** What a client of ours has at an origin, as long as the test runs. */
function ours(host: string, options: Partial<PubNubOptions> = {}) {
  const client = new PubNub({ ...KEYS, origin: host, userId: 'alice', ...options });
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
}

describe.each(Object.entries(STORES))('ids over a store: %s', (_, make) => {
  test('duplicates at two origins at once are one message, for every client', async ({ skip }) => {
    const data = await make();
    if (!data) return skip('This machine has no such store.');
    await using _data = data;
    await using first = await served(data);
    await using second = await served(data);
    await using mine = oursOverFetch(second.host, 'mine');
    await using peer = theirs(first.host, 'peer');
    for (const party of [mine, peer]) await party.join(['a']);
    await using one = ours(first.host);
    await using other = ours(second.host, { transport: nodeTransport() });
    const calls = Array.from({ length: 40 }, (_each, index) => {
      const client = index % 2 === 0 ? one : other;
      return client.publish({ channel: 'a', message: index, id: `id-${index % 4}` }).execute();
    });
    const results = await Promise.all(calls);
    for (let id = 0; id < 4; id++) {
      const same = results.filter((result) => result.id === `id-${id}`);
      expect(new Set(same.map(({ timetoken }) => timetoken)).size).toBe(1);
      expect(same.filter(({ isDuplicate }) => !isDuplicate)).toHaveLength(1);
    }
    await other.publish({ channel: 'a', message: 'last', meta: { end: 1 } }).execute();
    for (const { messages } of [mine, peer]) {
      await messages.first(({ message }) => message === 'last');
      expect(messages.all).toHaveLength(5);
    }
    // Other clients see the id, which travels in meta; ours do not.
    expect(mine.messages.all.map(({ meta }) => meta)).toEqual([...Array(4).fill(undefined), { end: 1 }]);
    expect(peer.messages.all.map(({ meta }) => Object(meta).tt_id).sort()).toEqual([
      ...['id-0', 'id-1', 'id-2', 'id-3', undefined],
    ]);
  });

  test('a duplicate is known after a restart, and in another client', async ({ skip }) => {
    const data = await make();
    if (!data) return skip('This machine has no such store.');
    await using _data = data;
    const publish = async (host: string, userId = 'alice') => {
      await using client = ours(host, { userId });
      return await client.publish({ channel: 'a', message: 1, id: 'x' }).execute();
    };
    const before = await served(data);
    const first = await publish(before.host);
    await before[Symbol.asyncDispose]();
    await using after = await served(data, before.port);
    expect(await publish(after.host)).toEqual({ ...first, isDuplicate: true });
    const foreign = await publish(after.host, 'bob');
    expect([foreign.isDuplicate, foreign.timetoken > first.timetoken]).toEqual([undefined, true]);
  });
});

test("another maker's client repeats with a tt_id of its own, and the origin keeps one", async () => {
  await using data = await memory();
  await using origin = await served(data);
  await using mine = oursOverFetch(origin.host, 'mine');
  await mine.join(['a']);
  const peer = new PeerClient({ ...KEYS, origin: origin.host, userId: 'peer' });
  const given = { channel: 'a', message: { n: 1 }, meta: { tt_id: 'x' } };
  const [one, two] = [await peer.publish(given), await peer.publish(given)];
  await peer.publish({ channel: 'a', message: 'last' });
  peer.stop();
  expect(two.timetoken).toBe(one.timetoken);
  const heard = await mine.messages.take(2);
  expect(heard.map(({ message }) => message)).toEqual([{ n: 1 }, 'last']);
  expect(heard[0]?.meta).toBeUndefined();
});

async function memory(): Promise<SharedData> {
  const data = await STORES.memory();
  if (!data) throw new Error('There is always memory.');
  return data;
}

describe.each<[string, Partial<PubNubOptions>]>([
  ['in clear', {}],
  ['encrypted', { cipherKey: 'enigma' }],
])('bytes with ids, %s,', (_, options) => {
  test('arrive as bytes, live, from history and from a queue, also one that outlived its process', async () => {
    await using data = await memory();
    await using origin = await served(data);
    await using reader = ours(origin.host, { userId: 'reader', ...options });
    const heard = new Inbox<readonly [bytes: Uint8Array, meta: unknown]>('bytes');
    const subscription = reader.subscribe().channels('camera').execute();
    subscription.on('message', (event) => heard.put([messageBytes(event), event.userMetadata]));
    await subscription.connected();

    await using sender = ours(origin.host, options);
    const one = { channel: 'camera', message: BYTES, id: 'x', meta: { n: 0 } };
    const [first, again] = [await sender.publish(one).execute(), await sender.publish(one).execute()];
    expect(again).toEqual({ ...first, isDuplicate: true });
    await sender.publishQueue('camera').publish(BYTES.slice(1), { meta: { n: 1 } });

    // A process that ends before anything reaches a server.
    const storage = new MapStorage();
    const lost = ours('127.0.0.1:1', options);
    const left = lost.publishQueue('camera', { persistTo: storage });
    left.publish(BYTES.slice(2), { id: 'y', meta: { n: 2 } }).catch(() => undefined);
    left.publish(new Uint8Array(), { meta: { n: 3 } }).catch(() => undefined);
    await expect.poll(() => storage.map.size).toBe(2);
    await lost.close();
    await using heir = ours(origin.host, options);
    await heir.publishQueue('camera', { persistTo: storage }).drain();
    expect(storage.map.size).toBe(0);

    const wanted = [BYTES, BYTES.slice(1), BYTES.slice(2), new Uint8Array()];
    const got = await heard.take(4);
    expect(got.map(([bytes]) => bytes)).toEqual(wanted);
    expect(got.map(([, meta]) => meta)).toEqual(wanted.map((_bytes, n) => ({ n, tt_bytes: 1 })));
    const { messages } = await reader.history({ channel: 'camera', includeMeta: true }).execute();
    expect(messages.map((row) => messageBytes(row))).toEqual(wanted);
    expect(messages.map(({ meta }) => meta)).toEqual(got.map(([, meta]) => meta));
    const { channels } = await reader.fetchMessages({ channels: ['camera'], includeMeta: true }).execute();
    expect(channels['camera']?.map((row) => messageBytes(row))).toEqual(wanted);
  });
});
