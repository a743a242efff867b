import { describe, expect, it } from 'vitest';
import { RuntimeClock } from '../../support/runtime-clock.ts';
import {
  type Answer,
  fails,
  networkError,
  rejection,
  SENT,
  type Step,
  scriptedClient,
} from '../../support/unit-client.ts';
import { settle } from '../../support/virtual-clock.ts';

const TIME: Answer = { body: '[16000000000000001]' };
const OK = { timetoken: '16000000000000001' };
const publish = (pubnub: ReturnType<typeof scriptedClient>['pubnub']) =>
  pubnub.publish({ channel: 'a', message: 1 });

const TRANSIENT: readonly (readonly [string, Step])[] = [
  ['HTTP 500', { status: 500 }],
  ['HTTP 502 with a page', { status: 502, body: '<html>' }],
  ['HTTP 429', { status: 429, body: '{}' }],
  ['a login page under 200', { body: '<html>' }],
  ['an empty answer', { body: '' }],
  ['an answer of another shape', { body: '{"a":1}' }],
  ['a redirect', { status: 307 }],
  ['a reset', fails(networkError('ECONNRESET'))],
  ['a refusal', fails(networkError('ECONNREFUSED'))],
  ['a failure without a code', fails(new TypeError('Failed to fetch'))],
  [
    'a failure within 200',
    { body: '{"status":503,"error":1,"message":"Service Unavailable","service":"Presence"}' },
  ],
];

const FINAL: readonly (readonly [string, Step, string])[] = [
  ['HTTP 400', { status: 400, body: '[0,"Invalid Key","1"]' }, 'PN-3001'],
  ['HTTP 403', { status: 403, body: '{"message":"Forbidden","error":true,"status":403}' }, 'PN-3002'],
  ['HTTP 404', { status: 404 }, 'PN-3003'],
  ['HTTP 413', { status: 413 }, 'PN-1005'],
  ['HTTP 414', { status: 414 }, 'PN-3004'],
  ['HTTP 418', { status: 418 }, 'PN-3007'],
  ['HTTP 481', { status: 481 }, 'PN-3008'],
  ['[0, …] under 200', { body: '[0,"Invalid Key","1"]' }, 'PN-3001'],
];

describe('a call that is safe to repeat', () => {
  it.each(TRANSIENT)('is made again after %s', async (_name, step) => {
    const { pubnub, clock, requests } = scriptedClient([step, step, step, TIME]);
    const call = pubnub.time().execute();
    await clock.advance(30_000);
    expect(await call).toEqual(OK);
    expect(requests).toHaveLength(4);
    expect(clock.pending).toBe(0);
  });

  it('waits longer each time, by the virtual clock alone', async () => {
    const { pubnub, clock, requests } = scriptedClient([{ status: 500 }], { random: () => 1 - 2 ** -53 });
    const call = rejection(pubnub.time().execute());
    const made: number[] = [];
    await settle();
    for (let passed = 0; passed <= 8_000; passed += 250) {
      while (made.length < requests.length) made.push(passed);
      await clock.advance(250);
    }
    expect(made).toEqual([0, 1_000, 3_000, 7_000]);
    expect(await call).toMatchObject({ code: 'PN-3006', statusCode: 500, operation: 'PNTimeOperation' });
  });

  it('gives up after four attempts with the last error', async () => {
    const { pubnub, clock, requests } = scriptedClient([
      { status: 500 },
      { status: 500 },
      { status: 500 },
      { status: 503 },
    ]);
    const error = rejection(pubnub.time().execute());
    await clock.advance(60_000);
    expect(await error).toMatchObject({ statusCode: 503 });
    expect(requests).toHaveLength(4);
  });

  it.each([
    ['seconds', '3', 3_000],
    ['a date', new Date(1_700_000_004_000).toUTCString(), 4_000],
    ['seconds beyond the cap', '3600', 10_000],
    ['a date that is past', new Date(0).toUTCString(), 100],
    ['nonsense', 'soon', 100],
  ])('waits as long as Retry-After says: %s', async (_name, value, delay) => {
    const step = { status: 503, headers: { 'retry-after': value } };
    const { pubnub, clock, requests } = scriptedClient([step, TIME]);
    const call = pubnub.time().execute();
    await clock.advance(delay - 1);
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    expect(requests).toHaveLength(2);
    expect(await call).toEqual(OK);
  });

  it.each([{ random: 0 }, { random: 1 - Number.EPSILON }])(
    'waits ten seconds at most, whatever Retry-After says and chance ($random) adds',
    async ({ random }) => {
      const step = { status: 503, headers: { 'retry-after': '9999999999' } };
      const { pubnub, clock, requests } = scriptedClient([step, TIME], { random: () => random });
      const call = pubnub.time().execute();
      await clock.advance(9_999);
      expect(requests).toHaveLength(1);
      await clock.advance(1);
      expect(await call).toEqual(OK);
    },
  );

  it('waits as long as the server says by its own clock, though the wall clock here was set back', async () => {
    const there = new Date(1_700_000_000_000).toUTCString();
    const back = new Date(1_700_000_002_000).toUTCString();
    const step = { status: 503, headers: { 'retry-after': back, date: there } };
    const { pubnub, clock, requests } = scriptedClient([step, TIME]);
    clock.jump(-3_600_000);
    const call = pubnub.time().execute();
    await clock.advance(2_000);
    expect(requests).toHaveLength(2);
    expect(await call).toEqual(OK);
  });

  it('has no deadline of its own with a timeout of Infinity', async () => {
    const runtime = new RuntimeClock();
    const late = () =>
      new Promise<Answer>((resolve) => runtime.time.setTimeout(() => resolve(TIME), 40 * 86_400_000));
    const { pubnub, requests } = scriptedClient([late], { clock: runtime });
    const call = pubnub.time().execute({ timeout: Number.POSITIVE_INFINITY });
    await runtime.time.advance(40 * 86_400_000);
    expect(await call).toEqual(OK);
    expect(requests).toHaveLength(1);
  });

  it.each(FINAL)('is not made again after %s', async (_name, step, code) => {
    const { pubnub, clock, requests } = scriptedClient([step]);
    const error = await rejection(pubnub.time().execute());
    await clock.advance(60_000);
    expect(error).toMatchObject({ code });
    expect(requests).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('carries the same request id in every attempt, and another one in the next call', async () => {
    let seed = 0;
    const random = () => (seed = (seed + 0.137) % 1);
    const { pubnub, clock, requests } = scriptedClient([{ status: 500 }, TIME], {
      useRequestId: true,
      random,
    });
    const first = pubnub.time().execute();
    await clock.advance(10_000);
    await first;
    await pubnub.time().execute();
    const ids = requests.map(({ url }) => /requestid=([^&]*)/.exec(url)?.[1]);
    expect(ids[0]).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it('takes the token of each attempt', async () => {
    const { pubnub, clock, requests } = scriptedClient([{ status: 500 }, SENT], { token: 'old' });
    const steps = [fails(networkError('ECONNREFUSED')), SENT];
    const client = scriptedClient(steps, { token: 'old' });
    const call = publish(client.pubnub).execute();
    await settle();
    client.pubnub.setToken('new');
    await client.clock.advance(10_000);
    await call;
    expect(client.requests.map(({ url }) => /auth=(\w+)/.exec(url)?.[1])).toEqual(['old', 'new']);
    expect([requests, clock.pending, pubnub.state]).toEqual([[], 0, 'idle']);
  });
});

describe('a publish', () => {
  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'CERT_HAS_EXPIRED'])(
    'that certainly was not sent (%s) is made again',
    async (code) => {
      const { pubnub, clock, requests } = scriptedClient([fails(networkError(code)), SENT]);
      const call = publish(pubnub).execute();
      await clock.advance(10_000);
      expect(await call).toEqual(OK);
      expect(requests).toHaveLength(2);
    },
  );

  it.each<readonly [string, Step, string]>([
    ['a reset', fails(networkError('ECONNRESET')), 'unknown'],
    ['an end of the connection', fails(networkError('UND_ERR_SOCKET')), 'unknown'],
    ['a failure without a code', fails(new TypeError('Failed to fetch')), 'unknown'],
    ['a rejection with nothing', fails(undefined), 'unknown'],
    ['HTTP 500', { status: 500 }, 'unknown'],
    ['HTTP 503', { status: 503, headers: { 'retry-after': '1' } }, 'unknown'],
    ['an answer that is not JSON', { body: '<html>' }, 'unknown'],
    ['an answer of another shape', { body: '[1,"Sent"]' }, 'unknown'],
    ['HTTP 429', { status: 429 }, 'rejected'],
    ['HTTP 400', { status: 400, body: '[0,"Invalid JSON","1"]' }, 'rejected'],
    ['HTTP 403', { status: 403 }, 'rejected'],
    ['HTTP 413', { status: 413 }, 'rejected'],
    ['[0, …] under 200', { body: '[0,"Invalid JSON","1"]' }, 'rejected'],
  ])('is made once where it may have been sent: %s', async (_name, step, delivery) => {
    const { pubnub, clock, requests } = scriptedClient([step, SENT]);
    const error = await rejection(publish(pubnub).execute());
    await clock.advance(60_000);
    expect(error).toMatchObject({ delivery });
    expect(requests).toHaveLength(1);
  });

  it('that was refused before it was sent says so', async () => {
    const { pubnub, requests } = scriptedClient();
    expect(await rejection(pubnub.publish({ channel: '', message: 1 }).execute())).toMatchObject({
      delivery: 'not-sent',
    });
    expect(requests).toHaveLength(0);
  });

  it('keeps saying that it was not sent when every attempt is refused', async () => {
    const { pubnub, clock, requests } = scriptedClient([fails(networkError('ECONNREFUSED'))]);
    const error = rejection(publish(pubnub).execute());
    await clock.advance(60_000);
    expect(await error).toMatchObject({ delivery: 'not-sent', code: 'PN-2001' });
    expect(requests).toHaveLength(4);
  });
});

describe('the number of retries', () => {
  const made = async (options: object, call: object = {}, act: 'time' | 'publish' = 'time') => {
    const steps = [act === 'time' ? { status: 503 } : fails(networkError('ECONNREFUSED'))];
    const { pubnub, clock, requests, close } = scriptedClient(steps, options);
    const error = rejection((act === 'time' ? pubnub.time() : publish(pubnub)).execute(call));
    await clock.advance(600_000);
    expect(await error).toMatchObject({ retryable: true });
    await close();
    return requests.length;
  };

  it.each([
    [{}, {}, 4],
    [{ retries: 0 }, {}, 1],
    [{ retries: 7 }, {}, 8],
    [{ retries: 0 }, { retries: 2 }, 3],
    [{ retries: 7 }, { retries: 0 }, 1],
  ])('of the client %j and the call %j makes %i attempts', async (options, call, attempts) => {
    expect(await made(options, call)).toBe(attempts);
    // One that was certainly not sent may be repeated as well.
    expect(await made(options, call, 'publish')).toBe(attempts);
  });

  it.each([-1, 1.5, Number.POSITIVE_INFINITY, '3'])(
    'is refused before anything is sent: %j',
    async (retries) => {
      const { pubnub, requests } = scriptedClient();
      // What a program without types may give.
      const error = await rejection(pubnub.time().execute({ retries: retries as number }));
      expect(error).toMatchObject({ code: 'PN-1002', delivery: 'not-sent' });
      expect(requests).toEqual([]);
    },
  );
});
