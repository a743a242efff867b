import { deflateSync } from 'node:zlib';
import { legacyCryptoModule } from 'timetoken';
import { expect } from 'vitest';
import type { WireEnvelope, WireSubscribeAnswer } from '../../src/protocol/envelope.ts';
import type { ClientSide, Fact, Network, OriginSide } from './fact.ts';

/** A keyset that asks for permissions. */
export const GUARDED = {
  keysets: [{ subscribeKey: 'S', publishKey: 'P', secretKey: 'secret', access: true }],
} as const;

const CH1 = '/publish/P/S/0/ch1/0';
const SPACED = '{"online": true, "name": "Alex"}';
const SENT = [1, 'Sent', expect.stringMatching(/^\d{17}$/)];

/** What the client makes of the answer to a publish. */
const taken = (timetoken: string): Pick<ClientSide, 'answer' | 'result'> => ({
  answer: { body: `[1,"Sent","${timetoken}"]` },
  result: { timetoken },
});

const poll = async ({ send }: Network, tt: string) => {
  const answer: unknown = (await send(`/v2/subscribe/S/ch1,last/0?tt=${tt}`)).json;
  return answer as WireSubscribeAnswer; // Any other answer fails the comparison.
};

/** The origin takes the publish, and subscribers of `ch1` get entries like these. */
const delivered = (...entries: readonly Partial<WireEnvelope>[]): OriginSide => ({
  before: async (network) => ({ tt: (await poll(network, '0')).t.t }),
  status: 200,
  body: SENT,
  after: async (network, _reply, { tt = '' }) => {
    await network.send('/publish/P/S/0/last/0/1');
    expect((await poll(network, tt)).m).toMatchObject([...entries, { c: 'last' }]);
  },
});

/** Facts 1 to 11 and 17: time, and what is published. */
export const PUBLISH_FACTS: readonly Fact[] = [
  {
    number: 1,
    title: 'time, whose seventeen digits are a bare number',
    request: { line: 'GET /time/0' },
    client: {
      call: (pubnub) => pubnub.time().execute(),
      answer: { body: '[14818963707386265]' },
      // A string, as every timetoken: as a number it would end in 264.
      result: { timetoken: '14818963707386265' },
    },
    origin: { status: 200, body: /^\[\d{17}\]$/ },
  },
  {
    number: 2,
    title: 'publish of a text',
    request: { line: `GET ${CH1}/%22hi%22` },
    client: {
      call: (pubnub) => pubnub.publish({ channel: 'ch1', message: 'hi' }).execute(),
      ...taken('14820999390622229'),
    },
    origin: delivered({ c: 'ch1', d: 'hi' }),
  },
  {
    number: 3,
    title: 'publish of a boolean',
    request: { line: `GET ${CH1}/true` },
    client: {
      call: (pubnub) => pubnub.publish({ channel: 'ch1', message: true }).execute(),
      ...taken('14820999390622230'),
    },
    origin: delivered({ d: true }),
  },
  {
    number: 4,
    title: 'publish of an object',
    request: { line: 'GET /publish/myPublishKey/mySubKey/0/ch1/0/%7B%22such%22%3A%22object%22%7D' },
    client: {
      options: { publishKey: 'myPublishKey', subscribeKey: 'mySubKey' },
      call: (pubnub) => pubnub.publish().channel('ch1').message({ such: 'object' }).execute(),
      ...taken('14647523059145592'),
    },
    origin: {
      options: { keysets: [{ publishKey: 'myPublishKey', subscribeKey: 'mySubKey' }] },
      ...{ status: 200, body: SENT },
    },
  },
  {
    number: 5,
    title: 'publish by POST',
    request: { line: `POST ${CH1}`, body: { online: true, name: 'Alex' } },
    client: {
      call: (pubnub) =>
        pubnub.publish({ channel: 'ch1', message: { online: true, name: 'Alex' }, usePost: true }).execute(),
      ...taken('14820999377437961'),
    },
    origin: {
      ...delivered({ d: { online: true, name: 'Alex' } }),
      others: [
        { who: 'Python', body: SPACED },
        { who: 'JavaScript 11', body: deflateSync(SPACED), headers: { 'content-encoding': 'deflate' } },
        {
          who: 'Python, which mislabels',
          body: deflateSync(SPACED),
          headers: { 'content-encoding': 'gzip' },
        },
      ],
    },
  },
  {
    number: 6,
    title: 'publish with meta',
    request: { line: `GET ${CH1}/%22hey%22`, query: { meta: '{"a":2,"b":"qwer"}' } },
    client: {
      call: (pubnub) =>
        pubnub.publish({ channel: 'ch1', message: 'hey', meta: { a: 2, b: 'qwer' } }).execute(),
      ...taken('14820999390622231'),
    },
    origin: {
      ...delivered({ u: { a: 2, b: 'qwer' } }),
      others: [{ who: 'Python', query: { meta: '{"a": 2, "b": "qwer"}' } }],
    },
  },
  {
    number: 7,
    title: 'publish that is not stored',
    request: { line: `GET ${CH1}/%22hey%22`, query: { store: '0' } },
    client: {
      call: (pubnub) => pubnub.publish({ channel: 'ch1', message: 'hey', shouldStore: false }).execute(),
      ...taken('14820999390622232'),
    },
    origin: {
      before: ({ send }) => send(`${CH1}/%22stored%22`),
      ...{ status: 200, body: SENT },
      after: async ({ send }) => {
        const { json } = await send('/v2/history/sub-key/S/channel/ch1');
        expect(json).toEqual([['stored'], expect.any(Number), expect.any(Number)]);
      },
    },
  },
  {
    number: 8,
    title: 'fire',
    request: { line: `GET ${CH1}/%22bla%22`, query: { store: '0', norep: 'true' } },
    client: {
      call: (pubnub) => pubnub.fire({ channel: 'ch1', message: 'bla' }).execute(),
      ...taken('15549250946019633'),
    },
    origin: { ...delivered(), others: [{ who: 'Python', query: { store: '0', norep: '1' } }] },
  },
  {
    number: 9,
    title: "a timetoken of the publisher's own",
    request: { line: `GET ${CH1}/%22hi%22`, query: { norep: 'true', ptto: '16057799474000000' } },
    client: {
      call: (pubnub) =>
        pubnub
          .publish({ channel: 'ch1', message: 'hi', replicate: false, ptto: '16057799474000000' })
          .execute(),
      ...taken('16057799474000000'),
    },
    origin: { status: 200, body: [1, 'Sent', '16057799474000000'] },
  },
  {
    number: 10,
    title: 'publish that is encrypted',
    request: { line: `GET ${CH1}/%22toDEeIZkmIyoiLpSojGu7n3%2B2t1rn7%2FDsrEZ1r8JKR4%3D%22` },
    client: {
      options: { cryptoModule: legacyCryptoModule({ cipherKey: 'myCipherKey', useRandomIVs: false }) },
      call: (pubnub) => pubnub.publish({ channel: 'ch1', message: { such: 'object' } }).execute(),
      ...taken('14647523059145592'),
    },
    origin: delivered({ d: 'toDEeIZkmIyoiLpSojGu7n3+2t1rn7/DsrEZ1r8JKR4=' }),
  },
  {
    number: 11,
    title: 'a custom type',
    request: { line: `GET ${CH1}/%22hi%22`, query: { custom_message_type: 'test_message' } },
    client: {
      call: (pubnub) =>
        pubnub.publish({ channel: 'ch1', message: 'hi', customMessageType: 'test_message' }).execute(),
      ...taken('14820999390622233'),
    },
    origin: delivered({ cmt: 'test_message' }),
  },
  {
    number: 17,
    title: 'signal',
    request: { line: 'GET /signal/P/S/0/ch1/0/%22test%22' },
    client: {
      call: (pubnub) => pubnub.signal({ channel: 'ch1', message: 'test' }).execute(),
      ...taken('15640051159323676'),
    },
    origin: delivered({ e: 1, d: 'test' }),
  },
];
