import { PubNub, type PubNubOptions } from 'timetoken';
import { createTestNetwork, type TestClock } from 'timetoken/testing';
import { afterEach, describe, expect, it } from 'vitest';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

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
