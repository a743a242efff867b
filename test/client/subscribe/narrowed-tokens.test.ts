import fc from 'fast-check';
import type { AnyChannels, PubNub, Subscription } from 'timetoken';
import { createTestNetwork, type TestNetwork } from 'timetoken/testing';
import { expect, test } from 'vitest';

const CHANNELS = ['a', 'b', 'c', 'a.x'] as const;
const NAMES = [...CHANNELS, 'a.*'];
/** The names of each subscription. */
const SUBSCRIPTIONS: readonly (readonly string[])[] = [...NAMES.map((name) => [name]), ['a', 'b']];
const KEYSET = { subscribeKey: 'demo', publishKey: 'demo', secretKey: 'sec', access: true };

/** What one reader got, by channel. */
type Got = Map<string, number[]>;

function add(got: Got, channel: string, message: unknown): void {
  got.set(channel, [...(got.get(channel) ?? []), Number(message)]);
}

/** Reads a subscription one message at a time, when it is told to, and everything in the end. */
class SlowReader {
  readonly got: Got = new Map();
  readonly #messages;
  #isReading = false;
  #isHungry = false;

  constructor(subscription: Subscription<AnyChannels, string>) {
    this.#messages = subscription.messages({ buffer: 1 });
  }

  read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    void this.#messages.next().then(({ value, done }) => {
      this.#isReading = false;
      if (done) return;
      add(this.got, value.channel, value.message);
      if (this.#isHungry) this.read();
    });
  }

  readAll(): void {
    this.#isHungry = true;
    this.read();
  }
}

/** A client of a network that asks for permissions, and what its subscriptions get. */
async function watched() {
  const network = createTestNetwork({ keysets: [KEYSET] });
  const server = network.client('server', { secretKey: 'sec' });
  const tokenFor = (names: readonly string[]) => {
    const channels = Object.fromEntries(['none', ...names].map((name) => [name, ['read'] as const]));
    return network.settled(server.grantToken().ttl(60).channels(channels).execute());
  };
  const pubnub: PubNub = network.client('reader', { logger: {}, token: await tokenFor(NAMES) });
  const gaps: unknown[] = [];
  pubnub.on('gap', (gap) => gaps.push(gap));
  const listened = SUBSCRIPTIONS.map((names) => {
    const got: Got = new Map();
    const subscription = pubnub.subscribe().channels(names).execute();
    subscription.on('message', ({ channel, message }) => add(got, channel, message));
    return { names, got };
  });
  const slow = SUBSCRIPTIONS.map((names) => {
    const reader = new SlowReader(pubnub.subscribe().channels(names).execute());
    return { names, got: reader.got, reader };
  });
  await network.clock.advance(10_000);
  const start = BigInt(network.clock.now()) * 10_000n - 10_000n;
  const readPast = ({ names, isSlow }: { readonly names: readonly string[]; readonly isSlow: boolean }) => {
    const subscription = pubnub.subscribe().channels(names).withTimetoken(start).execute();
    const reader = isSlow ? new SlowReader(subscription) : undefined;
    const got: Got = reader?.got ?? new Map();
    if (reader) slow.push({ names, got, reader });
    else subscription.on('message', ({ channel, message }) => add(got, channel, message));
    return { names, got };
  };
  return { network, server, pubnub, tokenFor, gaps, readPast, all: [...listened, ...slow], slow };
}

const token = fc.subarray(NAMES).map((names) => ({ do: 'token' as const, names }));
const publish = fc.constantFrom(...CHANNELS).map((channel) => ({ do: 'publish' as const, channel }));
const wait = fc.constantFrom(0, 1, 50, 2_000, 30_000).map((ms) => ({ do: 'wait' as const, ms }));
const read = fc.nat({ max: SUBSCRIPTIONS.length - 1 }).map((index) => ({ do: 'read' as const, index }));
const cut = fc.constant({ do: 'cut' as const });
/** A subscription that begins where the network began. */
const past = fc
  .tuple(fc.subarray(NAMES, { minLength: 1 }), fc.boolean())
  .map(([names, isSlow]) => ({ do: 'past' as const, names, isSlow }));
const steps = fc.array(
  fc.oneof({ weight: 4, arbitrary: publish }, { weight: 3, arbitrary: token }, wait, read, cut, past),
  { minLength: 3, maxLength: 40 },
);

test('however tokens are narrowed and widened, each subscription has each message once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const { network, server, pubnub, tokenFor, gaps, readPast, all, slow } = await watched();
      const sent: Got = new Map();
      let count = 0;
      for (const step of script) {
        if (step.do === 'publish') {
          add(sent, step.channel, ++count);
          await network.settled(server.publish().channel(step.channel).message(count).execute());
        } else if (step.do === 'token') pubnub.setToken(await tokenFor(step.names));
        else if (step.do === 'cut') network.fail('subscribe', { with: 'reset' });
        else if (step.do === 'past') all.push(readPast(step));
        else if (step.do === 'read') slow[step.index]?.reader.read();
        else await network.clock.advance(step.ms);
      }
      for (const { reader } of slow) reader.readAll();
      await network.clock.advance(5_000);
      pubnub.setToken(await tokenFor(NAMES));
      await network.clock.advance(900_000);
      expect(gaps).toEqual([]);
      for (const { names, got } of all) {
        const isTheirs = (channel: string) =>
          names.includes(channel) || (names.includes('a.*') && channel === 'a.x');
        expect([names, Object.fromEntries(got)]).toEqual([
          names,
          Object.fromEntries([...sent].filter(([channel]) => isTheirs(channel))),
        ]);
      }
      await network.close();
    }),
    { numRuns: 40 },
  );
});

/** A network whose client is subscribed to "a" and "b"; a token for both, and one for "b". */
async function narrowed() {
  const { network, server, tokenFor } = await watched();
  const [both, onlyB] = [await tokenFor(['a', 'b']), await tokenFor(['b'])];
  const pubnub = network.client('bob', { logger: {}, token: both });
  const publish = (channel: string, ...messages: readonly string[]) =>
    messages.reduce(async (before, message) => {
      await before;
      await network.settled(server.publish().channel(channel).message(message).execute());
    }, Promise.resolve());
  const got: unknown[] = [];
  const readFrom = async (messages: AsyncIterable<{ readonly message: unknown }>) => {
    for await (const { message } of messages) got.push(message);
  };
  return { network, pubnub, publish, both, onlyB, tokenFor, got, readFrom };
}

test('what waits behind a backfill when its name is refused again is fetched by the next one', async () => {
  const { network, pubnub, publish, both, onlyB, got, readFrom } = await narrowed();
  pubnub
    .subscribe()
    .channels('b')
    .execute()
    .on('message', () => undefined);
  const subscription = pubnub.subscribe().channels('a').execute();
  await network.settled(subscription.connected());
  const messages = subscription.messages({ buffer: 1 });
  pubnub.setToken(onlyB);
  await network.clock.advance(1_000);
  await publish('a', 'a1', 'a2', 'a3');
  await publish('b', 'b1');
  await network.clock.advance(1_000);
  await publish('a', 'a4');
  pubnub.setToken(both);
  await network.clock.advance(100);
  pubnub.setToken(onlyB);
  await network.clock.advance(1_000);
  await publish('a', 'a5');
  void readFrom(messages);
  await network.clock.advance(5_000);
  pubnub.setToken(both);
  await network.clock.advance(120_000);
  await publish('a', 'a6');
  await network.clock.advance(1_000);
  expect(got).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6']);
  await network.close();
});

test('an answer that waited for a reader when the name was refused comes before the backfill', async () => {
  const { network, pubnub, publish, both, onlyB, got, readFrom } = await narrowed();
  const subscription = pubnub.subscribe().channels(['a', 'b']).execute();
  await network.settled(subscription.connected());
  const messages = subscription.messages({ buffer: 1 });
  await publish('a', 'a1', 'a2');
  pubnub.setToken(onlyB);
  await network.clock.advance(1);
  await publish('a', 'a3');
  await publish('b', 'b1');
  pubnub.setToken(both);
  await network.clock.advance(100);
  void readFrom(messages);
  await network.clock.advance(120_000);
  await publish('a', 'a4');
  await network.clock.advance(1_000);
  expect(got.filter((message) => String(message).startsWith('a'))).toEqual(['a1', 'a2', 'a3', 'a4']);
  await network.close();
});

test('a past that is being read goes on without a name that is refused meanwhile', async () => {
  const { network, pubnub, publish, both, onlyB, got } = await narrowed();
  const start = BigInt(network.clock.now()) * 10_000n - 10_000n;
  await publish('a', 'a1');
  await publish('b', 'b1');
  const gaps: unknown[] = [];
  pubnub.on('gap', (gap) => gaps.push(gap));
  await network.settled(pubnub.subscribe().channels('none').execute().connected());
  network.delay(1_000);
  const subscription = pubnub.subscribe().channels(['a', 'b']).withTimetoken(start).execute();
  subscription.on('message', ({ message }) => got.push(message));
  // The answer to the backfill's poll is on its way.
  await network.clock.advance(1_500);
  pubnub.setToken(onlyB);
  await network.clock.advance(900_000);
  expect(got).toEqual(['b1']);
  pubnub.setToken(both);
  await network.clock.advance(900_000);
  expect([got, gaps]).toEqual([['b1', 'a1'], []]);
  await network.close();
});

test('what waits of a name that is refused meanwhile is no sign of a lost answer for the others', async () => {
  const { network, pubnub, publish, both, onlyB, got } = await narrowed();
  pubnub.setToken(both);
  const start = BigInt(network.clock.now()) * 10_000n - 10_000n;
  const gaps: unknown[] = [];
  pubnub.on('gap', (gap) => gaps.push(gap));
  await network.settled(pubnub.subscribe().channels(['a', 'b']).execute().connected());
  // Nothing older is there: the polls of the two backfills are held, one after the other.
  pubnub.subscribe().channels('b').withTimetoken(start).execute();
  const subscription = pubnub.subscribe().channels(['a', 'b']).withTimetoken(start).execute();
  subscription.on('message', ({ message }) => got.push(message));
  await publish('a', 'a1');
  pubnub.setToken(onlyB);
  await network.clock.advance(900_000);
  pubnub.setToken(both);
  await network.clock.advance(900_000);
  expect([got, gaps]).toEqual([['a1'], []]);
  await network.close();
});

test('the past of a new name comes in order, also beside other names that go on where they stopped', async () => {
  const { network, pubnub, publish, got, tokenFor } = await narrowed();
  const [all, onlyX, onlyA] = [
    await tokenFor(['a', 'b', 'a.x']),
    await tokenFor(['a.x']),
    await tokenFor(['a']),
  ];
  pubnub.setToken(all);
  const start = BigInt(network.clock.now()) * 10_000n - 10_000n;
  await network.settled(pubnub.subscribe().channels(['a', 'b', 'a.x']).execute().connected());
  await publish('a.x', 'x1');
  await publish('b', 'b1');
  pubnub.setToken(onlyX);
  const subscription = pubnub.subscribe().channels(['b', 'a.x']).withTimetoken(start).execute();
  subscription.on('message', ({ message }) => got.push(message));
  await publish('a', 'a1');
  pubnub.setToken(onlyA);
  network.fail('subscribe', { with: 'reset' });
  await publish('b', 'b2');
  await network.clock.advance(5_000);
  pubnub.setToken(all);
  await network.clock.advance(900_000);
  expect(got).toEqual(['x1', 'b1', 'b2']);
  await network.close();
});

test.each(['refused', 'unsubscribed'] as const)(
  'what waits for older messages of a name that is %s comes by another name at once',
  async (how) => {
    const { network, pubnub, publish, got, tokenFor } = await narrowed();
    const [all, narrow] = [await tokenFor(['a.*', 'a.x', 'b', 'c']), await tokenFor(['a.x', 'b', 'c'])];
    pubnub.setToken(all);
    const start = BigInt(network.clock.now()) * 10_000n - 10_000n;
    const subscription = pubnub.subscribe().channels(['a.*', 'a.x']).execute();
    subscription.on('message', ({ message }) => got.push(message));
    await network.settled(pubnub.subscribe().channels('b').execute().connected());
    pubnub.setToken(narrow);
    await network.clock.advance(1_000);
    await publish('b', 'b1');
    // Its poll is held, and that of the wildcard's backfill has to wait.
    pubnub.subscribe().channels('c').withTimetoken(start).execute();
    await network.clock.advance(100);
    pubnub.setToken(all);
    await network.clock.advance(10);
    await publish('a.x', 'x1', 'x2');
    expect(got).toEqual([]);
    if (how === 'refused') pubnub.setToken(narrow);
    else await pubnub.unsubscribe().channels('a.*').execute();
    await network.clock.advance(100);
    await publish('a.x', 'x3');
    expect(got).toEqual(['x1', 'x2', 'x3']);
    await network.close();
  },
);

/** Publishes so many messages on a channel. */
async function publishMany(network: TestNetwork, count: number, channel: string): Promise<void> {
  for (let number = 0; number < count; number++) await network.publish(channel, number);
}

// More than the deduplication window holds, and later than it looks back.
test.each([0, 2_500])(
  'a name that is accepted again after minutes, and %d other messages, brings nothing that another name has brought',
  async (others) => {
    const { network, pubnub, publish, got, tokenFor } = await narrowed();
    const [wide, narrow] = [await tokenFor(['a.*', 'a.x', 'b']), await tokenFor(['a.*', 'b'])];
    pubnub.setToken(wide);
    const all: unknown[] = [];
    pubnub.on('message', ({ channel, message }) => channel === 'a.x' && all.push(message));
    const both = pubnub.subscribe().channels(['a.*', 'a.x']).execute();
    both.on('message', ({ message }) => got.push(message));
    const direct: unknown[] = [];
    const only = pubnub.subscribe().channels('a.x').execute();
    only.on('message', ({ message }) => direct.push(message));
    pubnub.subscribe().channels('b').execute();
    await network.settled(only.connected());
    await publish('a.x', '1');
    pubnub.setToken(narrow);
    await network.clock.advance(1_000);
    await publish('a.x', '2', '3');
    await publishMany(network, others, 'b');
    await network.clock.advance(360_000);
    pubnub.setToken(wide);
    await network.clock.advance(60_000);
    await publish('a.x', '4');
    expect([got, direct, all]).toEqual([
      ['1', '2', '3', '4'],
      ['1', '2', '3', '4'],
      ['1', '2', '3', '4'],
    ]);
    await network.close();
  },
);

test.each([0, 2_500])(
  'the client hears once what two later starts in the past bring, minutes and %d other messages later',
  async (others) => {
    const { network, pubnub, publish, both } = await narrowed();
    pubnub.setToken(both);
    const start = BigInt(network.clock.now()) * 10_000n - 10_000n;
    const all: unknown[] = [];
    pubnub.on('message', ({ channel, message }) => channel === 'a' && all.push(message));
    await network.settled(pubnub.subscribe().channels('b').execute().connected());
    await publish('a', '1', '2');
    await publishMany(network, others, 'b');
    await network.clock.advance(360_000);
    const late = [0, 1].map(() => {
      const messages: unknown[] = [];
      const subscription = pubnub.subscribe().channels('a').withTimetoken(start).execute();
      subscription.on('message', ({ message }) => messages.push(message));
      return messages;
    });
    await network.clock.advance(60_000);
    await publish('a', '3');
    expect([all, ...late]).toEqual([
      ['1', '2', '3'],
      ['1', '2', '3'],
      ['1', '2', '3'],
    ]);
    await network.clock.advance(360_000);
    const last: unknown[] = [];
    const subscription = pubnub.subscribe().channels('a').withTimetoken(start).execute();
    subscription.on('message', ({ message }) => last.push(message));
    await network.clock.advance(60_000);
    expect([all, last]).toEqual([
      ['1', '2', '3'],
      ['1', '2', '3'],
    ]);
    await network.close();
  },
);
