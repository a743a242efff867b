import fc from 'fast-check';
import type { PubNub } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { lineOf, rejection, scriptedClient } from '../../../support/unit-client.ts';

const BASE = '/v1/channel-registration/sub-key/S/channel-group';
const KEYS = { subscribeKey: 'S', publishKey: 'P' };
const DONE = '{"status": 200, "message": "OK", "service": "channel-registry", "error": false}';
const OLD_DONE = '{"status": 200, "message": "OK", "payload": {}, "service": "ChannelGroups"}';

type Call = (pubnub: PubNub) => { execute(): Promise<unknown> };

const channelsOf = (channels: readonly unknown[]) =>
  JSON.stringify({
    status: 200,
    payload: { channels, group: 'g' },
    service: 'channel-registry',
    error: false,
  });
const groupsOf = (groups: readonly unknown[]) =>
  JSON.stringify({
    status: 200,
    payload: { namespace: '', groups },
    service: 'channel-registry',
    error: false,
  });

const add: Call = (pubnub) => pubnub.addChannelsToChannelGroup({ channelGroup: 'g', channels: 'a' });
const remove: Call = (pubnub) => pubnub.removeChannelsFromChannelGroup({ channelGroup: 'g', channels: 'a' });
const channels: Call = (pubnub) => pubnub.listChannelsInChannelGroup({ channelGroup: 'g' });
const drop: Call = (pubnub) => pubnub.deleteChannelGroup({ channelGroup: 'g' });
const groups: Call = (pubnub) => pubnub.listChannelGroups();

interface Fact {
  readonly name: string;
  readonly call: Call;
  readonly line: string;
  readonly answer: string;
  readonly result: unknown;
}

const FACTS: readonly Fact[] = [
  { name: 'add one channel', call: add, line: `${BASE}/g?add=a`, answer: DONE, result: {} },
  {
    name: 'add several channels, in any form, each once',
    call: (pubnub) =>
      pubnub.addChannelsToChannelGroup().channels('a', ['b', 'a']).channelGroup('g').channels('c'),
    line: `${BASE}/g?add=a%2Cb%2Cc`,
    answer: OLD_DONE,
    result: {},
  },
  {
    name: 'add names that need encoding, wildcards and presence among them',
    call: (pubnub) =>
      pubnub.addChannelsToChannelGroup({ channelGroup: 'g #1/?', channels: ['a b/é', 'n.*', 'a-pnpres'] }),
    line: `${BASE}/g%20%231%2F%3F?add=a%20b%2F%C3%A9%2Cn.%2A%2Ca-pnpres`,
    answer: DONE,
    result: {},
  },
  {
    name: 'remove channels',
    call: (pubnub) =>
      pubnub.removeChannelsFromChannelGroup().channelGroup('g').channels(['b', 'a']).channels('b'),
    line: `${BASE}/g?remove=b%2Ca`,
    answer: DONE,
    result: {},
  },
  {
    name: 'list the channels of a group that is empty or unknown',
    call: channels,
    line: `${BASE}/g`,
    answer: channelsOf([]),
    result: { channels: [] },
  },
  { name: 'delete a group', call: drop, line: `${BASE}/g/remove`, answer: DONE, result: {} },
];

describe('channel groups on the wire', () => {
  it.each(FACTS)('$name', async ({ call, line, answer, result }) => {
    const { pubnub, requests } = scriptedClient([{ body: answer }], KEYS);
    expect(await call(pubnub).execute()).toEqual(result);
    const { method, path, query } = lineOf(requests[0]);
    const { uuid: _, pnsdk: __, ...own } = query;
    const text = Object.entries(own)
      .map(([name, value]) => `${name}=${value}`)
      .join('&');
    expect(`${method} ${path}${text && `?${text}`}`).toBe(`GET ${line}`);
  });

  it.each([
    ['add', add],
    ['remove', remove],
    ['list channels', channels],
    ['delete', drop],
    ['list groups', groups],
  ])('sends the token with %s', async (_, call) => {
    const body = '{"status":200,"payload":{"channels":[],"groups":[]}}';
    const { pubnub, requests } = scriptedClient([{ body }], { ...KEYS, token: 't' });
    await call(pubnub).execute();
    expect(lineOf(requests[0]).query).toMatchObject({ auth: 't' });
  });

  it('every name goes there and comes back as it is', async () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((text) => !/[,\p{Cc}]|^\.{1,2}$/u.test(text) && text.isWellFormed());
    await fc.assert(
      fc.asyncProperty(name, fc.uniqueArray(name, { minLength: 1, maxLength: 5 }), async (group, names) => {
        const { pubnub, requests } = scriptedClient([{ body: DONE }, { body: channelsOf(names) }], KEYS);
        await pubnub.addChannelsToChannelGroup({ channelGroup: group, channels: names }).execute();
        const { path, query } = lineOf(requests[0]);
        expect(decodeURIComponent(path.slice(`${BASE}/`.length))).toBe(group);
        expect(path.slice(`${BASE}/`.length)).not.toContain('/');
        expect(decodeURIComponent(query['add'] ?? '').split(',')).toEqual(names);
        const listed = await pubnub.listChannelsInChannelGroup({ channelGroup: group }).execute();
        expect(listed.channels).toEqual(names);
      }),
      { numRuns: 50 },
    );
  });
});

describe('an answer of another shape', () => {
  const bad: readonly (readonly [string, Call, string])[] = [
    ...['null', '[]', '"OK"', '{}', '{"status":"OK"}'].flatMap((body): [string, Call, string][] => [
      ['add', add, body],
      ['remove', remove, body],
      ['delete', drop, body],
    ]),
    ...['null', '[]', DONE, channelsOf([1]), '{"status":200,"payload":{"channels":"a"}}'].map(
      (body): [string, Call, string] => ['list channels', channels, body],
    ),
    ...['null', DONE, groupsOf(['a', null]), '{"status":200,"payload":["a"]}'].map(
      (body): [string, Call, string] => ['list groups', groups, body],
    ),
  ];

  it.each(bad)('is refused by %s', async (_, call, body) => {
    const { pubnub, clock } = scriptedClient([{ body }], KEYS);
    const error = rejection(call(pubnub).execute());
    await clock.advance(60_000);
    expect(await error).toMatchObject({ code: 'PN-4001', category: 'PNMalformedResponseCategory' });
  });

  it('tells of the registry’s refusal what the registry said', async () => {
    const body =
      '{"status":400,"message":"Reserved character in input parameters.","service":"channel-registry","error":true}';
    const { pubnub } = scriptedClient([{ status: 400, body }], KEYS);
    expect(await rejection(add(pubnub).execute())).toMatchObject({
      code: 'PN-3001',
      category: 'PNBadRequestCategory',
      operation: 'PNAddChannelsToGroupOperation',
      statusCode: 400,
      errorData: JSON.parse(body),
    });
  });

  it.each([
    ['add', add],
    ['remove', remove],
    ['list channels', channels],
    ['delete', drop],
    ['list groups', groups],
  ])('is asked for again by %s after a failure of the network', async (_, call) => {
    const { pubnub, clock, requests } = scriptedClient([{ status: 503 }, { body: DONE }], KEYS);
    const done = call(pubnub)
      .execute()
      .catch(() => undefined);
    await clock.advance(60_000);
    await done;
    expect(requests.length).toBeGreaterThan(1);
  });
});

describe('what is refused before anything is sent', () => {
  const many = Array.from({ length: 201 }, (_, index) => `c${index}`);
  // As JavaScript would call it, without the types.
  const given = (name: string, values: object) => (pubnub: PubNub) =>
    (pubnub as unknown as Record<string, (given: object) => { execute(): Promise<unknown> }>)[name]?.(values);
  const changes = ['addChannelsToChannelGroup', 'removeChannelsFromChannelGroup'].flatMap((name) =>
    [
      [{}, 'PN-1001', 'channels missing'],
      [{ channelGroup: 'g' }, 'PN-1001', 'channels missing'],
      [{ channelGroup: 'g', channels: [] }, 'PN-1001', 'channels missing'],
      [{ channels: ['a'] }, 'PN-1001', 'channelGroup missing'],
      [{ channelGroup: '', channels: ['a'] }, 'PN-1002', 'channelGroup must not be empty'],
      [{ channelGroup: 'g,h', channels: ['a'] }, 'PN-1002', 'channelGroup must not contain a comma'],
      [{ channelGroup: 'g', channels: ['a', 'b,c'] }, 'PN-1002', 'channels must not contain a comma'],
      [{ channelGroup: 'g', channels: [null] }, 'PN-1002', 'channels must be a string, not null'],
      [{ channelGroup: 'g', channels: many }, 'PN-1002', 'channels must have at most 200 names, not 201'],
    ].map(([values, code, text]) => ({ name, values: values as object, code, text })),
  );

  it.each([
    ...changes,
    { name: 'listChannelsInChannelGroup', values: {}, code: 'PN-1001', text: 'channelGroup missing' },
    { name: 'deleteChannelGroup', values: {}, code: 'PN-1001', text: 'channelGroup missing' },
    {
      name: 'deleteChannelGroup',
      values: { channelGroup: '..' },
      code: 'PN-1002',
      text: 'channelGroup must',
    },
    { name: 'listChannelGroups', values: { group: 'g' }, code: 'PN-1003', text: '"group" is no parameter' },
  ])('by $name: $text', async ({ name, values, code, text }) => {
    const { pubnub, requests } = scriptedClient();
    const error = await rejection(given(name, values)(pubnub)?.execute() ?? Promise.resolve());
    expect(error).toMatchObject({ code, category: 'PNValidationErrorCategory' });
    expect((error as Error).message).toContain(text);
    expect(requests).toEqual([]);
  });

  it('does not count a name twice', async () => {
    const { pubnub } = scriptedClient([{ body: DONE }]);
    const builder = pubnub.addChannelsToChannelGroup({ channelGroup: 'g', channels: many.slice(1) });
    await expect(builder.channels(many.slice(1)).execute()).resolves.toEqual({});
  });
});
