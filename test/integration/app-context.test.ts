import PeerClient from 'pubnub';
import { describe, expect, test } from 'vitest';
import { PubNub, type Transport } from '../../src/index.ts';
import { nodeTransport } from '../../src/node/index.ts';
import { Inbox } from '../support/integration-inbox.ts';
import { serveOrigin } from '../support/integration-origin.ts';

const KEYS = { subscribeKey: 'demo', publishKey: 'demo', ssl: false } as const;

interface Page {
  readonly limit?: number;
  readonly filter?: string;
  readonly sort?: readonly string[];
  readonly page?: { readonly next?: string; readonly prev?: string };
}
interface Row {
  readonly id: string;
  readonly custom?: Readonly<Record<string, string | number | boolean | null>>;
  readonly status?: string;
}
type Fields = Readonly<Record<string, unknown>>;

/** The calls of App Context, and what a subscriber hears, in the words that both clients share. */
interface Book extends AsyncDisposable {
  setUser(uuid: string, data: Fields): Promise<object>;
  user(uuid: string): Promise<object>;
  users(page?: Page): Promise<object>;
  removeUser(uuid: string): Promise<object>;
  setChannel(channel: string, data: Fields): Promise<object>;
  channel(channel: string): Promise<object>;
  channels(page?: Page): Promise<object>;
  removeChannel(channel: string): Promise<object>;
  setMemberships(uuid: string, rows: readonly Row[]): Promise<object>;
  memberships(uuid: string, page?: Page): Promise<object>;
  removeMemberships(uuid: string, channels: readonly string[]): Promise<object>;
  setMembers(channel: string, rows: readonly Row[]): Promise<object>;
  members(channel: string, page?: Page): Promise<object>;
  removeMembers(channel: string, uuids: readonly string[]): Promise<object>;
  /** Resolves when the server has accepted the subscription. */
  join(channel: string): Promise<void>;
  readonly heard: Inbox<readonly [channel: string, message: unknown]>;
}

type MakeBook = (host: string, userId: string) => Book;

const OF_MEMBERSHIPS = { includeCustom: true, includeStatus: true, includeType: false } as const;
const OF_MEMBERS = { includeCustom: true, includeStatus: false, includeType: true } as const;
const WITH_CHANNEL = {
  ...OF_MEMBERSHIPS,
  includeTotalCount: true,
  includeChannel: true,
  includeChannelCustom: true,
  includeChannelStatus: true,
  includeChannelType: true,
} as const;
const WITH_UUID = {
  ...OF_MEMBERS,
  includeTotalCount: true,
  includeUuid: true,
  includeUuidCustom: true,
  includeUuidStatus: true,
  includeUuidType: true,
} as const;

const ours =
  (makeTransport?: () => Transport): MakeBook =>
  (host, userId) => {
    const transport = makeTransport && { transport: makeTransport() };
    const client = new PubNub({ ...KEYS, origin: host, userId, ...transport });
    const heard: Book['heard'] = new Inbox(`events of ${userId}`);
    // The other maker's client leaves out where a change comes from.
    client.addListener({
      objects: ({ channel, message: { event, type, data } }) => heard.put([channel, { event, type, data }]),
    });
    const all = { includeTotalCount: true };
    // Types know the fields that can be sorted by: tests try others.
    const sorted = <T extends string>({ sort, ...page }: Page = {}) => ({
      ...page,
      ...(sort && { sort: sort as readonly T[] }),
    });
    return {
      heard,
      setUser: (uuid, data) => client.setUuidMetadata({ uuid, ...data }).execute(),
      user: (uuid) => client.getUuidMetadata({ uuid }).execute(),
      users: (page) => client.getAllUuidMetadata({ ...all, ...sorted<'name'>(page) }).execute(),
      removeUser: (uuid) => client.removeUuidMetadata({ uuid }).execute(),
      setChannel: (channel, data) => client.setChannelMetadata({ channel, ...data }).execute(),
      channel: (channel) => client.getChannelMetadata({ channel }).execute(),
      channels: (page) => client.getAllChannelMetadata({ ...all, ...sorted<'name'>(page) }).execute(),
      removeChannel: (channel) => client.removeChannelMetadata({ channel }).execute(),
      setMemberships: (uuid, rows) =>
        client.setMemberships({ uuid, channelMemberships: rows, ...WITH_CHANNEL }).execute(),
      memberships: (uuid, page) =>
        client.getMemberships({ uuid, ...WITH_CHANNEL, ...sorted<'channel.name'>(page) }).execute(),
      removeMemberships: (uuid, channels) =>
        client.removeMemberships({ uuid, channelMemberships: channels, ...WITH_CHANNEL }).execute(),
      setMembers: (channel, rows) =>
        client.setChannelMembers({ channel, uuids: rows, ...WITH_UUID }).execute(),
      members: (channel, page) =>
        client.getChannelMembers({ channel, ...WITH_UUID, ...sorted<'uuid.name'>(page) }).execute(),
      removeMembers: (channel, uuids) =>
        client.removeChannelMembers({ channel, uuids, ...WITH_UUID }).execute(),
      join: (channel) => client.subscribe({ channels: channel }).execute().connected(),
      [Symbol.asyncDispose]: () => client.close(),
    };
  };

const theirs: MakeBook = (host, userId) => {
  const client = new PeerClient({ ...KEYS, origin: host, userId });
  const heard: Book['heard'] = new Inbox(`events of ${userId}`);
  const statuses = new Inbox<string | undefined>(`statuses of ${userId}`);
  client.addListener({
    objects: ({ channel, message }) => heard.put([channel, message]),
    status: ({ category }) => statuses.put(category),
  });
  // Its results repeat the status, and have a key for what is absent.
  const plain = async (result: Promise<object>) =>
    Object.fromEntries(
      Object.entries(await result).filter(([name, value]) => name !== 'status' && value !== undefined),
    );
  const sorted = ({ sort, ...page }: Page = {}) => ({
    ...page,
    ...(sort && { sort: Object.fromEntries(sort.map((field) => field.split(':'))) }),
  });
  const all = { include: { totalCount: true } };
  const related = {
    include: {
      totalCount: true,
      customFields: true,
      ...{ channelFields: true, customChannelFields: true, UUIDFields: true, customUUIDFields: true },
    },
  };
  const { objects } = client;
  return {
    heard,
    setUser: (uuid, data) => plain(objects.setUUIDMetadata({ uuid, data })),
    user: (uuid) => plain(objects.getUUIDMetadata({ uuid })),
    users: (page) => plain(objects.getAllUUIDMetadata({ ...all, ...sorted(page) })),
    removeUser: (uuid) => plain(objects.removeUUIDMetadata({ uuid })),
    setChannel: (channel, data) => plain(objects.setChannelMetadata({ channel, data })),
    channel: (channel) => plain(objects.getChannelMetadata({ channel })),
    channels: (page) => plain(objects.getAllChannelMetadata({ ...all, ...sorted(page) })),
    removeChannel: (channel) => plain(objects.removeChannelMetadata({ channel })),
    setMemberships: (uuid, rows) => plain(objects.setMemberships({ uuid, channels: rows, ...related })),
    memberships: (uuid, page) => plain(objects.getMemberships({ uuid, ...related, ...sorted(page) })),
    removeMemberships: (uuid, channels) => plain(objects.removeMemberships({ uuid, channels, ...related })),
    setMembers: (channel, rows) => plain(objects.setChannelMembers({ channel, uuids: rows, ...related })),
    members: (channel, page) => plain(objects.getChannelMembers({ channel, ...related, ...sorted(page) })),
    removeMembers: (channel, uuids) => plain(objects.removeChannelMembers({ channel, uuids, ...related })),
    join: async (channel) => {
      client.subscribe({ channels: [channel] });
      await statuses.first((category) => category === 'PNConnectedCategory');
    },
    [Symbol.asyncDispose]: async () => {
      client.unsubscribeAll();
      client.stop();
    },
  };
};

const CLIENTS: readonly (readonly [name: string, make: MakeBook])[] = [
  ['our client over fetch', ours()],
  ['our client over node:http', ours(nodeTransport)],
  ["another maker's client", theirs],
];

const NAME = 'n ünïcödé/1 #?%;';
const CUSTOM = { a: 1, b: 'two', c: true, d: null };

/** Every call, one after the other. */
const STEPS: readonly (readonly [name: string, step: (book: Book) => Promise<object>])[] = [
  ['no users', (book) => book.users()],
  ['set user', (book) => book.setUser(NAME, { name: 'Ünï', email: 'u@example.com', custom: CUSTOM })],
  ['change user', (book) => book.setUser(NAME, { status: 'on', email: null, externalId: '7' })],
  ['set second user', (book) => book.setUser('bob', { name: 'Bob', profileUrl: 'http://x/y?z', type: 't' })],
  ['get user', (book) => book.user(NAME)],
  ['list users', (book) => book.users()],
  ['sort users', (book) => book.users({ sort: ['status:desc', 'name:asc'] })],
  ['filter users', (book) => book.users({ filter: `name LIKE 'b*' && type != "u"` })],
  ['first page', (book) => book.users({ limit: 1 })],
  ['second page', (book) => book.users({ limit: 1, page: { next: 'MQ' } })],
  ['page before', (book) => book.users({ limit: 1, page: { prev: 'MQ' } })],
  ['set channel', (book) => book.setChannel(NAME, { name: 'Room', description: 'd', custom: { k: 'v' } })],
  ['set second channel', (book) => book.setChannel('hall', { name: 'Hall', status: 's', type: 't' })],
  ['get channel', (book) => book.channel(NAME)],
  ['list channels', (book) => book.channels({ sort: ['name:desc'] })],
  ['no memberships', (book) => book.memberships('bob')],
  [
    'set memberships',
    (book) => book.setMemberships('bob', [{ id: NAME, custom: CUSTOM, status: 's' }, { id: 'x' }]),
  ],
  ['get memberships', (book) => book.memberships('bob', { sort: ['channel.name:asc'] })],
  [
    'filter memberships',
    (book) => book.memberships('bob', { filter: 'channel.custom.k == "v" && custom.a < 2' }),
  ],
  [
    'set members',
    (book) =>
      book.setMembers(NAME, [
        { id: NAME, status: 'm' },
        { id: 'nobody', custom: { a: 1 } },
      ]),
  ],
  ['get members', (book) => book.members(NAME, { sort: ['uuid.name:desc', 'updated:asc'] })],
  ['filter members', (book) => book.members(NAME, { filter: 'uuid.name == "Bob"' })],
  ['page of members', (book) => book.members(NAME, { limit: 2, page: { next: 'MQ' } })],
  ['remove members', (book) => book.removeMembers(NAME, ['nobody', 'unknown'])],
  ['remove memberships', (book) => book.removeMemberships('bob', ['x'])],
  ['remove channel', (book) => book.removeChannel(NAME)],
  ['members of what is gone', (book) => book.members(NAME)],
  ['remove user', (book) => book.removeUser('bob')],
  ['users that are left', (book) => book.users()],
  ['channels that are left', (book) => book.channels()],
];

/** The results of all steps, on an origin of their own whose clock stands still. */
async function resultsOf(make: MakeBook): Promise<ReadonlyMap<string, object>> {
  const now = Date.parse('2025-02-06T21:16:34.527Z');
  const clock = {
    now: () => now,
    setTimeout: (callback: () => void, milliseconds: number) => setTimeout(callback, milliseconds),
    clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout), // Only its own come back.
  };
  await using system = await serveOrigin({ clock });
  await using book = make(system.host, 'one');
  const results = new Map<string, object>();
  for (const [name, step] of STEPS) results.set(name, await step(book));
  return results;
}

test.each(CLIENTS.slice(1))('%s sees in every answer what our client over fetch sees', async (_, make) => {
  const [expected, results] = [await resultsOf(ours()), await resultsOf(make)];
  for (const [name, result] of results) expect([name, result]).toEqual([name, expected.get(name)]);
});

test('every answer holds what was asked for', async () => {
  const results = await resultsOf(theirs);
  expect(results.get('get user')).toEqual({
    data: {
      id: NAME,
      name: 'Ünï',
      externalId: '7',
      profileUrl: null,
      email: null,
      type: null,
      status: 'on',
      custom: CUSTOM,
      updated: '2025-02-06T21:16:34.527Z',
      eTag: expect.any(String),
    },
  });
  const ids = (name: string, at = ['id']) =>
    (Object(results.get(name)).data as object[]).map((item) =>
      at.reduce((value, key) => Object(value)[key], item),
    );
  expect(ids('sort users')).toEqual(['bob', NAME]);
  expect(ids('filter users')).toEqual(['bob']);
  expect(ids('second page')).toEqual([NAME]);
  expect(ids('page before')).toEqual(['bob']);
  expect(ids('get memberships', ['channel', 'name'])).toEqual(['Room', undefined]);
  expect(ids('filter memberships', ['channel', 'custom'])).toEqual([{ k: 'v' }]);
  expect(ids('get members', ['uuid', 'id'])).toEqual(['nobody', NAME, 'bob']);
  expect(ids('remove members', ['uuid', 'id'])).toEqual(['bob', NAME]);
  expect(ids('members of what is gone')).toEqual([]);
  expect(results.get('users that are left')).toMatchObject({ data: [{ id: NAME }], totalCount: 1 });
});

describe.each(CLIENTS)('%s', (_, make) => {
  test('hears of the changes that concern a channel, and a user of the same name', async () => {
    await using system = await serveOrigin();
    await using reader = make(system.host, 'reader');
    await using writer = theirs(system.host, 'writer');
    await reader.join('room');
    await writer.setChannel('room', { name: 'Room', custom: { a: 1 } });
    await writer.setUser('room', { name: 'A user' });
    await writer.setMembers('room', [{ id: 'bob', status: 's' }]);
    await writer.setMemberships('room', [{ id: 'hall' }]);
    await writer.removeMembers('room', ['bob']);
    await writer.removeChannel('room');
    const events = await reader.heard.take(6);
    const stamped = { updated: expect.any(String), eTag: expect.any(String) };
    const event = (verb: string, type: string, data: object) => ['room', { event: verb, type, data }];
    const bob = { channel: { id: 'room' }, uuid: { id: 'bob' } };
    expect(events).toEqual([
      event('set', 'channel', { id: 'room', name: 'Room', custom: { a: 1 }, ...stamped }),
      event('set', 'uuid', { id: 'room', name: 'A user', ...stamped }),
      event('set', 'membership', { ...bob, status: 's', ...stamped }),
      event('set', 'membership', { channel: { id: 'hall' }, uuid: { id: 'room' }, ...stamped }),
      event('delete', 'membership', bob),
      event('delete', 'channel', { id: 'room' }),
    ]);
  });

  test.each([
    [
      'a user who does not exist',
      (book: Book) => book.user('nobody'),
      404,
      'Requested object was not found.',
    ],
    [
      'a field that cannot be sorted by',
      (book: Book) => book.channels({ sort: ['size:asc'] }),
      400,
      'Request payload contained invalid input.',
    ],
    [
      'a filter that is none',
      (book: Book) => book.users({ filter: 'name ==' }),
      400,
      'Request payload contained invalid input.',
    ],
  ])('is told of %s', async (__, call, statusCode, message) => {
    await using system = await serveOrigin();
    await using book = make(system.host, 'one');
    const failure = await call(book).then(String, (error: object) => error);
    // The other maker's client wraps a status.
    const told = 'status' in Object(failure) ? Object(failure).status : failure;
    expect(told.statusCode).toBe(statusCode);
    expect(told.errorData).toMatchObject({ status: statusCode, error: { message, source: 'objects' } });
  });
});

test('our client changes only what it has read, and manages memberships in one call', async () => {
  await using system = await serveOrigin();
  await using client = new PubNub({ ...KEYS, origin: system.host, userId: 'bob' });
  const { data } = await client.setChannelMetadata({ channel: 'room', name: 'Room' }).execute();
  const update = (ifMatchesEtag: string) =>
    client.setChannelMetadata({ channel: 'room', name: 'Other', ifMatchesEtag }).envelope();
  expect((await update(data.eTag ?? '')).status.statusCode).toBe(200);
  const { status } = await update(data.eTag ?? '');
  expect(status).toMatchObject({ isError: true, statusCode: 412 });
  await client.setMemberships({ channelMemberships: ['a', 'b'] }).execute();
  const changed = await client.manageMemberships({ set: ['c'], remove: ['a'] }).execute();
  expect(changed.data.map(({ channel }) => channel.id)).toEqual(['b', 'c']);
  await client.setChannelMembers({ channel: 'room', uuids: ['x', 'y'] }).execute();
  const members = await client.manageChannelMembers({ channel: 'room', set: ['z'], remove: ['y'] }).execute();
  expect(members.data.map(({ uuid }) => uuid.id)).toEqual(['x', 'z']);
});
