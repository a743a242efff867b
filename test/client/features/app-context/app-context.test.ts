import fc from 'fast-check';
import type { PubNub } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { appContext } from '../../../../src/client/features/app-context/feature.ts';
import { parserOf } from '../../../support/parser.ts';
import { lineOf, networkError, rejection, scriptedClient } from '../../../support/unit-client.ts';

const STAMPS = { updated: '2025-02-06T21:16:34Z', eTag: 'e' };
const ONE = JSON.stringify({ status: 200, data: { id: 'x', ...STAMPS } });

type Call = (pubnub: PubNub) => { execute(): Promise<unknown>; envelope(): Promise<object> };

const set: Call = (pubnub) => pubnub.setUuidMetadata({ name: 'A' });
const conditional: Call = (pubnub) => pubnub.setUuidMetadata({ name: 'A', ifMatchesEtag: 'e' });

describe('a parameter that is wrong', () => {
  const cases: readonly (readonly [string, Call, code: string, text: string])[] = [
    ['no channel', (p) => p.getChannelMetadata({} as { channel: string }), 'PN-1001', 'channel missing'],
    ['an empty channel', (p) => p.setChannelMetadata({ channel: '' }), 'PN-1002', 'must not be empty'],
    ['an empty user', (p) => p.getUuidMetadata({ uuid: '' }), 'PN-1002', 'uuid must not be empty'],
    ['no members', (p) => p.setChannelMembers({ channel: 'c', uuids: [] }), 'PN-1001', 'uuids missing'],
    ['an entry that is none', (p) => p.setMemberships({ channelMemberships: [''] }), 'PN-1002', 'empty'],
    [
      'an entry without id',
      (p) => p.setMemberships({ channelMemberships: [{ status: 'x' } as never] }),
      'PN-1002',
      'channelMemberships has an entry whose id must be a string',
    ],
    [
      'an entry with a field that is misspelt',
      (p) => p.setMemberships({ channelMemberships: [{ id: 'c', staus: 'x' } as never] }),
      'PN-1002',
      'an entry whose staus is no field of a membership',
    ],
    [
      'an entry with nested fields',
      (p) => p.manageChannelMembers({ channel: 'c', set: [{ id: 'u', custom: { a: {} } } as never] }),
      'PN-1002',
      'set has an entry whose custom must be flat: a must be a string',
    ],
    ...['valueOf', 'hasOwnProperty', '__proto__', 'constructor'].map(
      (key): [string, Call, string, string] => [
        `an entry with the field ${key}`,
        (p) =>
          p.setChannelMembers({
            channel: 'c',
            uuids: [JSON.parse(`{"id": "u", "${key}": {"id": "evil"}}`) as never],
          }),
        'PN-1002',
        `uuids has an entry whose ${key} is no field of a membership`,
      ],
    ),
    [
      'an entry whose custom is a Map',
      (p) => p.setMemberships({ channelMemberships: [{ id: 'c', custom: new Map() as never }] }),
      'PN-1004',
      'channelMemberships is not JSON: channelMemberships.custom is a Map',
    ],
    [
      'a filter with half a pair',
      (p) => p.getAllUuidMetadata({ filter: 'name == "\ud800"' }),
      'PN-1002',
      'filter must',
    ],
    [
      'a cursor with half a pair',
      (p) => p.getMemberships({ page: { next: '\udc00' } }),
      'PN-1002',
      'page must',
    ],
    ['nothing to manage', (p) => p.manageMemberships() as never, 'PN-1001', 'set or remove missing'],
    ['a name that is no text', (p) => p.setUuidMetadata({ name: 7 as never }), 'PN-1002', 'name must be'],
    ['a tag with a line end', (p) => p.setUuidMetadata({ ifMatchesEtag: 'a\r\nb: c' }), 'PN-1002', 'eTag'],
    ['an order by nothing known', (p) => p.getMemberships({ sort: 'a,b' as never }), 'PN-1002', 'sort must'],
    ['a page of none', (p) => p.getAllUuidMetadata({ limit: 0 }), 'PN-1002', 'limit must'],
    ['a page that is no place', (p) => p.getAllUuidMetadata({ page: 'MQ' as never }), 'PN-1002', 'page must'],
    ...[[], 'text', 7].map((custom): [string, Call, string, string] => [
      `own fields that are ${JSON.stringify(custom)}`,
      (p) => p.setUuidMetadata({ custom: custom as never }),
      'PN-1002',
      'custom must be an object',
    ]),
    ...[new Map([['a', 1]]), { a: Number.NaN }, { a: () => 1 }].map(
      (custom): [string, Call, string, string] => [
        `own fields that are not JSON: ${JSON.stringify(custom)}`,
        (p) => p.setChannelMetadata({ channel: 'c', custom: custom as never }),
        'PN-1004',
        'custom is not JSON: custom',
      ],
    ),
    ...[{ a: {} }, { a: [] }].map((custom): [string, Call, string, string] => [
      `a field that is no scalar: ${typeof custom.a} ${String(custom.a)}`,
      (p) => p.setChannelMetadata({ channel: 'c', custom: custom as never }),
      'PN-1002',
      'custom must be flat: a must be',
    ]),
  ];
  it.each(cases)('is refused before anything is sent: %s', async (_, call, code, text) => {
    const { pubnub, requests } = scriptedClient();
    const error = await rejection(call(pubnub).execute());
    expect(error).toMatchObject({ code, message: expect.stringContaining(text) });
    expect(requests).toEqual([]);
  });
});

describe('an answer of another shape', () => {
  const { builders } = appContext;
  const parse = {
    'a user': parserOf(builders.setUuidMetadata),
    users: parserOf(builders.getAllUuidMetadata),
    members: parserOf(builders.getChannelMembers),
    memberships: parserOf(builders.setMemberships),
    'a removal': parserOf(builders.removeChannelMetadata),
  };
  const x = { id: 'x', ...STAMPS };
  const cases: readonly (readonly [keyof typeof parse, unknown])[] = [
    ...[null, [], {}, 'OK', { data: {} }, { data: { id: 7, ...STAMPS } }, { data: { ...STAMPS } }].map(
      (body): [keyof typeof parse, unknown] => ['a user', body],
    ),
    ['a user', { data: { ...x, name: 7 } }],
    ['a user', { data: { ...x, custom: 'x' } }],
    ['a user', { data: [x] }],
    ['a user', { data: { ...x, eTag: 7 } }],
    ['a user', { data: { ...x, updated: null } }],
    ...[null, {}, { data: {} }, { data: [null] }, { data: [{ id: 7, ...STAMPS }] }].map(
      (body): [keyof typeof parse, unknown] => ['users', body],
    ),
    ...[x, { uuid: 'x', ...STAMPS }, { uuid: { id: 7 } }, { channel: x, ...STAMPS }].map(
      (item): [keyof typeof parse, unknown] => ['members', { data: [item] }],
    ),
    ['memberships', { data: [{ uuid: x, ...STAMPS }] }],
    ['memberships', { data: [{ channel: { id: 'x', name: [] }, ...STAMPS }] }],
    ['a removal', {}],
    ['a removal', null],
  ];
  it.each(cases)('is told as such, where %s is expected: %j', (kind, body) => {
    expect(() => parse[kind](body)).toThrow(TypeError);
  });

  it('is never taken for another one, whatever it holds', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (data) => {
        fc.pre(typeof Object(data).id !== 'string');
        const hasNothing = Array.isArray(data) && data.length === 0;
        expect(() => parse['a user']({ data })).toThrow(TypeError);
        if (hasNothing) expect(parse.users({ data })).toEqual({ data: [] });
        else expect(() => parse.users({ data })).toThrow(TypeError);
      }),
    );
  });

  it('is fine without a time and an eTag, which some servers leave out', () => {
    expect(parse['a user']({ data: { id: 'x' } })).toEqual({ data: { id: 'x' } });
    const members = [{ uuid: { id: 'x' } }, { uuid: { id: 'y' }, updated: STAMPS.updated }];
    expect(parse.members({ data: members })).toEqual({ data: members });
  });

  it('is fine where fields are unknown, or null where they are optional', async () => {
    const data = { id: 'x', ...STAMPS, name: null, custom: null, later: { any: ['thing'] } };
    const { pubnub } = scriptedClient([{ body: JSON.stringify({ status: 200, data, next: null }) }]);
    expect(await set(pubnub).execute()).toEqual({ data });
  });
});

describe('a change that came too late', () => {
  const message = 'User to update has been modified after it was read.';
  const body = JSON.stringify({ status: 412, error: { message, source: 'objects' } });

  it('fails with a code of its own', async () => {
    const { pubnub, requests } = scriptedClient([{ status: 412, body }]);
    expect(await rejection(conditional(pubnub).execute())).toMatchObject({
      code: 'PN-3010',
      category: 'PNUnknownCategory',
      statusCode: 412,
      retryable: false,
      delivery: 'rejected',
      message: expect.stringContaining(message),
    });
    expect(requests).toHaveLength(1);
  });

  it('is told in the status of an envelope', async () => {
    const { pubnub } = scriptedClient([{ status: 412, body }]);
    const { status } = (await conditional(pubnub).envelope()) as { status: { statusCode: number } };
    expect(status.statusCode).toBe(412);
  });
});

describe('a change whose fate is unknown', () => {
  it.each([
    ['is repeated, as it does no harm', set, 2],
    ['is not repeated under a condition, which it may have made untrue itself', conditional, 1],
  ])('%s', async (_, call, sent) => {
    const lost = () => Promise.reject(networkError('ECONNRESET'));
    const { pubnub, requests, clock } = scriptedClient([lost, { body: ONE }]);
    const outcome = call(pubnub)
      .execute()
      .then(
        () => 'done',
        ({ delivery }: { delivery: string }) => delivery,
      );
    await clock.advance(60_000);
    expect(await outcome).toBe(sent === 2 ? 'done' : 'unknown');
    expect(requests).toHaveLength(sent);
  });

  it('is repeated under a condition when it was certainly not sent', async () => {
    const refused = () => Promise.reject(networkError('ECONNREFUSED'));
    const { pubnub, requests, clock } = scriptedClient([refused, { body: ONE }]);
    const outcome = conditional(pubnub).execute();
    await clock.advance(60_000);
    await outcome;
    expect(requests).toHaveLength(2);
  });
});

describe('pages', () => {
  const page = (ids: readonly string[], next?: string) => ({
    body: JSON.stringify({ status: 200, data: ids.map((id) => ({ id, ...STAMPS })), next }),
  });
  const collect = async (pages: AsyncIterable<{ readonly data: readonly { readonly id: string }[] }>) => {
    const seen: string[][] = [];
    for await (const { data } of pages) seen.push(data.map(({ id }) => id));
    return seen;
  };

  it('are read to the empty one, since the last one names a next one too', async () => {
    const steps = [page(['a', 'b'], 'Mg'), page(['c'], 'Mw'), page([])];
    const { pubnub, requests } = scriptedClient(steps);
    expect(await collect(pubnub.getAllUuidMetadata({ limit: 2, sort: 'id' }).pages())).toEqual([
      ['a', 'b'],
      ['c'],
    ]);
    expect(requests.map((request) => lineOf(request).query)).toMatchObject([
      { limit: '2', sort: 'id' },
      { limit: '2', sort: 'id', start: 'Mg' },
      { limit: '2', sort: 'id', start: 'Mw' },
    ]);
    expect(lineOf(requests[0]).query).not.toHaveProperty('start');
  });

  it('end where there is no next one', async () => {
    const { pubnub, requests } = scriptedClient([page(['a'])]);
    expect(await collect(pubnub.getAllChannelMetadata().pages())).toEqual([['a']]);
    expect(requests).toHaveLength(1);
  });

  it('are none where there is nothing', async () => {
    const { pubnub } = scriptedClient([page([])]);
    expect(await collect(pubnub.getAllUuidMetadata().pages())).toEqual([]);
  });

  it('go forwards from the page that was given', async () => {
    const { pubnub, requests } = scriptedClient([page(['a'], 'Mg'), page([])]);
    await collect(pubnub.getAllUuidMetadata().page({ prev: 'MTA' }).pages());
    expect(requests.map((request) => lineOf(request).query)).toMatchObject([{ end: 'MTA' }, { start: 'Mg' }]);
    expect(lineOf(requests[1]).query).not.toHaveProperty('end');
  });
});
