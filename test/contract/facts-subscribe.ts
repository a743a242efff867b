import type { EventName } from 'timetoken';
import { expect } from 'vitest';
import { settle } from '../support/virtual-clock.ts';
import { type Fact, heard, type Network } from './fact.ts';

type Members = Readonly<Record<string, unknown>>;

// With it an origin's region is the recorded one.
const REGION_12 = { random: () => 11.5 / 999_999 };
const PRESENCE = '/v2/presence/sub-key/S/channel/ch';
const TIMETOKEN = expect.stringMatching(/^\d{17}$/);

/** One entry of an answer: as it was recorded, the event that it makes, and how it comes about in the origin. */
interface Entry {
  readonly number: number;
  readonly title: string;
  /** Names as they stand in the path. Default: the channel `ch`. */
  readonly names?: string;
  readonly group?: string;
  readonly envelope: Members;
  /** Members of the origin's own that are not the recorded ones. */
  readonly differs?: Members;
  readonly on: EventName;
  readonly event: Members;
  readonly limits?: { readonly announceMax: number };
  early?(network: Network): Promise<unknown>;
  happens(network: Network): Promise<unknown>;
}

function entryFact({ number, title, names = 'ch', group, envelope, on, event, ...origin }: Entry): Fact {
  const query = { ...(group !== undefined && { 'channel-group': group }), tt: '{tt}', tr: '12' };
  const base = { k: 'S', c: 'ch' };
  const recorded = { a: '2', f: 0, p: { t: '14818963573025400', r: 12 }, ...base, ...envelope };
  const channels = names.split(',').filter((name) => name !== '');
  const { early, happens, differs, limits } = origin;
  return {
    number,
    title,
    request: { line: `GET /v2/subscribe/S/${names}/0`, query },
    client: {
      known: { tt: '14818963571353315' },
      earlier: [{ body: '{"t":{"t":"14818963571353315","r":12},"m":[]}' }],
      call: (pubnub) =>
        heard(pubnub, on, () =>
          pubnub.subscribe({ channels, ...(group !== undefined && { channelGroups: [group] }) }).execute(),
        ),
      answer: { body: JSON.stringify({ t: { t: '14818963573055360', r: 12 }, m: [recorded] }) },
      result: { subscription: null, timetoken: '14818963573025400', ...event },
    },
    origin: {
      options: { ...REGION_12, ...(limits && { limits }) },
      // Nobody, who is not present either.
      adds: { uuid: '' },
      before: async (network) => {
        await early?.(network);
        const { json } = await network.send(`/v2/subscribe/S/${names}/0?channel-group=${group ?? ''}`);
        await happens(network);
        await settle();
        const { t }: { t: { t: string } } = Object(json);
        return { tt: t.t };
      },
      status: 200,
      body: {
        t: { t: TIMETOKEN, r: 12 },
        // It may say more: the name that matched is always there.
        m: [expect.objectContaining({ p: { t: TIMETOKEN, r: 12 }, ...base, ...envelope, ...differs })],
      },
    },
  };
}

const beat = ({ send }: Network, user: string) => send(`${PRESENCE}/heartbeat?uuid=${user}&heartbeat=20`);
const post = (body: unknown) => ({ method: 'POST', body: JSON.stringify(body) });

const TOLD = { channel: 'ch', publisher: 'a-pub', userMetadata: undefined, customMessageType: undefined };
const QUIET = { joined: [], left: [], timedOut: [], hereNowRefresh: false, state: undefined };
const TIMES = { timestamp: expect.any(Number), precise_timestamp: expect.any(Number) };
/** A presence entry: the payload, and what the client calls the parts of it. */
const presence = (d: Members, event: Members) => ({
  names: 'ch,ch-pnpres',
  envelope: { c: 'ch-pnpres', b: 'ch-pnpres', d },
  // Newer nodes tell the time in milliseconds as well.
  differs: { d: { ...d, ...TIMES } },
  on: 'presence' as const,
  event: { channel: 'ch', ...QUIET, ...event },
});
const EVENT = { source: 'actions', version: '1.0', event: 'added' };
const REACTION = { type: 'reaction', value: 'winky_face' };
const STAMPED = { messageTimetoken: '15725459448096144', actionTimetoken: '15725459793173220' };
const FILE = { id: 'file-id', name: 'file-name' };
const GONE = { source: 'objects', version: '2.0', event: 'delete', type: 'uuid', data: { id: 'ch' } };
// Too many names for one event.
const CROWD = Array.from({ length: 400 }, (_, index) => `${'n'.repeat(80)}${index}`);

/** Facts 19 to 29: what subscribers get. */
export const SUBSCRIBE_FACTS: readonly Fact[] = [
  {
    number: 19,
    title: 'handshake',
    request: { line: 'GET /v2/subscribe/S/c1/0' },
    client: {
      // As older clients do; newer ones send an empty `ee` in its place.
      adds: { tt: '0' },
      call: async (pubnub) => {
        await pubnub.subscribe({ channels: 'c1' }).execute().connected();
        return [pubnub.timetoken, pubnub.cursor];
      },
      answer: { body: '{"t":{"t":"14818963579052943","r":12},"m":[]}' },
      result: ['14818963579052943', '12:14818963579052943'],
    },
    origin: {
      options: REGION_12,
      adds: { ee: '' },
      others: [
        { who: 'Python', query: { tt: '0', ee: '1' } },
        { who: 'nothing at all', query: {} },
      ],
      // Our own addition: there are streams too.
      ...{ status: 200, body: { t: { t: TIMETOKEN, r: 12 }, m: [], s: 1 } },
    },
  },
  entryFact({
    number: 20,
    title: 'a message',
    envelope: { i: 'a-pub', s: 1, d: 'hey' },
    on: 'message',
    event: { ...TOLD, message: 'hey' },
    happens: ({ send }) => send('/publish/P/S/0/ch/0/%22hey%22?uuid=a-pub&seqn=1'),
  }),
  entryFact({
    number: 21,
    title: 'a message by way of a group',
    names: ',',
    group: 'g',
    envelope: { i: 'a-pub', d: 'hey', b: 'g' },
    on: 'message',
    event: { ...TOLD, subscription: 'g', message: 'hey' },
    early: ({ send }) => send('/v1/channel-registration/sub-key/S/channel-group/g?add=ch'),
    happens: ({ send }) => send('/publish/P/S/0/ch/0/%22hey%22?uuid=a-pub'),
  }),
  entryFact({
    number: 22,
    title: 'somebody comes',
    ...presence(
      { action: 'join', timestamp: 1_481_896_358, uuid: 'u', occupancy: 1 },
      { event: 'join', timestamp: 1_481_896_358, uuid: 'u', occupancy: 1 },
    ),
    happens: (network) => beat(network, 'u'),
  }),
  entryFact({
    number: 23,
    title: 'somebody times out',
    ...presence(
      { action: 'timeout', timestamp: 1_472_034_136, uuid: 'tornado', occupancy: 1 },
      { event: 'timeout', timestamp: 1_472_034_136, uuid: 'tornado', occupancy: 1 },
    ),
    early: async (network) => {
      await beat(network, 'tornado');
      await network.clock.advance(10_000);
      await beat(network, 'who-stays');
    },
    happens: ({ clock }) => clock.advance(10_500),
  }),
  entryFact({
    number: 24,
    title: 'the state changes of somebody who is not there',
    ...presence(
      { action: 'state-change', uuid: 'u', timestamp: 1_591_042_024, data: { key: 'value' }, occupancy: 0 },
      { event: 'state-change', uuid: 'u', timestamp: 1_591_042_024, state: { key: 'value' }, occupancy: 0 },
    ),
    happens: ({ send }) => send(`${PRESENCE}/uuid/u/data?state=%7B%22key%22%3A%22value%22%7D`),
  }),
  entryFact({
    number: 25,
    title: 'changes that are too many to be named',
    ...presence(
      // The one recording whose timestamp is a text.
      { action: 'interval', timestamp: '1720033913', occupancy: 0, here_now_refresh: true },
      { event: 'interval', timestamp: 1_720_033_913, uuid: undefined, occupancy: 0, hereNowRefresh: true },
    ),
    limits: { announceMax: 0 },
    // Here they are still there.
    differs: {
      d: {
        action: 'interval',
        ...TIMES,
        occupancy: CROWD.length,
        here_now_refresh: true,
      },
    },
    early: async (network) => {
      for (const name of CROWD) await beat(network, name);
    },
    happens: ({ clock }) => clock.advance(10_500),
  }),
  entryFact({
    number: 26,
    title: 'a signal',
    envelope: { i: 'a-pub', e: 1, d: 'Test Signal' },
    on: 'signal',
    event: { ...TOLD, message: 'Test Signal' },
    happens: ({ send }) => send('/signal/P/S/0/ch/0/%22Test%20Signal%22?uuid=a-pub'),
  }),
  entryFact({
    number: 27,
    title: 'an action on a message',
    envelope: { i: 'a-pub', e: 3, d: { ...EVENT, data: { ...STAMPED, ...REACTION } } },
    differs: {
      d: { ...EVENT, data: { ...STAMPED, ...REACTION, actionTimetoken: TIMETOKEN } },
    },
    on: 'messageAction',
    event: {
      ...{ channel: 'ch', publisher: 'a-pub', event: 'added' },
      data: { ...STAMPED, ...REACTION, uuid: 'a-pub' },
    },
    happens: ({ send }) =>
      send(`/v1/message-actions/S/channel/ch/message/${STAMPED.messageTimetoken}?uuid=a-pub`, post(REACTION)),
  }),
  entryFact({
    number: 28,
    title: 'a file',
    envelope: { i: 'a-pub', e: 4, d: { message: 'Hello', file: FILE }, cmt: 'test-message-type' },
    on: 'file',
    // No url: getFileUrl() makes one with the token of the moment.
    event: { ...TOLD, message: 'Hello', file: FILE, customMessageType: 'test-message-type' },
    happens: ({ send }) => {
      const payload = encodeURIComponent(JSON.stringify({ message: 'Hello', file: FILE }));
      const query = 'uuid=a-pub&custom_message_type=test-message-type';
      return send(`/v1/files/publish-file/P/S/0/ch/0/${payload}?${query}`);
    },
  }),
  entryFact({
    number: 29,
    title: 'the metadata of a user is gone',
    envelope: { e: 2, d: GONE },
    on: 'objects',
    event: { channel: 'ch', message: GONE },
    early: ({ send }) => send('/v2/objects/S/uuids/ch', { method: 'PATCH', body: '{"name":"x"}' }),
    happens: ({ send }) => send('/v2/objects/S/uuids/ch', { method: 'DELETE' }),
  }),
];
