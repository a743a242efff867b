import { setupServer } from 'msw/node';
import { PubNub, type PubNubOptions } from 'timetoken';
import { nodeTransport } from 'timetoken/node';
import { createTestNetwork, type TestNetwork } from 'timetoken/testing';
import { handlers } from 'timetoken/testing/msw';
import { describe, expect, it } from 'vitest';

/** One way onto a network: the options of its clients, and how to take it down. */
type Face = (network: TestNetwork) => Promise<{ options: Partial<PubNubOptions>; end(): void }>;

const onMsw =
  (more: Partial<PubNubOptions>): Face =>
  async (network) => {
    const server = setupServer(...handlers(network));
    server.listen({ onUnhandledFrame: 'error' });
    return { options: { ...more }, end: () => server.close() };
  };
const onPort =
  (more: Partial<PubNubOptions>): Face =>
  async (network) => {
    const { url } = await network.listen();
    return { options: { origin: url, ...more }, end: () => undefined };
  };

const FACES: Readonly<Record<string, Face>> = {
  'network.fetch': async (network) => ({ options: { fetch: network.fetch }, end: () => undefined }),
  'msw and the global fetch': onMsw({}),
  'msw and nodeTransport()': onMsw({ transport: nodeTransport() }),
  'a port and the global fetch': onPort({}),
  'a port and nodeTransport()': onPort({ transport: nodeTransport() }),
};

/** The same story on any face: what the clients saw, and what the network did. */
async function story(face: Face) {
  const network = createTestNetwork();
  const { options, end } = await face(network);
  const { clock, random } = network.options;
  const client = (userId: string) =>
    new PubNub({ subscribeKey: 'demo', publishKey: 'demo', clock, random, ...options, userId });
  const alice = client('alice');
  const events: string[] = [];
  alice.on('message', ({ message }) => events.push(`message ${JSON.stringify(message)}`));
  alice.on('presence', ({ event, uuid }) => events.push(`presence ${uuid} ${event}`));
  alice.on('status', ({ category }) => events.push(category));
  alice.subscribe().channels('room').withPresence().execute();
  await network.subscribed('room');
  await network.idle();
  await network.publish('room', { n: 1 });
  await alice.publish().channel('room').message({ n: 2 }).execute();
  await network.idle();
  network.duplicate();
  await network.publish('room', { n: 3 });
  const failures = [];
  for (const fault of [
    'html',
    'empty',
    { status: 403 },
    { status: 429, retryAfter: 2 },
    'truncated',
    'reset',
  ] as const) {
    network.fail('signal', { with: fault });
    const call = alice.signal().channel('room').message('s').envelope();
    await network.idle();
    await network.clock.advance(0);
    const { status } = await call;
    failures.push(
      `${status.category} ${status.statusCode} ${status.errorData?.code} ${status.errorData?.delivery}`,
    );
  }
  network.fail('subscribe', { with: { status: 503 }, times: 2 });
  await network.publish('room', { n: 4 });
  await network.clock.advance(6_000);
  await network.publish('room', { n: 5 });
  network.offline();
  await network.idle();
  await network.clock.advance(3_000);
  network.online();
  await network.clock.advance(8_000);
  await network.join('room', 'bob');
  await network.timeout('room', 'bob');
  await network.publish('room', { n: 6 });
  await network.idle();
  const transcript = network.transcript();
  await alice.close();
  await network.close();
  end();
  return { events, failures, transcript };
}

describe('one script', () => {
  it('gives the same events, failures and transcript on every face', async () => {
    const expected = await story(FACES['network.fetch'] as Face);
    expect(expected.events.filter((event) => event.startsWith('message'))).toEqual(
      [1, 2, 3, 4, 5, 6].map((n) => `message {"n":${n}}`),
    );
    expect(expected).toMatchSnapshot();
    for (const [name, face] of Object.entries(FACES)) {
      expect({ name, ...(await story(face)) }).toEqual({ name, ...expected });
    }
  });
});

// A socket that was opened cannot be refused any more, and msw does not tell why a request failed.
const REFUSALS: Readonly<Record<string, 'not-sent' | 'unknown'>> = {
  'network.fetch': 'not-sent',
  'msw and the global fetch': 'unknown',
  'msw and nodeTransport()': 'unknown',
  'a port and the global fetch': 'unknown',
  'a port and nodeTransport()': 'unknown',
};

describe('a publish while the network is gone', () => {
  it.each(Object.entries(FACES))('fails on %s as it would on a real one', async (name, face) => {
    const network = createTestNetwork();
    const { options, end } = await face(network);
    const keys = { subscribeKey: 'demo', publishKey: 'demo', userId: 'alice', clock: network.clock };
    const alice = new PubNub({ ...keys, ...options });
    network.offline();
    const call = alice.publish().channel('room').message(1).envelope();
    await network.clock.advance(20_000);
    const { status } = await call;
    expect(status).toMatchObject({ errorData: { code: 'PN-2001', delivery: REFUSALS[name] } });
    await alice.close();
    await network.close();
    end();
  });
});
