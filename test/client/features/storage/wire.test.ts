import { describe, expect, it } from 'vitest';
import { lineOf, rejection, scriptedClient } from '../../../support/unit-client.ts';

type Client = ReturnType<typeof scriptedClient>['pubnub'];

interface Fact {
  readonly name: string;
  readonly call: (pubnub: Client) => { execute(): Promise<unknown> };
  readonly line: string;
  readonly answer: string;
  readonly result: unknown;
}

const KEYS = { publishKey: 'P', subscribeKey: 'S' };
const OK = '{"status": 200, "error": false, "error_message": ""';
const record = (members: object) => Object.assign(Object.create(null), members);

const HISTORY: readonly Fact[] = [
  {
    name: '43: history with timetokens that are numbers on the wire',
    call: (pubnub) => pubnub.history({ channel: 'a' }),
    line: 'GET /v2/history/sub-key/S/channel/a?count=100&include_token=true',
    answer:
      '[[{"message":{"timetoken":17183967137027575},"timetoken":17183967137027575}],17183967137027575,17183967137027577]',
    result: {
      messages: [{ entry: { timetoken: 17183967137027576 }, timetoken: '17183967137027575' }],
      startTimeToken: '17183967137027575',
      endTimeToken: '17183967137027577',
    },
  },
  {
    name: '43a: history with timetokens that are texts on the wire, and meta',
    call: (pubnub) =>
      pubnub
        .history()
        .channel('a b/c')
        .start('20')
        .end('10')
        .reverse(true)
        .count(1_000)
        .includeMeta(true)
        .includeTimetoken(true),
    line: 'GET /v2/history/sub-key/S/channel/a%20b%2Fc?count=100&include_token=true&start=20&end=10&reverse=true&include_meta=true',
    answer:
      '[[{"message":1,"timetoken":"11","meta":""},{"message":null,"timetoken":"12","meta":{"a":1}}],"11","12"]',
    result: {
      messages: [
        { entry: 1, timetoken: '11' },
        { entry: null, timetoken: '12', meta: { a: 1 } },
      ],
      startTimeToken: '11',
      endTimeToken: '12',
    },
  },
  {
    name: '43b: history with meta alone',
    call: (pubnub) =>
      pubnub.history({ channel: 'a', includeTimetoken: false, includeMeta: true, reverse: false }),
    line: 'GET /v2/history/sub-key/S/channel/a?count=100&include_token=false&reverse=false&include_meta=true',
    answer: '[[{"message":{"message":1},"meta":"x"}],1,1]',
    result: { messages: [{ entry: { message: 1 }, meta: 'x' }], startTimeToken: '1', endTimeToken: '1' },
  },
  {
    name: '43c: history without timetokens, of payloads that look like entries',
    call: (pubnub) => pubnub.history({ channel: 'a', includeTimetoken: false }),
    line: 'GET /v2/history/sub-key/S/channel/a?count=100&include_token=false',
    answer: '[[{"message":1,"timetoken":17183967137027575,"meta":2}],1,1]',
    result: {
      messages: [{ entry: { message: 1, timetoken: 17183967137027576, meta: 2 } }],
      startTimeToken: '1',
      endTimeToken: '1',
    },
  },
  {
    name: '43d: history of an empty channel',
    call: (pubnub) => pubnub.history({ channel: 'a' }),
    line: 'GET /v2/history/sub-key/S/channel/a?count=100&include_token=true',
    answer: '[[],0,0]',
    result: { messages: [], startTimeToken: '0', endTimeToken: '0' },
  },
];

const FETCH: readonly Fact[] = [
  {
    name: '44: fetch with meta',
    call: (pubnub) => pubnub.fetchMessages({ channels: 'ch' }).includeMeta(true).maximumPerChannel(25),
    line: 'GET /v3/history/sub-key/S/channel/ch?max=25&include_uuid=true&include_message_type=true&include_meta=true',
    answer:
      '{"status": 200, "channels": {"ch": [{"message": "hey-meta", "timetoken": "16485817079213403", "meta": {"is-this": "krusty-krab"}},{"message":0,"timetoken":"1","meta":""}]}, "error_message": "", "error": false}',
    result: {
      channels: record({
        ch: [
          {
            channel: 'ch',
            timetoken: '16485817079213403',
            message: 'hey-meta',
            messageType: -1,
            meta: { 'is-this': 'krusty-krab' },
          },
          { channel: 'ch', timetoken: '1', message: 0, messageType: -1 },
        ],
      }),
    },
  },
  {
    name: '45a: fetch of several channels, with types as numbers and texts, and a timetoken as a number',
    call: (pubnub) =>
      pubnub
        .fetchMessages({ channels: ['a', 'b c'] })
        .channels('a')
        .count(1_000)
        .start('20')
        .end('10')
        .includeUuid(false)
        .includeMessageType(false)
        .includeCustomMessageType(true),
    line: 'GET /v3/history/sub-key/S/channel/a,b%20c?max=25&start=20&end=10&include_custom_message_type=true',
    answer: `${OK}, "channels": {"a":[{"message":1,"timetoken":17183967137027575,"message_type":4,"uuid":"","custom_message_type":"text"}],"__proto__":[{"message":2,"timetoken":"2","message_type":"1","custom_message_type":null}]}}`,
    result: {
      channels: record({
        a: [
          {
            channel: 'a',
            timetoken: '17183967137027575',
            message: 1,
            messageType: 4,
            customMessageType: 'text',
          },
        ],
        ['__proto__']: [{ channel: '__proto__', timetoken: '2', message: 2, messageType: 1 }],
      }),
    },
  },
  {
    name: '46: fetch that was cut short',
    call: (pubnub) => pubnub.fetchMessages({ channels: 'ch', includeCustomMessageType: false }),
    line: 'GET /v3/history/sub-key/S/channel/ch?max=100&include_uuid=true&include_message_type=true&include_custom_message_type=false',
    answer: `${OK}, "channels": {}, "more": {"url": "/v3/x", "start": 17183967137027575, "max": 98}}`,
    result: { channels: record({}), more: { url: '/v3/x', start: '17183967137027575', max: 98 } },
  },
];

const OTHERS: readonly Fact[] = [
  {
    name: '47a: counts since one timetoken',
    call: (pubnub) => pubnub.messageCounts({ channels: ['a', 'b'], channelTimetokens: '15510379567122092' }),
    line: 'GET /v3/history/sub-key/S/message-counts/a,b?timetoken=15510379567122092',
    answer: `${OK}, "channels": {"a":1}, "more": {}}`,
    result: { channels: record({ a: 1 }) },
  },
  {
    name: '48a: delete of everything',
    call: (pubnub) => pubnub.deleteMessages({ channel: 'a' }),
    line: 'DELETE /v3/history/sub-key/S/channel/a',
    answer: `${OK}}`,
    result: {},
  },
];

function ownLine({ method, url }: Parameters<typeof lineOf>[0] & object): string {
  const { path } = lineOf({ method, url });
  const own = (url.split('?')[1] ?? '').split('&').filter((pair) => !/^(uuid|pnsdk)=/.test(pair));
  return `${method} ${path}${own.length > 0 ? `?${own.join('&')}` : ''}`;
}

describe('storage on the wire', () => {
  it.each([...HISTORY, ...FETCH, ...OTHERS])('fact $name', async ({ call, line, answer, result }) => {
    const { pubnub, requests } = scriptedClient([{ body: answer }], KEYS);
    const got = await call(pubnub).execute();
    expect(got).toEqual(result);
    expect(requests.map(ownLine)).toEqual([line]);
    if (got && typeof got === 'object' && 'channels' in got)
      expect(Object.getPrototypeOf(got.channels)).toBeNull();
  });

  it.each([
    ['history', '["The channel name is invalid.",0,0]'],
    ['history', '[[1],1,1]'],
    ['history', '[[{"timetoken":1}],1,1]'],
    ['history', '[[{"message":1,"timetoken":null}],1,1]'],
    ['history', '[[]]'],
    ['history', '{}'],
    ['fetchMessages', '{}'],
    ['fetchMessages', '{"channels":[]}'],
    ['fetchMessages', '{"channels":{"a":{}}}'],
    ['fetchMessages', '{"channels":{"a":[1]}}'],
    ['fetchMessages', '{"channels":{"a":[{"message":1}]}}'],
    ['fetchMessages', '{"channels":{"a":[{"message":1,"timetoken":"1","message_type":"x"}]}}'],
    ['fetchMessages', '{"channels":{},"more":{"start":"soon"}}'],
    ['messageCounts', '{"channels":{"a":"1"}}'],
    ['messageCounts', '{"status":200}'],
    ['deleteMessages', '{"error":false}'],
  ] as const)('%s refuses %s as an answer', async (name, body) => {
    const { pubnub, clock } = scriptedClient([{ body }], KEYS);
    const calls = {
      history: pubnub.history({ channel: 'a' }),
      fetchMessages: pubnub.fetchMessages({ channels: 'a' }),
      messageCounts: pubnub.messageCounts({ channels: 'a', channelTimetokens: '1' }),
      deleteMessages: pubnub.deleteMessages({ channel: 'a' }),
    };
    const error = rejection(calls[name].execute());
    await clock.advance(60_000);
    expect(await error).toMatchObject({ code: 'PN-4001', category: 'PNMalformedResponseCategory' });
  });

  it('tells what the storage service said', async () => {
    const body =
      '{"status":403,"error":true,"error_message":"Storage & Playback is not enabled","channels":{}}';
    const { pubnub } = scriptedClient([{ status: 403, body }], KEYS);
    expect(await rejection(pubnub.fetchMessages({ channels: 'a' }).execute())).toMatchObject({
      category: 'PNAccessDeniedCategory',
      message: expect.stringContaining('Storage & Playback is not enabled'),
    });
  });

  it('does not repeat a delete whose outcome is unknown', async () => {
    const { pubnub, requests, clock } = scriptedClient([{ status: 503, body: '{}' }], KEYS);
    const error = rejection(pubnub.deleteMessages({ channel: 'a' }).execute());
    await clock.advance(60_000);
    expect(await error).toMatchObject({ code: 'PN-3006', delivery: 'unknown' });
    expect(requests).toHaveLength(1);
  });
});

describe('storage refuses before it sends', () => {
  const many = Array.from({ length: 501 }, (_, index) => `c${index}`);

  it.each([
    ['no channel', (pubnub) => pubnub.history({}), 'PN-1001', 'channel'],
    ['no channels', (pubnub) => pubnub.fetchMessages({ channels: [] }), 'PN-1001', 'channels'],
    ['too many channels', (pubnub) => pubnub.fetchMessages({ channels: many }), 'PN-1002', 'at most 500'],
    ['a page of none', (pubnub) => pubnub.history({ channel: 'a', count: 0 }), 'PN-1002', 'one or more'],
    ['half a message', (pubnub) => pubnub.history({ channel: 'a', count: 1.5 }), 'PN-1002', 'whole number'],
    ['a start in words', (pubnub) => pubnub.history({ channel: 'a', start: 'now' }), 'PN-1002', 'digits'],
    [
      'a number as a timetoken',
      (pubnub) => pubnub.deleteMessages({ channel: 'a', end: 17183967137027576 as unknown as string }),
      'PN-1002',
      'cannot hold the 17 digits',
    ],
    [
      'no timetokens to count from',
      (pubnub) => pubnub.messageCounts({ channels: 'a', channelTimetokens: [] }),
      'PN-1001',
      'channelTimetokens',
    ],
    [
      'as many timetokens as nothing',
      (pubnub) => pubnub.messageCounts({ channels: ['a', 'b', 'c'], channelTimetokens: ['1', '2'] }),
      'PN-1002',
      'one, or as many as channels: 3, not 2',
    ],
  ] as readonly (readonly [string, (pubnub: Client) => unknown, string, string])[])(
    '%s',
    async (_name, call, code, words) => {
      const { pubnub, requests } = scriptedClient([], KEYS);
      // Some of these do not compile as they stand: the type state knows what is missing.
      const error = await rejection((call(pubnub) as { execute(): Promise<unknown> }).execute());
      expect(error).toMatchObject({ code, message: expect.stringContaining(words) });
      expect(requests).toHaveLength(0);
    },
  );
});
