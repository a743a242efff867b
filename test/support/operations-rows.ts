/** What calls leave behind for the calls after them, one for each client. */
export type Memory = Readonly<Record<string, string>>;

/** Parameters, of which some may come from the results of earlier calls. */
export type Make = (memory: Memory) => unknown;

/** A result of either client. */
export type Result = Readonly<Record<string, unknown>>;

/** One operation: how each client calls it, and what is not the same in the results. */
export interface Row {
  /** Its name in our catalogue. */
  readonly ours: string;
  /** Its name in the other client, as a path; `undefined` where it is not there. */
  readonly theirs: string | undefined;
  readonly given: Make;
  /** The other client's parameters, where they have other names. */
  readonly givenTheirs?: Make;
  /** What later calls need to know of the result. */
  readonly keep?: (result: Result) => Readonly<Record<string, unknown>>;
  /** What is different by design, in words, and what their result would be without it. */
  readonly but?: { readonly words: string; readonly view?: (result: Result) => unknown };
  /** Only who holds the secret key can call it. */
  readonly secret?: true;
}

const inRoom = () => ({ channel: 'room' });
const inRooms = () => ({ channels: ['room'] });
const nothing = () => undefined;

const STATUS = {
  words: 'without `status: 200`',
  view: ({ status: _, ...rest }: Result) => rest,
};
const ANNOUNCED = {
  words: '`announced` says whether subscribers were told',
  view: (result: Result) => ({ ...result, announced: true }),
};
const NOTHING = { words: '`{}` and not `undefined`', view: () => ({}) };

/** A change of metadata: what ours takes as it is, the other client takes within `data`. */
function metadata(ours: string, theirs: string, whose: object, data: object): Row {
  return objects(ours, theirs, { ...whose, ...data }, { ...whose, data });
}

const objects = (
  ours: string,
  theirs: string | undefined,
  given: object,
  givenTheirs: object = given,
): Row => ({
  ours,
  theirs: theirs && `objects.${theirs}`,
  given: () => given,
  givenTheirs: () => givenTheirs,
  but: STATUS,
});

const DEVICE = { deviceId: 'a'.repeat(64), pushType: 'apns2', topic: 'com.example.app' } as const;
const THEIR_DEVICE = { device: DEVICE.deviceId, pushGateway: 'apns2', topic: DEVICE.topic } as const;
const push = (ours: string, theirs: string, channels?: readonly string[]): Row => ({
  ours,
  theirs: `push.${theirs}`,
  given: () => ({ ...(channels && { channels }), ...DEVICE }),
  givenTheirs: () => ({ ...(channels && { channels }), ...THEIR_DEVICE }),
});

const RIGHTS = { read: true, write: true } as const;
const NO_TYPE = { includeType: false } as const;
const ALL_OF_CHANNELS = {
  includeChannel: true,
  includeChannelStatus: true,
  includeChannelType: true,
} as const;
const ALL_OF_USERS = { includeUuid: true, includeUuidStatus: true, includeUuidType: true } as const;
const B_AS_OWNER = { id: 'b', custom: { role: 'owner' } } as const;
const TWO = { channel: 'room', uuids: ['bob', 'eve'] } as const;
const EVE = { channel: 'room', uuids: ['eve'] } as const;
const LIST = { limit: 10, includeTotalCount: true } as const;
const THEIR_LIST = { limit: 10, include: { totalCount: true } } as const;
const GRANTED = {
  channel: 'room',
  auths: { 'key-1': { r: 1, w: 1, m: 0, d: 0, g: 0, u: 0, j: 0 } },
} as const;
const aFile = ({ fileId, fileName }: Memory) => ({ channel: 'room', fileId, fileName });
const theirFile = ({ fileId, fileName }: Memory) => ({ channel: 'room', id: fileId, name: fileName });

interface TheirMessages {
  readonly channels: { readonly room: readonly Result[] };
}
function asFetchedHere(result: Result): unknown {
  // What the other client answers with, as its documentation says.
  const { channels } = result as unknown as TheirMessages;
  const room = channels.room.map(({ data: _, messageType, ...message }) => ({
    ...message,
    messageType: messageType ?? -1,
  }));
  return { channels: { room } };
}

/** The script that both clients run, in this order. */
export const ROWS: readonly Row[] = [
  {
    ours: 'time',
    theirs: 'time',
    given: nothing,
    but: { words: 'the timetoken is a string, with all digits' },
  },
  {
    ours: 'subscribe',
    theirs: 'subscribe',
    given: () => ({ channels: ['room'], withPresence: true }),
    but: { words: 'a `Subscription` is returned' },
  },
  {
    ours: 'publish',
    theirs: 'publish',
    given: () => ({ channel: 'room', message: { text: 'hi' }, meta: { lang: 'en' } }),
    keep: ({ timetoken }) => ({ message: timetoken }),
  },
  { ours: 'fire', theirs: 'fire', given: () => ({ channel: 'room', message: 'fired' }) },
  { ours: 'signal', theirs: 'signal', given: () => ({ channel: 'room', message: 'typing' }) },
  { ours: 'hereNow', theirs: 'hereNow', given: inRooms },
  { ours: 'whereNow', theirs: 'whereNow', given: () => ({ uuid: 'ann' }) },
  { ours: 'setState', theirs: 'setState', given: () => ({ channels: ['room'], state: { mood: 'ok' } }) },
  { ours: 'getState', theirs: 'getState', given: inRooms },
  {
    ours: 'addChannelsToChannelGroup',
    theirs: 'channelGroups.addChannels',
    given: () => ({ channelGroup: 'g', channels: ['a', 'b'] }),
  },
  {
    ours: 'removeChannelsFromChannelGroup',
    theirs: 'channelGroups.removeChannels',
    given: () => ({ channelGroup: 'g', channels: ['a'] }),
  },
  {
    ours: 'listChannelsInChannelGroup',
    theirs: 'channelGroups.listChannels',
    given: () => ({ channelGroup: 'g' }),
  },
  { ours: 'listChannelGroups', theirs: 'channelGroups.listGroups', given: nothing },
  { ours: 'deleteChannelGroup', theirs: 'channelGroups.deleteGroup', given: () => ({ channelGroup: 'g' }) },
  {
    ours: 'addMessageAction',
    theirs: 'addMessageAction',
    given: ({ message }) => ({
      channel: 'room',
      messageTimetoken: message,
      action: { type: 'reaction', value: 'smile' },
    }),
    keep: ({ data }) => ({ action: (data as { actionTimetoken: string }).actionTimetoken }),
    but: ANNOUNCED,
  },
  { ours: 'getMessageActions', theirs: 'getMessageActions', given: inRoom },
  {
    ours: 'fetchMessages',
    theirs: 'fetchMessages',
    given: () => ({ channels: ['room'], includeMeta: true, includeMessageActions: true }),
    but: {
      words: '`messageType` of a message is `-1` and not `null`; no `data`, an old name of `actions`',
      view: asFetchedHere,
    },
  },
  {
    ours: 'removeMessageAction',
    theirs: 'removeMessageAction',
    given: ({ message, action }) => ({
      channel: 'room',
      messageTimetoken: message,
      actionTimetoken: action,
    }),
    but: ANNOUNCED,
  },
  {
    ours: 'history',
    theirs: 'history',
    given: () => ({ channel: 'room', count: 5, includeMeta: true }),
    givenTheirs: () => ({ channel: 'room', count: 5, includeMeta: true, stringifiedTimeToken: true }),
  },
  {
    ours: 'messageCounts',
    theirs: 'messageCounts',
    given: () => ({ channels: ['room'], channelTimetokens: ['15000000000000000'] }),
  },
  { ours: 'deleteMessages', theirs: 'deleteMessages', given: inRoom, but: NOTHING },
  metadata(
    'setUuidMetadata',
    'setUUIDMetadata',
    { uuid: 'bob' },
    { name: 'Bob', email: 'bob@example.com', custom: { level: 3 } },
  ),
  objects('getUuidMetadata', 'getUUIDMetadata', { uuid: 'bob' }),
  objects('getAllUuidMetadata', 'getAllUUIDMetadata', LIST, THEIR_LIST),
  metadata(
    'setChannelMetadata',
    'setChannelMetadata',
    { channel: 'room' },
    { name: 'Room', custom: { floor: 2 } },
  ),
  objects('getChannelMetadata', 'getChannelMetadata', { channel: 'room' }),
  objects('getAllChannelMetadata', 'getAllChannelMetadata', LIST, THEIR_LIST),
  objects(
    'setMemberships',
    'setMemberships',
    { uuid: 'bob', channelMemberships: ['room', B_AS_OWNER], includeCustom: true, ...NO_TYPE },
    { uuid: 'bob', channels: ['room', B_AS_OWNER], include: { customFields: true } },
  ),
  objects(
    'getMemberships',
    'getMemberships',
    { uuid: 'bob', includeStatus: true, ...ALL_OF_CHANNELS, includeTotalCount: true },
    { uuid: 'bob', include: { channelFields: true, totalCount: true } },
  ),
  objects(
    'removeMemberships',
    'removeMemberships',
    { uuid: 'bob', channelMemberships: ['b'], ...NO_TYPE },
    { uuid: 'bob', channels: ['b'] },
  ),
  objects('manageMemberships', undefined, { uuid: 'bob', set: ['c'], remove: ['room'] }),
  objects('setChannelMembers', 'setChannelMembers', { ...TWO, includeStatus: false }, TWO),
  objects(
    'getChannelMembers',
    'getChannelMembers',
    { channel: 'room', includeType: true, ...ALL_OF_USERS, sort: 'uuid.id' },
    { channel: 'room', include: { UUIDFields: true }, sort: { 'uuid.id': 'asc' } },
  ),
  objects('removeChannelMembers', 'removeChannelMembers', { ...EVE, includeStatus: false }, EVE),
  objects('manageChannelMembers', undefined, { channel: 'room', set: ['ann'], remove: ['bob'] }),
  objects('removeUuidMetadata', 'removeUUIDMetadata', { uuid: 'bob' }),
  objects('removeChannelMetadata', 'removeChannelMetadata', { channel: 'room' }),
  push('addPushChannels', 'addChannels', ['a', 'b']),
  push('removePushChannels', 'removeChannels', ['a']),
  push('listPushChannels', 'listChannels'),
  push('removeAllPushChannels', 'deleteDevice'),
  {
    ours: 'sendFile',
    theirs: 'sendFile',
    given: () => ({ channel: 'room', file: 'Ni!', fileName: 'ni.txt', message: 'a file' }),
    givenTheirs: () => ({
      channel: 'room',
      file: { data: Buffer.from('Ni!'), name: 'ni.txt' },
      message: 'a file',
    }),
    keep: ({ id, name }) => ({ fileId: id, fileName: name }),
    but: { words: 'with `status: 200`', view: (result) => ({ ...result, status: 200 }) },
  },
  { ours: 'listFiles', theirs: 'listFiles', given: inRoom },
  {
    ours: 'getFileUrl',
    theirs: 'getFileUrl',
    given: aFile,
    givenTheirs: theirFile,
    but: { words: 'a promise; the same path' },
  },
  {
    ours: 'downloadFile',
    theirs: 'downloadFile',
    given: aFile,
    givenTheirs: theirFile,
    but: { words: 'the same bytes, in an object with other methods' },
  },
  {
    ours: 'publishFileMessage',
    theirs: 'publishFile',
    given: (memory) => ({ ...aFile(memory), message: 'again' }),
  },
  { ours: 'deleteFile', theirs: 'deleteFile', given: aFile, givenTheirs: theirFile },
  {
    ours: 'grantToken',
    theirs: 'grantToken',
    secret: true,
    given: () => ({
      ttl: 15,
      authorizedUuid: 'ann',
      channels: { room: RIGHTS },
      groups: { g: { manage: true } },
      patterns: { channels: { '^news-[0-9]+$': { read: true } } },
      meta: { level: 3 },
    }),
    givenTheirs: () => ({
      ttl: 15,
      authorized_uuid: 'ann',
      resources: { channels: { room: RIGHTS }, groups: { g: { manage: true } } },
      patterns: { channels: { '^news-[0-9]+$': { read: true } } },
      meta: { level: 3 },
    }),
    keep: ({ token }) => ({ token }),
  },
  {
    ours: 'revokeToken',
    theirs: 'revokeToken',
    secret: true,
    given: ({ token }) => ({ token }),
    givenTheirs: ({ token }) => token,
    but: { words: '`{}` and not the text of the answer', view: () => ({}) },
  },
  {
    ours: 'grant',
    theirs: 'grant',
    secret: true,
    given: () => ({ channels: ['room'], authKeys: ['key-1'], ...RIGHTS, ttl: 15 }),
    but: {
      words: 'what was granted, and not `{}`',
      view: () => ({ level: 'user', subscribe_key: 'sub', ttl: 15, ...GRANTED }),
    },
  },
  {
    ours: 'audit',
    theirs: 'audit',
    secret: true,
    given: () => ({ channels: ['room'], authKeys: ['key-1'] }),
    givenTheirs: () => ({ channel: 'room', authKeys: ['key-1'] }),
  },
  {
    ours: 'unsubscribe',
    theirs: 'unsubscribe',
    given: inRooms,
    but: { words: 'a promise that waits for the server' },
  },
];
