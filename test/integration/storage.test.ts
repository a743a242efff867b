import PeerClient from 'pubnub';
import { describe, expect, test } from 'vitest';
import { PubNub } from '../../src/index.ts';
import { nodeTransport } from '../../src/node/index.ts';
import { serveOrigin } from '../support/integration-origin.ts';

/** What the other maker's client says of storage, as far as it is called here; it comes without types. */
interface PeerStorage {
  history(parameters: object): Promise<{
    readonly messages: readonly object[];
    readonly startTimeToken: string | number;
    readonly endTimeToken: string | number;
  }>;
  fetchMessages(parameters: object): Promise<{ readonly channels: Record<string, readonly object[]> }>;
  messageCounts(parameters: object): Promise<{ readonly channels: Record<string, number> }>;
  deleteMessages(parameters: object): Promise<unknown>;
}

const KEYS = { subscribeKey: 'demo', publishKey: 'demo', ssl: false } as const;
const CHANNELS = ['one', 'two b/ü', 'three'];

async function setUp() {
  const system = await serveOrigin();
  const alice = new PubNub({ ...KEYS, origin: system.host, userId: 'alice' });
  const stored: Record<string, string[]> = Object.fromEntries(CHANNELS.map((channel) => [channel, []]));
  for (let index = 0; index < 40; index++) {
    const channel = index % 4 === 0 ? 'two b/ü' : 'one';
    const meta = index % 2 === 0 ? { meta: { index } } : {};
    const { timetoken } = await alice.publish({ channel, message: { index }, ...meta }).execute();
    stored[channel]?.push(timetoken);
  }
  const client = new PeerClient({ ...KEYS, origin: system.host, userId: 'bob' });
  const end = async () => {
    client.stop();
    await alice.close();
    await system[Symbol.asyncDispose]();
  };
  const peer = client as unknown as PeerStorage;
  return { system, alice, stored, peer, [Symbol.asyncDispose]: end };
}

describe('stored messages on a socket', () => {
  test('are the same for both clients, call by call', async () => {
    await using house = await setUp();
    const { alice, stored, peer } = house;
    const all = stored['one'] ?? [];
    const [start, last] = [all[5] ?? '', all[20] ?? ''];
    const ranges = [
      {},
      { count: 7 },
      { start },
      { end: start },
      { start: last, end: start },
      { start, end: last },
    ];
    for (const range of ranges) {
      for (const reverse of [undefined, false, true]) {
        const query = { channel: 'one', ...range, ...(reverse !== undefined && { reverse }) };
        const ours = await alice.history({ ...query, includeMeta: true }).execute();
        const theirs = await peer.history({ ...query, includeMeta: true, stringifiedTimeToken: true });
        expect(theirs).toEqual(ours);
      }
      const ours = await alice.fetchMessages({ channels: CHANNELS, ...range, includeMeta: true }).execute();
      const theirs = await peer.fetchMessages({ channels: CHANNELS, ...range, includeMeta: true });
      expect(plain(theirs.channels)).toEqual(plain(ours.channels));
    }
    const since = { channels: CHANNELS, channelTimetokens: [start, '1', last] };
    const counted = await alice.messageCounts(since).execute();
    expect(await peer.messageCounts(since)).toEqual({ channels: { ...counted.channels } });
    expect(counted.channels).toMatchObject({ one: 24, 'two b/ü': 10, three: 0 });
    const one = { channels: CHANNELS, channelTimetokens: [start] };
    expect(await peer.messageCounts(one)).toEqual({
      channels: { ...(await alice.messageCounts(one).execute()).channels },
    });
  });

  test('keep the digits that the other client loses', async () => {
    await using house = await setUp();
    const { alice, stored, peer } = house;
    const timetokens = stored['one'] ?? [];
    const ours = await alice.history({ channel: 'one' }).execute();
    expect(ours.messages.map(({ timetoken }) => timetoken)).toEqual(timetokens);
    const theirs = await peer.history({ channel: 'one' });
    expect(typeof theirs.startTimeToken).toBe('number');
    expect([ours.startTimeToken, ours.endTimeToken]).toEqual([timetokens.at(0), timetokens.at(-1)]);
  });

  test('are read page by page, over node:http too', async () => {
    await using house = await setUp();
    const { system, stored } = house;
    const reader = new PubNub({ ...KEYS, origin: system.host, userId: 'carol', transport: nodeTransport() });
    const seen = new Map<string, string[]>(CHANNELS.map((channel) => [channel, []]));
    for await (const { channels } of reader.fetchMessages({ channels: CHANNELS, count: 4 }).pages()) {
      for (const [channel, messages = []] of Object.entries(channels))
        seen.get(channel)?.unshift(...messages.map(({ timetoken }) => timetoken));
    }
    await reader.close();
    expect(Object.fromEntries(seen)).toEqual(stored);
  });
});

// The other client has undefined where ours has nothing, and no null for the type of a plain message.
function plain(channels: Readonly<Record<string, readonly object[] | undefined>>) {
  return Object.fromEntries(
    Object.entries(channels).map(([channel, messages = []]) => [
      channel,
      messages.map((message) => {
        const { messageType, ...rest } = message as { readonly messageType: number | null };
        return { ...rest, messageType: messageType ?? -1 };
      }),
    ]),
  );
}
