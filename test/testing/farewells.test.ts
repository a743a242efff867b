import { PubNub } from 'timetoken';
import { createTestNetwork, type Fault, type TestNetwork, VirtualClock } from 'timetoken/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

// No test here moves time, unless it says so.
type Make = (network: TestNetwork, userId?: string) => PubNub;

const withClock: Make = (network, userId = 'alice') => new PubNub({ ...network.options, userId });
const withoutClock: Make = (network, userId = 'alice') => {
  const { fetch, subscribeKey, publishKey } = network.options;
  return new PubNub({ fetch, subscribeKey, publishKey, userId });
};

async function connected(network: TestNetwork, make: Make = withClock, userId = 'alice'): Promise<PubNub> {
  const pubnub = make(network, userId);
  await pubnub.subscribe().channels('room').execute().connected();
  return pubnub;
}

function leavesOf(network: TestNetwork, userId = 'alice'): readonly string[] {
  const entries = network.transcript().filter((entry) => entry.operation === 'leave');
  return entries.filter((entry) => entry.userId === userId).map(({ outcome }) => outcome);
}

const FAULTS: readonly Fault[] = [
  ...(['refused', 'reset', 'hang', 'stall', 'truncated', 'html', 'empty'] as const),
  ...[{ status: 403 }, { status: 429, retryAfter: 60 }, { status: 500 }],
];
const CONDITIONS: readonly (readonly [string, (network: TestNetwork) => unknown])[] = [
  ['is well', () => undefined],
  ['is closed', (network) => network.close().catch(() => undefined)],
  ['is being closed', (network) => void network.close().catch(() => undefined)],
  ['was reset', (network) => network.reset().catch(() => undefined)],
  ['is gone', (network) => network.offline()],
  ['takes its time', (network) => network.delay(150)],
  ['takes very long', (network) => network.delay(3_600_000)],
  ['has lost its connections', (network) => network.sleep(600_000)],
  ...FAULTS.map((fault): (typeof CONDITIONS)[number] => [
    `answers a leave with ${JSON.stringify(fault)}`,
    (network) => network.fail('leave', { with: fault, times: Number.POSITIVE_INFINITY }),
  ]),
];

describe.each(CONDITIONS)('when the network %s, a client', (_name, happens) => {
  it('closes, and leaves nothing behind', async () => {
    const network = createTestNetwork();
    const pubnub = await connected(network);
    await happens(network);
    await pubnub.close();
    expect(pubnub.state).toBe('stopped');
    await network.close();
    expect(network.clock.pending).toBe(0);
  });

  it('that is only connecting closes', async () => {
    const network = createTestNetwork();
    network.fail('subscribe', { with: 'hang', times: Number.POSITIVE_INFINITY });
    const pubnub = withClock(network);
    pubnub.subscribe().channels('room').execute();
    await network.idle();
    await happens(network);
    await Promise.all([pubnub.close(), pubnub.close()]);
    await network.close();
    expect(network.clock.pending).toBe(0);
  });

  it('that unsubscribes on its way out closes, as do others with it', async () => {
    const network = createTestNetwork();
    const clients = [
      await connected(network),
      await connected(network, withClock, 'bob'),
      await connected(network, withClock, 'carol'),
    ];
    await happens(network);
    void clients[0]?.unsubscribeAll();
    await Promise.all([...clients.map((pubnub) => pubnub.close()), network.close()]);
    expect(network.clock.pending).toBe(0);
  });

  it('lets a test that fails say why', async () => {
    const test = async () => {
      await using network = createTestNetwork();
      await using pubnub = await connected(network);
      await happens(network);
      throw new Error(`the reason, ${pubnub.state}`);
    };
    await expect(test()).rejects.toThrow('the reason');
  });
});

const FAKED = [
  ['all that vitest fakes by itself', undefined],
  ['setImmediate too', ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'Date']],
] as const;

describe.each(FAKED)('with fake timers for %s', (_name, toFake) => {
  beforeEach(() => void vi.useFakeTimers(toFake ? { toFake: [...toFake] } : undefined));
  afterEach(() => void vi.useRealTimers());

  describe.each([
    ['with the clock of the network', withClock],
    ['without a clock of its own', withoutClock],
  ] as const)('a client %s', (_clock, make) => {
    it.each(CONDITIONS)('closes when the network %s', async (_condition, happens) => {
      for (const time of [vi, 'global'] as const) {
        const network = createTestNetwork({ time });
        const pubnub = await connected(network, make);
        if (time === 'global') network.sleep = async () => undefined;
        await happens(network);
        await pubnub.close();
        await network.close().catch(() => undefined);
        expect(vi.getTimerCount()).toBe(0);
      }
    });
  });
});

describe('a leave', () => {
  it('has reached the origin when close() returns', async () => {
    await using network = createTestNetwork();
    const clients = [await connected(network), await connected(network, withClock, 'bob')];
    await Promise.all(clients.map((pubnub) => pubnub.close()));
    expect([leavesOf(network), leavesOf(network, 'bob'), network.subscriptions]).toEqual([
      ['200'],
      ['200'],
      [],
    ]);
  });

  it('that takes its time arrives when the test moves time far enough', async () => {
    await using network = createTestNetwork();
    const pubnub = await connected(network);
    network.delay(150);
    const closing = pubnub.close();
    await network.clock.advance(150);
    await closing;
    expect(leavesOf(network)).toEqual(['200']);
  });

  it('is waited for no longer than 200 milliseconds of the clock', async () => {
    await using network = createTestNetwork();
    const pubnub = await connected(network);
    network.delay(250);
    const begun = network.clock.now();
    let closedAfter = Number.NaN;
    const closing = pubnub.close().then(() => {
      closedAfter = network.clock.now() - begun;
    });
    await network.clock.advance(1_000);
    await closing;
    expect([closedAfter, leavesOf(network)]).toEqual([200, ['aborted']]);
  });
});

describe('a virtual clock by itself', () => {
  it('ends a wait that nobody moves it for, in real time', async () => {
    const clock = new VirtualClock();
    const begun = performance.now();
    await new Promise<void>((resolve) => clock.atLatest(20, resolve));
    expect(performance.now() - begun).toBeGreaterThan(15);
    expect(clock.pending).toBe(0);
  });

  it('ends it in its own time where that is moved, and not at all once it is cancelled', async () => {
    const clock = new VirtualClock();
    const ended: unknown[] = [];
    const wait = (name: string) => clock.atLatest(1_000_000, () => void ended.push([name, clock.now()]));
    wait('first');
    const cancel = wait('second');
    cancel();
    const begun = clock.now();
    await clock.advance(2_000_000);
    expect([ended, clock.pending]).toEqual([[['first', begun + 1_000_000]], 0]);
  });
});
