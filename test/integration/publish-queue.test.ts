import PeerClient from 'pubnub';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PubNub } from '../../src/index.ts';
import { nodeTransport } from '../../src/node/index.ts';
import { type ServedOrigin, serveOrigin } from '../support/integration-origin.ts';
import { MapStorage } from '../support/queue-storage.ts';

const KEYS = { subscribeKey: 'demo', publishKey: 'demo', ssl: false } as const;

let system: ServedOrigin;
let peer: PeerClient;
const heard: string[] = [];

beforeAll(async () => {
  system = await serveOrigin();
  peer = new PeerClient({ ...KEYS, origin: system.host, userId: 'peer' });
  const connected = new Promise<void>((resolve) => {
    peer.addListener({
      status: ({ category }) => category === 'PNConnectedCategory' && resolve(),
      message: ({ message }) => heard.push(String(message)),
    });
  });
  peer.subscribe({ channels: ['queued'] });
  await connected;
});

afterAll(async () => {
  peer.unsubscribeAll();
  peer.stop();
  await system[Symbol.asyncDispose]();
});

describe.each([
  ['fetch', undefined],
  ['node', nodeTransport()],
])('a queue over a real origin, with the %s transport', (name, transport) => {
  test('sends through a restart of the origin and of its own process, each message once and in order', async () => {
    const storage = new MapStorage();
    const client = () =>
      new PubNub({
        ...{ ...KEYS, origin: system.host, userId: 'alice', ...(transport && { transport }) },
        reconnectionPolicy: { delay: () => 50, minimumDelay: 10 },
      });
    const numbers = Array.from({ length: 60 }, (_, number) => `${name} ${number}`);
    const first = client();
    const queue = first.publishQueue('queued', { persistTo: storage });
    const sent = numbers.map((text) => queue.publish(text));
    for (const each of sent) each.catch(() => undefined);
    await sent[10];
    await system.stop();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await system.start();
    await sent[30];
    await first.close();
    expect(storage.map.size).toBeGreaterThan(0);
    const second = client();
    const rest = second.publishQueue('queued', { persistTo: storage });
    await rest.drain();
    expect([rest.size, storage.map.size]).toEqual([0, 0]);
    const { messages } = await second.history().channel('queued').count(100).execute();
    expect(messages.map(({ entry }) => entry).filter((entry) => String(entry).startsWith(name))).toEqual(
      numbers,
    );
    await second.close();
    // The other client knows nothing of ids: it gets each message once because the origin has it once.
    const mine = () => heard.filter((text) => text.startsWith(name));
    await expect.poll(mine, { timeout: 20_000 }).toEqual(numbers);
  });
});
