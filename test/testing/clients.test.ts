import { PubNub } from 'timetoken';
import { nodeTransport } from 'timetoken/node';
import { createTestNetwork, VirtualClock } from 'timetoken/testing';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';

/** A client that is subscribed, and what it has heard. */
async function inRoom(pubnub: PubNub) {
  const messages: unknown[] = [];
  pubnub.on('message', ({ message }) => void messages.push(message));
  await pubnub.subscribe().channels('room').execute().connected();
  return messages;
}

describe('network.client()', () => {
  it('makes a client of the network, whose messages the network sees', async () => {
    await using network = createTestNetwork();
    const alice = network.client('alice');
    expect(alice).toBeInstanceOf(PubNub);
    const messages = await inRoom(network.client('bob'));
    await alice.publish().channel('room').message('hello').execute();
    await network.idle();
    expect(messages).toEqual(['hello']);
    expect(network.published('room')).toMatchObject([{ message: 'hello', userId: 'alice' }]);
  });

  it('makes two clients of one name, each with its own subscriptions', async () => {
    await using network = createTestNetwork();
    const phone = network.client('alice');
    const laptop = network.client('alice');
    expect(phone).not.toBe(laptop);
    const heard = [await inRoom(phone), await inRoom(laptop)];
    await network.publish('room', 1);
    expect(heard).toEqual([[1], [1]]);
    phone.unsubscribeAll();
    await network.idle();
    await network.publish('room', 2);
    expect(heard).toEqual([[1], [1, 2]]);
  });

  it('has the channel map that it is given', async () => {
    await using network = createTestNetwork();
    const alice = network.client<{ room: { text: string } }>('alice');
    expectTypeOf(alice).toEqualTypeOf<PubNub<{ room: { text: string } }>>();
    expectTypeOf(network.client('bob')).toEqualTypeOf<PubNub>();
    await alice.publish().channel('room').message({ text: 'hello' }).execute();
  });

  it('takes the options of a client, before those of the network', async () => {
    const keysets = ['sub-1', 'sub-2'].map((subscribeKey) => ({ subscribeKey, publishKey: 'pub' }));
    await using network = createTestNetwork({ keysets });
    await network
      .client('alice', { subscribeKey: 'sub-2' })
      .publish({ channel: 'room', message: 1 })
      .execute();
    expect(network.published()).toMatchObject([{ subscribeKey: 'sub-2' }]);
  });

  it('keeps a client on the network whose options are undefined, as in plain JavaScript', async () => {
    await using network = createTestNetwork();
    const options: Record<string, undefined> = {
      fetch: undefined,
      clock: undefined,
      subscribeKey: undefined,
    };
    await network.client('alice', options).publish({ channel: 'room', message: 1 }).execute();
    expect(network.published()).toHaveLength(1);
  });

  it('takes a transport, which leads to a port of the network', async () => {
    await using network = createTestNetwork();
    const { url: origin } = await network.listen();
    const alice = network.client('alice', { origin, transport: nodeTransport() });
    await alice.publish({ channel: 'room', message: 1 }).execute();
    expect(network.published()).toHaveLength(1);
  });

  it.each([undefined, null, '', 7, {}, 'a,b', 'x'.repeat(93)])('refuses the user %j', async (userId) => {
    await using network = createTestNetwork();
    expect(() => network.client(userId as string)).toThrow(/^network\.client\(\): userId must /);
  });

  it.each([
    [null, TypeError, 'The options of network.client() must be an object, not null.'],
    ['bob', TypeError, 'The options of network.client() must be an object, not a string.'],
    [{ userId: 'bob' }, TypeError, 'network.client(): the user is "alice", the first argument'],
    [{ uuid: 'bob' }, TypeError, 'network.client(): the user is "alice", the first argument'],
    [{ cipherkey: 'x' }, Error, 'cipherKey'],
    [{ presenceTimeout: 1 }, Error, 'presenceTimeout'],
  ])('refuses the options %j', async (options, type, message) => {
    await using network = createTestNetwork();
    const call = () => network.client('alice', options as object);
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
});

describe('the clients of a network', () => {
  it('are closed with it, so that nothing is left behind', async () => {
    const network = createTestNetwork();
    const alice = network.client('alice');
    await inRoom(alice);
    await network.close({ test: 'tidy' });
    expect(alice.state).toBe('stopped');
    await expect(alice.time().execute()).rejects.toMatchObject({ code: 'PN-2004' });
  });

  it('are closed by reset(), after which others can be made', async () => {
    const network = createTestNetwork();
    const alice = network.client('alice');
    await inRoom(alice);
    await network.reset({ test: 'tidy' });
    const messages = await inRoom(network.client('alice'));
    await network.publish('room', 1);
    expect(messages).toEqual([1]);
    await network.close();
  });

  it('outlive reset() with keepClients, and are closed at the end', async () => {
    const network = createTestNetwork();
    const messages = await inRoom(network.client('alice'));
    await network.reset({ keepClients: true });
    await network.publish('room', 1);
    expect(messages).toEqual([1]);
    await network.close();
  });

  it('may have been closed before', async () => {
    const network = createTestNetwork();
    await network.client('alice').close();
    await network.close();
  });

  it('do not hide one that the test made itself, and left open', async () => {
    const network = createTestNetwork();
    await inRoom(network.client('alice'));
    await inRoom(new PubNub({ ...network.options, userId: 'bob' }));
    await expect(network.close()).rejects.toThrow(
      /left something behind:\n- A request is still open: subscribe of bob on room\. Close the client before the test ends, or make it by network\.client\(\), which does\.\n\n/,
    );
  });

  it.each([
    ['offline', (network: ReturnType<typeof createTestNetwork>) => network.offline()],
    ['that takes its time', (network: ReturnType<typeof createTestNetwork>) => network.delay(60_000)],
    [
      'that hangs',
      (network: ReturnType<typeof createTestNetwork>) =>
        void network.fail('*', { with: 'hang', times: Number.POSITIVE_INFINITY }),
    ],
  ])('are closed on a network %s', async (_name, break_) => {
    const network = createTestNetwork();
    await inRoom(network.client('alice'));
    break_(network);
    await network.close();
  });

  it('are closed on the fake time of the runner', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const network = createTestNetwork({ time: vi });
    await inRoom(network.client('alice'));
    await network.close();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('are closed when the fake time was taken away before', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const network = createTestNetwork({ time: vi });
    await inRoom(network.client('alice'));
    vi.useRealTimers();
    await network.close();
  });

  it('are closed on clocks of their own, and one whose clock stands still keeps nobody waiting', async () => {
    const network = createTestNetwork({ patience: 50 });
    await inRoom(network.client('alice', { clock: new VirtualClock() }));
    const clock = { now: () => 0, setTimeout: () => 0, clearTimeout: () => undefined };
    await inRoom(network.client('bob', { clock }));
    network.fail('leave', { with: 'hang', times: 2 });
    await expect(network.close()).rejects.toThrow('A request is still open: leave of bob on room.');
  });
});
