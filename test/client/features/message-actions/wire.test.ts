import fc from 'fast-check';
import { PubNubError } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { lineOf, rejection, scriptedClient } from '../../../support/unit-client.ts';

type Client = ReturnType<typeof scriptedClient>['pubnub'];
type Call = (pubnub: Client) => {
  execute(): Promise<unknown>;
  envelope(): Promise<{ readonly result?: unknown; readonly status: unknown }>;
};

const BASE = '/v1/message-actions/S/channel';
const KEYS = { subscribeKey: 'S' };
const MESSAGE = '15610547826969050';
const ACTION = { type: 'reaction', value: 'smiley_face' };
const STORED = { ...ACTION, uuid: 'u', actionTimetoken: '15610547826970050', messageTimetoken: MESSAGE };
const ADDED = JSON.stringify({ status: 200, data: STORED });
const REMOVED = '{"status":200,"data":{}}';

const add: Call = (pubnub) =>
  pubnub.addMessageAction({ channel: 'ch', messageTimetoken: MESSAGE, action: ACTION });
const list: Call = (pubnub) => pubnub.getMessageActions({ channel: 'ch' });
const remove: Call = (pubnub) =>
  pubnub.removeMessageAction({ channel: 'ch', messageTimetoken: MESSAGE, actionTimetoken: '2' });

interface Fact {
  readonly name: string;
  readonly call: Call;
  readonly line: string;
  readonly body?: string;
  readonly answer: string;
  readonly result: unknown;
}

const FACTS: readonly Fact[] = [
  {
    name: 'add an action',
    call: add,
    line: `POST ${BASE}/ch/message/${MESSAGE}`,
    body: '{"type":"reaction","value":"smiley_face"}',
    answer: ADDED,
    result: { data: STORED, announced: true },
  },
  {
    name: '50: add an action on a channel that needs encoding, by setters, with more in the action than belongs there',
    call: (pubnub) =>
      pubnub
        .addMessageAction()
        .action({ type: 'é'.repeat(15), value: '😀', ...{ uuid: 'x' } })
        .messageTimetoken('1234567890')
        .channel('test channel#1/2'),
    line: `POST ${BASE}/test%20channel%231%2F2/message/1234567890`,
    body: `{"type":"${'é'.repeat(15)}","value":"😀"}`,
    answer: ADDED,
    result: { data: STORED, announced: true },
  },
  {
    name: 'list actions',
    call: list,
    line: `GET ${BASE}/ch`,
    answer: JSON.stringify({
      status: 200,
      data: [STORED, { ...STORED, actionTimetoken: '15610547826970051' }],
    }),
    result: {
      data: [STORED, { ...STORED, actionTimetoken: '15610547826970051' }],
      start: '15610547826970050',
      end: '15610547826970051',
    },
  },
  {
    name: 'list actions of a range, more of them than there can be, with what comes next',
    call: (pubnub) => pubnub.getMessageActions().channel('a/b').start('20').end('10').limit(1_000),
    line: `GET ${BASE}/a%2Fb?start=20&end=10&limit=100`,
    answer:
      '{"status":200,"data":[],"more":{"url":"/v1/x?start=15610547826970050&limit=2","start":"15610547826970050","end":"15645905639093361","limit":2}}',
    result: {
      data: [],
      start: null,
      end: null,
      more: {
        url: '/v1/x?start=15610547826970050&limit=2',
        start: '15610547826970050',
        end: '15645905639093361',
        limit: 2,
      },
    },
  },
  {
    name: 'list actions whose timetokens are numbers',
    call: list,
    line: `GET ${BASE}/ch`,
    answer: `{"status":200,"data":[{"type":"t","value":"v","uuid":"u","actionTimetoken":15610547826970051,"messageTimetoken":${MESSAGE}}],"more":{"start":15610547826970051}}`,
    result: {
      data: [
        { type: 't', value: 'v', uuid: 'u', actionTimetoken: '15610547826970051', messageTimetoken: MESSAGE },
      ],
      start: '15610547826970051',
      end: '15610547826970051',
      more: { start: '15610547826970051' },
    },
  },
  {
    name: 'remove an action',
    call: remove,
    line: `DELETE ${BASE}/ch/message/${MESSAGE}/action/2`,
    answer: REMOVED,
    result: { data: {}, announced: true },
  },
];

describe('message actions on the wire', () => {
  it.each(FACTS)('$name', async ({ call, line, body, answer, result }) => {
    const { pubnub, requests } = scriptedClient([{ body: answer }], KEYS);
    expect(await call(pubnub).execute()).toEqual(result);
    const [request] = requests;
    const { method, path, query } = lineOf(request);
    const { uuid: _, pnsdk: __, ...own } = query;
    const text = Object.entries(own).map((pair) => pair.join('='));
    expect(`${method} ${path}${text.length > 0 ? `?${text.join('&')}` : ''}`).toBe(line);
    expect(request?.body).toBe(body);
    expect(request?.headers).toEqual(body === undefined ? {} : { 'content-type': 'application/json' });
  });

  it('every action goes there as it is', async () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 15 });
    await fc.assert(
      fc.asyncProperty(text, text, async (type, value) => {
        fc.pre([...type].length <= 15);
        const { pubnub, requests } = scriptedClient([{ body: ADDED }], KEYS);
        const place = { channel: 'ch', messageTimetoken: '1' };
        await pubnub.addMessageAction({ ...place, action: { type, value } }).execute();
        expect(JSON.parse(String(requests[0]?.body))).toEqual({ type, value });
      }),
      { numRuns: 50 },
    );
  });
});

describe('a change that subscribers could not be told of', () => {
  const PARTIAL = {
    add: JSON.stringify({
      status: 207,
      data: STORED,
      error: { message: 'Stored but failed to publish message action.', source: 'actions' },
    }),
    remove:
      '{"status":207,"error":{"source":"actions","message":"Deleted but failed to publish removed events."}}',
  };

  it.each([
    ['49: an action added', add, PARTIAL.add, { data: STORED }],
    ['an action removed', remove, PARTIAL.remove, { data: {} }],
  ])('is a success that says so: %s', async (_, call, body, result) => {
    const { pubnub } = scriptedClient([{ status: 207, body }], KEYS);
    const reason = JSON.parse(body).error.message;
    const told = { ...result, announced: false, reason };
    expect(await call(pubnub).execute()).toEqual(told);
    const envelope = await call(pubnub).envelope();
    expect(envelope.result).toEqual(told);
    expect(envelope.status).toMatchObject({
      category: 'PNAcknowledgmentCategory',
      isError: false,
      statusCode: 207,
      errorData: {
        statusCode: 207,
        errorData: JSON.parse(body),
        delivery: 'unknown',
        message: expect.stringContaining(`succeeded in part: HTTP 207, "${reason}"`),
      },
    });
  });

  it('is not repeated', async () => {
    const { pubnub, requests, clock } = scriptedClient([{ status: 207, body: PARTIAL.add }], KEYS);
    await add(pubnub).execute();
    await clock.advance(60_000);
    expect(requests).toHaveLength(1);
  });
});

describe('an answer of another shape', () => {
  const BAD: readonly (readonly [string, Call, string])[] = [
    ...[
      'null',
      '[]',
      '{}',
      '{"data":{}}',
      '{"data":[]}',
      ...Object.keys(STORED).map((name) => JSON.stringify({ data: { ...STORED, [name]: undefined } })),
      JSON.stringify({ data: { ...STORED, value: 1 } }),
      JSON.stringify({ data: { ...STORED, actionTimetoken: 1.5 } }),
    ].map((body): [string, Call, string] => ['add', add, body]),
    ...['null', '{}', '{"data":{}}', '{"data":[null]}', '{"data":[{}]}', '{"data":[],"more":{}}'].map(
      (body): [string, Call, string] => ['list', list, body],
    ),
    ...['null', '[]', '"ok"', '{}', '{"data":{}}', '{"status":"200"}'].map((body): [string, Call, string] => [
      'remove',
      remove,
      body,
    ]),
  ];

  it.each(BAD)('is refused by %s: %j', async (_, call, body) => {
    const { pubnub, clock } = scriptedClient([{ body }], KEYS);
    const error = rejection(call(pubnub).execute());
    await clock.advance(60_000);
    expect(await error).toMatchObject({ code: 'PN-4001', category: 'PNMalformedResponseCategory' });
  });

  it.each([
    [409, 'Action Already Added', add, 'PNAddMessageActionOperation'],
    [400, 'Not deleting message action: wrong uuid specified', remove, 'PNRemoveMessageActionOperation'],
    [403, 'Supplied authorization key does not have …', list, 'PNGetMessageActionsOperation'],
  ])('of %i tells what the service said: %s', async (status, message, call, operation) => {
    const body = JSON.stringify({ status, error: { source: 'actions', message } });
    const { pubnub } = scriptedClient([{ status, body }], KEYS);
    const error = await rejection(call(pubnub).execute());
    expect(error).toMatchObject({ operation, statusCode: status, errorData: JSON.parse(body) });
    expect(String(error)).toContain(message);
  });

  it.each([
    ['lists', list, 2],
    ['adds', add, 1],
    ['removes', remove, 1],
  ])('to what %s is asked for again only where that does no harm', async (_, call, least) => {
    const { pubnub, clock, requests } = scriptedClient([{ status: 503 }], KEYS);
    const error = rejection(call(pubnub).execute());
    await clock.advance(60_000);
    expect(PubNubError.is(await error)).toBe(true);
    expect(requests.length > 1).toBe(least > 1);
  });
});

describe('what is refused before anything is sent', () => {
  // As JavaScript would call it, without the types.
  const given = (name: string, values: object) => (pubnub: Client) =>
    (pubnub as unknown as Record<string, (given: object) => { execute(): Promise<unknown> }>)[name]?.(values);
  const PLACE = { channel: 'a', messageTimetoken: '1' };

  it.each([
    ['addMessageAction', { messageTimetoken: '1', action: ACTION }, 'PN-1001', 'channel missing'],
    ['addMessageAction', { channel: 'a', action: ACTION }, 'PN-1001', 'messageTimetoken missing'],
    ['addMessageAction', PLACE, 'PN-1001', 'action missing'],
    ['addMessageAction', { ...PLACE, action: null }, 'PN-1002', 'action must have a type'],
    ['addMessageAction', { ...PLACE, action: 'smile' }, 'PN-1002', 'action must have a type'],
    ['addMessageAction', { ...PLACE, action: { value: 'v' } }, 'PN-1002', 'action must have a type'],
    [
      'addMessageAction',
      { ...PLACE, action: { type: '', value: 'v' } },
      'PN-1002',
      'action must have a type',
    ],
    ['addMessageAction', { ...PLACE, action: { type: 't' } }, 'PN-1002', 'action must have a value'],
    ['addMessageAction', { ...PLACE, action: { type: 't', value: '' } }, 'PN-1002', 'must have a value'],
    ['addMessageAction', { ...PLACE, action: { type: 't', value: 1 } }, 'PN-1002', 'must have a value'],
    [
      'addMessageAction',
      { ...PLACE, action: { type: 'sixteen letters!', value: 'v' } },
      'PN-1002',
      'action must have a type of at most 15 characters, not 16',
    ],
    ['addMessageAction', { ...PLACE, messageTimetoken: 17, action: ACTION }, 'PN-1002', 'a string of digits'],
    ['addMessageAction', { ...PLACE, channel: 'a,b', action: ACTION }, 'PN-1002', 'channel must not contain'],
    ['getMessageActions', {}, 'PN-1001', 'channel missing'],
    ['getMessageActions', { channel: 'a', limit: 0 }, 'PN-1002', 'limit must be a whole number'],
    ['getMessageActions', { channel: 'a', limit: '5' }, 'PN-1002', 'limit must be a whole number'],
    ['getMessageActions', { channel: 'a', start: 'now' }, 'PN-1002', 'start must be a string of 1 to 19'],
    ['removeMessageAction', PLACE, 'PN-1001', 'actionTimetoken missing'],
    ['removeMessageAction', { ...PLACE, actionTimetoken: '' }, 'PN-1002', 'actionTimetoken must be'],
  ])('by %s: %j', async (name, values, code, text) => {
    const { pubnub, requests } = scriptedClient();
    const error = await rejection(given(name, values)(pubnub)?.execute() ?? Promise.resolve());
    expect(error).toMatchObject({ code, category: 'PNValidationErrorCategory' });
    expect((error as Error).message).toContain(text);
    expect(requests).toEqual([]);
  });
});
