import { PubNub } from 'timetoken';
import { createTestNetwork, type TestNetwork, TestNetworkError } from 'timetoken/testing';
import { describe, expect, it, vi } from 'vitest';

const TIME = 'https://ps.pndsn.com/time/0';

async function subscriber(network: TestNetwork, channel = 'room') {
  const pubnub = new PubNub({ ...network.options, userId: 'alice' });
  const messages: unknown[] = [];
  pubnub.on('message', ({ message }) => void messages.push(message));
  pubnub.subscribe().channels(channel).execute();
  await network.subscribed(channel);
  return { pubnub, messages };
}

const ENDS = [
  ['reset', (network: TestNetwork, test?: string) => network.reset({ test })],
  ['close', (network: TestNetwork, test?: string) => network.close({ test })],
] as const;

describe.each(ENDS)('%s', (name, end) => {
  it('is content with a test that left nothing', async () => {
    const network = createTestNetwork();
    const { pubnub } = await subscriber(network);
    await pubnub.close();
    await end(network, 'tidy');
    await network.close();
  });

  it.each([
    ['greets', 'The test "greets" left something behind:'],
    [undefined, 'The test left something behind:'],
  ])('tells of a poll that the test %j left open', async (test, told) => {
    const network = createTestNetwork();
    await subscriber(network, 'lobby');
    const error = await end(network, test).then(undefined, (reason: Error) => reason);
    expect(error).toBeInstanceOf(TestNetworkError);
    expect(error?.message).toContain(`${told}\n- A request is still open: subscribe of alice on lobby.`);
    expect(error?.message).toMatch(/Requests on the network:\n {2}\+0 ms {2}alice {2}subscribe \(handshake/);
    await network.close();
  });

  it('answers what is parked, however it ends', async () => {
    const network = createTestNetwork();
    const poll = network.fetch('https://ps.pndsn.com/v2/subscribe/demo/room/0?tt=1').then(
      ({ status }) => status,
      () => 'failed',
    );
    const hanging = network.fail('time', { with: 'hang' });
    const call = network.fetch(TIME).then(undefined, (error: Error) => error.message);
    await network.idle();
    await expect(end(network)).rejects.toThrow('A request is still open: time of nobody on nothing.');
    expect([await poll, await call, hanging.hits]).toEqual([200, 'fetch failed', 1]);
    await network.close();
  });

  it('tells of a request that is none of the protocol, which has failed by then', async () => {
    const network = createTestNetwork();
    await expect(network.fetch('https://ps.pndsn.com/v9/teapot?x=1')).rejects.toThrow(
      /^Unexpected request of nobody: GET \/v9\/teapot. Expected: a request of the protocol.\n\nRequests on/,
    );
    await expect(end(network, 'brews')).rejects.toThrow(
      'The test "brews" left something behind:\n- Unexpected request of nobody: GET /v9/teapot. Expected:',
    );
    await network.close();
  });

  it('tells of an operation that was not expected', async () => {
    const network = createTestNetwork({ operations: ['publish', 'removeMemberships'] });
    const pubnub = new PubNub({ ...network.options, userId: 'alice' });
    await pubnub.publish({ channel: 'room', message: 1 }).execute();
    await pubnub.setMemberships({ channelMemberships: ['room'] }).execute();
    const { status } = await pubnub.signal({ channel: 'room', message: 1 }).envelope();
    expect(status.isError).toBe(true);
    await expect(end(network)).rejects.toThrow(
      /Unexpected request of alice: signal \(GET \/signal\/.*\). Expected: publish, removeMemberships\./,
    );
    await network.close();
  });

  it('tells once of a request that was repeated', async () => {
    const network = createTestNetwork({ operations: [] });
    const pubnub = new PubNub({ ...network.options, userId: 'alice' });
    await pubnub.time().envelope();
    await pubnub.time().envelope();
    expect(network.transcript()).toHaveLength(2);
    const error = await end(network).then(undefined, (reason: Error) => reason);
    expect(error?.message.split('\n\n')[0]?.match(/Unexpected/g)).toHaveLength(1);
    await network.close();
  });

  it('tells of a rejection that nobody handled, where a test runner listens', async () => {
    const listeners = new Set<(reason: unknown) => void>();
    vi.stubGlobal('process', {
      on: (event: string, listener: () => void) => event === 'unhandledRejection' && listeners.add(listener),
      off: (_event: string, listener: () => void) => listeners.delete(listener),
      listeners: () => [() => undefined, ...listeners],
    });
    const network = createTestNetwork();
    const others = Array.from({ length: 20 }, () => createTestNetwork());
    // A process warns of many listeners.
    expect(listeners.size).toBe(1);
    const reason = new Error('nobody cares');
    for (const listener of listeners) listener(reason);
    const error = await end(network, 'careless').then(undefined, (thrown: Error) => thrown);
    expect(error?.message).toContain('"careless" left something behind:\n- Unhandled rejection: Error');
    expect(error?.cause).toBe(reason);
    await network.close();
    for (const other of others) await expect(other.close()).rejects.toThrow('- Unhandled rejection: Error');
    expect(listeners.size).toBe(0);
  });

  it('listens from the first request on, when the test runner is younger than the network', async () => {
    const listeners: (() => void)[] = [];
    const on = (_event: string, listener: () => void) => listeners.push(listener);
    vi.stubGlobal('process', { on, off: vi.fn(), listeners: () => listeners });
    const network = createTestNetwork();
    expect(listeners).toHaveLength(0);
    listeners.push(() => undefined);
    await network.fetch(TIME);
    expect(listeners).toHaveLength(2);
    await end(network);
    await network.close();
  });

  it('does not listen for rejections where nobody else does: they must end the process', async () => {
    const on = vi.fn();
    vi.stubGlobal('process', { on, off: vi.fn(), listeners: () => [] });
    const network = createTestNetwork();
    await network.fetch(TIME);
    await end(network);
    await network.close();
    expect(on).not.toHaveBeenCalled();
  });

  it('ends what still waits', async () => {
    const network = createTestNetwork();
    const wait = network.subscribed('room').then(undefined, (error: Error) => error.message);
    await end(network);
    expect(await wait).toContain(`Somebody was expected to subscribe to "room".`);
    await network.close();
  });

  it(`${name} comes to an end although the network does not become quiet`, async () => {
    const network = createTestNetwork({ patience: 30 });
    // A body that never ends keeps the origin reading.
    const body = new ReadableStream({ pull: () => new Promise<void>(() => undefined) });
    const options = { method: 'POST', body, duplex: 'half' } as RequestInit;
    const call = network.fetch('https://ps.pndsn.com/publish/demo/demo/0/room/0', options);
    const failed = call.then(undefined, (error: Error) => error.message);
    await expect(end(network)).rejects.toThrow('- The network did not become quiet.');
    expect(await failed).toBe('fetch failed');
    await network.close();
  });
});

describe('a network after reset', () => {
  it('is as good as new', async () => {
    const network = createTestNetwork();
    const fresh = { now: network.clock.now(), random: network.options.random() };
    await network.reset();
    const { pubnub } = await subscriber(network);
    await pubnub.publish({ channel: 'room', message: 1 }).execute();
    network.fail('*', { with: 'reset', times: 9, after: 50 });
    network.duplicate(5);
    await network.clock.advance(1_000);
    await pubnub.close();
    network.delay(10);
    network.offline();
    await network.reset();
    expect([network.transcript(), network.published(), network.received(), network.subscriptions]).toEqual([
      ...[[], [], [], []],
    ]);
    expect({ now: network.clock.now(), random: network.options.random() }).toEqual(fresh);
    const bob = new PubNub({ ...network.options, userId: 'bob' });
    const { messages } = await bob.history({ channel: 'room' }).execute();
    expect(messages).toEqual([]);
    expect((await bob.hereNow({ channels: 'room' }).execute()).totalOccupancy).toBe(0);
    await network.close();
  });

  it('keeps clients that outlive a test, when it is told to', async () => {
    const network = createTestNetwork();
    const { pubnub, messages } = await subscriber(network);
    const gaps: unknown[] = [];
    pubnub.on('gap', (gap) => void gaps.push(gap));
    for (const n of [1, 2, 3]) {
      network.fail('publish', { with: 'reset', times: 9 });
      await network.publish('room', n);
      await network.reset({ test: `test ${n}`, keepClients: true });
      expect([network.transcript(), network.received(), network.subscriptions]).toEqual([[], [], ['room']]);
      await pubnub.publish({ channel: 'room', message: -n }).execute();
      await network.idle();
    }
    expect({ messages, gaps, state: pubnub.state }).toEqual({
      ...{ messages: [1, -1, 2, -2, 3, -3], gaps: [], state: 'connected' },
    });
    await pubnub.close();
    await network.close();
  });

  it('tells of other things also when it keeps clients', async () => {
    const network = createTestNetwork();
    await network.fetch('https://ps.pndsn.com/teapot').catch(() => undefined);
    await expect(network.reset({ keepClients: true })).rejects.toThrow('GET /teapot');
    await network.reset({ keepClients: true });
    await network.close();
  });
});

describe('a network that is closed', () => {
  it('refuses requests, and says why', async () => {
    const network = createTestNetwork();
    await network.close();
    const error = await network.fetch(TIME).then(undefined, (reason: Error) => reason);
    expect(error).toMatchObject({
      ...{ message: 'fetch failed', cause: { code: 'ECONNREFUSED', message: 'The test network is closed.' } },
    });
  });

  it('may be closed again, and tells once what was left', async () => {
    const network = createTestNetwork();
    await network.fetch('https://ps.pndsn.com/teapot').catch(() => undefined);
    const [first, second] = await Promise.allSettled([network.close(), network.close()]);
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
    await network.close();
  });

  it('by `await using` does not hide why a test failed', async () => {
    const test = async () => {
      await using network = createTestNetwork();
      await subscriber(network);
      throw new Error('the reason');
    };
    await expect(test()).rejects.toThrow(/^the reason$/);
  });
});

describe('a wait that is in vain', () => {
  it('says at the place in the test what it waited for, and what there was instead', async () => {
    const network = createTestNetwork({ patience: 20 });
    const { pubnub } = await subscriber(network, 'lobby');
    const error = await network.subscribed('room', { userId: 'bob' }).catch((reason: Error) => reason);
    expect(error).toBeInstanceOf(TestNetworkError);
    expect(String(error)).toMatch(
      /^TestNetworkError: "bob" was expected to subscribe to "room". There are subscriptions to: lobby.\n\nRequests on/,
    );
    const [frame] = (error as Error).stack?.match(/^ +at .*$/m) ?? [];
    expect(frame).toContain('endings.test.ts');
    await pubnub.close();
    await network.close();
  });

  it('for quiet says what is under way', async () => {
    const network = createTestNetwork({ patience: 20 });
    const body = new ReadableStream({ pull: () => new Promise<void>(() => undefined) });
    const options = { method: 'POST', body, duplex: 'half' } as RequestInit;
    const call = network.fetch('https://ps.pndsn.com/publish/demo/demo/0/room/0', options);
    call.catch(() => undefined);
    const error = await network.idle().catch((reason: Error) => reason);
    expect(String(error)).toMatch(
      /to become quiet. Under way: publish. The wait lasted 20 ms.\n\n[\s\S]*publish room → open/,
    );
    expect((error as Error).stack).toContain('endings.test.ts');
    await network.close().catch(() => undefined);
  });

  it('prints the end of a long transcript', async () => {
    await using network = createTestNetwork({ patience: 5 });
    for (let count = 0; count < 60; count++) await network.fetch(TIME);
    const error = await network.subscribed('room').catch((reason: Error) => reason);
    const [, printed = ''] = String(error).split('network:\n');
    expect(printed.split('\n')).toHaveLength(51);
    expect(printed).toMatch(/^ {2}\(10 earlier\)\n/);
  });

  it('without any request says so', async () => {
    await using network = createTestNetwork({ patience: 5 });
    await expect(network.subscribed('room')).rejects.toThrow('(no request was made)');
  });
});
