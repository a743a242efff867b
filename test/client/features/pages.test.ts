import { PubNub } from 'timetoken';
import { createTestNetwork } from 'timetoken/testing';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../../scripts/docs-operations.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const device = { deviceId: 'a1b2', pushType: 'fcm' } as const;

/** An operation that answers in pages: what it lists, and how it is asked, three or two at a time. */
interface Paged {
  readonly prepare: (pubnub: PubNub, network: ReturnType<typeof createTestNetwork>) => Promise<unknown>;
  readonly pages: (pubnub: PubNub, signal: AbortSignal) => AsyncGenerator<unknown, void, undefined>;
  /** What a page lists, by name. */
  readonly names: (page: never) => readonly unknown[];
  /** The sizes of the pages. */
  readonly sizes: readonly number[];
  /** Whether the newest comes first, page by page. */
  readonly backwards?: true;
}

const each = async (work: (name: string) => Promise<unknown>) => {
  for (const name of NAMES) await work(name);
};
const byId = ({ data }: { readonly data: readonly { readonly id: string }[] }) => data.map(({ id }) => id);

const PAGED: Readonly<Record<string, Paged>> = {
  hereNow: {
    prepare: (_pubnub, network) => each((name) => network.join('room', name)),
    pages: (pubnub, signal) => pubnub.hereNow({ channels: 'room', limit: 3 }).pages({ signal }),
    names: ({ channels }: { channels: Record<string, { occupants: { uuid: string }[] }> }) =>
      channels['room']?.occupants.map(({ uuid }) => uuid) ?? [],
    sizes: [3, 3, 1],
  },
  fetchMessages: {
    prepare: (_pubnub, network) => each((name) => network.publish('room', name)),
    pages: (pubnub, signal) => pubnub.fetchMessages({ channels: 'room', count: 3 }).pages({ signal }),
    names: ({ channels }: { channels: Record<string, { message: unknown }[]> }) =>
      channels['room']?.map(({ message }) => message) ?? [],
    ...{ sizes: [3, 3, 1], backwards: true },
  },
  getMessageActions: {
    prepare: (pubnub) =>
      each((value) => {
        const action = { type: 'reaction', value };
        return pubnub.addMessageAction({ channel: 'room', messageTimetoken: '17', action }).execute();
      }),
    pages: (pubnub, signal) => pubnub.getMessageActions({ channel: 'room', limit: 3 }).pages({ signal }),
    names: ({ data }: { data: { value: string }[] }) => data.map(({ value }) => value),
    ...{ sizes: [3, 3, 1], backwards: true },
  },
  getAllUuidMetadata: {
    prepare: (pubnub) => each((uuid) => pubnub.setUuidMetadata({ uuid, name: uuid }).execute()),
    pages: (pubnub, signal) => pubnub.getAllUuidMetadata({ limit: 3 }).pages({ signal }),
    ...{ names: byId, sizes: [3, 3, 1] },
  },
  getAllChannelMetadata: {
    prepare: (pubnub) => each((channel) => pubnub.setChannelMetadata({ channel, name: channel }).execute()),
    pages: (pubnub, signal) => pubnub.getAllChannelMetadata({ limit: 2 }).pages({ signal }),
    ...{ names: byId, sizes: [2, 2, 2, 1] },
  },
  getMemberships: {
    prepare: (pubnub) => pubnub.setMemberships({ channelMemberships: NAMES }).execute(),
    pages: (pubnub, signal) => pubnub.getMemberships({ limit: 3, sort: 'channel.id' }).pages({ signal }),
    names: ({ data }: { data: { channel: { id: string } }[] }) => data.map(({ channel }) => channel.id),
    sizes: [3, 3, 1],
  },
  getChannelMembers: {
    prepare: (pubnub) => pubnub.setChannelMembers({ channel: 'room', uuids: NAMES }).execute(),
    pages: (pubnub, signal) =>
      pubnub.getChannelMembers({ channel: 'room', limit: 3, sort: 'uuid.id' }).pages({ signal }),
    names: ({ data }: { data: { uuid: { id: string } }[] }) => data.map(({ uuid }) => uuid.id),
    sizes: [3, 3, 1],
  },
  listFiles: {
    prepare: (pubnub) =>
      each((fileName) => pubnub.sendFile({ channel: 'room', file: 'text', fileName }).execute()),
    pages: (pubnub, signal) => pubnub.listFiles({ channel: 'room', limit: 3 }).pages({ signal }),
    names: ({ data }: { data: { name: string }[] }) => data.map(({ name }) => name),
    sizes: [3, 3, 1],
  },
  listPushChannels: {
    prepare: (pubnub) => pubnub.addPushChannels({ ...device, channels: NAMES }).execute(),
    pages: (pubnub, signal) => pubnub.listPushChannels({ ...device, count: 3 }).pages({ signal }),
    names: ({ channels }: { channels: string[] }) => channels,
    sizes: [3, 3, 1],
  },
};

async function started({ prepare }: Paged) {
  const network = createTestNetwork();
  const pubnub = new PubNub({ ...network.options, userId: 'alice' });
  await prepare(pubnub, network);
  const before = network.transcript().length;
  const end = async () => {
    await pubnub.close();
    await network.close();
  };
  return { network, pubnub, end, requests: () => network.transcript().slice(before) };
}

const { signal } = new AbortController();

describe.each(Object.entries(PAGED))('the pages of %s()', (name, operation) => {
  it('are every part of the list once', async () => {
    const { pubnub, end } = await started(operation);
    const parts: (readonly unknown[])[] = [];
    for await (const page of operation.pages(pubnub, signal)) parts.push(operation.names(page as never));
    expect(parts.map(({ length }) => length)).toEqual(operation.sizes);
    const whole = operation.backwards ? parts.toReversed().flat() : parts.flat();
    expect(whole).toEqual(NAMES);
    await end();
  });

  it('can be left while one never comes, which is then given up', async () => {
    const { pubnub, network, requests, end } = await started(operation);
    network.fail(name as 'listFiles', { with: 'hang', after: 1 });
    const pages = operation.pages(pubnub, signal);
    expect((await pages.next()).done).toBe(false);
    const pending = pages.next();
    await network.idle();
    expect(await pages.return()).toEqual({ value: undefined, done: true });
    expect(await pending).toEqual({ value: undefined, done: true });
    await network.clock.advance(60_000);
    expect(requests().map(({ outcome }) => outcome)).toEqual(['200', 'hang']);
    await end();
  });

  it('end with what one of them failed with', async () => {
    const { pubnub, network, end } = await started(operation);
    network.fail(name as 'listFiles', { with: { status: 403 }, after: 1 });
    const pages = operation.pages(pubnub, signal);
    expect((await pages.next()).done).toBe(false);
    await expect(pages.next()).rejects.toMatchObject({ code: 'PN-3002' });
    expect((await pages.next()).done).toBe(true);
    await end();
  });
});

it('the table has every operation with pages', () => {
  const pubnub = new PubNub({ subscribeKey: 'demo', userId: 'alice' });
  const paged = Object.keys(OPERATIONS).filter((name) => {
    const builder: unknown = Reflect.apply(Reflect.get(pubnub, name), pubnub, []);
    return 'pages' in Object(builder);
  });
  expect(paged.sort()).toEqual(Object.keys(PAGED).sort());
});
