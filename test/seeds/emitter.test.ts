// The rows of Emitter's Python client, in its words: what its users expect, and how it is done here.
import { type ClientState, messageBytes, messageText, type PNMessageResult, PubNub } from 'timetoken';
import { createTestNetwork } from 'timetoken/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FakeTerminal, finish } from '../cli/fake-terminal.ts';

const HOUR = 3_600_000;

function setUp(options: Parameters<typeof createTestNetwork>[0] = {}) {
  const network = createTestNetwork(options);
  onTestFinished(() => network.close());
  return network;
}

/** A keyset where every request needs a permission, and the server that grants them. */
function guarded() {
  const keys = { subscribeKey: 'sub', publishKey: 'pub' };
  const secretKey = 'the master key';
  const network = setUp({ keysets: [{ ...keys, secretKey, access: true }] });
  return { network, master: network.client('server', { ...keys, secretKey }), keys };
}

describe('the connection', () => {
  test('`connect(options)` returns instance', async () => {
    const options = { subscribeKey: 'demo', userId: 'alice' };
    const urls = [];
    for (const more of [
      { origin: 'api.example.com' },
      { origin: 'api.example.com', ssl: false },
      { origin: 'https://api.example.com:8443' },
      { origin: 'localhost:8080', ssl: false, heartbeatInterval: 30 },
    ]) {
      const instance = new PubNub({ ...options, ...more });
      urls.push((await instance.time().request()).url.split('/time')[0]);
      await instance.close();
    }
    expect(urls).toEqual([
      'https://api.example.com', // secure by default
      'http://api.example.com',
      'https://api.example.com:8443',
      'http://localhost:8080',
    ]);
    // It connects when it first subscribes: publishing needs no connection.
    const network = setUp();
    const instance = network.client('alice');
    expect(instance.state).toBe('idle');
    instance.subscribe().channels('room').execute();
    await instance.until('connected');
  });

  test('`disconnect()`', async () => {
    const network = setUp();
    const instance = network.client('alice');
    const heard: unknown[] = [];
    instance.on('message', ({ message }) => heard.push(message));
    instance.subscribe().channels('room').execute();
    await network.subscribed('room');
    instance.disconnect();
    expect(instance.state).toBe('stopped');
    await network.publish('room', 'meanwhile');
    expect(heard).toEqual([]);
    // It is no end: it goes on where it was. The end is close().
    instance.reconnect();
    await network.idle();
    expect(heard).toEqual(['meanwhile']);
    await instance.close();
    expect(() => instance.subscribe().channels('room').execute()).toThrow('PN-2004');
  });

  test('`on(event, callback)`', async () => {
    const network = setUp();
    const instance = network.client('alice');
    const heard: unknown[] = [];
    const stop = instance.on('message', ({ message }) => heard.push(message));
    for (const text of ['one', 'two']) {
      instance.subscribe().channels('room').execute();
      await network.subscribed('room');
      await network.publish('room', text);
      // What ends every subscription, and starts it anew, keeps the callbacks.
      instance.disconnect();
      instance.reconnect();
      await instance.until('connected');
      await instance.unsubscribeAll();
    }
    expect(heard).toEqual(['one', 'two']);
    stop();
    instance.subscribe().channels('room').execute();
    await network.subscribed('room');
    await network.publish('room', 'three');
    expect(heard).toHaveLength(2);
  });

  test('event `connect` (also on reconnect, no arguments)', async () => {
    const { network, states, connects } = await flaky();
    expect(connects()).toBe(1);
    network.offline();
    await network.clock.advance(1_000);
    network.online();
    await network.clock.advance(60_000);
    expect(connects()).toBe(2);
    expect(states).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
  });

  test('event `disconnect` (no arguments)', async () => {
    const { network, instance, states } = await flaky();
    network.offline();
    await network.clock.advance(1_000);
    expect(states.at(-1)).toBe('reconnecting');
    network.online();
    await network.clock.advance(60_000);
    instance.disconnect();
    expect(states.slice(-2)).toEqual(['connected', 'stopped']);
  });

  async function flaky() {
    const network = setUp();
    const instance = network.client('alice');
    const states: ClientState[] = [];
    let count = 0;
    const onConnect = () => {
      count++;
    };
    instance.on('state', ({ state }) => {
      states.push(state);
      if (state === 'connected') onConnect();
    });
    instance.subscribe().channels('room').execute();
    await network.subscribed('room');
    return { network, instance, states, connects: () => count };
  }
});

describe('messages', () => {
  test('`publish(key, channel, message, ttl)`', async () => {
    const { network, master, keys } = guarded();
    // The key of a channel is a token, which the client keeps: calls do not repeat it.
    const token = await master
      .grantToken()
      .ttl(60)
      .channels({ room: ['read', 'write'] })
      .execute();
    const instance = network.client('alice', { ...keys, token });
    const room = instance.publish().channel('room');
    await room.message('kept for an hour').ttl(1).execute();
    await room.message('kept for a week').ttl(168).execute();
    await room.message('live only').shouldStore(false).execute();
    await expect(instance.publish().channel('other').message('x').execute()).rejects.toMatchObject({
      code: 'PN-3002',
    });
    const stored = async () =>
      (await master.history().channel('room').execute()).messages.map(({ entry }) => entry);
    expect(await stored()).toEqual(['kept for an hour', 'kept for a week']);
    await network.clock.advance(HOUR + 1_000);
    expect(await stored()).toEqual(['kept for a week']);
    await network.clock.advance(167 * HOUR);
    expect(await stored()).toEqual([]);
  });

  test('`subscribe(key, channel, last)`', async () => {
    const { network, master, keys } = guarded();
    for (const text of ['one', 'two', 'three'])
      await master.publish().channel('room').message(text).execute();
    const token = await master
      .grantToken()
      .ttl(60)
      .channels({ room: ['read'] })
      .execute();
    const instance = network.client('alice', { ...keys, token });
    const heard: unknown[] = [];
    instance.on('message', ({ message }) => heard.push(message));
    instance.subscribe().channels('room').withLast(2).execute();
    await network.subscribed('room');
    await network.publish('room', 'four');
    // History is read a second time, in case that it was behind.
    await network.clock.advance(5_000);
    expect(heard).toEqual(['two', 'three', 'four']);
  });

  test('`unsubscribe(key, channel)`', async () => {
    const network = setUp();
    const instance = network.client('alice');
    const heard: unknown[] = [];
    instance.on('message', ({ message }) => heard.push(message));
    instance.subscribe().channels('a', 'b').execute();
    await network.subscribed('b');
    await instance.unsubscribe().channels('a').execute();
    await network.idle();
    await network.publish('a', 'unheard');
    await network.publish('b', 'heard');
    expect(heard).toEqual(['heard']);
  });

  test('event `message` → `EmitterMessage`', async () => {
    const network = setUp();
    const instance = network.client('alice');
    const events: unknown[] = [];
    instance.on('message', (event) => events.push(event));
    instance.subscribe().channels('room').execute();
    await network.subscribed('room');
    await network.publish('room', { any: ['JSON', 1] }, { userId: 'bob' });
    // A plain, frozen object: what the methods of the class did is done by functions.
    expect(events).toEqual([
      expect.objectContaining({ channel: 'room', message: { any: ['JSON', 1] }, publisher: 'bob' }),
    ]);
    expect(Object.isFrozen(events[0])).toBe(true);
  });
});

describe('presence', () => {
  test('event `presence`', async () => {
    const network = setUp();
    const instance = network.client('alice');
    const events: unknown[] = [];
    instance.on('presence', ({ event, channel, uuid, timestamp, occupancy }) =>
      events.push({ event, channel, uuid, timestamp, occupancy }),
    );
    instance.subscribe().channels('room').withPresence().execute();
    await network.subscribed('room');
    await network.join('room', 'bob');
    await network.leave('room', 'bob');
    const timestamp = Math.floor(network.clock.now() / 1_000); // Unix time, in seconds
    expect(events).toEqual([
      { event: 'join', channel: 'room', uuid: 'alice', timestamp, occupancy: 1 },
      { event: 'join', channel: 'room', uuid: 'bob', timestamp, occupancy: 2 },
      { event: 'leave', channel: 'room', uuid: 'bob', timestamp, occupancy: 1 },
    ]);
  });

  test('presence `status` → list of `{id, username?}`; over 1000 = 1000 random', async () => {
    const network = setUp();
    await network.join('room', 'bob', { username: 'Bob' });
    await network.join('room', 'cid');
    const room = network.client('alice').occupants('room');
    await room.synced();
    expect([...room]).toEqual([{ uuid: 'bob', name: 'Bob', state: { username: 'Bob' } }, { uuid: 'cid' }]);
    expect([room.size, room.complete]).toEqual([2, true]);
    // No thousand at random: all of them, and it says when they are not.
    for (let n = 0; n < 1_100; n++) await network.join('crowd', `user-${n}`);
    const crowd = network.client('dan').occupants('crowd');
    await crowd.synced();
    expect([crowd.size, crowd.complete]).toEqual([1_100, true]);
  });

  test('presence `subscribe` / `unsubscribe` → one `who` object', async () => {
    const network = setUp();
    const room = network.client('alice').occupants('room');
    const heard: unknown[] = [];
    for (const type of ['join', 'leave'] as const) room.on(type, (users) => heard.push([type, ...users]));
    await room.synced();
    await network.join('room', 'bob', { username: 'Bob' });
    await network.leave('room', 'bob');
    const bob = { uuid: 'bob', name: 'Bob', state: { username: 'Bob' } };
    expect(heard).toEqual([
      ['join', bob],
      ['leave', bob],
    ]);
  });

  test('`presence(key, channel)` triggers status then changes', async () => {
    const network = setUp();
    await network.join('room', 'bob');
    const room = network.client('alice').occupants('room');
    const heard: unknown[] = [];
    for (const type of ['sync', 'join', 'leave'] as const)
      room.on(type, (users) => heard.push([type, ...users.map(({ uuid }) => uuid)]));
    await room.synced();
    await network.join('room', 'cid');
    await network.leave('room', 'bob');
    expect(heard).toEqual([
      ['sync', 'bob'],
      ['join', 'cid'],
      ['leave', 'bob'],
    ]);
    await room.close();
    await network.leave('room', 'cid');
    expect(heard).toHaveLength(3);
  });

  test('stated TODOs: `username` in presence, `me()`', async () => {
    const network = setUp();
    const bob = network.client('bob');
    const room = bob.occupants('room');
    await room.synced();
    bob.subscribe().channels('room').withState({ username: 'Bob' }).execute();
    await network.subscribed('room', { userId: 'bob' });
    await network.idle();
    // Who one is, the program says: `userId`.
    expect(room.get('bob')?.name).toBe('Bob');
    expect((await bob.whereNow().uuid('bob').execute()).channels).toEqual(['room']);
  });
});

test('event `keygen`, `keygen(masterKey, channel)`', async () => {
  const keys = { subscribeKey: 'sub', publishKey: 'pub' };
  const secretKey = 'the master key';
  const network = setUp({ keysets: [{ ...keys, secretKey, access: true }] });
  // From code, where the answer is the call's and no event.
  const master = network.client('server', { ...keys, secretKey });
  const token = await master
    .grantToken()
    .ttl(60)
    .channels({ room: ['read', 'write'] })
    .execute();
  await network
    .client('alice', { ...keys, token })
    .publish()
    .channel('room')
    .message('x')
    .execute();
  // From the command line.
  const words = ['token', 'grant', '--ttl', '60', '--channel', 'room=read,write'];
  const terminal = new FakeTerminal({ env: { TIMETOKEN_SECRET_KEY: secretKey } });
  const { clock, fetch } = network;
  const { code, stdout, stderr } = await finish(
    [...words, '--subscribe-key', 'sub', '--publish-key', 'pub'],
    { clock, fetch },
    terminal,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  await network
    .client('bob', { ...keys, token: stdout.trim() })
    .publish()
    .channel('room')
    .message('y')
    .execute();
});

describe('payloads', () => {
  async function received(message: unknown): Promise<PNMessageResult> {
    const network = setUp();
    const alice = network.client('alice');
    const events: PNMessageResult[] = [];
    alice.on('message', (event) => events.push(event));
    alice.subscribe().channels('room').execute();
    await network.subscribed('room');
    await alice
      .publish()
      .channel('room')
      .message(message as string)
      .execute(); // Or whatever it is.
    await network.idle();
    const [event] = events;
    if (!event) throw new Error('Nothing came.');
    return event;
  }

  test('`EmitterMessage.channel`, `.binary`', async () => {
    const event = await received(Uint8Array.of(0, 255, 128));
    expect(event.channel).toBe('room');
    expect(messageBytes(event)).toEqual(Uint8Array.of(0, 255, 128));
  });

  test('`asString()` utf-8, `asObject()` JSON, `asBinary()` raw', async () => {
    const text = await received('größe');
    expect([messageText(text), text.message]).toEqual(['größe', 'größe']);
    expect(messageBytes(text)).toEqual(new TextEncoder().encode('größe'));
    const object = await received({ a: 1 });
    expect([messageText(object), object.message]).toEqual(['{"a":1}', { a: 1 }]);
  });
});
