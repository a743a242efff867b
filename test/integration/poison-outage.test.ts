import { PubNub, type PubNubOptions, type Transport } from 'timetoken';
import { nodeTransport } from 'timetoken/node';
import { createOrigin } from 'timetoken/origin';
import { createTestNetwork, type TestClock } from 'timetoken/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { handlerOf, listen } from '../support/unit-server.ts';
import { until } from '../support/unit-wait.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const WAYS: readonly (readonly [string, () => { readonly transport?: Transport }])[] = [
  ['fetch', () => ({})],
  ['nodeTransport', () => ({ transport: nodeTransport() })],
];

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

function newOrigin(clock: VirtualClock) {
  const origin = createOrigin({ clock });
  cleanups.push(() => origin.close());
  return origin;
}

async function newServer(handler: Parameters<typeof listen>[0], port = 0) {
  const server = await listen(handler, { port });
  cleanups.push(() => server.close());
  return server;
}

function newClient({ clock, ...options }: Partial<PubNubOptions> & { readonly clock: TestClock }) {
  const pubnub = new PubNub({
    subscribeKey: 'demo',
    publishKey: 'demo',
    userId: 'alice',
    random: () => 0,
    clock,
    ...options,
  });
  cleanups.push(async () => {
    const closed = pubnub.close();
    // The server may be gone: the client waits for it only so long.
    await clock.advance(200);
    await closed;
  });
  const statuses: string[] = [];
  const messages: unknown[] = [];
  pubnub.addListener({
    status: ({ category, attempt }) => void statuses.push(attempt ? `${category} ${attempt}` : category),
    message: ({ message }) => void messages.push(message),
  });
  const publish = (message: string) => pubnub.publish().channel('room').message(message).execute();
  return { pubnub, statuses, messages, publish };
}

describe.each(WAYS)('over %s', (_name, way) => {
  it('a server that is not there yet is waited for', async () => {
    const clock = new VirtualClock();
    const handler = handlerOf(newOrigin(clock).fetch);
    const absent = await listen(handler);
    await absent.close();
    const { pubnub, statuses, messages, publish } = newClient({ clock, origin: absent.url, ...way() });
    const subscription = pubnub.subscribe().channels('room').execute();
    await until('the first refusal', () => statuses.length === 1);
    await clock.advance(1_000);
    await until('the second refusal', () => statuses.length === 2);
    await newServer(handler, absent.port);
    await clock.advance(1_000);
    await subscription.connected();
    await publish('after');
    await until('the message', () => messages.length === 1);
    expect(statuses).toEqual([
      'PNNetworkIssuesCategory 1',
      'PNNetworkIssuesCategory 2',
      'PNConnectedCategory',
    ]);
    expect(messages).toEqual(['after']);
  });

  it('a server that goes away and comes back costs nothing that was published meanwhile', async () => {
    const clock = new VirtualClock();
    const origin = newOrigin(clock);
    const handler = handlerOf(origin.fetch);
    const first = await newServer(handler);
    const { pubnub, statuses, messages, publish } = newClient({ clock, origin: first.url, ...way() });
    await pubnub.subscribe().channels('room').execute().connected();
    await publish('before');
    await until('the message before', () => messages.length === 1);
    await first.close();
    await until('the loss', () => statuses.length === 2);
    await origin.fetch(`${first.url}/publish/demo/demo/0/room/0/%22during%22`);
    await clock.advance(1_000);
    await until('the refusal', () => statuses.length === 3);
    await newServer(handler, first.port);
    await clock.advance(1_000);
    await until('the message during', () => messages.length === 2);
    await publish('after');
    await until('the message after', () => messages.length === 3);
    expect(statuses).toEqual([
      'PNConnectedCategory',
      'PNUnexpectedDisconnectCategory 1',
      'PNNetworkIssuesCategory 2',
      'PNReconnectedCategory',
    ]);
    expect(messages).toEqual(['before', 'during', 'after']);
  });

  it('a byte order mark before every answer disturbs nothing', async () => {
    const clock = new VirtualClock();
    const origin = newOrigin(clock);
    const marked = async (request: Request) => {
      const { status, headers, ...rest } = await origin.fetch(request).then(async (response) => ({
        status: response.status,
        headers: response.headers,
        text: await response.text(),
      }));
      return new Response(`\uFEFF${rest.text}`, { status, headers });
    };
    const server = await newServer(handlerOf(marked));
    const { pubnub, statuses, messages, publish } = newClient({ clock, origin: server.url, ...way() });
    await pubnub.subscribe().channels('room').execute().connected();
    await publish('\uFEFFhello');
    await until('the message', () => messages.length === 1);
    expect(statuses).toEqual(['PNConnectedCategory']);
    expect(messages).toEqual(['\uFEFFhello']);
  });
});

describe('a long outage', () => {
  it('of fifty failures in a row is outlived, and the message published meanwhile arrives', async () => {
    const network = createTestNetwork();
    cleanups.push(() => network.close());
    const { clock, options } = network;
    const { pubnub, statuses, messages, publish } = newClient({ ...options, clock, random: () => 0 });
    await pubnub.subscribe().channels('room').execute().connected();
    await network.subscribed('room');
    const outage = network.fail('subscribe', { with: 'html', times: 50 });
    await publish('wakes the poll');
    await network.idle();
    expect(pubnub.state).toBe('reconnecting');
    await publish('during');
    for (let attempt = 1; attempt <= 50; attempt++) {
      expect([outage.hits, statuses.length]).toEqual([attempt, attempt + 1]);
      await clock.advance(1_000);
    }
    expect(messages).toEqual(['wakes the poll', 'during']);
    expect(statuses.slice(0, 2)).toEqual(['PNConnectedCategory', 'PNUnexpectedDisconnectCategory 1']);
    expect(statuses.slice(2, -1)).toEqual(
      Array.from({ length: 49 }, (_, index) => `PNMalformedResponseCategory ${index + 2}`),
    );
    expect(statuses.at(-1)).toBe('PNReconnectedCategory');
  });
});
