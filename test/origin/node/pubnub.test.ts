import PubNub from 'pubnub';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createOrigin } from '../../../src/origin/index.ts';
import { type OriginServer, serve } from '../../../src/origin/node.ts';

const origin = createOrigin();
const clients: PubNub[] = [];
let server: OriginServer;

beforeAll(async () => {
  server = await serve(origin);
});

afterAll(async () => {
  for (const client of clients) client.stop();
  await server.close();
  await origin.close();
});

/** The official client, and what its listener has heard. */
function client(userId: string) {
  const pubnub = new PubNub({
    subscribeKey: 'demo',
    publishKey: 'demo',
    userId,
    origin: `127.0.0.1:${server.port}`,
    ssl: false,
  });
  clients.push(pubnub);
  const heard: Record<string, unknown>[] = [];
  const note = (kind: string) => (event: object) => void heard.push({ kind, ...event });
  pubnub.addListener({ message: note('message'), signal: note('signal'), presence: note('presence') });
  const connected = new Promise<void>((resolve) => {
    pubnub.addListener({ status: ({ category }) => category === 'PNConnectedCategory' && resolve() });
  });
  const hears = (expected: object) =>
    vi.waitFor(() => expect(heard).toContainEqual(expect.objectContaining(expected)));
  return { pubnub, hears, connected };
}

test('the official client publishes, subscribes and sees presence', async () => {
  const alice = client('alice');
  alice.pubnub.subscribe({ channels: ['room', 'news.*'], withPresence: true });
  await alice.connected;
  await alice.hears({ kind: 'presence', channel: 'room', action: 'join', uuid: 'alice', occupancy: 1 });

  const bob = client('bob');
  bob.pubnub.subscribe({ channels: ['room'] });
  await bob.connected;
  await alice.hears({ kind: 'presence', channel: 'room', action: 'join', uuid: 'bob', occupancy: 2 });

  const message = { text: 'Grüße', list: [1, 2] };
  const { timetoken } = await bob.pubnub.publish({ channel: 'room', message, meta: { lang: 'de' } });
  const expected = {
    kind: 'message',
    channel: 'room',
    message,
    publisher: 'bob',
    timetoken: String(timetoken),
  };
  await alice.hears({ ...expected, userMetadata: { lang: 'de' } });
  await bob.hears(expected);

  await bob.pubnub.publish({ channel: 'news.a.b', message: 'posted', sendByPost: true });
  await alice.hears({ kind: 'message', channel: 'news.a.b', subscription: 'news.*', message: 'posted' });

  await bob.pubnub.signal({ channel: 'room', message: 'typing' });
  await alice.hears({ kind: 'signal', channel: 'room', message: 'typing', publisher: 'bob' });

  bob.pubnub.unsubscribe({ channels: ['room'] });
  await alice.hears({ kind: 'presence', channel: 'room', action: 'leave', uuid: 'bob', occupancy: 1 });
});
