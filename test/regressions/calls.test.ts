import { nodeTransport } from 'timetoken/node';
import { describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../scripts/docs-operations.ts';
import { PNOperationType, PNStatusCategory, PubNub, PubNubError } from '../../src/index.ts';
import { HandFedClient } from '../support/loop-pending-transport.ts';
import { lineOf, rejection, scriptedClient } from '../support/unit-client.ts';
import { settle } from '../support/virtual-clock.ts';

describe('the names of operations and categories', () => {
  test.each([
    ['operation', PNOperationType],
    ['category', PNStatusCategory],
  ])('api-surface 9.13: each %s has a value of its own', (_, values) => {
    const all = Object.values<string>(values);
    expect(new Set(all).size).toBe(all.length);
    expect(all).toEqual(Object.keys(values));
  });

  test('api-surface 9.13: a call of fire() is told apart from one of publish()', async () => {
    const { pubnub, close } = scriptedClient();
    const call = { channel: 'a', message: 1 };
    const fired = await pubnub.fire(call).envelope();
    const published = await pubnub.publish(call).envelope();
    expect([fired.status.operation, published.status.operation]).toEqual([
      'PNFireOperation',
      'PNPublishOperation',
    ]);
    await close();
  });
});

/** How every builder of a REST call ends. */
interface Ends {
  execute(): Promise<unknown>;
  envelope(): Promise<{ readonly status: { readonly errorData?: unknown } }>;
  request(): Promise<Request>;
}

const LOCAL = new Set(['subscribe', 'unsubscribe']);
const CALLS = Object.keys(OPERATIONS).filter((name) => !LOCAL.has(name));
const REFUSED = '{"message":"Forbidden","error":true,"status":403,"service":"Access Manager"}';

/** Every way to send; none of them gets an answer that is of use. */
const WAYS: readonly (readonly [string, () => PubNub])[] = [
  ['a transport', () => scriptedClient([{ status: 403, body: REFUSED }]).pubnub],
  ['fetch', () => scriptedClient([], { fetch: async () => new Response(REFUSED, { status: 403 }) }).pubnub],
  // Calls that lack a parameter do not get as far as a socket.
  ['node:http', () => scriptedClient([], { transport: nodeTransport() }).pubnub],
];

describe.each(WAYS)('every call over %s', (way, make) => {
  const calls = way === 'node:http' ? ['publish', 'history', 'grantToken'] : CALLS;

  test.each(calls)(
    'api-surface 9.16: %s() fails alike however it is ended, with an error of ours',
    async (name) => {
      const pubnub = make();
      // The names of the catalogue are those of the methods.
      const builder = (pubnub as unknown as Record<string, () => Ends>)[name]?.();
      if (!builder) throw new Error(`There is no ${name}().`);
      const { status } = await builder.envelope();
      const error = await rejection(builder.execute());
      expect(PubNubError.is(error) && PubNubError.is(status.errorData)).toBe(true);
      const { code, operation, category } = error as PubNubError;
      expect(status).toMatchObject({
        category,
        operation,
        isError: true,
        errorData: { code, operation, category },
      });
      const request = await builder.request().catch((thrown: unknown) => thrown);
      if (!(request instanceof Request)) expect(request).toMatchObject({ code, operation });
      else expect(code).not.toMatch(/^PN-1/);
      await pubnub.close();
    },
  );
});

describe('a name that looks like something else', () => {
  const NAMES = [
    '0',
    '104',
    '12345678901234567890',
    '%2C',
    '100%',
    '1.',
    '__proto__',
    'demo',
    'leave',
    "it's",
  ];

  test('pains 30: is itself in every request of the loop, the heartbeat and the leave', async () => {
    await using it = new HandFedClient({ presenceTimeout: 60, heartbeatInterval: 29 });
    const sorted = NAMES.toSorted();
    const subscription = await it.subscribed(NAMES, 1);
    await it.clock.advance(29_000);
    subscription.unsubscribe();
    await settle();
    const asked = it.requests.map(({ facts }) => [facts.kind, facts.channels.toSorted()]);
    expect(asked).toEqual(['handshake', 'poll', 'heartbeat', 'leave'].map((kind) => [kind, sorted]));
  });

  test.each(NAMES)('pains 30: is one segment, encoded once, in the path of a publish: %s', async (name) => {
    const { pubnub, requests, close } = scriptedClient();
    await pubnub.publish({ channel: name, message: name }).execute();
    const segments = lineOf(requests[0]).path.split('/').map(decodeURIComponent);
    expect(segments).toEqual(['', 'publish', 'demo', 'demo', '0', name, '0', JSON.stringify(name)]);
    await close();
  });
});

describe('a request', () => {
  test('pains 40: by POST is sent as it is, and claims no encoding', async () => {
    const { pubnub, requests, close } = scriptedClient();
    await pubnub
      .publish({ channel: 'a', message: { text: 'ü' } })
      .usePost(true)
      .execute();
    expect(requests[0]).toMatchObject({ method: 'POST', body: '{"text":"ü"}' });
    expect(Object.keys(requests[0]?.headers ?? {}).map((name) => name.toLowerCase())).toEqual([
      'content-type',
    ]);
    await close();
  });

  test('pains 7 and 35: carries the token of its own client at the time that it is sent', async () => {
    const sent: string[] = [];
    const transport: ConstructorParameters<typeof PubNub>[0]['transport'] = async ({ url }) => {
      const { searchParams } = new URL(url);
      sent.push(`${searchParams.get('uuid')} ${searchParams.get('auth')}`);
      return { status: 200, headers: { get: () => null }, body: '[1,"Sent","16000000000000001"]' };
    };
    const make = (userId: string) =>
      new PubNub({ subscribeKey: 'demo', publishKey: 'demo', userId, token: `${userId}-1`, transport });
    const [alice, bob] = [make('alice'), make('bob')];
    const call = { channel: 'a', message: 1 };
    await Promise.all([alice.publish(call).execute(), bob.publish(call).execute()]);
    alice.setToken('alice-2');
    await Promise.all([bob.publish(call).execute(), alice.publish(call).execute()]);
    expect(sent).toEqual(['alice alice-1', 'bob bob-1', 'bob bob-1', 'alice alice-2']);
    await Promise.all([alice.close(), bob.close()]);
  });
});

describe('an answer', () => {
  test.each([
    ['as JSON', { 'content-type': 'application/json' }, '{"message":"Too many","error":true,"status":429}'],
    ['as JSON without a type', {}, '{"message":"Too many","error":true,"status":429}'],
    ['as an empty object', {}, '{}'],
    ['as text', { 'content-type': 'text/plain' }, 'Too many'],
    ['as nothing', {}, ''],
  ] as const)('pains 10 and 28: of 429 is the same, whatever it holds: %s', async (_, headers, body) => {
    const { pubnub, clock, close } = scriptedClient([{ status: 429, headers, body }]);
    const failed = rejection(pubnub.publish({ channel: 'a', message: 1 }).execute());
    await clock.advance(600_000);
    expect(await failed).toMatchObject({ code: 'PN-3005', statusCode: 429, retryable: true });
    await close();
  });
});
