import { http } from 'msw';
import { setupServer } from 'msw/node';
import Peer from 'pubnub';
import { PubNub, type PubNubOptions } from 'timetoken';
import { nodeTransport } from 'timetoken/node';
import { createTestNetwork, type TestNetwork, type TestNetworkOptions } from 'timetoken/testing';
import { handlers } from 'timetoken/testing/msw';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

/** A network behind msw; what it does not answer for, fails. */
function behindMsw(options: TestNetworkOptions = {}): TestNetwork {
  const network = createTestNetwork(options);
  const server = setupServer(...handlers(network));
  server.listen({ onUnhandledFrame: 'error' });
  onTestFinished(async () => {
    await network.close();
    server.close();
  });
  return network;
}

describe('the handlers', () => {
  it.each([
    ...['https://ps.pndsn.com', 'http://ps.pndsn.com', 'https://ps1.pndsn.com', 'https://ps42.pndsn.com'],
    ...['https://ps.pndsn.com:8443', 'http://localhost:8090', 'https://LOCALHOST:8090'],
    ...['https://pubsub.example', 'http://[::1]:8090'],
  ])('answer for %s', async (origin) => {
    const origins = ['localhost:8090', 'https://pubsub.example/', 'http://[::1]:8090'];
    const network = behindMsw({ origins });
    expect((await fetch(`${origin}/time/0`)).status).toBe(200);
    expect(network.transcript()).toHaveLength(1);
  });

  it.each([
    ...['http://pubsub.example', 'https://pubsubxexample', 'http://localhost:8091'],
    ...['https://ps.pndsn.com.evil.example', 'https://xps.pndsn.com', 'https://psx.pndsn.com'],
  ])('leave %s alone', async (origin) => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const network = behindMsw({ origins: ['localhost:8090', 'https://pubsub.example'] });
    await expect(fetch(`${origin}/time/0`)).rejects.toThrow();
    expect(network.transcript()).toEqual([]);
    expect(printed).toHaveBeenCalled();
  });

  it.each([
    ...[
      '',
      '/',
      'http://',
      'http:///x',
      'a/b/c',
      'ftp://x',
      'a b',
      'user@host',
      'host?x',
      'host:port',
      'http:a',
    ],
  ])('are not to be had for the origin "%s", which the network refuses', (origin) => {
    expect(() => createTestNetwork({ origins: ['localhost:8090', origin] })).toThrow(
      new TypeError(
        `createTestNetwork(): origins[1] must be a host or an address such as http://localhost:8090, not ${JSON.stringify(origin)}.`,
      ),
    );
  });

  it.each([undefined, null, {}, 'network', createTestNetwork().options])('need a network: %#', (given) => {
    expect(() => handlers(given as unknown as TestNetwork)).toThrow(
      new TypeError('handlers() needs a test network: handlers(network), of createTestNetwork().'),
    );
  });

  it('say where they are when they are sought at the network', () => {
    expect(() => createTestNetwork().handlers).toThrow(/import { handlers } from "timetoken\/testing\/msw"/);
  });

  it('stand beside other handlers', async () => {
    const network = createTestNetwork();
    const server = setupServer(
      http.get('https://api.example/users', () => Response.json(['alice'])),
      ...handlers(network),
    );
    server.listen({ onUnhandledFrame: 'error' });
    expect(await (await fetch('https://api.example/users')).json()).toEqual(['alice']);
    expect((await fetch('https://ps.pndsn.com/time/0')).status).toBe(200);
    await network.close();
    server.close();
  });
});

const WAYS: readonly (readonly [string, () => Partial<PubNubOptions>])[] = [
  ['the global fetch', () => ({})],
  ['nodeTransport()', () => ({ transport: nodeTransport() })],
];

describe.each(WAYS)('a client with %s behind msw', (_name, way) => {
  it('gets its parked poll answered by reset() and close(), before msw would leave it for ever', async () => {
    const network = behindMsw();
    const { clock } = network;
    const pubnub = new PubNub({ subscribeKey: 'demo', userId: 'alice', clock, ...way() });
    const categories: string[] = [];
    pubnub.on('status', ({ category }) => void categories.push(category));
    pubnub.subscribe().channels('room').execute();
    await network.subscribed('room');
    await expect(network.reset({ test: 'parks' })).rejects.toThrow('"parks" left something behind');
    await network.idle();
    await pubnub.close();
    expect(network.transcript().filter(({ outcome }) => outcome === 'open')).toEqual([]);
  });

  it.each(['html', 'empty', 'truncated', 'reset', 'refused'] as const)(
    'meets the fault %s as it would without',
    async (fault) => {
      const network = behindMsw();
      const { clock } = network;
      const keys = { subscribeKey: 'demo', publishKey: 'demo', userId: 'alice', clock };
      const clients = [new PubNub({ ...keys, ...way() }), new PubNub({ ...keys, fetch: network.fetch })];
      const categories: unknown[] = [];
      for (const pubnub of clients) {
        network.fail('signal', { with: fault, times: 9 });
        const call = pubnub.signal({ channel: 'room', message: 1 }).envelope();
        const { status } = await network.settled(call);
        categories.push([status.category, status.statusCode, status.errorData?.code]);
        await pubnub.close();
        await network.reset();
      }
      expect(categories[0]).toEqual(categories[1]);
    },
  );

  it('gives up what is aborted', async () => {
    const network = behindMsw();
    const { clock } = network;
    const pubnub = new PubNub({ subscribeKey: 'demo', publishKey: 'demo', userId: 'alice', clock, ...way() });
    network.fail('publish', { with: 'hang' });
    const controller = new AbortController();
    const call = pubnub
      .publish({ channel: 'room', message: 1 })
      .execute({ signal: controller.signal })
      .catch((error: Error) => error);
    await network.idle();
    controller.abort();
    expect(await call).toMatchObject({ category: 'PNCancelledCategory' });
    await network.idle();
    expect(network.transcript()).toMatchObject([{ operation: 'publish', outcome: 'hang' }]);
    await pubnub.close();
  });
});

describe('pubnub 7.3.3 behind msw', () => {
  it('publishes, subscribes and sees presence, as on the network it was made for', async () => {
    const network = behindMsw();
    const keys = { subscribeKey: 'sub-c-1', publishKey: 'pub-c-1', restore: false };
    const peer = new Peer({ ...keys, userId: 'peer', origin: 'ps.pndsn.com', ssl: true });
    const messages: unknown[] = [];
    const presence: string[] = [];
    peer.addListener({
      message: ({ message }) => void messages.push(message),
      presence: ({ action, uuid }) => void presence.push(`${uuid} ${action}`),
    });
    peer.subscribe({ channels: ['room'], withPresence: true });
    await network.subscribed('room', { userId: 'peer' });
    await network.publish('room', { from: 'test' });
    await peer.publish({ channel: 'room', message: { from: 'peer' } });
    await network.join('room', 'bob');
    await network.idle();
    expect(messages).toEqual([{ from: 'test' }, { from: 'peer' }]);
    expect(presence).toContain('bob join');
    expect(network.published('room')).toMatchObject([{ message: { from: 'peer' }, userId: 'peer' }]);
    peer.unsubscribeAll();
    peer.stop();
    await network.idle();
    expect(network.subscriptions).toEqual([]);
  });
});
