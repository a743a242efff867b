import { aesCbcCryptoModule, PubNub } from 'timetoken';
import { createTestNetwork, type TestNetwork, TestNetworkError } from 'timetoken/testing';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';

function client(network: TestNetwork, userId = 'alice') {
  const pubnub = new PubNub({ ...network.options, userId });
  const messages: unknown[] = [];
  const presence: string[] = [];
  pubnub.on('message', ({ message }) => void messages.push(message));
  pubnub.on('signal', ({ message }) => void messages.push({ signal: message }));
  pubnub.on('presence', ({ event, uuid, state }) =>
    presence.push(`${uuid} ${event}${state ? ` ${JSON.stringify(state)}` : ''}`),
  );
  return { pubnub, messages, presence };
}

async function room(network: TestNetwork, userId?: string) {
  const all = client(network, userId);
  all.pubnub.subscribe().channels('room').withPresence().execute();
  await network.subscribed('room');
  return all;
}

describe('a test network', () => {
  it('publishes the largest messages that there may be', async () => {
    await using network = createTestNetwork();
    const message = 'ü'.repeat(16_000);
    await network.publish('room', message);
    await using pubnub = new PubNub({ ...network.options, userId: 'alice' });
    const { messages } = await pubnub.history({ channel: 'room' }).execute();
    expect(messages.map(({ entry }) => entry)).toEqual([message]);
  });

  it('brings a message from the code under test to the test, and back', async () => {
    await using network = createTestNetwork();
    const { pubnub, messages } = await room(network);
    await network.publish('room', 'from the test');
    await pubnub.publish().channel('room').message('from the code').execute();
    await network.idle();
    expect(messages).toEqual(['from the test', 'from the code']);
    expect(network.published('room')).toMatchObject([{ message: 'from the code', userId: 'alice' }]);
    expect(network.received('room')).toMatchObject([
      { message: 'from the test', userId: 'test', receiver: 'alice' },
      { message: 'from the code', userId: 'alice', receiver: 'alice' },
    ]);
  });

  it.each([
    ['a message', {}, { kind: 'message', userId: 'test' }],
    ['a signal', { signal: true }, { kind: 'signal' }],
    ['a user', { userId: 'bob' }, { userId: 'bob' }],
    ['meta', { meta: { lang: 'en' } }, { meta: { lang: 'en' } }],
    ['a type', { customMessageType: 'note' }, { customMessageType: 'note' }],
  ])('publishes with %s', async (_name, options, expected) => {
    await using network = createTestNetwork();
    await room(network);
    const timetoken = await network.publish('room', 1, options);
    expect(network.received('room')).toMatchObject([{ message: 1, timetoken, ...expected }]);
  });

  it.each([[true], [false]])('publishes with store: %s, and history has it or not', async (store) => {
    await using network = createTestNetwork();
    const { pubnub } = client(network);
    await network.publish('room', 1, { store });
    const { messages } = await pubnub.history({ channel: 'room' }).execute();
    expect(messages).toHaveLength(Number(store));
  });

  it.each([undefined, () => 1, Symbol('x')])('refuses to publish what is not JSON: %o', async (message) => {
    await using network = createTestNetwork();
    await expect(network.publish('room', message)).rejects.toThrow('A message must be a JSON value.');
  });

  it.each(['a b', 'ü/%', 'a,b'.replace(',', ';'), "it's (*)!~", '日本語', 'a?b#c&d'])(
    'publishes and plays people on the channel "%s"',
    async (channel) => {
      await using network = createTestNetwork();
      const { pubnub, messages, presence } = client(network);
      pubnub.subscribe().channels(channel).withPresence().execute();
      await network.subscribed(channel);
      await network.publish(channel, channel);
      await network.join(channel, channel);
      expect(messages).toEqual([channel]);
      expect(presence).toContain(`${channel} join`);
    },
  );

  it('plays people who come, change, leave and vanish', async () => {
    await using network = createTestNetwork();
    const { presence } = await room(network);
    await network.join('room', 'bob', { mood: 'fine' });
    await network.setState('room', 'bob', { mood: 'bad' });
    await network.leave('room', 'bob');
    await network.join('room', 'carol');
    await network.timeout('room', 'carol');
    expect(presence.filter((event) => !event.startsWith('alice'))).toEqual([
      'bob join {"mood":"fine"}',
      'bob state-change {"mood":"bad"}',
      'bob leave',
      'carol join',
      'carol timeout',
    ]);
  });

  it('plays the timeout of a user with several clients, each of which leaves by itself', async () => {
    await using network = createTestNetwork();
    const { presence } = await room(network);
    const bobs = ['one', 'other'].map(() => network.client('bob', { useInstanceId: true }));
    for (const bob of bobs) await bob.subscribe().channels('room').execute().connected();
    await bobs[0]?.close();
    await network.idle();
    const ofBob = () => presence.filter((event) => event.startsWith('bob'));
    expect(ofBob()).toEqual(['bob join']);
    await network.timeout('room', 'bob');
    expect(ofBob()).toEqual(['bob join', 'bob timeout']);
  });

  it('lets a lease run out by itself', async () => {
    await using network = createTestNetwork();
    const { presence } = await room(network);
    await network.join('room', 'bob');
    await network.clock.advance(299_000);
    expect(presence).not.toContain('bob timeout');
    await network.clock.advance(3_000);
    expect(presence).toContain('bob timeout');
  });

  it.each([
    ['publish', ['room', 1], '400 '],
    ['join', ['room', 'bob'], '400 '],
  ] as const)(
    'reports in the transcript why the origin refused the %s of the test',
    async (method, given, status) => {
      const limits = method === 'publish' ? { messageBytes: 0 } : {};
      await using network = createTestNetwork({ limits, keysets: [{ subscribeKey: 'demo' }] });
      await network.fetch('https://ps.pndsn.com/time/0');
      const people = method === 'join' ? network.keyset('unknown') : network;
      const error = await Reflect.apply(people[method], people, given).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(TestNetworkError);
      expect(String(error)).toContain(`The origin refused a call of the test: ${status}`);
      expect(String(error)).toMatch(/\n\n.*\n.* time → 200$/);
    },
  );

  it('lets nobody time out who is not there', async () => {
    await using network = createTestNetwork();
    await expect(network.timeout('room', 'bob')).rejects.toThrow('"bob" is not present on "room"');
  });

  it('shows what the code under test sent: messages, signals, also those that reach nobody', async () => {
    await using network = createTestNetwork();
    const { pubnub } = client(network);
    await pubnub.publish({ channel: 'room', message: { text: 'hi' }, meta: { a: 1 } }).execute();
    await pubnub.publish({ channel: 'room', message: 'by post', usePost: true }).execute();
    await pubnub.signal({ channel: 'room', message: 's' }).execute();
    await pubnub.fire({ channel: 'other', message: 'f' }).execute();
    const published = network.published<{ text: string }>('room');
    expectTypeOf(published[0]?.message).toEqualTypeOf<{ text: string } | undefined>();
    expect(published).toMatchObject([
      { message: { text: 'hi' }, kind: 'message', meta: { a: 1 }, subscribeKey: 'demo' },
      { message: 'by post' },
      { message: 's', kind: 'signal' },
    ]);
    expect(network.published().map(({ channel }) => channel)).toEqual(['room', 'room', 'room', 'other']);
  });

  it('waits for those who encrypt, and shows what was on the wire', async () => {
    await using network = createTestNetwork();
    const cryptoModule = aesCbcCryptoModule({ cipherKey: 'enigma' });
    const options = { ...network.options, cryptoModule };
    const pubnub = new PubNub({ ...options, userId: 'alice' });
    const messages: unknown[] = [];
    pubnub.on('message', ({ message }) => void messages.push(message));
    pubnub.subscribe().channels('room').execute();
    await network.subscribed('room');
    const call = pubnub.publish({ channel: 'room', message: { secret: 1 } }).execute();
    await network.idle();
    expect(messages).toEqual([{ secret: 1 }]);
    expect(network.published('room')).toMatchObject([{ message: expect.stringMatching(/^[\w+/]+=*$/) }]);
    await call;
  });

  it('waits for all that is encrypted at a time', async () => {
    await using network = createTestNetwork();
    const cryptoModule = aesCbcCryptoModule({ cipherKey: 'enigma' });
    const texts = Array.from({ length: 12 }, (_, index) => `${index}`.repeat(8_000));
    const calls = texts.map((message, index) => {
      const pubnub = new PubNub({ ...network.options, cryptoModule, userId: `user-${index}` });
      return pubnub.publish({ channel: 'room', message, usePost: true }).execute();
    });
    await network.idle();
    expect(network.published('room')).toHaveLength(texts.length);
    await Promise.all(calls);
  });

  it('knows who is subscribed to what', async () => {
    await using network = createTestNetwork();
    const { pubnub } = client(network);
    await pubnub.addChannelsToChannelGroup({ channels: 'a', channelGroup: 'friends' }).execute();
    pubnub.subscribe().channels(['room', 'news.*']).channelGroups('friends').execute();
    await network.subscribed('friends', { userId: 'alice' });
    expect(network.subscriptions).toEqual(['friends', 'news.*', 'room']);
    await pubnub.unsubscribe().channels('room').execute();
    await network.idle();
    expect(network.subscriptions).toEqual(['friends', 'news.*']);
    await pubnub.close();
    expect(network.subscriptions).toEqual([]);
  });

  it('tells two clients of one user apart', async () => {
    await using network = createTestNetwork();
    const [one, two] = [client(network).pubnub, client(network).pubnub];
    one.subscribe().channels('a').execute();
    two.subscribe().channels('b').execute();
    await network.subscribed('a');
    await network.subscribed('b');
    expect(network.subscriptions).toEqual(['a', 'b']);
    await one.unsubscribe().channels('a').execute();
    await network.idle();
    expect(network.subscriptions).toEqual(['b']);
  });

  it('goes by the requests of a client: the latest set of names, and its open poll', async () => {
    await using network = createTestNetwork();
    const origin = 'https://ps.pndsn.com';
    const subscribe = (names: string, tt: number) =>
      network.fetch(`${origin}/v2/subscribe/demo/${names}/0?tt=${tt}&uuid=alice`);
    await subscribe('a,b', 0);
    expect(network.subscriptions).toEqual(['a', 'b']);
    void subscribe('b', 1).catch(() => undefined);
    await network.idle();
    expect(network.subscriptions).toEqual(['b']);
    // Another client of the same user leaves.
    await network.fetch(`${origin}/v2/presence/sub-key/demo/channel/b/leave?uuid=alice`);
    expect(network.subscriptions).toEqual(['b']);
  });

  it('keeps several networks apart', async () => {
    const networks = [createTestNetwork(), createTestNetwork(), createTestNetwork()];
    const clients = await Promise.all(networks.map((network) => room(network)));
    await Promise.all(networks.map((network, index) => network.publish('room', index)));
    await networks[0]?.clock.advance(60_000);
    expect(clients.map(({ messages }) => messages)).toEqual([[0], [1], [2]]);
    expect(networks[0]?.clock.now()).toBe((networks[1]?.clock.now() ?? 0) + 60_000);
    for (const { pubnub } of clients) await pubnub.close();
    for (const network of networks) await network.close();
  });

  it('is a fetch that can stand in place of the global one', async () => {
    await using network = createTestNetwork();
    vi.stubGlobal('fetch', network.fetch);
    const { clock } = network.options;
    await using pubnub = new PubNub({ subscribeKey: 'demo', publishKey: 'demo', userId: 'alice', clock });
    await pubnub.publish({ channel: 'room', message: 1 }).execute();
    expect(network.published('room')).toHaveLength(1);
    expect(await (await fetch(new URL('https://ps.pndsn.com/time/0'), { method: 'GET' })).json()).toEqual([
      expect.any(Number),
    ]);
  });

  it.each(['before', 'while'])('gives up a request that is aborted %s it is under way', async (when) => {
    await using network = createTestNetwork();
    const controller = new AbortController();
    const reason = new Error('enough');
    if (when === 'before') controller.abort(reason);
    const url = 'https://ps.pndsn.com/v2/subscribe/demo/room/0?tt=1';
    const call = network.fetch(url, { signal: controller.signal });
    call.catch(() => undefined);
    await network.idle();
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(network.transcript()).toMatchObject([{ operation: 'subscribe', outcome: 'aborted' }]);
    expect(network.subscriptions).toEqual([]);
  });
});

describe('the keys of a network', () => {
  it.each(['demo', 'sub-c-1234', 'A_b-9'])(
    'may be any: the test publishes where "%s" is used',
    async (key) => {
      await using network = createTestNetwork();
      const pubnub = new PubNub({ ...network.options, subscribeKey: key, publishKey: 'p', userId: 'alice' });
      const messages: unknown[] = [];
      pubnub.on('message', ({ message }) => void messages.push(message));
      pubnub.subscribe().channels('room').execute();
      await network.subscribed('room');
      await network.publish('room', key);
      await network.join('room', 'bob');
      const { totalOccupancy } = await pubnub.hereNow({ channels: 'room' }).execute();
      expect({ messages, totalOccupancy }).toEqual({ messages: [key], totalOccupancy: 2 });
    },
  );

  it('must be said when several are used', async () => {
    await using network = createTestNetwork();
    const [one, two] = ['one', 'two'].map(
      (subscribeKey) => new PubNub({ ...network.options, subscribeKey, userId: 'alice' }),
    );
    await one?.publish({ channel: 'room', message: 1 }).execute();
    await two?.publish({ channel: 'room', message: 2 }).execute();
    await expect(network.publish('room', 3)).rejects.toThrow(
      /several subscribe keys \(one, two\).*keyset\('one'\)/,
    );
    await network.keyset('two').publish('room', 3);
    const { messages } = (await two?.history({ channel: 'room' }).execute()) ?? {};
    expect(messages?.map(({ entry }) => entry)).toEqual([2, 3]);
    expect(network.published().map(({ message, subscribeKey }) => [subscribeKey, message])).toEqual([
      ['one', 1],
      ['two', 2],
    ]);
  });

  it('keep apart what has the same timetoken', async () => {
    await using network = createTestNetwork();
    const { pubnub } = client(network);
    const { timetoken } = await pubnub.publish({ channel: 'room', message: 1 }).execute();
    // The clock stands still, and each key counts by itself.
    expect(await network.keyset('other').publish('room', 2)).toBe(timetoken);
    expect(network.published('room')).toMatchObject([{ message: 1, timetoken }]);
  });

  it('are those of the first keyset before any is used', async () => {
    const keysets = [{ subscribeKey: 'sub', publishKey: 'pub' }];
    await using network = createTestNetwork({ keysets });
    expect(network.options).toMatchObject({ subscribeKey: 'sub', publishKey: 'pub' });
    await network.publish('room', 1);
    const { pubnub } = client(network);
    const { messages } = await pubnub.history({ channel: 'room' }).execute();
    expect(messages).toHaveLength(1);
  });

  it('do not bind the test where the code under test needs permissions', async () => {
    const keysets = [{ subscribeKey: 'sub', publishKey: 'pub', secretKey: 'secret', access: true }];
    await using network = createTestNetwork({ keysets });
    const admin = new PubNub({ ...network.options, secretKey: 'secret', userId: 'admin' });
    const { pubnub, messages } = client(network);
    const denied = await pubnub.publish({ channel: 'room', message: 1 }).envelope();
    expect(denied.status.statusCode).toBe(403);
    pubnub.setToken(await admin.grantToken({ ttl: 15, channels: { room: ['read'] } }).execute());
    pubnub.subscribe().channels('room').execute();
    await network.subscribed('room');
    await network.publish('room', "it's (allowed)*!~");
    await network.join('room', 'bob', { a: "'" });
    await network.timeout('room', 'bob');
    expect(messages).toEqual(["it's (allowed)*!~"]);
  });
});

describe('chance on a network', () => {
  const numbers = (seed?: number) => {
    const { random } = createTestNetwork(seed === undefined ? {} : { seed }).options;
    return Array.from({ length: 20 }, random);
  };

  it.each([undefined, 0, 1, 2, 42, -1, 2 ** 32])('is the same in every run with the seed %s', (seed) => {
    expect(numbers(seed)).toEqual(numbers(seed));
    expect(numbers(seed).every((number) => number >= 0 && number < 1)).toBe(true);
    expect(new Set(numbers(seed)).size).toBe(20);
  });

  it('differs with the seed', () => expect(numbers(1)).not.toEqual(numbers(2)));

  it('gives the same transcript twice', async () => {
    const run = async () => {
      await using network = createTestNetwork({ seed: 7 });
      await room(network);
      network.fail('subscribe', { with: { status: 503 }, times: 5 });
      await network.publish('room', 1);
      await network.clock.advance(300_000);
      return network.transcript();
    };
    expect(await run()).toEqual(await run());
  });
});
