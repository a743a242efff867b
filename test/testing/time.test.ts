import { PubNub } from 'timetoken';
import { createTestNetwork, VirtualClock } from 'timetoken/testing';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';

const TIME = 'https://ps.pndsn.com/time/0';

describe('virtual time', () => {
  it('moves client and origin together, at once', async () => {
    await using network = createTestNetwork();
    await using pubnub = new PubNub({ ...network.options, userId: 'alice' });
    const before = await pubnub.time().execute();
    await network.clock.advance(86_400_000);
    const after = await pubnub.time().execute();
    expect(BigInt(after.timetoken) - BigInt(before.timetoken)).toBe(864_000_000_000n);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('is not moved by %d', async (milliseconds) => {
    await using network = createTestNetwork();
    await expect(network.clock.advance(milliseconds)).rejects.toThrow(RangeError);
    await expect(network.sleep(milliseconds)).rejects.toThrow(RangeError);
  });

  it('ends where the timetokens of the protocol do, and stands still before', async () => {
    const end = 10_000_000_000_000;
    await using network = createTestNetwork();
    const { clock } = network;
    const left = end - clock.now();
    await expect(clock.advance(left)).rejects.toThrow('before 20 November 2286');
    await expect(network.sleep(left)).rejects.toThrow(RangeError);
    expect(() => new VirtualClock(end)).toThrow(RangeError);
    expect(() => new VirtualClock(end - 1).jump(1)).toThrow(RangeError);
    expect(clock.now()).toBe(end - left);
    await clock.advance(left - 60_000);
    const alice = network.client('alice');
    const messages = alice.subscribe().channels('room').execute();
    const got: unknown[] = [];
    messages.on('message', ({ message }) => got.push(message));
    await network.subscribed('room');
    for (const message of [1, 2, 3]) await network.publish('room', message);
    await clock.advance(1_000);
    expect(got).toEqual([1, 2, 3]);
  });

  it('holds no timer of anybody after the end', async () => {
    const network = createTestNetwork();
    const pubnub = new PubNub({ ...network.options, userId: 'alice', heartbeatInterval: 30 });
    pubnub.subscribe().channels('room').execute();
    await network.subscribed('room');
    expect(network.clock.pending).toBeGreaterThan(0);
    await pubnub.close();
    await network.close();
    expect(network.clock.pending).toBe(0);
  });

  it.each([
    [100, 99],
    [5_000, 4_999],
    [60_000, 59_999],
  ])('of a network that delays by %d ms is waited for', async (delay, before) => {
    await using network = createTestNetwork();
    network.delay(delay);
    let answered = false;
    const call = network.fetch(TIME).then(() => {
      answered = true;
    });
    await network.clock.advance(before);
    expect(answered).toBe(false);
    await network.clock.advance(1);
    expect(answered).toBe(true);
    await call;
    network.delay(0);
    expect((await network.fetch(TIME)).ok).toBe(true);
  });

  it('of a delay ends when the request is given up, and the origin never hears of it', async () => {
    await using network = createTestNetwork();
    await using pubnub = new PubNub({ ...network.options, userId: 'alice', transactionalRequestTimeout: 5 });
    network.delay(60_000);
    const call = pubnub.publish({ channel: 'room', message: 1 }).envelope();
    await network.clock.advance(120_000);
    expect((await call).status.category).toBe('PNTimeoutCategory');
    expect(network.published()).toEqual([]);
  });

  it('moves on until a promise settles', async () => {
    await using network = createTestNetwork();
    await using pubnub = new PubNub({ ...network.options, userId: 'alice' });
    network.fail('publish', { with: 'refused', times: 2 });
    const begun = network.clock.now();
    const call = pubnub.publish({ channel: 'room', message: 1 }).execute();
    expect(await network.settled(call)).toEqual({ timetoken: expect.any(String) });
    expect(network.clock.now() - begun).toBeGreaterThan(1_000);
    await expect(network.settled(Promise.reject(new Error('no')))).rejects.toThrow(/^no$/);
  });

  it.each([
    ['virtual', 'virtual'],
    ['fake', 'vi'],
  ] as const)('stands where the promise has settled, in %s time', async (_name, source) => {
    if (source === 'vi') vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const network = createTestNetwork({ time: source === 'vi' ? vi : source });
    const begun = network.clock.now();
    const fired: number[] = [];
    for (const due of [1_999, 2_500])
      network.clock.setTimeout(() => fired.push(network.clock.now() - begun), due);
    network.fail('time', { with: 'hang' });
    const call = network.client('alice').time().execute({ timeout: 2_000 });
    await expect(network.settled(call)).rejects.toThrow('(PN-2002)');
    expect([network.clock.now() - begun, fired]).toEqual([2_000, [1_999]]);
    await network.close();
  });

  it('stands still for work outside the network, which may set a timer', async () => {
    await using network = createTestNetwork();
    const begun = network.clock.now();
    const work = async () => {
      for (let turn = 0; turn < 100; turn++) await crypto.subtle.digest('SHA-1', new Uint8Array());
      await new Promise<void>((resolve) => network.clock.setTimeout(resolve, 300));
      return network.clock.now() - begun;
    };
    expect([await network.settled(work()), network.clock.now() - begun]).toEqual([300, 300]);
  });

  it('does not move on for an hour and more', async () => {
    await using network = createTestNetwork();
    const again = () => void network.clock.setTimeout(again, 60_000);
    again();
    await expect(network.settled(new Promise(() => undefined))).rejects.toThrow('An hour of the clock');
  });

  it('does not move on for ever', async () => {
    await using network = createTestNetwork({ patience: 20 });
    const error = await network.settled(new Promise(() => undefined)).catch((reason: Error) => reason);
    expect(error).toMatchObject({ name: 'TestNetworkError', stack: expect.stringContaining('time.test.ts') });
  });

  it.each([-1, Number.NaN])('cannot be delayed by %d', async (milliseconds) => {
    await using network = createTestNetwork();
    expect(() => network.delay(milliseconds)).toThrow(RangeError);
  });
});

describe('a virtual clock', () => {
  it('fires in the order of what is due, also what is set on the way', async () => {
    const clock = new VirtualClock(1_000);
    const fired: string[] = [];
    clock.setTimeout(() => fired.push('c'), 30);
    clock.setTimeout(() => {
      fired.push('a');
      clock.setTimeout(() => fired.push('b'), 10);
    }, 10);
    clock.clearTimeout(clock.setTimeout(() => fired.push('never'), 15));
    await clock.advance(30);
    expect({ fired, now: clock.now(), pending: clock.pending }).toEqual({
      ...{ fired: ['a', 'b', 'c'], now: 1_030, pending: 0 },
    });
  });

  it('fires elsewhere only while it sleeps', async () => {
    const clock = new VirtualClock();
    const begun = clock.now();
    const fired: (readonly [string, number])[] = [];
    const note = (name: string) => () => void fired.push([name, clock.now() - begun]);
    clock.setTimeout(note('here'), 50);
    clock.elsewhere.setTimeout(note('elsewhere'), 50);
    clock.elsewhere.clearTimeout(clock.elsewhere.setTimeout(note('never'), 60));
    await clock.sleep(100);
    await clock.advance(50);
    expect(fired).toEqual([
      ['elsewhere', 50],
      ['here', 150],
    ]);
    expect(clock.elsewhere.now()).toBe(clock.now());
  });

  it('tells the time that passed for who is awake: neither jumps nor sleep move it', async () => {
    const clock = new VirtualClock();
    const start = clock.monotonic();
    const seen: number[] = [];
    clock.setTimeout(() => seen.push(clock.monotonic() - start), 100);
    await clock.advance(250);
    clock.jump(-3_600_000);
    clock.jump(7_200_000);
    await clock.sleep(1_000);
    seen.push(clock.monotonic() - start);
    await clock.advance(50);
    seen.push(clock.monotonic() - start);
    clock.reset();
    seen.push(clock.monotonic() - start);
    expect(seen).toEqual([100, 250, 300, 300]);
  });

  it('takes a timer of Infinity for one that never fires, and waits for nothing', async () => {
    const clock = new VirtualClock();
    const timer = clock.setTimeout(() => expect.unreachable('it fired'), Number.POSITIVE_INFINITY);
    expect(clock.pending).toBe(0);
    clock.jump(1_000);
    await clock.advance(10 ** 12);
    clock.clearTimeout(timer);
    expect(clock.pending).toBe(0);
  });

  it('jumps without firing', async () => {
    const clock = new VirtualClock(0);
    const fired: number[] = [];
    clock.setTimeout(() => fired.push(clock.now()), 50);
    clock.jump(100);
    await clock.advance(49);
    expect(fired).toEqual([]);
    await clock.advance(1);
    expect(fired).toEqual([150]);
  });
});

const FAKED = [
  ['all that vitest fakes by itself', undefined],
  ['setTimeout and Date', ['setTimeout', 'clearTimeout', 'Date']],
  ['setImmediate too', ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'Date']],
] as const;

describe.each(FAKED)('with fake timers for %s', (_name, toFake) => {
  beforeEach(() => void vi.useFakeTimers(toFake ? { toFake: [...toFake] } : undefined));
  afterEach(() => void vi.useRealTimers());

  it('a virtual clock works beside them', async () => {
    await using network = createTestNetwork();
    await using pubnub = new PubNub({ ...network.options, userId: 'alice' });
    const messages: unknown[] = [];
    pubnub.on('message', ({ message }) => void messages.push(message));
    pubnub.subscribe().channels('room').execute();
    await network.subscribed('room');
    network.fail('subscribe', { with: { status: 503 }, times: 3 });
    await network.publish('room', 1);
    await network.publish('room', 2);
    await network.clock.advance(60_000);
    expect(messages).toEqual([1, 2]);
  });

  it.each(['vi.advanceTimersByTimeAsync', 'network.clock.advance'])(
    'a network of their time is moved by %s',
    async (how) => {
      await using network = createTestNetwork({ time: vi });
      const { fetch } = network.options;
      await using pubnub = new PubNub({ subscribeKey: 'demo', publishKey: 'demo', userId: 'alice', fetch });
      const messages: unknown[] = [];
      pubnub.on('message', ({ message }) => void messages.push(message));
      pubnub.subscribe().channels('room').execute();
      await network.subscribed('room');
      network.fail('subscribe', { with: { status: 503 }, times: 3 });
      await network.publish('room', 1);
      await network.publish('room', 2);
      const begun = Date.now();
      if (how === 'network.clock.advance') await network.clock.advance(60_000);
      else {
        await vi.advanceTimersByTimeAsync(60_000);
        await network.idle();
      }
      expect({ messages, passed: Date.now() - begun }).toEqual({ messages: [1, 2], passed: 60_000 });
      expect(network.clock.pending).toBe(vi.getTimerCount());
    },
  );

  it('a network of their time sleeps', async () => {
    await using network = createTestNetwork({ time: vi });
    const { fetch } = network.options;
    await using pubnub = new PubNub({ subscribeKey: 'demo', publishKey: 'demo', userId: 'alice', fetch });
    const messages: unknown[] = [];
    pubnub.on('message', ({ message }) => void messages.push(message));
    pubnub.subscribe().channels('room').execute();
    await network.subscribed('room');
    const begun = Date.now();
    await network.sleep(600_000);
    expect(Date.now() - begun).toBe(600_000);
    await network.publish('room', 'good morning');
    await network.clock.advance(60_000);
    expect(messages).toEqual(['good morning']);
  });

  it('a network of global time says how it is moved', async () => {
    await using network = createTestNetwork({ time: 'global' });
    await expect(network.clock.advance(1)).rejects.toThrow('vi.advanceTimersByTimeAsync()');
    await expect(network.sleep(1)).rejects.toThrow('{ time: vi }');
    expect(() => network.clock.pending).toThrow(TypeError);
    network.delay(1_000);
    const call = network.fetch(TIME);
    await network.idle();
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await call).ok).toBe(true);
  });
});

it.each([null, {}, 'fake', 5])('there is no time like %j', (time) => {
  expect(() => createTestNetwork({ time: time as 'virtual' })).toThrow('The option time must be "virtual"');
});
