import { PubNub } from 'timetoken';
import {
  createTestNetwork,
  type Fault,
  type OperationName,
  type TestNetwork,
  TestNetworkError,
} from 'timetoken/testing';
import { describe, expect, it } from 'vitest';
import { CALLS, type Call } from '../support/testing-calls.ts';

// What is downloaded is a file, whatever it holds.
const { downloadFile: _, ...rest } = CALLS;
const calls = Object.entries(rest) as [OperationName, Call][];

/** What a call that meets a fault comes to, however often it tries. */
async function outcome(network: TestNetwork, call: Call) {
  await using pubnub = new PubNub({ ...network.options, userId: 'alice' });
  const { status } = await network.settled(call(pubnub).envelope());
  return { category: status.category, statusCode: status.statusCode, code: status.errorData?.code };
}

const OUTCOMES: readonly (readonly [string, Fault, Awaited<ReturnType<typeof outcome>>])[] = [
  ['refused', 'refused', { category: 'PNNetworkIssuesCategory', statusCode: undefined, code: 'PN-2001' }],
  ['reset', 'reset', { category: 'PNNetworkIssuesCategory', statusCode: undefined, code: 'PN-2001' }],
  ['hang', 'hang', { category: 'PNTimeoutCategory', statusCode: undefined, code: 'PN-2002' }],
  ['stall', 'stall', { category: 'PNTimeoutCategory', statusCode: undefined, code: 'PN-2002' }],
  ['truncated', 'truncated', { category: 'PNNetworkIssuesCategory', statusCode: undefined, code: 'PN-2001' }],
  ['html', 'html', { category: 'PNMalformedResponseCategory', statusCode: 200, code: 'PN-4001' }],
  ['empty', 'empty', { category: 'PNMalformedResponseCategory', statusCode: 200, code: 'PN-4001' }],
  ['403', { status: 403 }, { category: 'PNAccessDeniedCategory', statusCode: 403, code: 'PN-3002' }],
  ['503', { status: 503 }, { category: 'PNServerErrorCategory', statusCode: 503, code: 'PN-3006' }],
];

// One of each kind: what is read, what is written, and what must not be done twice; by GET, POST, PATCH and DELETE.
const KINDS: readonly string[] = [
  ...['time', 'publish', 'signal', 'hereNow', 'setState', 'deleteChannelGroup', 'fetchMessages'],
  ...['deleteMessages', 'addMessageAction', 'setUuidMetadata', 'addPushChannels', 'sendFile'],
];
const EVERYWHERE = ['html'];

describe.each(OUTCOMES)('the fault %s', (title, fault, expected) => {
  it.each(calls.filter(([name]) => EVERYWHERE.includes(title) || KINDS.includes(name)))(
    'meets %s',
    async (name, call) => {
      await using network = createTestNetwork();
      const set = network.fail(name, { with: fault, times: Number.POSITIVE_INFINITY });
      expect(await outcome(network, call)).toEqual(expected);
      expect(set.hits).toBeGreaterThan(0);
    },
  );
});

describe('an answer that a fault gives', () => {
  const STATUSES: readonly (readonly [number, string])[] = [
    [400, 'PNBadRequestCategory'],
    [402, 'PNUnknownCategory'],
    [403, 'PNAccessDeniedCategory'],
    [404, 'PNUnknownCategory'],
    [413, 'PNValidationErrorCategory'],
    [414, 'PNBadRequestCategory'],
    [429, 'PNUnknownCategory'],
    [500, 'PNServerErrorCategory'],
    [502, 'PNServerErrorCategory'],
    [504, 'PNServerErrorCategory'],
    [599, 'PNServerErrorCategory'],
  ];

  it.each(STATUSES)('of status %d is of category %s', async (status, category) => {
    await using network = createTestNetwork();
    network.fail('publish', { with: { status }, times: 9 });
    const publish: Call = (pubnub) => pubnub.publish({ channel: 'room', message: 1 });
    expect(await outcome(network, publish)).toMatchObject({ category, statusCode: status });
    expect(network.published()).toEqual([]);
  });

  it.each([
    ['text as it is', 'plain', 'plain'],
    ['JSON of anything else', { error: 1 }, '{"error":1}'],
    ['the error body of the protocol', undefined, '"status":418'],
  ])('holds %s', async (_name, body, text) => {
    await using network = createTestNetwork();
    network.fail('time', { with: { status: 418, body, retryAfter: 7 } });
    const response = await network.fetch('https://ps.pndsn.com/time/0');
    expect(response.headers.get('retry-after')).toBe('7');
    expect(await response.text()).toContain(text);
  });

  it.each([204, 205, 304])('of status %d has no body', async (status) => {
    await using network = createTestNetwork();
    network.fail('time', { with: { status } });
    const response = await network.fetch('https://ps.pndsn.com/time/0');
    expect({ status: response.status, text: await response.text() }).toEqual({ status, text: '' });
  });

  it('of status 429 makes the client wait as long as it says', async () => {
    await using network = createTestNetwork();
    await using pubnub = new PubNub({ ...network.options, userId: 'alice' });
    network.fail('hereNow', { with: { status: 429, retryAfter: 7 } });
    const call = pubnub.hereNow({ channels: 'room' }).envelope();
    await network.clock.advance(6_900);
    expect(network.transcript()).toHaveLength(1);
    await network.clock.advance(5_000);
    await call;
    expect(network.transcript().map(({ outcome }) => outcome)).toEqual(['429', '200']);
  });
});

const time = 'https://ps.pndsn.com/time/0';

/** What becomes of so many requests in a row. */
async function row(network: TestNetwork, requests: number, url = time): Promise<string> {
  const results: string[] = [];
  for (let count = 0; count < requests; count++) {
    const { ok } = await network.fetch(url);
    results.push(ok ? '.' : 'x');
  }
  return results.join('');
}

describe('a fault hits', () => {
  it.each([
    [{}, 'x.....'],
    [{ times: 2 }, 'xx....'],
    [{ after: 2 }, '..x...'],
    [{ times: 3, after: 1 }, '.xxx..'],
    [{ times: Number.POSITIVE_INFINITY }, 'xxxxxx'],
    [{ times: Number.POSITIVE_INFINITY, after: 4 }, '....xx'],
  ])('with %j the requests %s', async (options, expected) => {
    await using network = createTestNetwork();
    const fault = network.fail('time', { with: { status: 500 }, ...options });
    expect(await row(network, 6)).toBe(expected);
    expect(fault.hits).toBe(expected.replaceAll('.', '').length);
  });

  it('no request after it was stopped', async () => {
    await using network = createTestNetwork();
    const fault = network.fail('time', { with: { status: 500 }, times: 9 });
    const before = await row(network, 2);
    fault.stop();
    expect([before, await row(network, 2)]).toEqual(['xx', '..']);
  });

  it('in the order they were set', async () => {
    await using network = createTestNetwork();
    network.fail('time', { with: { status: 500 } });
    network.fail('*', { with: { status: 403 } });
    const statuses = [await network.fetch(time), await network.fetch(time), await network.fetch(time)];
    expect(statuses.map(({ status }) => status)).toEqual([500, 403, 200]);
  });

  it('what a test of its own says', async () => {
    await using network = createTestNetwork();
    network.fail(({ channels }) => channels.includes('a'), { with: { status: 500 }, times: 9 });
    const of = (channel: string) => `https://ps.pndsn.com/publish/demo/demo/0/${channel}/0/1`;
    expect([await row(network, 2, of('a')), await row(network, 2, of('b'))]).toEqual(['xx', '..']);
  });

  it('builders that send the same request alike', async () => {
    await using network = createTestNetwork();
    const publish = network.fail('publish', { with: { status: 500 }, times: 9 });
    const fire = network.fail('fire', { with: { status: 500 }, times: 9 });
    await network.fetch('https://ps.pndsn.com/publish/demo/demo/0/a/0/1?norep=true&store=0');
    await network.fetch('https://ps.pndsn.com/publish/demo/demo/0/a/0/1?store=0');
    expect([publish.hits, fire.hits]).toEqual([1, 1]);
  });
});

const BROKEN: readonly (readonly [string, () => unknown, string])[] = [
  [
    'throws',
    () => {
      throw new TypeError('no such member');
    },
    'threw TypeError: no such member',
  ],
  [
    'throws what is no error',
    () => {
      throw Object.create(null);
    },
    'threw an object',
  ],
  ['returns a promise', async () => true, 'must return true or false, and returned a promise'],
  [
    'returns a promise that rejects',
    () => Promise.reject(new Error('later')),
    'must return true or false, and returned a promise',
  ],
  ['returns nothing', () => undefined, 'must return true or false, and returned undefined'],
  ['returns an object', () => ({}), 'must return true or false, and returned an object'],
  ['returns a number', () => 1, 'must return true or false, and returned 1'],
];

describe('a matcher that', () => {
  it.each(BROKEN)('%s fails the request, and the test', async (_name, matcher, problem) => {
    const network = createTestNetwork();
    network.fail('signal', { with: 'reset' });
    Reflect.apply(network.fail, network, [matcher, { with: { status: 500 } }]);
    const publish = 'https://ps.pndsn.com/publish/pub/sub/0/room/0/1?uuid=alice';
    const error = await network.fetch(publish).then(undefined, (reason: unknown) => reason);
    const text = `The matcher of fault 2 that was set (with 500) ${problem}, for publish of alice on room.`;
    expect(error).toBeInstanceOf(TestNetworkError);
    const [said, traffic] = String(Object(error).message).split('\n\nRequests on the network:\n');
    expect([said, traffic]).toEqual([text, expect.stringContaining('publish room')]);
    // It points at the place where the fault was set.
    expect(Object(error).stack).toMatch(/\n +at .*faults\.test\.ts/);
    const left = await network.close({ test: 'breaks' }).then(undefined, (reason: unknown) => reason);
    expect(Object(left).message).toContain(`The test "breaks" left something behind:\n- ${text}\n`);
  });

  it('is broken fails a call however often it is repeated, and is told of once', async () => {
    const network = createTestNetwork();
    await using pubnub = new PubNub({ ...network.options, userId: 'alice' });
    const broken = ({ channels }: { readonly channels: readonly string[] }) =>
      (channels[5] as string).includes('a');
    network.fail(broken, { with: 'reset' });
    const { status } = await network.settled(pubnub.publish({ channel: 'room', message: 1 }).envelope());
    expect(status).toMatchObject({ isError: true, category: 'PNNetworkIssuesCategory' });
    expect(network.published()).toEqual([]);
    const left = await network.reset().then(undefined, (reason: Error) => reason);
    expect(left?.message.match(/The matcher of fault 1/g)).toHaveLength(1);
    expect((await pubnub.publish({ channel: 'room', message: 1 }).envelope()).status.isError).toBe(false);
    await pubnub.close();
    await network.close();
  });
});

describe('a fault', () => {
  it('stays what it was when it was set', async () => {
    await using network = createTestNetwork();
    const body = { error: 'first' };
    const fault = { status: 418, body, retryAfter: 7 };
    const options = { with: fault, times: 1 };
    network.fail('time', options);
    Object.assign(body, { error: 'second' });
    Object.assign(fault, { status: 200 });
    Object.assign(options, { with: 'reset', times: 9 });
    const response = await network.fetch(time);
    expect([response.status, await response.text()]).toEqual([418, '{"error":"first"}']);
    expect((await network.fetch(time)).status).toBe(200);
  });
});

describe('a body that stalls', () => {
  it('fails when the request is given up, as that of any fetch', async () => {
    await using network = createTestNetwork();
    network.fail('time', { with: 'stall' });
    const controller = new AbortController();
    const response = await network.fetch(time, { signal: controller.signal });
    const text = response.text();
    controller.abort(new Error('enough'));
    await expect(text).rejects.toThrow('enough');
  });
});
