import type { PubNub } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { lineOf, scriptedClient } from '../../../support/unit-client.ts';

const BASE = '/v2/objects/S';
const KEYS = { subscribeKey: 'S', publishKey: 'P' };
const STAMPS = { updated: '2025-02-06T21:16:34.527863Z', eTag: 'f2d7a3864402d255d2ae22555649841a' };
const USER = {
  id: 'someuuid',
  name: 'Some name',
  externalId: '1234',
  profileUrl: 'http://example.com',
  email: 'test@example.com',
  type: 'QA',
  status: 'online',
  custom: { key1: 'val1' },
  ...STAMPS,
};
const ROOM = { id: 'room', name: null, description: 'A room', ...STAMPS };
const MEMBER = { uuid: { id: 'someuuid' }, type: 'QA', status: 'active', custom: null, ...STAMPS };
const MEMBERSHIP = { channel: { id: 'c', name: 'C', custom: { a: 1 } }, ...STAMPS };
const EMPTY = { data: [] };
const ALL = 'include=custom%2Cstatus%2Ctype';
const OF_CHANGED_USERS = 'include=status%2Ctype%2Cuuid.status%2Cuuid.type';
const OF_CHANGED_CHANNELS = 'include=status%2Ctype%2Cchannel.status%2Cchannel.type';

interface Fact {
  readonly name: string;
  readonly call: (pubnub: PubNub) => { execute(): Promise<unknown>; request(): Promise<Request> };
  readonly line: string;
  readonly body?: object;
  readonly answer: object;
}

const FACTS: readonly Fact[] = [
  {
    name: 'set every field of the own user, of which null clears some',
    call: (pubnub) =>
      pubnub
        .setUuidMetadata({ externalId: null, profileUrl: 'http://x', email: null, status: '', type: null })
        .name(null)
        .custom(null)
        .includeCustom(false),
    line: `PATCH ${BASE}/uuids/alice?include=status%2Ctype`,
    body: {
      ...{ name: null, externalId: null, profileUrl: 'http://x', email: null },
      ...{ status: '', type: null, custom: null },
    },
    answer: { data: USER },
  },
  {
    name: 'set nothing, which brings a user into being',
    call: (pubnub) =>
      pubnub.setUuidMetadata({ includeCustom: false, includeStatus: false, includeType: false }),
    line: `PATCH ${BASE}/uuids/alice`,
    body: {},
    answer: { data: USER },
  },
  {
    name: 'get a user',
    call: (pubnub) => pubnub.getUuidMetadata().uuid('b/ü 1').includeType(false),
    line: `GET ${BASE}/uuids/b%2F%C3%BC%201?include=custom%2Cstatus`,
    answer: { data: USER },
  },
  {
    name: 'get the own user',
    call: (pubnub) => pubnub.getUuidMetadata(),
    line: `GET ${BASE}/uuids/alice?${ALL}`,
    answer: { data: USER },
  },
  {
    name: 'list users',
    call: (pubnub) => pubnub.getAllUuidMetadata(),
    line: `GET ${BASE}/uuids?include=status%2Ctype`,
    answer: { data: [USER, USER], next: 'Mg' },
  },
  {
    name: 'list users with all that can be said',
    call: (pubnub) =>
      pubnub
        .getAllUuidMetadata()
        .sort('name', ['updated:desc'])
        .sort('id:asc')
        .filter('name LIKE "J*" && custom.a == 1')
        .limit(7)
        .page({ next: 'MTA' })
        .includeTotalCount(true)
        .includeCustom(true)
        .includeStatus(false)
        .includeType(true),
    line: `GET ${BASE}/uuids?include=custom%2Ctype&count=true&limit=7&filter=name%20LIKE%20%22J%2A%22%20%26%26%20custom.a%20%3D%3D%201&sort=name%2Cupdated%3Adesc%2Cid%3Aasc&start=MTA`,
    answer: { data: [], totalCount: 0 },
  },
  {
    name: 'set a channel, if it is as it was read',
    call: (pubnub) =>
      pubnub.setChannelMetadata().channel('room').description('A room').ifMatchesEtag('ab/+='),
    line: `PATCH ${BASE}/channels/room?${ALL} if-match: ab/+=`,
    body: { description: 'A room' },
    answer: { data: ROOM },
  },
  {
    name: 'get a channel',
    call: (pubnub) => pubnub.getChannelMetadata({ channel: 'room' }),
    line: `GET ${BASE}/channels/room?${ALL}`,
    answer: { data: ROOM },
  },
  {
    name: 'remove a channel',
    call: (pubnub) => pubnub.removeChannelMetadata({ channel: 'a#1/2' }),
    line: `DELETE ${BASE}/channels/a%231%2F2`,
    answer: { data: null },
  },
  {
    name: 'list channels from a page backwards, no more than a page can hold',
    call: (pubnub) =>
      pubnub.getAllChannelMetadata().page({ prev: 'MTA' }).limit(500).includeTotalCount(false),
    line: `GET ${BASE}/channels?include=status%2Ctype&limit=100&end=MTA`,
    answer: { data: [ROOM], next: 'MTA', prev: 'MQ' },
  },
  {
    name: '53: list members, from a page on',
    call: (pubnub) =>
      pubnub.getChannelMembers({ channel: 'somechannelid', limit: 10, page: { next: 'MTA', prev: 'MQ' } }),
    line: `GET ${BASE}/channels/somechannelid/uuids?limit=10&start=MTA`,
    answer: { data: [MEMBER], next: 'MTU', prev: 'MTA' },
  },
  {
    name: 'list members with all that can be included',
    call: (pubnub) =>
      pubnub
        .getChannelMembers({
          channel: 'c',
          includeUuid: true,
          includeUuidType: true,
          includeUuidStatus: true,
        })
        .includeCustom(true)
        .includeStatus(true)
        .includeType(true)
        .includeUuidCustom(true)
        .sort('uuid.name:desc', 'status'),
    line: `GET ${BASE}/channels/c/uuids?include=custom%2Cstatus%2Ctype%2Cuuid%2Cuuid.custom%2Cuuid.status%2Cuuid.type&sort=uuid.name%3Adesc%2Cstatus`,
    answer: { data: [MEMBER] },
  },
  {
    name: 'set members by name and with fields',
    call: (pubnub) =>
      pubnub
        .setChannelMembers()
        .channel('c')
        .uuids('a', [{ id: 'b', custom: { n: 1, s: 's', t: true, z: null }, status: null, type: 't' }]),
    line: `PATCH ${BASE}/channels/c/uuids?${OF_CHANGED_USERS}`,
    body: {
      set: [
        { uuid: { id: 'a' } },
        { uuid: { id: 'b' }, custom: { n: 1, s: 's', t: true, z: null }, status: null, type: 't' },
      ],
    },
    answer: { data: [MEMBER, MEMBER], next: 'Mg' },
  },
  {
    name: 'remove members, each once',
    call: (pubnub) =>
      pubnub.removeChannelMembers({ channel: 'c', uuids: ['a', 'b', 'a'], includeUuidType: false }),
    line: `PATCH ${BASE}/channels/c/uuids?include=status%2Ctype%2Cuuid.status`,
    body: { delete: [{ uuid: { id: 'a' } }, { uuid: { id: 'b' } }] },
    answer: EMPTY,
  },
  {
    name: 'set and remove members at once',
    call: (pubnub) =>
      pubnub.manageChannelMembers().channel('c').remove('x', 'x').set({ id: 'y', status: 's' }),
    line: `PATCH ${BASE}/channels/c/uuids?${OF_CHANGED_USERS}`,
    body: { set: [{ uuid: { id: 'y' }, status: 's' }], delete: [{ uuid: { id: 'x' } }] },
    answer: EMPTY,
  },
  {
    name: 'list the own memberships',
    call: (pubnub) => pubnub.getMemberships(),
    line: `GET ${BASE}/uuids/alice/channels`,
    answer: { data: [MEMBERSHIP], totalCount: 1, next: 'MQ' },
  },
  {
    name: "list another's memberships, with what is known of the channels",
    call: (pubnub) => pubnub.getMemberships().uuid('bob').includeChannel(true).includeChannelCustom(true),
    line: `GET ${BASE}/uuids/bob/channels?include=channel%2Cchannel.custom`,
    answer: { data: [MEMBERSHIP] },
  },
  {
    name: 'set memberships',
    call: (pubnub) =>
      pubnub.setMemberships().channelMemberships({ id: 'c', type: 't' }).channelMemberships('d'),
    line: `PATCH ${BASE}/uuids/alice/channels?${OF_CHANGED_CHANNELS}`,
    body: { set: [{ channel: { id: 'c' }, type: 't' }, { channel: { id: 'd' } }] },
    answer: { data: [MEMBERSHIP] },
  },
  {
    name: 'remove memberships',
    call: (pubnub) => pubnub.removeMemberships({ channelMemberships: 'c' }).uuid('bob').limit(1),
    line: `PATCH ${BASE}/uuids/bob/channels?${OF_CHANGED_CHANNELS}&limit=1`,
    body: { delete: [{ channel: { id: 'c' } }] },
    answer: EMPTY,
  },
  {
    name: 'set and remove memberships at once',
    call: (pubnub) => pubnub.manageMemberships({ set: ['c'] }).remove('d'),
    line: `PATCH ${BASE}/uuids/alice/channels?${OF_CHANGED_CHANNELS}`,
    body: { set: [{ channel: { id: 'c' } }], delete: [{ channel: { id: 'd' } }] },
    answer: EMPTY,
  },
];

describe('App Context on the wire', () => {
  it.each(FACTS)('$name', async ({ call, line, body, answer }) => {
    const { pubnub, requests } = scriptedClient([{ body: JSON.stringify({ status: 200, ...answer }) }], KEYS);
    expect(await call(pubnub).execute()).toEqual(answer);
    const [request] = requests;
    const { method, path, query } = lineOf(request);
    const { uuid, pnsdk: _, ...own } = query;
    const text = Object.entries(own).map(([name, value]) => `${name}=${value}`);
    const { 'if-match': tag, 'content-type': type } = Object(request?.headers);
    const condition = tag === undefined ? '' : ` if-match: ${tag}`;
    expect(`${method} ${path}${text.length ? '?' : ''}${text.join('&')}${condition}`).toBe(line);
    // 7.3.3 of the other maker puts whom it is about in place of who asks.
    expect(uuid).toBe('alice');
    expect(typeof request?.body === 'string' ? JSON.parse(request.body) : undefined).toEqual(body);
    expect(type).toBe(body && 'application/json');
  });

  it.each(FACTS)('sends the token: $name', async ({ call, answer }) => {
    const { pubnub, requests } = scriptedClient([{ body: JSON.stringify({ status: 200, ...answer }) }], {
      ...KEYS,
      token: 't',
    });
    await call(pubnub).execute();
    expect(lineOf(requests[0]).query).toMatchObject({ auth: 't' });
  });

  it('shows the request without sending it', async () => {
    const { pubnub, requests } = scriptedClient([], KEYS);
    const request = await pubnub.setChannelMetadata().channel('c').name('C').ifMatchesEtag('e').request();
    expect(request.method).toBe('PATCH');
    expect(Object.fromEntries(request.headers)).toEqual({
      'content-type': 'application/json',
      'if-match': 'e',
    });
    expect(await request.json()).toEqual({ name: 'C' });
    expect(requests).toEqual([]);
  });
});
