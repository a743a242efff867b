import { PubNub, PubNubError, type TokenContext, type TokenProvider } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { Authorizer } from '../../../../src/client/auth/authorizer.ts';
import { settingsFrom } from '../../../../src/client/config/settings.ts';
import { Cancellation } from '../../../../src/client/request/cancellation.ts';
import { tokenWith } from '../../../support/access-tokens.ts';
import {
  fails,
  hangs,
  lineOf,
  networkError,
  rejection,
  SENT,
  type Step,
  scriptedClient,
} from '../../../support/unit-client.ts';
import { settle, VirtualClock } from '../../../support/virtual-clock.ts';

const NOW = new VirtualClock().now() / 1_000;
const FORBIDDEN = {
  status: 403,
  body: '{"message":"Forbidden","payload":{"channels":["a"]},"error":true,"service":"Access Manager","status":403}',
};

/** A provider that gives these one after the other, the last one for ever, and tells how it was asked. */
function giving(...tokens: readonly (string | Error | Promise<string>)[]) {
  const asked: TokenContext[] = [];
  const provider: TokenProvider = async (context) => {
    const token = tokens[Math.min(asked.length, tokens.length - 1)] ?? 'token';
    asked.push(context);
    if (token instanceof Error) throw token;
    return token;
  };
  return { provider, asked, reasons: () => asked.map(({ reason }) => reason) };
}

/** A server that refuses all tokens but one. */
const accepting =
  (...good: readonly string[]): Step =>
  (request) =>
    good.includes(decodeURIComponent(lineOf(request).query['auth'] ?? '')) ? SENT : FORBIDDEN;

/** A promise with its ends in hand. */
const open = () => Promise.withResolvers<string>();

type Client = ReturnType<typeof scriptedClient>;
const publish = ({ pubnub }: Client) => pubnub.publish({ channel: 'a', message: 1 }).execute();
const tokensOf = ({ requests }: Client) => requests.map((request) => lineOf(request).query['auth']);

describe('a token provider', () => {
  it('is asked when the first request needs a token, and told why and for whom', async () => {
    const { provider, asked } = giving('T1');
    const client = scriptedClient([SENT], { token: provider });
    await settle();
    expect(asked).toEqual([]);
    await publish(client);
    await publish(client);
    expect(asked).toEqual([{ reason: 'first', userId: 'alice', signal: expect.any(AbortSignal) }]);
    expect(tokensOf(client)).toEqual(['T1', 'T1']);
  });

  it('may have its token at hand, without a promise', async () => {
    const client = scriptedClient([SENT], { token: () => 'T1' });
    await publish(client);
    expect(tokensOf(client)).toEqual(['T1']);
  });

  it('is asked once, however many requests wait', async () => {
    const token = open();
    const { provider, asked } = giving(token.promise);
    const client = scriptedClient([SENT], { token: provider });
    const calls = Array.from({ length: 20 }, () => publish(client));
    await settle();
    expect(client.requests).toEqual([]);
    token.resolve('T1');
    await Promise.all(calls);
    expect(asked).toHaveLength(1);
    expect(new Set(tokensOf(client))).toEqual(new Set(['T1']));
  });

  it('is asked by request() too, and not for time()', async () => {
    const { provider, asked } = giving('T1');
    const client = scriptedClient([{ body: '[1]' }], { token: provider });
    await client.pubnub.time().execute();
    expect(asked).toEqual([]);
    expect((await client.pubnub.hereNow({ channels: 'a' }).request()).url).toMatch(/&auth=T1$/);
  });

  it('is not asked for what was given by setToken()', async () => {
    const { provider, asked } = giving('T1');
    const client = scriptedClient([SENT], { token: provider });
    client.pubnub.setToken('mine');
    await publish(client);
    expect(tokensOf(client)).toEqual(['mine']);
    expect(asked).toEqual([]);
  });
});

describe('a token whose time runs out', () => {
  it.each([
    { ttl: 60, early: 59, what: 'a minute of an hour is left' },
    { ttl: 5, early: 4.5, what: 'a tenth of five minutes is left' },
  ])('is renewed when $what, while requests go on with it', async ({ ttl, early }) => {
    const [old, young] = [tokenWith({ t: NOW, ttl }), tokenWith({ t: NOW + ttl * 60, ttl })];
    const renewal = open();
    const { provider, reasons } = giving(old, renewal.promise);
    const client = scriptedClient([SENT], { token: provider });
    await publish(client);
    await client.clock.advance(early * 60_000 - 1);
    await publish(client);
    expect(reasons()).toEqual(['first']);
    await client.clock.advance(1);
    await publish(client);
    await publish(client);
    expect(reasons()).toEqual(['first', 'expiring']);
    renewal.resolve(young);
    await settle();
    await publish(client);
    expect(tokensOf(client)).toEqual([old, old, old, old, young]);
  });

  it('is waited for once it is over', async () => {
    const [old, young] = [tokenWith({ t: NOW }), tokenWith({ t: NOW + 7_200 })];
    const { provider, reasons } = giving(old, young);
    const client = scriptedClient([SENT], { token: provider });
    await publish(client);
    await client.clock.advance(3_600_000);
    await publish(client);
    expect(tokensOf(client)).toEqual([old, young]);
    expect(reasons()).toEqual(['first', 'expiring']);
  });

  it('stays in use where an early renewal fails, and another one is tried later', async () => {
    const [old, young] = [tokenWith({ t: NOW }), tokenWith({ t: NOW + 3_600 })];
    const { provider, asked } = giving(old, new Error('down'), young);
    const client = scriptedClient([SENT], { token: provider });
    await publish(client);
    await client.clock.advance(59 * 60_000);
    for (let count = 0; count < 5; count++) await publish(client);
    expect(asked).toHaveLength(2);
    await client.clock.advance(2_000);
    await publish(client);
    await settle();
    await publish(client);
    expect(asked).toHaveLength(3);
    expect(tokensOf(client).slice(-3)).toEqual([old, old, young]);
  });

  it.each([
    ['is an hour behind', -3_600],
    ['is an hour ahead', 3_600],
    ['is a year ahead', 31_536_000],
  ])('is not asked for again and again by a machine whose clock %s', async (_, skew) => {
    const { provider, asked } = giving(tokenWith({ t: NOW - skew }));
    const client = scriptedClient([SENT], { token: provider });
    for (let count = 0; count < 10; count++) {
      await publish(client);
      await client.clock.advance(60_000);
    }
    expect(asked).toHaveLength(1);
  });

  it('is not known of a text that is no token: it is sent until it is refused', async () => {
    const { provider, asked } = giving('opaque');
    const client = scriptedClient([SENT], { token: provider });
    await publish(client);
    await client.clock.advance(100 * 86_400_000);
    await publish(client);
    expect(asked).toHaveLength(1);
  });
});

describe('a refused call', () => {
  it('is made once more with another token', async () => {
    const { provider, reasons } = giving('T1', 'T2');
    const client = scriptedClient([accepting('T2')], { token: provider });
    expect(await publish(client)).toEqual({ timetoken: '16000000000000001' });
    expect(reasons()).toEqual(['first', 'refused']);
    expect(tokensOf(client)).toEqual(['T1', 'T2']);
  });

  it('asks once together with others', async () => {
    const { provider, reasons } = giving('T1', 'T2');
    const client = scriptedClient([accepting('T2')], { token: provider });
    await Promise.all(Array.from({ length: 20 }, () => publish(client)));
    expect(reasons()).toEqual(['first', 'refused']);
    expect(tokensOf(client)).toHaveLength(40);
  });

  it('takes the token that has come in the meantime', async () => {
    const { provider, reasons } = giving('T1');
    const slow = Promise.withResolvers<typeof FORBIDDEN>();
    const client = scriptedClient([() => slow.promise, SENT], { token: provider });
    const call = publish(client);
    await settle();
    client.pubnub.setToken('T2');
    slow.resolve(FORBIDDEN);
    await call;
    expect(tokensOf(client)).toEqual(['T1', 'T2']);
    expect(reasons()).toEqual(['first']);
  });

  it('is an error when the other token is refused as well', async () => {
    const { provider, asked } = giving('T1', 'T2', 'T3');
    const client = scriptedClient([FORBIDDEN], { token: provider });
    expect(await rejection(publish(client))).toMatchObject({
      code: 'PN-3002',
      channels: ['a'],
      delivery: 'rejected',
    });
    expect(asked).toHaveLength(2);
    expect(client.requests).toHaveLength(2);
  });

  it('is not made again with the same token', async () => {
    const { provider, asked } = giving('T1');
    const client = scriptedClient([FORBIDDEN], { token: provider });
    expect(await rejection(publish(client))).toMatchObject({ code: 'PN-3002' });
    expect(asked).toHaveLength(2);
    expect(client.requests).toHaveLength(1);
  });

  it('does not bring the provider down: the pauses grow while no token helps', async () => {
    let count = 0;
    const client = scriptedClient([FORBIDDEN], { token: async () => `T${++count}`, random: () => 1 });
    const counts: number[] = [];
    for (let second = 0; second < 200; second++) {
      for (let call = 0; call < 10; call++) await rejection(publish(client));
      counts.push(count);
      await client.clock.advance(1_000);
    }
    expect([counts[0], counts[1], counts[2], counts[6], counts[60]]).toEqual([2, 2, 3, 4, 6]);
    expect(count).toBeLessThan(12);
  });

  it('is waited for by the next one that helps, without a pause', async () => {
    const { provider, asked } = giving('T1', 'T2', 'T3');
    const client = scriptedClient([FORBIDDEN, SENT, FORBIDDEN, SENT], { token: provider });
    await publish(client);
    await publish(client);
    expect(asked).toHaveLength(3);
  });

  it('asks nobody for what only looks like a refusal', async () => {
    const { provider, asked } = giving('T1');
    const client = scriptedClient([{ status: 403, body: '<html>proxy</html>' }], { token: provider });
    expect(await rejection(publish(client))).toMatchObject({ code: 'PN-3002' });
    expect(asked).toHaveLength(1);
  });

  it('of a client without a provider is an error at once', async () => {
    const client = scriptedClient([FORBIDDEN], { token: 'T1' });
    expect(await rejection(publish(client))).toMatchObject({ code: 'PN-3002' });
    expect(client.requests).toHaveLength(1);
  });
});

describe('a provider that fails', () => {
  it.each<[string, TokenProvider]>([
    ['rejects', () => Promise.reject(new Error('the login has ended'))],
    [
      'throws',
      () => {
        throw new Error('the login has ended');
      },
    ],
  ])('and %s fails the call, which was not sent, with the reason', async (_, token) => {
    const client = scriptedClient([SENT], { token });
    const error = rejection(publish(client));
    await client.clock.advance(60_000);
    expect(await error).toMatchObject({
      code: 'PN-3009',
      category: 'PNAccessDeniedCategory',
      operation: 'PNPublishOperation',
      delivery: 'not-sent',
      cause: { message: 'the login has ended' },
    });
    expect(client.requests).toEqual([]);
  });

  it.each([undefined, null, '', 7, {}])('by giving %j fails the call', async (value) => {
    const client = scriptedClient([SENT], { token: async () => value as string });
    const error = rejection(publish(client));
    await client.clock.advance(60_000);
    expect(await error).toMatchObject({ code: 'PN-3009', cause: { message: 'It gave no token.' } });
  });

  it('by never answering ends with the time for a request', async () => {
    const signals: AbortSignal[] = [];
    const token: TokenProvider = ({ signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    };
    const client = scriptedClient([SENT], { token, transactionalRequestTimeout: 5 });
    const error = rejection(publish(client));
    await client.clock.advance(60_000);
    expect(await error).toMatchObject({
      code: expect.stringMatching(/PN-3009/),
      delivery: 'not-sent',
    });
    expect(signals[0]?.aborted).toBe(true);
    expect(client.clock.pending).toBe(0);
  });

  it('and then helps: the call is repeated by itself', async () => {
    const { provider } = giving(new Error('down'), 'T1');
    const client = scriptedClient([SENT], { token: provider, random: () => 0.5 });
    const call = publish(client);
    await client.clock.advance(60_000);
    await call;
    expect(tokensOf(client)).toEqual(['T1']);
  });

  it('is asked at most now and then', async () => {
    const { provider, asked } = giving(new Error('down'));
    const client = scriptedClient([SENT], { token: provider });
    for (let second = 0; second < 100; second++) {
      const errors = Array.from({ length: 10 }, () => rejection(publish(client)));
      await client.clock.advance(1_000);
      if (second === 99) await client.clock.advance(60_000);
      if (second === 99) await Promise.all(errors);
    }
    expect(asked.length).toBeGreaterThan(2);
    expect(asked.length).toBeLessThanOrEqual(170);
  });

  it('after a refusal: the call fails for want of a token', async () => {
    const { provider } = giving('T1', new Error('down'));
    const client = scriptedClient([FORBIDDEN], { token: provider });
    const error = rejection(publish(client));
    await client.clock.advance(60_000);
    expect(await error).toMatchObject({ code: 'PN-3009' });
  });

  it('hides the addresses in its error', async () => {
    const token = () => Promise.reject(new Error('GET https://auth.example/token?secret=s3cret failed'));
    const client = scriptedClient([SENT], { token });
    const error = rejection(publish(client));
    await client.clock.advance(60_000);
    expect(JSON.stringify([await error, client.logs])).not.toContain('s3cret');
  });
});

describe('the wait for a token', () => {
  const never: TokenProvider = () => new Promise(() => {});

  it('ends with the signal of the call, and goes on for the others', async () => {
    const token = open();
    const client = scriptedClient([SENT], { token: () => token.promise });
    const caller = new AbortController();
    const aborted = rejection(
      client.pubnub.publish({ channel: 'a', message: 1 }).execute({ signal: caller.signal }),
    );
    const other = publish(client);
    await settle();
    caller.abort();
    expect(await aborted).toMatchObject({ code: 'PN-2003', delivery: 'not-sent' });
    token.resolve('T1');
    await other;
    expect(client.requests).toHaveLength(1);
  });

  it('ends with the deadline of the call', async () => {
    const client = scriptedClient([SENT], { token: never });
    const error = rejection(client.pubnub.publish({ channel: 'a', message: 1 }).execute({ timeout: 100 }));
    await client.clock.advance(10_000);
    expect(await error).toMatchObject({ code: 'PN-2002', delivery: 'not-sent' });
  });

  it('ends with the client', async () => {
    const client = scriptedClient([SENT], { token: never });
    const error = rejection(publish(client));
    await settle();
    await client.close();
    expect(await error).toMatchObject({ code: 'PN-2004', delivery: 'not-sent' });
    expect(client.clock.pending).toBe(0);
  });

  it('that is over before it begins leaves no rejection that nobody hears of', async () => {
    const clock = new VirtualClock();
    const token = () => Promise.reject(new Error('down'));
    const settings = settingsFrom({ subscribeKey: 'demo', userId: 'alice', clock, token }, PubNub.features);
    const cancellation = new Cancellation(clock);
    const authorizer = new Authorizer(settings, cancellation);
    cancellation.cancelAll(new PubNubError('PN-2004', 'It is closed.'));
    const plan = { method: 'GET', url: 'https://ps.pndsn.com/x?a=1', headers: {} } as const;
    const asked = Promise.resolve(authorizer.authorize(plan, { operation: 'PNPublishOperation' }));
    expect(await rejection(asked)).toMatchObject({ code: 'PN-2004' });
    await settle();
  });

  it('ends with setToken(), at once', async () => {
    const signals: AbortSignal[] = [];
    const token: TokenProvider = ({ signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    };
    const client = scriptedClient([SENT], { token });
    const call = publish(client);
    await settle();
    client.pubnub.setToken('mine');
    await call;
    expect(tokensOf(client)).toEqual(['mine']);
    expect(signals[0]?.aborted).toBe(true);
    expect(client.clock.pending).toBe(0);
  });

  it('after setToken() ignores what the provider gives late', async () => {
    const token = open();
    const client = scriptedClient([SENT], { token: () => token.promise });
    const call = publish(client);
    await settle();
    client.pubnub.setToken('mine');
    token.resolve('late');
    await call;
    await publish(client);
    expect(tokensOf(client)).toEqual(['mine', 'mine']);
  });
});

describe('the option token', () => {
  it.each([[''], [7], [null], [{}]])('refuses %j', (token) => {
    const options = { subscribeKey: 'demo', userId: 'alice', token: token as string };
    expect(() => new PubNub(options)).toThrow('must be a string that is not empty, or a function');
  });

  it('does not tell a token that an answer quotes, also a former one', async () => {
    const { provider } = giving('the-first-token', 'the-second-token');
    const quote = {
      ...FORBIDDEN,
      body: FORBIDDEN.body.replace('Forbidden', 'the-first-token the-second-token'),
    };
    const client = scriptedClient([quote], { token: provider });
    const told = JSON.stringify([await rejection(publish(client)), client.logs]);
    expect(told).not.toMatch(/the-(first|second)-token/);
  });

  it('leaves a request without provider and secret as cheap as it was: it is sent in the same turn', async () => {
    const client = scriptedClient([hangs], { token: 'T1' });
    void publish(client).catch(() => undefined);
    for (let turn = 0; turn < 4; turn++) await null;
    expect(client.requests).toHaveLength(1);
    await client.close();
  });
});

describe('a provider that gives an origin with the token', () => {
  const hostsOf = ({ requests }: Client) => requests.map(({ url }) => new URL(url).origin);

  it('decides where requests go, from the first one on', async () => {
    const client = scriptedClient([SENT], {
      token: async () => ({ token: 'T1', origin: 'https://a.example' }),
    });
    await publish(client);
    expect(hostsOf(client)).toEqual(['https://a.example']);
    expect(lineOf(client.requests[0])).toMatchObject({
      path: '/publish/demo/demo/0/a/0/1',
      query: { auth: 'T1' },
    });
    const request = await client.pubnub.publish({ channel: 'a', message: 1 }).request();
    expect(new URL(request.url).origin).toBe('https://a.example');
    await client.close();
  });

  it.each([
    ['b.example', 'http://b.example'],
    ['b.example:81', 'http://b.example:81'],
  ])('has the scheme of the client for %s', async (origin, address) => {
    const client = scriptedClient([SENT], { token: async () => ({ token: 'T1', origin }) });
    await publish(client);
    expect(hostsOf(client)).toEqual([address]);
  });

  it('keeps the origin when it next gives a token alone', async () => {
    const given = [{ token: 'T1', origin: 'https://a.example' }, 'T2'];
    const client = scriptedClient([accepting('T2')], { token: async () => given.shift() ?? 'T2' });
    await publish(client);
    expect(hostsOf(client)).toEqual(['https://a.example', 'https://a.example']);
    expect(tokensOf(client)).toEqual(['T1', 'T2']);
  });

  it('is asked again when the origin does not answer, and the next attempt goes where it says then', async () => {
    const reasons: string[] = [];
    const token: TokenProvider = async ({ reason }) => {
      reasons.push(reason);
      return { token: 'T1', origin: `https://${reasons.length}.example` };
    };
    const client = scriptedClient(
      [fails(networkError('ECONNREFUSED')), fails(networkError('ECONNREFUSED')), SENT],
      { token },
    );
    const call = publish(client);
    await client.clock.advance(30_000);
    expect(await call).toEqual({ timetoken: '16000000000000001' });
    // The second failure is within the pause that follows the first.
    expect(hostsOf(client)).toEqual(['https://1.example', 'https://2.example', 'https://2.example']);
    expect(reasons).toEqual(['first', 'unreachable']);
  });

  it('leaves everything as it is when the provider cannot be reached either', async () => {
    let asked = 0;
    const token: TokenProvider = async () => {
      if (asked++ > 0) throw new Error('offline');
      return { token: 'T1', origin: 'https://a.example' };
    };
    const client = scriptedClient([fails(networkError('ECONNREFUSED')), SENT], { token });
    const call = publish(client);
    await client.clock.advance(30_000);
    expect(await call).toEqual({ timetoken: '16000000000000001' });
    expect(hostsOf(client)).toEqual(['https://a.example', 'https://a.example']);
    expect(asked).toBe(2);
  });

  it('that gives no origin is not asked for one', async () => {
    const { provider, reasons } = giving('T1');
    const client = scriptedClient([fails(networkError('ECONNREFUSED')), SENT], { token: provider });
    const call = publish(client);
    await client.clock.advance(30_000);
    await call;
    expect(reasons()).toEqual(['first']);
  });

  it.each([
    { token: 'T1', origin: 'https://a.example/path' },
    { token: 'T1', origin: 7 },
    { origin: 'a.example' },
    {},
  ])('is a failure where it gives what is none: %j', async (given) => {
    // What a program without types may return.
    const token = (async () => given) as unknown as TokenProvider;
    const client = scriptedClient([SENT], { token });
    const error = rejection(publish(client));
    await client.clock.advance(60_000);
    expect(await error).toMatchObject({
      delivery: 'not-sent',
      code: expect.stringMatching(/^PN-(1002|3009)$/),
    });
    expect(client.requests).toEqual([]);
  });

  it('is named in the error of an answer that never comes', async () => {
    const client = scriptedClient([hangs], {
      token: async () => ({ token: 'T1', origin: 'https://a.example' }),
    });
    const error = rejection(client.pubnub.publish({ channel: 'a', message: 1 }).execute({ timeout: 5_000 }));
    await client.clock.advance(5_000);
    expect(String(await error)).toContain('no answer from https://a.example');
  });
});
