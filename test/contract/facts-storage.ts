import { legacyCryptoModule } from 'timetoken';
import { expect } from 'vitest';
import { type Fact, type Network, OBJECTS } from './fact.ts';

const TIMETOKEN = expect.stringMatching(/^\d{17}$/);
const STORED = { status: 200, error: false, error_message: '' };

const publish =
  (channel: string, ...messages: readonly unknown[]) =>
  async (network: Network) => {
    for (const message of messages)
      await network.send(`/publish/P/S/0/${channel}/0/${encodeURIComponent(JSON.stringify(message))}?uuid=u`);
  };

const react = ({ send }: Network, channel: string, timetoken: string, value: string) =>
  send(`/v1/message-actions/S/channel/${channel}/message/${timetoken}?uuid=u`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'reaction', value }),
  });

export const STORAGE_FACTS: readonly Fact[] = [
  {
    number: 42,
    title: 'history',
    request: {
      line: 'GET /v2/history/sub-key/S/channel/history-ch',
      query: { count: '5', include_token: 'false' },
    },
    client: {
      call: (pubnub) =>
        pubnub.history({ channel: 'history-ch', count: 5, includeTimetoken: false }).execute(),
      answer: { body: '[["hey-0","hey-1","hey-2","hey-3","hey-4"],14820999261239656,14820999264622346]' },
      result: {
        messages: ['hey-0', 'hey-1', 'hey-2', 'hey-3', 'hey-4'].map((entry) => ({
          entry,
          timetoken: undefined,
        })),
        ...{ startTimeToken: '14820999261239656', endTimeToken: '14820999264622346' },
      },
    },
    origin: {
      before: publish('history-ch', 'hey-0', 'hey-1', 'hey-2', 'hey-3', 'hey-4'),
      status: 200,
      body: /^\[\["hey-0","hey-1","hey-2","hey-3","hey-4"\],\d{17},\d{17}\]$/,
    },
  },
  {
    number: 43,
    title: 'history, encrypted',
    request: { line: 'GET /v2/history/sub-key/S/channel/ch', query: { count: '100', include_token: 'true' } },
    client: {
      options: { cryptoModule: legacyCryptoModule({ cipherKey: 'cipherKey', useRandomIVs: false }) },
      call: (pubnub) => pubnub.history({ channel: 'ch' }).execute(),
      answer: {
        body: '[[{"message":"zFJeF9BVABL80GUiQEBjLg==","timetoken":"14649369736959785"},{"message":"HIq4MTi9nk/KEYlHOKpMCaH78ZXppGynDHrgY9nAd3s=","timetoken":"14649369766426772"}],"14649369736959785","14649369766426772"]',
      },
      result: {
        messages: [
          { entry: { text: 'hey' }, timetoken: '14649369736959785' },
          { entry: { text2: 'hey2' }, timetoken: '14649369766426772' },
        ],
        ...{ startTimeToken: '14649369736959785', endTimeToken: '14649369766426772' },
      },
    },
    origin: {
      before: publish('ch', 'zFJeF9BVABL80GUiQEBjLg=='),
      status: 200,
      body: /^\[\[\{"message":"zFJeF9BVABL80GUiQEBjLg==","timetoken":\d{17}\}\],\d{17},\d{17}\]$/,
    },
  },
  {
    number: 44,
    title: 'messages with meta, and actions',
    request: {
      line: 'GET /v3/history-with-actions/sub-key/S/channel/meta-1',
      query: { include_meta: 'true', max: '25' },
    },
    client: {
      adds: { include_uuid: 'true', include_message_type: 'true' },
      call: (pubnub) =>
        pubnub
          .fetchMessages({ channels: 'meta-1', includeMeta: true, includeMessageActions: true })
          .execute(),
      answer: {
        body: '{"status": 200, "channels": {"meta-1": [{"message": "hey-meta", "timetoken": "16485817079213403", "meta": {"is-this": "krusty-krab"}}]}, "error_message": "", "error": false}',
      },
      result: {
        channels: {
          'meta-1': [
            {
              ...{ channel: 'meta-1', timetoken: '16485817079213403', message: 'hey-meta', messageType: -1 },
              ...{ meta: { 'is-this': 'krusty-krab' }, actions: {} },
            },
          ],
        },
      },
    },
    origin: {
      before: async (network) => {
        await network.send(
          `/publish/P/S/0/meta-1/0/%22hey-meta%22?meta=${encodeURIComponent('{"is-this":"krusty-krab"}')}`,
        );
      },
      status: 200,
      body: {
        ...STORED,
        channels: {
          'meta-1': [
            expect.objectContaining({
              message: 'hey-meta',
              timetoken: TIMETOKEN,
              meta: { 'is-this': 'krusty-krab' },
            }),
          ],
        },
      },
    },
  },
  {
    number: 45,
    title: 'messages without a type',
    request: {
      line: 'GET /v3/history/sub-key/S/channel/ch1',
      query: { max: '100', include_uuid: 'true', include_message_type: 'true' },
    },
    client: {
      call: (pubnub) => pubnub.fetchMessages({ channels: 'ch1' }).execute(),
      answer: {
        body: '{"error":false,"error_message":"","channels":{"ch1":[{"message_type":null,"message":"hello world","timetoken":"16048329933709932","uuid":"test-uuid"}]}}',
      },
      result: {
        channels: {
          ch1: [
            {
              channel: 'ch1',
              timetoken: '16048329933709932',
              message: 'hello world',
              messageType: -1,
              uuid: 'test-uuid',
            },
          ],
        },
      },
    },
    origin: {
      before: publish('ch1', 'hello world'),
      status: 200,
      body: {
        ...STORED,
        channels: { ch1: [{ message: 'hello world', timetoken: TIMETOKEN, uuid: 'u', message_type: null }] },
      },
    },
  },
  {
    number: 46,
    title: 'more messages than an answer holds',
    request: { line: 'GET /v3/history-with-actions/sub-key/S/channel/ch', query: { max: '2' } },
    client: {
      adds: { include_uuid: 'true', include_message_type: 'true' },
      call: (pubnub) =>
        pubnub.fetchMessages({ channels: 'ch', count: 2, includeMessageActions: true }).execute(),
      answer: {
        body: '{"status":200,"channels":{"ch":[]},"more":{"url":"/v3/history-with-actions/sub-key/S/channel/ch?start=15610547826970000&max=98","start":"15610547826970000","max":98},"error_message":"","error":false}',
      },
      result: {
        channels: { ch: [] },
        more: {
          url: '/v3/history-with-actions/sub-key/S/channel/ch?start=15610547826970000&max=98',
          ...{ start: '15610547826970000', max: 98 },
        },
      },
    },
    origin: {
      // It cuts an answer short that would be too large.
      options: { limits: { answerBytes: 60 } },
      before: publish('ch', 1, 2),
      status: 200,
      body: {
        ...STORED,
        channels: { ch: [expect.objectContaining({ message: 2 })] },
        more: {
          url: expect.stringContaining('/v3/history-with-actions/sub-key/S/channel/ch?'),
          start: TIMETOKEN,
          max: expect.any(Number),
        },
      },
    },
  },
  {
    number: 47,
    title: 'message counts',
    request: {
      line: 'GET /v3/history/sub-key/S/message-counts/unique_1,unique_2',
      query: { channelsTimetoken: '15510379567122092,15510379567122092' },
    },
    client: {
      call: (pubnub) =>
        pubnub
          .messageCounts({
            channels: ['unique_1', 'unique_2'],
            channelTimetokens: ['15510379567122092', '15510379567122092'],
          })
          .execute(),
      answer: {
        body: '{"status": 200, "error": false, "error_message": "", "channels": {"unique_1":1,"unique_2":0}}',
      },
      result: { channels: { unique_1: 1, unique_2: 0 } },
    },
    origin: {
      before: publish('unique_1', 'x'),
      status: 200,
      body: { ...STORED, channels: { unique_1: 1, unique_2: 0 } },
    },
  },
  {
    number: 48,
    title: 'delete messages of an encoded name',
    request: {
      line: 'DELETE /v3/history/sub-key/S/channel/my-ch-%20%7C.%2A%20%24',
      query: { start: '123', end: '456' },
    },
    client: {
      call: (pubnub) =>
        pubnub.deleteMessages({ channel: 'my-ch- |.* $', start: '123', end: '456' }).execute(),
      answer: { body: '{"status": 200, "error": false, "error_message": ""}' },
      result: {},
    },
    origin: { status: 200, body: STORED },
  },
  {
    number: 49,
    title: 'an action that was stored, and not told of',
    request: {
      line: 'POST /v1/message-actions/S/channel/test-channel/message/1234567890',
      body: { type: 'reaction', value: 'smiley_face' },
    },
    client: {
      call: (pubnub) =>
        pubnub
          .addMessageAction({
            channel: 'test-channel',
            messageTimetoken: '1234567890',
            action: { type: 'reaction', value: 'smiley_face' },
          })
          .envelope()
          .then(({ result, status }) => [
            result?.announced,
            result?.data.actionTimetoken,
            status.statusCode,
            status.isError,
          ]),
      answer: {
        status: 207,
        body: '{"status":207,"data":{"type":"reaction","value":"smiley_face","uuid":"u","actionTimetoken":"15610547826970050","messageTimetoken":"1234567890"},"error":{"message":"Stored but failed to publish message action.","source":"actions"}}',
      },
      result: [false, '15610547826970050', 207, false],
    },
    // The origin stores and tells in one step: it never does one of them alone.
    origin: {
      status: 200,
      contentType: OBJECTS,
      body: {
        status: 200,
        data: {
          type: 'reaction',
          value: 'smiley_face',
          uuid: 'u',
          actionTimetoken: TIMETOKEN,
          messageTimetoken: '1234567890',
        },
      },
    },
  },
  {
    number: 50,
    title: 'actions of a channel with an encoded name',
    request: { line: 'GET /v1/message-actions/S/channel/test%20channel%231%2F2' },
    client: {
      call: (pubnub) => pubnub.getMessageActions({ channel: 'test channel#1/2' }).execute(),
      answer: {
        body: '{"status":200,"data":[{"type":"reaction","value":"x","uuid":"u","actionTimetoken":"15610547826970050","messageTimetoken":"15610547826969050"}]}',
      },
      result: {
        data: [
          {
            type: 'reaction',
            value: 'x',
            uuid: 'u',
            actionTimetoken: '15610547826970050',
            messageTimetoken: '15610547826969050',
          },
        ],
        ...{ start: '15610547826970050', end: '15610547826970050' },
      },
    },
    origin: {
      before: async (network) => {
        await react(network, 'test%20channel%231%2F2', '15610547826969050', 'x');
      },
      status: 200,
      contentType: OBJECTS,
      body: {
        status: 200,
        data: [
          {
            type: 'reaction',
            value: 'x',
            uuid: 'u',
            actionTimetoken: TIMETOKEN,
            messageTimetoken: '15610547826969050',
          },
        ],
      },
    },
  },
];
