import { createHmac } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { sortedQuery } from '../../../src/origin/access/signature.ts';
import { accessNetwork, SECRET, signatureOf, signed } from '../../support/access.ts';
import { originNetwork, type RequestParts } from '../../support/origin-network.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const PNSDK = 'pnsdk=PubNub-JS-Nodejs%2FsuchJavascript';
const GRANT_BODY =
  '{"ttl":1440,"permissions":{"resources":{"channels":{},"groups":{},"uuids":{"user1":1},"users":{},"spaces":{}},"patterns":{"channels":{},"groups":{},"uuids":{".*":1},"users":{},"spaces":{}},"meta":{}}}';

interface Recorded {
  readonly name: string;
  readonly target: string;
  readonly signature: string;
  readonly seconds: number;
  readonly parts?: RequestParts;
}

const AUDIT = (query: string) =>
  `/v2/auth/audit/sub-key/mySubscribeKey?${query}&timestamp=1317427200&uuid=myUUID`;

// Recorded from PubNub's clients.
const RECORDED: readonly Recorded[] = [
  {
    name: 'an audit of a channel',
    target: AUDIT(`channel=ch1&${PNSDK}`),
    signature: 'v2.I7AFqanrAAtwVfvLHyKECTWw7UcZmwbRnwENpXdGB9E',
    seconds: 1_317_427_200,
  },
  {
    name: 'an audit of a group',
    target: AUDIT(`channel-group=cg1&${PNSDK}`),
    signature: 'v2.2hdDeYpF_Hoo4XLK2CMlZApcLin5lJxh6vsKMQnTet8',
    seconds: 1_317_427_200,
  },
  {
    name: 'an audit of auth keys',
    target: AUDIT(`auth=key1%2Ckey2&${PNSDK}`),
    signature: 'v2.lVKZELiJFleDoPqMkSgojCUsX39AZqop7bKVyHv-T_s',
    seconds: 1_317_427_200,
  },
  {
    name: 'a grant to auth keys',
    target: `/v2/auth/grant/sub-key/mySubscribeKey?auth=key1%2Ckey2&channel=ch1%2Cch2&d=0&g=0&j=0&m=0&${PNSDK}&r=0&timestamp=1317427200&u=0&uuid=myUUID&w=0`,
    signature: 'v2.LEJCwKOBTApWy5jcdXPmtN1_N2aaJx0ZN3krPY6oLu8',
    seconds: 1_317_427_200,
  },
  {
    name: 'a grant of a token',
    target:
      '/v3/pam/mySubscribeKey/grant?pnsdk=PubNub-JS-Nodejs%2FtestVersion&timestamp=1571360790&uuid=myUUID',
    signature: 'v2.A1ldFjcfAiD0rw7-kFKKwY5j0Mpq1R5u8JDeej7P3jo',
    seconds: 1_571_360_790,
    parts: { method: 'POST', body: GRANT_BODY },
  },
];

function recordedNetwork(seconds: number) {
  const keysets = [
    { subscribeKey: 'mySubscribeKey', publishKey: 'other', secretKey: 'otherSecret' },
    { subscribeKey: 'mySubscribeKey', publishKey: 'myPublishKey', secretKey: 'mySecretKey' },
  ];
  return originNetwork({ keysets, clock: new VirtualClock(seconds * 1000) });
}

describe('a recorded signature', () => {
  test.each(RECORDED)('of $name is accepted', async ({ target, signature, seconds, parts }) => {
    const { send } = recordedNetwork(seconds);
    expect(await send(`${target}&signature=${signature}`, parts)).toMatchObject({ status: 200 });
  });

  test.each(RECORDED)('of $name is accepted with parameters in any order', async (row) => {
    const { send } = recordedNetwork(row.seconds);
    const [path, query = ''] = row.target.split('?');
    const target = `${path}?signature=${row.signature}&${query.split('&').reverse().join('&')}`;
    expect(await send(target, row.parts)).toMatchObject({ status: 200 });
  });

  test.each(RECORDED)(
    'of $name is refused for anything else',
    async ({ target, signature, seconds, parts }) => {
      const { send } = recordedNetwork(seconds);
      const replies = [
        await send(`${target}&signature=${signature.slice(0, -2)}AA`, parts),
        await send(`${target}&signature=`, parts),
        await send(target, parts),
        await send(`${target}&more=1&signature=${signature}`, parts),
        await send(`${target.replace('myUUID', 'myUuid')}&signature=${signature}`, parts),
        await send(`${target}&signature=${signature.replace('v2.', '')}`, parts),
        await send(`${target}&signature=${signature.replace('v2.', 'v3.')}`, parts),
      ];
      expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 403));
      expect(replies[0]?.json).toEqual({
        message: 'Invalid signature',
        error: true,
        service: 'Access Manager',
        status: 403,
      });
    },
  );

  test.each([-61, 61, -86_400, 86_400])('is refused %d seconds off', async (skew) => {
    const [{ target, signature, seconds }] = RECORDED as [Recorded];
    const { send } = recordedNetwork(seconds + skew);
    expect((await send(`${target}&signature=${signature}`)).json).toEqual({
      message: 'Invalid Timestamp',
      error: true,
      service: 'Access Manager',
      status: 400,
    });
  });

  test.each([-60, 60])('is accepted %d seconds off', async (skew) => {
    const [{ target, signature, seconds }] = RECORDED as [Recorded];
    const { send } = recordedNetwork(seconds + skew);
    expect((await send(`${target}&signature=${signature}`)).status).toBe(200);
  });
});

test.each(['', '&timestamp=', '&timestamp=now', '&timestamp=1e9', '&timestamp=-5', '&timestamp=17.5'])(
  'a request with %j has no time',
  async (timestamp) => {
    const { send } = accessNetwork();
    const reply = await send(`/v2/auth/audit/sub-key/demo?a=1${timestamp}&signature=v2.AAAA`);
    expect(reply).toMatchObject({ status: 400, json: { message: 'Invalid Timestamp' } });
  },
);

test('a body that was changed on its way is noticed', async () => {
  const { send, seconds } = accessNetwork();
  const parts = { method: 'POST', body: GRANT_BODY };
  const target = signed('/v3/pam/demo/grant', seconds(), parts);
  expect((await send(target, { ...parts, body: GRANT_BODY.replace('1440', '1441') })).status).toBe(403);
  expect((await send(target, parts)).status).toBe(200);
});

describe('a POST publish', () => {
  const PATH = '/publish/demo/demo/0/room/0';
  const BODY = '{"a":"\u00e9"}';

  test('counts as signed like a GET', async () => {
    const { send, seconds } = accessNetwork();
    const target = signed(PATH, seconds(), { method: 'GET' });
    expect((await send(target, { method: 'POST', body: BODY })).status).toBe(200);
  });

  test('counts as signed with its body, compressed or not', async () => {
    const { send, seconds } = accessNetwork();
    const target = signed(PATH, seconds(), { method: 'POST', body: BODY });
    expect((await send(target, { method: 'POST', body: BODY })).status).toBe(200);
    expect((await send(target, { method: 'POST', body: deflateSync(BODY) })).status).toBe(200);
    expect((await send(target, { method: 'POST', body: '1' })).status).toBe(403);
  });

  test('counts as signed in the first version, which no other request does', async () => {
    const { send, seconds } = accessNetwork();
    const query = `timestamp=${seconds()}&uuid=u`;
    const old = (path: string) => {
      const mac = createHmac('sha256', SECRET).update(`demo\ndemo\n${path}\n${query}`).digest('base64');
      return `${path}?${query}&signature=${encodeURIComponent(mac.replaceAll('+', '-').replaceAll('/', '_'))}`;
    };
    expect((await send(old(PATH), { method: 'POST', body: BODY })).status).toBe(200);
    expect((await send(old('/v2/auth/audit/sub-key/demo'))).status).toBe(403);
  });
});

test('a signature of another secret lets nothing pass, also with a token that would', async () => {
  const { send, seconds, token } = accessNetwork();
  const auth = await token({ resources: { channels: { room: 2 } } });
  const path = '/publish/demo/demo/0/room/0/1';
  const query = `auth=${encodeURIComponent(auth)}&timestamp=${seconds()}`;
  const forged = signatureOf(`GET\ndemo\n${path}\n${query}\n`, 'another');
  expect((await send(`${path}?${query}&signature=${forged}`)).json).toMatchObject({
    message: 'Invalid signature',
  });
});

describe('the parameters that are signed', () => {
  test.each([
    ['b=2&a=1', 'a=1&b=2'],
    ['a=1&signature=x&B=2', 'B=2&a=1'],
    ['sort=updated%3Adesc&sort=name%3Aasc', 'sort=name%3Aasc&sort=updated%3Adesc'],
    ["a=~!*'()", 'a=%7E%21%2A%27%28%29'],
    ['a=x,y&b=%2c', 'a=x%2Cy&b=%2C'],
    ['ee=&ee2', 'ee=&ee2='],
    ['', ''],
  ])('%j are %j', (query, sorted) => {
    expect(sortedQuery(query)).toBe(sorted);
  });
});

test('without a secret key nothing is signed', async () => {
  for (const keysets of [undefined, [{ subscribeKey: 'demo', publishKey: 'demo' }]]) {
    const { send, clock } = originNetwork(keysets ? { keysets } : {});
    const seconds = Math.floor(clock.now() / 1000);
    const reply = await send(signed('/v2/auth/audit/sub-key/demo', seconds));
    expect(reply).toMatchObject({ status: 403, json: { service: 'Access Manager' } });
    expect(reply.text).toContain('no secret key');
  }
});
