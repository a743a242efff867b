import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { PubNub } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { settingsFrom } from '../../../../src/client/config/settings.ts';
import type { HttpMethod } from '../../../../src/client/endpoint.ts';
import { Executor } from '../../../../src/client/request/execute.ts';
import { inTime } from '../../../support/access-tokens.ts';
import { lineOf, rejection, SENT, scriptedClient } from '../../../support/unit-client.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const KEYS = { publishKey: 'myPublishKey', subscribeKey: 'mySubscribeKey', secretKey: 'mySecretKey' };
const AUDIT = '/v2/auth/audit/sub-key/mySubscribeKey';
const GRANT = '/v2/auth/grant/sub-key/mySubscribeKey';
const SDK = 'PubNub-JS-Nodejs%2F';
const TOKEN_BODY =
  '{"ttl":1440,"permissions":{"resources":{"channels":{},"groups":{},"uuids":{"user1":1},"users":{},"spaces":{}},"patterns":{"channels":{},"groups":{},"uuids":{".*":1},"users":{},"spaces":{}},"meta":{}}}';

/** A request of another client at the time of a vector, signed by ours. */
async function signed(
  method: HttpMethod,
  line: string,
  { seconds = 1_317_427_200, body = undefined as string | undefined },
) {
  const options = { ...KEYS, userId: 'myUUID', clock: new VirtualClock(seconds * 1_000 + 999) };
  const executor = new Executor(settingsFrom(options, PubNub.features));
  const plan = { method, url: `https://ps.pndsn.com${line}`, headers: {}, body };
  return (await executor.authorizer.authorize(plan, { operation: 'PNAccessManagerAudit', auth: 'signature' }))
    .url;
}

describe('the signature', () => {
  it.each([
    [
      `${AUDIT}?channel=ch1&uuid=myUUID&pnsdk=${SDK}suchJavascript`,
      'v2.I7AFqanrAAtwVfvLHyKECTWw7UcZmwbRnwENpXdGB9E',
    ],
    [
      `${AUDIT}?channel-group=cg1&uuid=myUUID&pnsdk=${SDK}suchJavascript`,
      'v2.2hdDeYpF_Hoo4XLK2CMlZApcLin5lJxh6vsKMQnTet8',
    ],
    [
      `${AUDIT}?auth=key1%2Ckey2&uuid=myUUID&pnsdk=${SDK}suchJavascript`,
      'v2.lVKZELiJFleDoPqMkSgojCUsX39AZqop7bKVyHv-T_s',
    ],
    [
      `${GRANT}?channel=ch1%2Cch2&auth=key1%2Ckey2&r=0&w=0&m=0&d=0&g=0&u=0&j=0&uuid=myUUID&pnsdk=${SDK}suchJavascript`,
      'v2.LEJCwKOBTApWy5jcdXPmtN1_N2aaJx0ZN3krPY6oLu8',
    ],
  ])('of GET %s is as recorded', async (line, signature) => {
    const url = await signed('GET', line, {});
    expect(url).toBe(`https://ps.pndsn.com${line}&timestamp=1317427200&signature=${signature}`);
  });

  it('of a token that is granted is as recorded', async () => {
    const line = `/v3/pam/mySubscribeKey/grant?uuid=myUUID&pnsdk=${SDK}testVersion`;
    const url = await signed('POST', line, { seconds: 1_571_360_790, body: TOKEN_BODY });
    expect(lineOf({ method: 'POST', url }).query['signature']).toBe(
      'v2.A1ldFjcfAiD0rw7-kFKKwY5j0Mpq1R5u8JDeej7P3jo',
    );
  });

  it('does not depend on the order of the parameters, and sorts them by name and value', async () => {
    const names = fc.constantFrom('a', 'a-b', 'a1', 'sort', 'uuid', 'B');
    const pair = fc
      .tuple(names, fc.constantFrom('', 'x', 'name%3Aasc', 'name1', '%7E'))
      .map((both) => both.join('='));
    const signatureOf = async (pairs: readonly string[]) =>
      /signature=(.*)$/.exec(await signed('GET', `/v2/x?${pairs.join('&')}`, {}))?.[1];
    await fc.assert(
      fc.asyncProperty(fc.array(pair, { minLength: 1, maxLength: 8 }), async (pairs) => {
        expect(await signatureOf(pairs.toReversed())).toBe(await signatureOf(pairs));
      }),
      { numRuns: 30 },
    );
    const text = `GET\nmyPublishKey\n/v2/x\na=1&a-b=1&sort=name1&sort=name%3Aasc&timestamp=1317427200\n`;
    const expected = createHmac('sha256', KEYS.secretKey).update(text).digest('base64url');
    expect(await signatureOf(['sort=name%3Aasc', 'a-b=1', 'sort=name1', 'a=1'])).toBe(`v2.${expected}`);
  });
});

/** What a server makes of the request that arrived: the text that it holds to be signed. */
function expectedOf({ url, method, body }: { url: string; method: string; body?: unknown }) {
  const { pathname, search } = new URL(url);
  const pairs = search.slice(1).split('&');
  expect(pairs.at(-2)).toMatch(/^timestamp=\d+$/);
  expect(pairs.at(-1)).toMatch(/^signature=v2\.[\w-]{43}$/);
  const isPublish = pathname.startsWith('/publish');
  const byName = pairs
    .slice(0, -1)
    .sort((one, other) => ((one.split('=')[0] ?? '') < (other.split('=')[0] ?? '') ? -1 : 1));
  const rest = !isPublish && typeof body === 'string' ? body : '';
  const text = `${isPublish ? 'GET' : method}\nmyPublishKey\n${pathname}\n${byName.join('&')}\n${rest}`;
  return `signature=v2.${createHmac('sha256', KEYS.secretKey).update(text).digest('base64url')}`;
}

const ALL_DONE = { body: '{"status":200,"message":"OK","data":{"token":"t"},"payload":{"level":"subkey"}}' };

describe('a client with a secret key', () => {
  it.each<
    [
      string,
      (client: ReturnType<typeof scriptedClient>['pubnub']) => { execute(): Promise<unknown> },
      typeof SENT,
    ]
  >([
    ['a publish', (client) => client.publish({ channel: "a b!'()*~/#", message: "it's ~ 1+1" }), SENT],
    [
      'a publish by POST, as if it were a GET',
      (client) => client.publish({ channel: 'a', message: 'x', usePost: true }),
      SENT,
    ],
    ['a signal', (client) => client.signal({ channel: 'a', message: 1 }), SENT],
    ['a call on groups', (client) => client.deleteChannelGroup({ channelGroup: 'g' }), ALL_DONE],
    [
      'a grant, with its body',
      (client) => client.grantToken({ ttl: 1, channels: { é: ['read'] } }),
      ALL_DONE,
    ],
    ['a revocation', (client) => client.revokeToken({ token: 'p0F2AkF0+/w==' }), ALL_DONE],
    ['a grant of the old kind', (client) => client.grant({ channels: ['a', 'b'], authKeys: 'k' }), ALL_DONE],
  ])('signs %s', async (_, call, answer) => {
    const { pubnub, requests } = scriptedClient([answer], { ...KEYS, userId: "me & 'you'", token: 'T0/1=' });
    await call(pubnub).execute();
    const [request] = requests;
    if (!request) throw new Error('nothing was sent');
    expect(request.url.endsWith(expectedOf(request))).toBe(true);
    expect(request.url).toContain(`timestamp=${1_700_000_000}`);
  });

  it('signs what request() shows, and polls', async () => {
    const { pubnub, requests, close } = scriptedClient([{ body: '{"t":{"t":"1","r":1},"m":[]}' }], KEYS);
    const { url } = await pubnub.hereNow({ channels: 'a' }).request();
    expect(url.endsWith(expectedOf({ url, method: 'GET' }))).toBe(true);
    await pubnub.subscribe().channels('a').execute().connected();
    const [handshake] = requests;
    if (!handshake) throw new Error('nothing was sent');
    expect(handshake.url.endsWith(expectedOf(handshake))).toBe(true);
    await close();
  });

  it('does not sign time(), nor gives it a token', async () => {
    const { pubnub, requests } = scriptedClient([{ body: '[1]' }], { ...KEYS, token: 'a-token' });
    await pubnub.time().execute();
    expect(Object.keys(lineOf(requests[0]).query)).toEqual(['uuid', 'pnsdk']);
  });

  it('gives no token to the calls of access control', async () => {
    const { pubnub, requests } = scriptedClient([ALL_DONE], { ...KEYS, token: 'a-token' });
    await pubnub.audit({ authKeys: 'k' }).execute();
    await pubnub.grantToken({ ttl: 1, channels: { a: ['read'] } }).execute();
    expect(requests.map((request) => lineOf(request).query['auth'])).toEqual(['k', undefined]);
  });

  it('signs each attempt anew, and never over the signature before (the service would refuse that)', async () => {
    const { pubnub, requests, clock } = scriptedClient([{ status: 500 }, { status: 500 }, ALL_DONE], {
      ...KEYS,
      random: () => 0.99,
    });
    await inTime(clock, pubnub.deleteChannelGroup({ channelGroup: 'g' }).execute());
    expect(requests).toHaveLength(3);
    for (const request of requests) {
      expect(request.url.endsWith(expectedOf(request))).toBe(true);
      expect(request.url.match(/signature=/g)).toHaveLength(1);
    }
    const times = requests.map((request) => lineOf(request).query['timestamp']);
    expect(new Set(times).size).toBeGreaterThan(1);
  });

  it('tells neither its secret nor a signature nor a token', async () => {
    const token = `qEF2AkF0${'Gm'.repeat(40)}`;
    const echo = ({ url }: { url: string }) => ({
      status: 400,
      body: JSON.stringify({
        message: `bad: ${url.split('?')[1]} ${KEYS.secretKey} ${token}==`,
        error: true,
        status: 400,
      }),
    });
    const { pubnub, requests, logs } = scriptedClient([echo], KEYS);
    const error = await rejection(pubnub.revokeToken({ token }).execute());
    const told = JSON.stringify([error, String(error), logs]);
    const { signature = 'none' } = lineOf(requests[0]).query;
    for (const secret of [KEYS.secretKey, signature, token]) expect(told).not.toContain(secret);
    expect(told).toContain('[redacted]');
  });

  it.each(['grantToken', 'grant', 'audit', 'revokeToken'] as const)('is needed by %s()', async (name) => {
    const { pubnub, requests } = scriptedClient([], { publishKey: 'p' });
    const calls = {
      grantToken: () => pubnub.grantToken({ ttl: 1, channels: { a: ['read'] } }).execute(),
      grant: () => pubnub.grant().execute(),
      audit: () => pubnub.audit().execute(),
      revokeToken: () => pubnub.revokeToken({ token: 'abc' }).execute(),
    };
    expect(await rejection(calls[name]())).toMatchObject({ code: 'PN-1006' });
    expect(requests).toEqual([]);
  });
});
