import { PubNub } from 'timetoken';
import { expect } from 'vitest';
import { Dice } from '../support/integration-random.ts';
import { type Fact, type Network, OBJECTS, PLAIN } from './fact.ts';

const UPDATED = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/);
const ETAG = expect.stringMatching(/^\S+$/);
const JSON_TYPE = { 'content-type': 'application/json' };

const USER = {
  ...{ id: 'someuuid', name: 'Some name', externalId: '1234', profileUrl: 'http://example.com' },
  ...{ email: 'test@example.com', type: 'QA', status: 'online', custom: { key1: 'val1' } },
};
const { id: _, ...FIELDS } = USER;
const RECORDED = { updated: '2025-02-06T21:16:34.527863Z', eTag: 'f2d7a3864402d255d2ae22555649841a' };
const MODIFIED = {
  status: 412,
  error: { message: 'User to update has been modified after it was read.', source: 'objects' },
};

const setUser = ({ send }: Network) =>
  send('/v2/objects/S/uuids/someuuid', { method: 'PATCH', headers: JSON_TYPE, body: JSON.stringify(FIELDS) });

const setMembers = async ({ send }: Network) => {
  const set = Array.from({ length: 20 }, (_each, index) => ({
    uuid: { id: `user-${String(index).padStart(2, '0')}` },
  }));
  const body = JSON.stringify({ set, delete: [] });
  await send('/v2/objects/S/channels/somechannelid/uuids', { method: 'PATCH', headers: JSON_TYPE, body });
};

const LISTED = {
  name: 'king_arthur.txt',
  id: 'd9515cb7-48a7-41a4-9284-f4bf331bc770',
  size: 48,
  created: '2025-05-05T19:12:14Z',
};

/** Sends a file by our own client, which is checked elsewhere. */
async function sendFile({ origin, clock }: Network, channel: string) {
  const keys = { subscribeKey: 'S', publishKey: 'P', userId: 'u', clock };
  const pubnub = new PubNub({ ...keys, fetch: origin.fetch });
  const { id } = await pubnub
    .sendFile({ channel, file: 'Knights who say Ni!', fileName: 'king_arthur.txt' })
    .execute();
  await pubnub.close();
  return { id };
}

const FILE_LINE = 'GET /v1/files/S/channels/c/files/{id}/king_arthur.txt';

export const CONTEXT_FACTS: readonly Fact[] = [
  {
    number: 51,
    title: 'set a user',
    request: {
      line: 'PATCH /v2/objects/S/uuids/someuuid',
      query: { include: 'custom,status,type' },
      body: FIELDS,
    },
    client: {
      call: (pubnub) => pubnub.setUuidMetadata({ uuid: 'someuuid', ...FIELDS }).execute(),
      answer: { body: JSON.stringify({ status: 200, data: { ...USER, ...RECORDED } }) },
      result: { data: { ...USER, ...RECORDED } },
    },
    origin: {
      status: 200,
      contentType: OBJECTS,
      body: { status: 200, data: { ...USER, updated: UPDATED, eTag: ETAG } },
    },
  },
  {
    number: 52,
    title: 'an eTag that does not fit any more',
    request: {
      line: 'PATCH /v2/objects/S/uuids/someuuid',
      body: { name: 'x' },
      headers: { 'if-match': 'stale' },
    },
    client: {
      adds: { include: 'custom,status,type' },
      call: (pubnub) =>
        pubnub.setUuidMetadata({ uuid: 'someuuid', name: 'x', ifMatchesEtag: 'stale' }).execute(),
      answer: { status: 412, body: JSON.stringify(MODIFIED) },
      failure: { statusCode: 412, code: 'PN-3010' },
    },
    origin: { before: setUser, status: 412, contentType: OBJECTS, body: MODIFIED },
  },
  {
    number: 53,
    title: 'a page of members',
    request: { line: 'GET /v2/objects/S/channels/somechannelid/uuids', query: { limit: '5', start: 'MTA' } },
    client: {
      call: (pubnub) =>
        pubnub.getChannelMembers({ channel: 'somechannelid', limit: 5, page: { next: 'MTA' } }).execute(),
      answer: { body: '{"status":200,"data":[],"next":"MTU","prev":"MTA"}' },
      result: { data: [], next: 'MTU', prev: 'MTA' },
    },
    origin: {
      before: setMembers,
      status: 200,
      contentType: OBJECTS,
      body: {
        status: 200,
        data: [10, 11, 12, 13, 14].map((index) =>
          expect.objectContaining({ uuid: { id: `user-${index}` }, eTag: ETAG, updated: UPDATED }),
        ),
        ...{ next: 'MTU', prev: 'MTA' },
      },
    },
  },
  {
    number: 54,
    title: 'remove a user',
    request: { line: 'DELETE /v2/objects/S/uuids/someuuid' },
    client: {
      call: (pubnub) => pubnub.removeUuidMetadata({ uuid: 'someuuid' }).execute(),
      answer: { body: '{"status":200,"data":null}' },
      result: { data: null },
    },
    origin: { before: setUser, status: 200, contentType: OBJECTS, body: { status: 200, data: null } },
  },
  {
    number: 55,
    title: 'add channels of an Apple device',
    request: {
      line: 'GET /v2/push/sub-key/S/devices-apns2/0000000000000000',
      query: {
        add: 'apns2_channel_1,apns2_channel_2',
        environment: 'development',
        topic: 'com.example.testapp.notifications',
      },
    },
    client: {
      call: (pubnub) =>
        pubnub
          .addPushChannels({
            deviceId: '0000000000000000',
            pushType: 'apns2',
            topic: 'com.example.testapp.notifications',
          })
          .channels('apns2_channel_1', 'apns2_channel_2')
          .execute(),
      answer: { body: '[1, "Modified Channels"]' },
      result: {},
    },
    origin: { status: 200, contentType: PLAIN, body: [1, 'Modified Channels'] },
  },
  {
    number: 56,
    title: 'a push type that is missing',
    request: { line: 'GET /v1/push/sub-key/S/devices/0000000000000000', query: { add: 'test_channel_1' } },
    client: {
      adds: { type: 'fcm' },
      // The client cannot leave the type out; it is refused all the same here.
      call: (pubnub) =>
        pubnub
          .addPushChannels({ deviceId: '0000000000000000', pushType: 'fcm', channels: 'test_channel_1' })
          .execute(),
      answer: { status: 400, body: '{"error": "Invalid type argument"}' },
      failure: {
        category: 'PNBadRequestCategory',
        statusCode: 400,
        errorData: { error: 'Invalid type argument' },
      },
    },
    origin: { status: 400, body: { error: 'Invalid type argument' } },
  },
  {
    number: 57,
    title: 'list files',
    request: { line: 'GET /v1/files/S/channels/files_ch/files', query: { limit: '2' } },
    client: {
      call: (pubnub) => pubnub.listFiles({ channel: 'files_ch', limit: 2 }).execute(),
      answer: { body: JSON.stringify({ status: 200, data: [LISTED, LISTED], next: '17tUzIv', count: 2 }) },
      result: { status: 200, data: [LISTED, LISTED], next: '17tUzIv', count: 2 },
    },
    origin: {
      options: { random: new Dice(1).next },
      before: async (network) => {
        for (let count = 0; count < 3; count++) await sendFile(network, 'files_ch');
      },
      status: 200,
      contentType: OBJECTS,
      body: {
        status: 200,
        data: [0, 1].map(() => ({
          name: 'king_arthur.txt',
          id: expect.any(String),
          size: 19,
          created: UPDATED,
        })),
        ...{ next: expect.any(String), count: 2 },
      },
    },
  },
  {
    number: 58,
    title: 'download a file',
    request: { line: FILE_LINE },
    client: {
      // It makes two requests, the second one to another host and without anything of the client's.
      call: async () => {
        const lines: string[] = [];
        const fetch = async (request: Request) => {
          const { hostname, pathname, search } = new URL(request.url);
          const isFirst =
            lines.push(`${request.method} ${hostname === 'localhost' ? pathname : request.url}`) === 1;
          expect(search.includes('uuid=')).toBe(isFirst);
          const location = 'https://files.invalid/S/hash/file-id/king_arthur.txt?X=1';
          return isFirst
            ? new Response(null, { status: 307, headers: { location } })
            : new Response('Knights who say Ni!', { headers: { 'content-type': 'text/plain' } });
        };
        const pubnub = new PubNub({ subscribeKey: 'S', userId: 'u', origin: 'localhost', fetch });
        const file = await pubnub
          .downloadFile({ channel: 'c', fileId: 'file-id', fileName: 'king_arthur.txt' })
          .execute();
        const text = await file.text();
        await pubnub.close();
        return [lines, text];
      },
      answer: undefined,
      result: [
        [
          FILE_LINE.replace('{id}', 'file-id'),
          'GET https://files.invalid/S/hash/file-id/king_arthur.txt?X=1',
        ],
        'Knights who say Ni!',
      ],
    },
    origin: { before: (network) => sendFile(network, 'c'), status: 307, body: /^$/ },
  },
];
