import { PubNub } from 'timetoken';
import { createTestNetwork } from 'timetoken/testing';
import { describe, expect, test } from 'vitest';
import { entryAt, tt } from '../../support/loop-machine.ts';
import { HandFedClient } from '../../support/loop-pending-transport.ts';
import { scriptedClient } from '../../support/unit-client.ts';
import { settle } from '../../support/virtual-clock.ts';

describe('subscriptions of one turn', () => {
  test('are one handshake', async () => {
    await using fed = new HandFedClient();
    const all = ['a', 'b', 'c'].map((name) => fed.client.subscribe().channels(name).execute());
    const handshake = await fed.next('handshake');
    expect(handshake.facts.channels).toEqual(['a', 'b', 'c']);
    await handshake.answer(10);
    await Promise.all(all.map((subscription) => subscription.connected()));
    expect(fed.categories).toEqual(['Connected']);
  });

  test('that are ended at once cost no request, nor a handshake of the others', async () => {
    await using fed = new HandFedClient();
    await fed.subscribed('a', 10);
    const poll = await fed.next('poll');
    fed.client.subscribe().channels('b').execute().unsubscribe();
    await settle();
    expect(poll.open).toBe(true);
    expect(fed.requests).toHaveLength(2);
  });
});

describe('a change of the names while connected', () => {
  test('that adds names handshakes, stays connected, and is announced when the server has accepted it', async () => {
    await using fed = new HandFedClient();
    await fed.subscribed('a', 10);
    fed.client.subscribe().channels('b').execute();
    const handshake = await fed.next('handshake');
    expect(fed.client.state).toBe('connected');
    expect(fed.categories).toEqual(['Connected']);
    await handshake.answer(20);
    expect(fed.statuses.at(-1)).toMatchObject({
      category: 'PNConnectedCategory',
      affectedChannels: ['a', 'b'],
    });
    expect((await fed.next('poll')).facts).toMatchObject({ tt: tt(10), channels: ['a', 'b'] });
  });

  test('that takes names away polls on at once with the same cursor', async () => {
    await using fed = new HandFedClient();
    await fed.subscribed(['a', 'b'], 10);
    await fed.deliver(20, [entryAt(15)]);
    await fed.client.unsubscribe().channels('b').execute();
    expect((await fed.next('poll')).facts).toMatchObject({ tt: tt(20), channels: ['a'] });
    expect(fed.statuses.at(-1)).toMatchObject({
      category: 'PNSubscriptionChangedCategory',
      operation: 'PNUnsubscribeOperation',
      affectedChannels: ['b'],
    });
  });

  test('by a second subscription to the same names is no news', async () => {
    await using fed = new HandFedClient();
    await fed.subscribed('a', 10);
    const second = await fed.subscribed('a', 20);
    await second.connected();
    expect(fed.categories).toEqual(['Connected']);
    second.unsubscribe();
    await settle();
    expect(fed.client.subscribedChannels).toEqual(['a']);
    expect(fed.requests.some(({ facts }) => facts.kind === 'leave')).toBe(false);
  });
});

describe('connected()', () => {
  test('waits for all names of the subscription, and resolves at once afterwards', async () => {
    await using fed = new HandFedClient();
    const subscription = fed.client.subscribe().channels('a').execute();
    let done = false;
    const connected = subscription.connected().then(() => {
      done = true;
    });
    const handshake = await fed.next('handshake');
    expect(done).toBe(false);
    await handshake.answer(10);
    await connected;
    await subscription.connected();
  });

  test('rejects when the subscription ends first, or its caller gives up', async () => {
    await using fed = new HandFedClient();
    const subscription = fed.client.subscribe().channels('a').execute();
    const caller = new AbortController();
    const given = expect(subscription.connected({ signal: caller.signal })).rejects.toMatchObject({
      code: 'PN-2003',
    });
    const ended = expect(subscription.connected()).rejects.toMatchObject({ code: 'PN-2003' });
    caller.abort();
    await given;
    subscription.unsubscribe();
    await ended;
    await expect(subscription.connected({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'PN-2003',
    });
  });
});

describe('reconnect() and disconnect()', () => {
  test('keep the subscriptions and the cursor', async () => {
    await using fed = new HandFedClient();
    await fed.subscribed('a', 10);
    await fed.deliver(20);
    fed.client.disconnect();
    await settle();
    expect([fed.client.state, fed.open(), fed.client.timetoken]).toEqual(['stopped', [], tt(20)]);
    fed.client.reconnect();
    await (await fed.next('handshake')).answer(90);
    expect((await fed.next('poll')).facts.tt).toBe(tt(20));
    expect(fed.categories).toEqual(['Connected', 'Disconnected', 'Connected']);
  });

  test('reconnect() in a status listener, as documents show it, makes one attempt a second', async () => {
    await using fed = new HandFedClient();
    fed.client.on('status', ({ isError }) => isError && fed.client.reconnect());
    await fed.subscribed('a', 10);
    const before = fed.requests.length;
    for (let turn = 0; turn < 200; turn++) {
      for (const request of fed.open()) await request.fail();
      await fed.clock.advance(50);
    }
    expect(fed.requests.length - before).toBeGreaterThanOrEqual(9);
    expect(fed.requests.length - before).toBeLessThanOrEqual(11);
  });

  test('reconnect() of a running loop does nothing', async () => {
    await using fed = new HandFedClient();
    await fed.subscribed('a', 10);
    const poll = await fed.next('poll');
    fed.client.reconnect();
    await settle();
    expect([poll.open, fed.requests.length]).toEqual([true, 2]);
  });

  test('subscribing while stopped waits for reconnect()', async () => {
    await using fed = new HandFedClient();
    await fed.subscribed('a', 10);
    fed.client.disconnect();
    fed.client.subscribe().channels('b').execute();
    await fed.clock.advance(600_000);
    expect(fed.open()).toEqual([]);
    fed.client.reconnect();
    expect((await fed.next('handshake')).facts.channels).toEqual(['a', 'b']);
  });
});

test('news of the network bring a waiting loop on, and are announced', async () => {
  const heard = { online: (_: boolean) => {}, stopped: false };
  await using fed = new HandFedClient({
    networkEvents: (listener) => {
      heard.online = listener;
      return () => {
        heard.stopped = true;
      };
    },
  });
  await fed.subscribed('a', 10);
  heard.online(false);
  await (await fed.next('poll')).fail();
  for (let count = 0; count < 6; count++) await (await fed.retried()).fail();
  await fed.clock.advance(1_000);
  expect(fed.open()).toEqual([]);
  heard.online(true);
  expect(await fed.next('handshake')).toBeDefined();
  expect(fed.categories).toEqual(expect.arrayContaining(['NetworkDown', 'NetworkUp']));
  fed.client.disconnect();
  expect(heard.stopped).toBe(true);
});

test('a whole system runs in one process through fetch, without a socket', async () => {
  await using network = createTestNetwork();
  const make = (userId: string) => new PubNub({ ...network.options, userId });
  const [alice, bob] = [make('alice'), make('bob')];
  const joined: (string | undefined)[] = [];
  alice.on('presence', ({ event, uuid }) => event === 'join' && joined.push(uuid));
  const room = alice.subscribe().channels('room').withPresence().execute();
  await room.connected();
  const reader = room.messages();
  await bob.subscribe().channels('room').execute().connected();
  await bob.publish().channel('room').message({ text: 'hi' }).execute();
  expect((await reader.next()).value).toMatchObject({
    channel: 'room',
    publisher: 'bob',
    message: { text: 'hi' },
  });
  await network.idle();
  expect(joined).toEqual(['alice', 'bob']);
  await Promise.all([alice.close(), bob.close()]);
  // While the clients' machine sleeps only the origin's timers fire: what is left would be the clients'.
  await network.sleep(400_000);
  expect(network.clock.pending).toBe(0);
});

describe('a server that sends nothing but entries that are none', () => {
  test.each([['null'], ['{}'], ['[]'], ['{"c":"a"}']])(
    'is asked no more often than one without news: %s',
    async (entry) => {
      let ticks = 17_000_000_000_000_000n;
      const answer = () => ({ body: `{"t":{"t":"${ticks++}","r":1},"m":[${entry}]}` });
      const { pubnub, clock, requests, close } = scriptedClient([answer]);
      pubnub.subscribe().channels('a').execute();
      await clock.advance(10_000);
      expect(requests.length).toBeGreaterThan(3);
      expect(requests.length).toBeLessThan(60);
      await close();
    },
  );
});
