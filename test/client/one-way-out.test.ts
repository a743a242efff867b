import { inspect } from 'node:util';
import {
  aesCbcCryptoModule,
  type CryptoModule,
  type PubNub,
  PubNubError,
  type PubNubOptions,
} from 'timetoken';
import { afterEach, describe, expect, it } from 'vitest';
import { fails, hangs, rejection, SENT, type Step, scriptedClient } from '../support/unit-client.ts';
import { settle, VirtualClock } from '../support/virtual-clock.ts';

const unhandled: unknown[] = [];
const note = (reason: unknown) => void unhandled.push(reason);
process.on('unhandledRejection', note);

afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve));
  expect(unhandled.splice(0)).toEqual([]);
});

function publishOf(pubnub: PubNub) {
  return pubnub.publish({ channel: 'a', message: { text: 'hello' } });
}

/** What `execute()` rejects with, once it is known that `envelope()` says the same. */
async function failureOf(call: ReturnType<typeof publishOf>): Promise<PubNubError> {
  const thrown = await rejection(call.execute());
  if (!(thrown instanceof PubNubError)) throw new Error(`rejects with ${inspect(thrown)}`);
  const { status, ...rest } = await call.envelope();
  expect(rest).toEqual({});
  expect(status).toMatchObject({ isError: true, category: thrown.category, operation: 'PNPublishOperation' });
  expect(status.errorData).toBeInstanceOf(PubNubError);
  expect(status.errorData?.toJSON()).toEqual(thrown.toJSON());
  return thrown;
}

/** A source of chance that fails once the client is there. */
function failingRandom(): { random: () => number; broken: boolean } {
  const source = {
    broken: false,
    random: () => {
      if (source.broken) throw new Error('no chance');
      return 0;
    },
  };
  return source;
}

const CIPHER = aesCbcCryptoModule({ cipherKey: 'a long cipher key' });

function cryptoWith(encrypt: () => unknown): CryptoModule {
  // What a program without types may give.
  return { ...CIPHER, encrypt } as CryptoModule;
}

const MESSAGES: readonly (readonly [name: string, message: () => unknown, code: string])[] = [
  ['a toJSON() that throws', () => ({ toJSON: fails(new Error('mine')) }), 'PN-1002'],
  ['a toJSON() that throws nothing', () => ({ toJSON: fails(undefined) }), 'PN-1002'],
  [
    'a getter that throws',
    () => Object.defineProperty({}, 'a', { get: fails('mine'), enumerable: true }),
    'PN-1002',
  ],
  ['a proxy that throws', () => new Proxy({}, { ownKeys: fails(new Error('mine')) }), 'PN-1002'],
];

const OPTIONS: readonly (readonly [name: string, options: () => Partial<PubNubOptions>, code: string])[] = [
  ['a crypto module that throws', () => ({ cryptoModule: cryptoWith(fails(new Error('mine'))) }), 'PN-5002'],
  [
    'a crypto module that rejects',
    () => ({ cryptoModule: cryptoWith(async () => fails(null)()) }),
    'PN-5002',
  ],
  ...[undefined, 'text', [1, 2], {}, new ArrayBuffer(2)].map(
    (nonsense) =>
      [
        `a crypto module that gives ${inspect(nonsense)}`,
        () => ({ cryptoModule: cryptoWith(() => nonsense) }),
        'PN-5002',
      ] as const,
  ),
];

describe('what is thrown while a request is put together', () => {
  it.each(MESSAGES)(
    'is an error of the call, which is not sent and not repeated: %s',
    async (_name, message, code) => {
      const { pubnub, requests, logs } = scriptedClient();
      // What a program without types may give.
      const call = () => pubnub.publish({ channel: 'a' }).message(message() as string);
      const thrown = await rejection(call().execute());
      expect(thrown).toBeInstanceOf(PubNubError);
      expect(thrown).toMatchObject({
        code,
        delivery: 'not-sent',
        retryable: false,
        operation: 'PNPublishOperation',
      });
      expect((await call().envelope()).status.errorData).toMatchObject({ code, delivery: 'not-sent' });
      expect(await rejection(call().request())).toMatchObject({ code, delivery: 'not-sent' });
      expect([requests, logs]).toEqual([[], []]);
    },
  );

  it.each(OPTIONS)(
    'is an error of the call, also where the client is to blame: %s',
    async (_name, options, code) => {
      const { pubnub, requests, logs } = scriptedClient([SENT], options());
      const error = await failureOf(publishOf(pubnub));
      expect(error).toMatchObject({ code, delivery: 'not-sent', retryable: false });
      expect(await rejection(publishOf(pubnub).request())).toMatchObject({ code });
      expect([requests, logs]).toEqual([[], []]);
    },
  );

  it('is an error of the call where chance fails', async () => {
    const source = failingRandom();
    const { pubnub, requests } = scriptedClient([SENT], { random: source.random, useRequestId: true });
    source.broken = true;
    expect(await failureOf(publishOf(pubnub))).toMatchObject({ code: 'PN-1002', delivery: 'not-sent' });
    expect(requests).toEqual([]);
  });

  it.each(['now', 'setTimeout'] as const)(
    'is an error of the call where the clock fails: %s',
    async (method) => {
      const clock = new VirtualClock();
      const { pubnub, requests } = scriptedClient([SENT], { clock, secretKey: 'a secret of the server' });
      clock[method] = fails(new Error('stopped'));
      expect(await failureOf(publishOf(pubnub))).toMatchObject({ code: 'PN-1002', delivery: 'not-sent' });
      expect(requests).toEqual([]);
    },
  );

  it('is told by pages as well', async () => {
    const source = failingRandom();
    const { pubnub } = scriptedClient([SENT], { random: source.random, useRequestId: true });
    source.broken = true;
    const pages = pubnub.fetchMessages({ channels: 'a' }).pages();
    expect(await rejection(pages.next())).toMatchObject({
      name: 'PubNubError',
      code: 'PN-1002',
      delivery: 'not-sent',
    });
  });
});

const throwing = Object.defineProperties(new Error('x'), {
  ...Object.fromEntries(['name', 'message', 'cause', 'code', 'stack'].map((key) => [key, { get: fails(1) }])),
});
const revoked = Proxy.revocable({}, {});
revoked.revoke();

const THROWN: readonly unknown[] = [
  ...[undefined, null, '', 'text', 0, Number.NaN, 1n, true, Symbol('mine'), () => 1],
  ...[{}, [], Object.freeze(new Error('frozen')), Object.create(null), throwing, revoked.proxy],
  ...[
    new Proxy(new Error('x'), { get: fails(1), has: fails(2), getPrototypeOf: fails(3), ownKeys: fails(4) }),
  ],
  ...[Object.create(PubNubError.prototype), { [Symbol.for('timetoken.PubNubError')]: true, code: 7 }],
  ...[new Response('x'), new AggregateError([], 'none'), Object.assign(new Error('x'), { cause: throwing })],
];

const GARBAGE: readonly unknown[] = [
  ...[undefined, null, 'text', 7, {}, [], new Response('[1,"Sent","16000000000000001"]')],
  { status: 200, body: SENT.body },
  { status: '200', body: SENT.body, headers: { get: () => null } },
  { status: Number.NaN, body: SENT.body, headers: { get: () => null } },
  { status: 200, body: undefined, headers: { get: () => null } },
  { status: 200, body: SENT.body, headers: {} },
  { status: 200, body: '', headers: { get: () => null }, stream: 'text' },
  Object.defineProperty({ status: 200, body: '' }, 'headers', { get: fails(new Error('mine')) }),
];

// Test runners look at what they are given, which some of these do not bear.
function indexed<T>(values: readonly T[]): readonly (readonly [index: number, give: () => T])[] {
  return values.map((value, index) => [index, () => value]);
}

/** A transport that a program without types may give. */
function clientWith(transport: () => unknown) {
  let count = 0;
  const { pubnub, clock } = scriptedClient([SENT], {
    transport: (() => {
      count++;
      return transport();
    }) as unknown as NonNullable<PubNubOptions['transport']>,
  });
  return { pubnub, clock, sent: () => count };
}

describe('a transport of one’s own', () => {
  it.each(indexed(THROWN))('may throw anything: case %i', async (_index, give) => {
    const thrown = give();
    for (const transport of [fails(thrown), () => Promise.reject(thrown)]) {
      const { pubnub, sent } = clientWith(transport);
      const error = await failureOf(publishOf(pubnub));
      expect(error).toMatchObject({ code: 'PN-2001', delivery: 'unknown', operation: 'PNPublishOperation' });
      expect(sent()).toBe(2);
      // Nothing that hangs on it throws when it is printed.
      expect(inspect(error, { showHidden: true, depth: 9 }) + JSON.stringify(error)).toContain('PN-2001');
    }
  });

  it.each(indexed(GARBAGE))('may answer anything: case %i', async (_index, give) => {
    const answer = give();
    for (const transport of [() => answer, async () => answer]) {
      const { pubnub } = clientWith(transport);
      expect(await failureOf(publishOf(pubnub))).toMatchObject({ code: 'PN-4001', delivery: 'unknown' });
    }
  });

  it.each([fails(new Error('mine')), () => 7])('may have headers that cannot be read: %s', async (get) => {
    const headers = { get } as unknown as { get(): null };
    const { pubnub } = clientWith(async () => ({ status: 500, body: '', headers }));
    expect(await failureOf(publishOf(pubnub))).toMatchObject({ code: 'PN-3006', statusCode: 500 });
  });

  it.each(indexed([...THROWN.map(fails), ...GARBAGE.map((answer) => () => answer)]))(
    'does not stop the loop, nor drive it: case %i',
    async (_index, give) => {
      const { pubnub, clock, sent } = clientWith(give());
      const errors: unknown[] = [];
      pubnub.on('status', ({ errorData }) => void errors.push(errorData));
      pubnub.subscribe().channels('a').execute();
      await clock.advance(30_000);
      expect(errors.length).toBeGreaterThan(2);
      for (const error of errors) expect(error).toBeInstanceOf(PubNubError);
      expect(sent()).toBeLessThan(32);
      const closed = pubnub.close();
      await clock.advance(200);
      await closed;
    },
  );
});

describe('a request of the loop that cannot be put together', () => {
  const HANDSHAKE: Step = { body: '{"t":{"t":"16000000000000000","r":1},"m":[]}' };

  it('is announced, and made again when it can be', async () => {
    const source = failingRandom();
    const steps: readonly Step[] = [HANDSHAKE, hangs];
    const { pubnub, clock, requests } = scriptedClient(steps, { random: source.random, useRequestId: true });
    const statuses: unknown[] = [];
    pubnub.on('status', ({ category, errorData, nextRetryAt }) => {
      statuses.push([category, errorData?.code, errorData?.delivery, nextRetryAt !== undefined]);
    });
    source.broken = true;
    pubnub.subscribe().channels('a').execute();
    await clock.advance(20_000);
    expect(requests).toEqual([]);
    expect(statuses.length).toBeGreaterThan(2);
    expect(statuses.length).toBeLessThan(20);
    for (const status of statuses)
      expect(status).toEqual(['PNValidationErrorCategory', 'PN-1002', 'not-sent', true]);
    source.broken = false;
    await clock.advance(150_000);
    expect([pubnub.state, statuses.at(-1)]).toEqual([
      'connected',
      ['PNConnectedCategory', undefined, undefined, false],
    ]);
  });

  it('is an error of the heartbeat and of the leave, and of nothing else', async () => {
    const source = failingRandom();
    const steps: readonly Step[] = [HANDSHAKE, hangs];
    const options = { random: source.random, useRequestId: true, heartbeatInterval: 5 };
    const { pubnub, clock, requests, close } = scriptedClient(steps, options);
    const beats: unknown[] = [];
    const subscription = pubnub.subscribe().channels('a').execute();
    await settle();
    pubnub.on('status', ({ operation, errorData }) => void beats.push([operation, errorData?.code]));
    source.broken = true;
    await clock.advance(12_000);
    expect(beats).toEqual(Array.from({ length: beats.length }, () => ['PNHeartbeatOperation', 'PN-1002']));
    expect(beats.length).toBeGreaterThan(1);
    const sent = requests.length;
    subscription.unsubscribe();
    await clock.advance(5_000);
    expect(requests).toHaveLength(sent);
    await close();
  });
});
