import { timetokenFromBigInt, timetokenToBigInt } from 'timetoken';
import { expect } from 'vitest';
import { tokenWith } from '../support/access-tokens.ts';
import { ACCESS, type Fact, heard } from './fact.ts';
import { GUARDED } from './facts-publish.ts';
import { granted } from './grants.ts';

const KNOWN = { keysets: [{ subscribeKey: 'S', publishKey: 'P' }] };
const TIMETOKEN = expect.stringMatching(/^\d{17}$/);
const BAD_REQUEST = { category: 'PNBadRequestCategory', statusCode: 400 } as const;
const DENIED = { category: 'PNAccessDeniedCategory', statusCode: 403 } as const;

const pam = (status: number, message: string, more: object = {}) => ({
  message,
  ...more,
  ...{ error: true, service: 'Access Manager', status },
});
const UNKNOWN_KEY = pam(400, 'Invalid Subscribe Key');
const REVOKED = pam(403, 'Token is revoked');
const forbidden = (name: string) => pam(403, 'Forbidden', { payload: { channels: [name] } });
const as = (status: number, body: object) => ({ status, body: `${JSON.stringify(body)}\n` });

// The client refuses what is larger by itself, and so sends the largest that there is; the origin is sent one more.
const textOf = (bytes: number) => ({ text: 'x'.repeat(bytes - '""'.length) });
const MESSAGE_BYTES = 32_768;
const SIGNAL_BYTES = 64;

const TOKEN = tokenWith();
const plus = (timetoken: string, ticks: bigint) => timetokenFromBigInt(timetokenToBigInt(timetoken) + ticks);

/** Facts 12 to 16, 18, 30, 64 and 65: what is refused, what is no answer, and timetokens. */
export const REFUSAL_FACTS: readonly Fact[] = [
  {
    number: 12,
    title: 'a wrong publish key',
    request: { line: 'GET /publish/fake/S/0/ch1/0/%22hey%22' },
    client: {
      options: { publishKey: 'fake' },
      call: (pubnub) => pubnub.publish({ channel: 'ch1', message: 'hey' }).execute(),
      answer: as(400, [0, 'Invalid Key', '14820999375199241']),
      // The body as it came, and not its text alone.
      failure: {
        ...BAD_REQUEST,
        errorData: [0, 'Invalid Key', '14820999375199241'],
        delivery: 'rejected',
      },
    },
    origin: { options: KNOWN, status: 400, body: [0, 'Invalid Key', TIMETOKEN] },
  },
  {
    number: 13,
    title: 'wrong keys',
    request: { line: 'GET /publish/blah/blah/0/blah/0/%22hey%22' },
    client: {
      options: { publishKey: 'blah', subscribeKey: 'blah' },
      call: (pubnub) => pubnub.publish({ channel: 'blah', message: 'hey' }).execute(),
      answer: as(400, UNKNOWN_KEY),
      failure: { ...BAD_REQUEST, errorData: UNKNOWN_KEY },
    },
    origin: { options: KNOWN, status: 400, contentType: ACCESS, body: UNKNOWN_KEY },
  },
  {
    number: 14,
    title: 'a publish that is not permitted',
    request: { line: 'GET /publish/P/S/0/not_permitted_channel/0/%22hey%22' },
    client: {
      call: (pubnub) => pubnub.publish({ channel: 'not_permitted_channel', message: 'hey' }).execute(),
      answer: as(403, forbidden('not_permitted_channel')),
      failure: {
        ...DENIED,
        errorData: forbidden('not_permitted_channel'),
        channels: ['not_permitted_channel'],
      },
    },
    origin: { options: GUARDED, status: 403, contentType: ACCESS, body: forbidden('not_permitted_channel') },
  },
  {
    number: 15,
    title: 'a revoked token',
    request: { line: 'GET /publish/P/S/0/ch1/0/%22hey%22', query: { auth: '{token}' } },
    client: {
      known: { token: TOKEN },
      options: { token: TOKEN },
      call: (pubnub) => pubnub.publish({ channel: 'ch1', message: 'hey' }).execute(),
      answer: as(403, REVOKED),
      failure: { ...DENIED, errorData: REVOKED },
    },
    origin: {
      options: GUARDED,
      before: async (network) => {
        const { token, admin } = await granted(network, { ch1: { write: true } });
        await admin.revokeToken({ token }).execute();
        await admin.close();
        return { token };
      },
      ...{ status: 403, contentType: ACCESS, body: REVOKED },
    },
  },
  {
    number: 16,
    title: 'a message that is too large',
    request: { line: 'POST /publish/P/S/0/ch1/0', body: '{text}' },
    client: {
      known: textOf(MESSAGE_BYTES),
      call: (pubnub) =>
        pubnub.publish({ channel: 'ch1', message: textOf(MESSAGE_BYTES).text, usePost: true }).execute(),
      answer: as(400, [0, 'Message Too Large', '15635079026391944']),
      failure: { ...BAD_REQUEST, errorData: [0, 'Message Too Large', '15635079026391944'] },
    },
    origin: {
      before: async () => textOf(MESSAGE_BYTES + 1),
      ...{ status: 400, body: [0, 'Message Too Large', TIMETOKEN] },
    },
  },
  {
    number: 18,
    title: 'a signal that is too large',
    request: { line: 'GET /signal/P/S/0/ch1/0/%22{text}%22' },
    client: {
      known: textOf(SIGNAL_BYTES),
      call: (pubnub) => pubnub.signal({ channel: 'ch1', message: textOf(SIGNAL_BYTES).text }).execute(),
      answer: as(400, [0, 'Signal size too large', '15910331991263359']),
      failure: { ...BAD_REQUEST, operation: 'PNSignalOperation' },
    },
    origin: {
      before: async () => textOf(SIGNAL_BYTES + 1),
      ...{ status: 400, body: [0, 'Signal size too large', TIMETOKEN] },
    },
  },
  {
    number: 30,
    title: 'a subscription that is not permitted',
    request: { line: 'GET /v2/subscribe/S/not-permitted-channel/0', query: { tt: '0' } },
    client: {
      call: async (pubnub, { clock, requests }) => {
        const status = await heard(pubnub, 'status', () =>
          pubnub.subscribe({ channels: 'not-permitted-channel' }).execute(),
        );
        await clock.advance(60_000);
        return [status, requests.length];
      },
      answer: as(403, forbidden('not-permitted-channel')),
      // Once: it is not asked again.
      result: [
        expect.objectContaining({ ...DENIED, isError: true, affectedChannels: ['not-permitted-channel'] }),
        1,
      ],
    },
    origin: { options: GUARDED, status: 403, contentType: ACCESS, body: forbidden('not-permitted-channel') },
  },
  {
    number: 64,
    title: 'a page under status 200',
    request: { line: 'GET /publish/P/S/0/ch1/0/%22hey%22' },
    client: {
      call: (pubnub) => pubnub.publish({ channel: 'ch1', message: 'hey' }).execute(),
      answer: { headers: { 'content-type': 'text/html' }, body: '<html></html>' },
      failure: { category: 'PNMalformedResponseCategory', statusCode: 200, delivery: 'unknown' },
    },
    origin: 'It is what proxies and login pages answer in the place of an origin.',
  },
  {
    number: 65,
    title: 'arithmetic of timetokens, without a request',
    request: { line: '' },
    client: {
      call: async () => [
        plus('17457898612467575', 1_000_000n),
        plus('17457898692039206', -3_000_000n),
        timetokenToBigInt('17525257097772389') - timetokenToBigInt('17525257156893384'),
      ],
      answer: undefined,
      result: ['17457898613467575', '17457898689039206', -59_120_995n],
    },
    origin: 'It is about numbers, of which the origin is asked nothing.',
  },
];
