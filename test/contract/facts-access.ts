import { createHmac } from 'node:crypto';
import { parseToken } from 'timetoken';
import { expect } from 'vitest';
import { VirtualClock } from '../support/virtual-clock.ts';
import { ACCESS, type Fact, type Network } from './fact.ts';
import { GUARDED } from './facts-publish.ts';
import { granted } from './grants.ts';

const CREDENTIALS = { secretKey: 'secret', userId: 'u' };
const MASK = { read: true, write: true, manage: true, delete: true, get: true, update: true, join: true };
const GRANTED = { data: { message: 'Success' }, service: 'Access Manager', status: 200 };

const body = (ttl: number) => ({
  ttl,
  permissions: {
    resources: { channels: { ch: 239 }, groups: {}, uuids: {}, users: {}, spaces: {} },
    patterns: { channels: {}, groups: {}, uuids: {}, users: {}, spaces: {} },
    meta: {},
  },
});

/** The parameters that sign a request with the body, or without one. */
function signature(
  { clock }: Network,
  line: string,
  { query = {}, text = '' }: { query?: Record<string, string>; text?: string } = {},
) {
  const timestamp = String(Math.floor(clock.now() / 1_000));
  const [method, path] = line.split(' ');
  const all = Object.entries({ ...query, timestamp, uuid: 'u' }).sort(([a], [b]) => (a < b ? -1 : 1));
  const sorted = all.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  const hmac = createHmac('sha256', 'secret').update(`${method}\nP\n${path}\n${sorted}\n${text}`);
  return { timestamp, signature: `v2.${hmac.digest('base64url')}` };
}

const SIGNED = { timestamp: '{timestamp}', signature: '{signature}' };
const GRANT = 'POST /v3/pam/S/grant';
const GRANT_V2 = 'GET /v2/auth/grant/sub-key/S';
const V2 = { channel: 'test-ch', auth: 'test-auth', r: '1', w: '1', m: '0', d: '0', g: '0', u: '0', j: '0' };

/** What the client signs with, as it is on its virtual clock. */
const signing = (line: string, more?: Parameters<typeof signature>[2]) => (network: Network) =>
  Promise.resolve(signature(network, line, more));

const invalidTtl = {
  error: {
    ...{ message: 'Invalid ttl', source: 'grant' },
    details: [{ message: 'Range should be 1 to 43200 minute(s).', location: 'ttl', locationType: 'body' }],
  },
  ...{ service: 'Access Manager', status: 400 },
};

export const ACCESS_FACTS: readonly Fact[] = [
  {
    number: 59,
    title: 'a ttl that is too long',
    request: { line: GRANT, body: body(43_201) },
    client: {
      options: CREDENTIALS,
      // Refused before it is sent.
      call: (pubnub) => pubnub.grantToken({ ttl: 43_201, channels: { ch: ['read'] } }).execute(),
      answer: undefined,
      failure: { code: 'PN-1002' },
    },
    origin: {
      options: GUARDED,
      before: signing(GRANT, { text: JSON.stringify(body(43_201)) }),
      proof: SIGNED,
      ...{ status: 400, contentType: ACCESS, body: invalidTtl },
    },
  },
  {
    number: 60,
    title: 'grant everything on a channel',
    request: { line: GRANT, body: body(60) },
    client: {
      options: CREDENTIALS,
      call: async (pubnub) => {
        const token = await pubnub.grantToken({ ttl: 60, channels: { ch: MASK } }).execute();
        return parseToken(token).resources?.channels?.['channel1'];
      },
      answer: {
        body: JSON.stringify({
          ...GRANTED,
          data: {
            message: 'Success',
            token:
              'p0F2AkF0GmEK-4NDdHRsGDxDcmVzpURjaGFuoWhjaGFubmVsMQFDZ3JwoWZncm91cDEBQ3VzcqBDc3BjoER1dWlkoWV1c2VyMQFDcGF0pURjaGFuoWIuKgFDZ3JwoWIuKgFDdXNyoENzcGOgRHV1aWShYi4qAURtZXRhoENzaWdYII5bQpWLi6Z-l5jbShWxZ7QL6o8Dz6_vxluhxrMGzQCN',
          },
        }),
      },
      result: {
        read: true,
        write: false,
        manage: false,
        delete: false,
        get: false,
        update: false,
        join: false,
      },
    },
    origin: {
      options: GUARDED,
      before: async (network) => {
        const { token, admin } = await granted(network, { ch: MASK });
        await admin.close();
        expect(parseToken(token).resources?.channels?.['ch']).toEqual(MASK);
        return signature(network, GRANT, { text: JSON.stringify(body(60)) });
      },
      proof: SIGNED,
      ...{ status: 200, contentType: ACCESS },
      // It begins as every token of seven entries does.
      body: { ...GRANTED, data: { message: 'Success', token: expect.stringMatching(/^p0F2AkF0/) } },
    },
  },
  {
    number: 61,
    title: 'revoke a token',
    request: { line: 'DELETE /v3/pam/S/grant/{token}' },
    client: {
      options: CREDENTIALS,
      known: { token: 'p0F2AkF0%3D%3D' },
      call: (pubnub) => pubnub.revokeToken({ token: 'p0F2AkF0==' }).execute(),
      answer: { body: JSON.stringify(GRANTED) },
      result: {},
    },
    origin: {
      options: GUARDED,
      before: async (network) => {
        const { token, admin } = await granted(network, { ch: { read: true } });
        await admin.close();
        return { token, ...signature(network, `DELETE /v3/pam/S/grant/${token}`) };
      },
      proof: SIGNED,
      ...{ status: 200, contentType: ACCESS, body: GRANTED },
    },
  },
  {
    number: 62,
    title: 'grant an auth key',
    request: { line: GRANT_V2, query: V2 },
    client: {
      options: CREDENTIALS,
      call: (pubnub) =>
        pubnub.grant({ channels: 'test-ch', authKeys: 'test-auth', read: true, write: true }).execute(),
      answer: {
        body: JSON.stringify({
          message: 'Success',
          payload: {
            level: 'user',
            subscribe_key: 'S',
            ttl: 1440,
            channel: 'test-ch',
            auths: { 'test-auth': { r: 1, w: 1, m: 0, d: 0 } },
          },
          ...{ service: 'Access Manager', status: 200 },
        }),
      },
      result: {
        level: 'user',
        subscribe_key: 'S',
        ttl: 1440,
        channel: 'test-ch',
        auths: { 'test-auth': { r: 1, w: 1, m: 0, d: 0 } },
      },
    },
    origin: {
      options: GUARDED,
      before: signing(GRANT_V2, { query: V2 }),
      proof: SIGNED,
      ...{ status: 200, contentType: ACCESS },
      body: {
        message: 'Success',
        payload: expect.objectContaining({
          ...{ level: 'user', subscribe_key: 'S', ttl: 1440, channel: 'test-ch' },
          auths: { 'test-auth': expect.objectContaining({ r: 1, w: 1, m: 0, d: 0 }) },
        }),
        ...{ service: 'Access Manager', status: 200 },
      },
    },
  },
  {
    number: 63,
    title: 'a signature',
    request: {
      line: 'GET /v2/auth/audit/sub-key/mySubscribeKey',
      query: {
        channel: 'ch1',
        pnsdk: 'PubNub-JS-Nodejs/suchJavascript',
        timestamp: '1317427200',
        uuid: 'myUUID',
        signature: 'v2.I7AFqanrAAtwVfvLHyKECTWw7UcZmwbRnwENpXdGB9E',
      },
    },
    client:
      'Its requests name itself, so that it signs other texts: test/client/access signs those of the vectors.',
    origin: {
      options: {
        clock: new VirtualClock(1_317_427_200_000),
        keysets: [
          {
            subscribeKey: 'mySubscribeKey',
            publishKey: 'myPublishKey',
            secretKey: 'mySecretKey',
            access: true,
          },
        ],
      },
      ...{ status: 200, contentType: ACCESS },
      body: expect.objectContaining({ message: 'Success', service: 'Access Manager', status: 200 }),
    },
  },
];
