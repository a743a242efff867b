// What each operation answers: the interfaces of its result, or a sentence.
import { type Field, fieldsOf, fieldsTable, type Shape } from './docs-fields.ts';

const PUBLISHED = [{ name: 'PublishResult' }];
const TIMETOKEN = [{ name: 'FireResult' }];
const EMPTY = 'The result is an empty object.';

const page = (at: string, name: string, ...related: readonly Shape[]): readonly Shape[] => [
  { name: 'MetadataPage', types: { T: name } },
  { name, at },
  ...related,
];

const USER = [
  { name: 'MetadataResult', types: { T: 'UuidMetadata' } },
  { name: 'UuidMetadata', at: 'data.' },
];
const CHANNEL = [
  { name: 'MetadataResult', types: { T: 'ChannelMetadata' } },
  { name: 'ChannelMetadata', at: 'data.' },
];
const REMOVED = [{ name: 'MetadataResult', types: { T: 'null' } }];
const ACTION = { name: 'MessageAction', at: 'data.' };
const sameAs = (name: string) =>
  `The result is that of [\`${name}()\`](#${name.toLowerCase()}), after the change.`;

const RESULTS: Readonly<Record<string, readonly Shape[] | string>> = {
  publish: PUBLISHED,
  fire: TIMETOKEN,
  signal: TIMETOKEN,
  time: [{ name: 'TimeResult' }],
  subscribe: 'The result is a `Subscription`:',
  unsubscribe: 'It resolves without a value.',
  hereNow: [
    { name: 'HereNowResult' },
    { name: 'HereNowChannel', at: 'channels[name].' },
    { name: 'HereNowOccupant', at: 'channels[name].occupants[].' },
  ],
  whereNow: [{ name: 'WhereNowResult' }],
  setState: [{ name: 'SetStateResult', types: { State: 'object' } }],
  getState: [{ name: 'GetStateResult', types: { State: 'object' } }],
  addChannelsToChannelGroup: EMPTY,
  removeChannelsFromChannelGroup: EMPTY,
  deleteChannelGroup: EMPTY,
  listChannelsInChannelGroup: [{ name: 'ListChannelsInChannelGroupResult' }],
  listChannelGroups: [{ name: 'ListChannelGroupsResult' }],
  history: [
    { name: 'HistoryResult', types: { Message: 'HistoryMessage' } },
    { name: 'HistoryMessage', at: 'messages[].', types: { Payload: 'unknown', Token: 'Timetoken' } },
  ],
  fetchMessages: [
    { name: 'FetchMessagesResult', types: { Channels: 'Record<string, FetchedMessage[]>' } },
    { name: 'FetchedMessage', at: 'channels[name][].', types: { Name: 'string', Payload: 'unknown' } },
    { name: 'FetchedAction', at: 'channels[name][].actions[type][value][].' },
  ],
  messageCounts: [{ name: 'MessageCountsResult' }],
  deleteMessages: EMPTY,
  getAllUuidMetadata: page('data[].', 'UuidMetadata'),
  getUuidMetadata: USER,
  setUuidMetadata: sameAs('getUuidMetadata'),
  removeUuidMetadata: REMOVED,
  getAllChannelMetadata: page('data[].', 'ChannelMetadata'),
  getChannelMetadata: CHANNEL,
  setChannelMetadata: sameAs('getChannelMetadata'),
  removeChannelMetadata: REMOVED,
  getMemberships: page('data[].', 'Membership'),
  setMemberships: sameAs('getMemberships'),
  removeMemberships: sameAs('getMemberships'),
  manageMemberships: sameAs('getMemberships'),
  getChannelMembers: page('data[].', 'ChannelMember'),
  setChannelMembers: sameAs('getChannelMembers'),
  removeChannelMembers: sameAs('getChannelMembers'),
  manageChannelMembers: sameAs('getChannelMembers'),
  addPushChannels: EMPTY,
  removePushChannels: EMPTY,
  listPushChannels: [{ name: 'ListPushChannelsResult' }],
  removeAllPushChannels: EMPTY,
  addMessageAction: [{ name: 'AddMessageActionResult' }, ACTION],
  getMessageActions: [{ name: 'GetMessageActionsResult' }, { ...ACTION, at: 'data[].' }],
  removeMessageAction: [{ name: 'RemoveMessageActionResult', types: { Done: '{}' } }],
  sendFile: [{ name: 'SendFileResult' }],
  listFiles: [{ name: 'ListFilesResult' }, { name: 'ListedFile', at: 'data[].' }],
  getFileUrl: 'The result is the address, a string.',
  downloadFile: 'The result is a `DownloadedFile`, described above.',
  deleteFile: [{ name: 'DeleteFileResult' }],
  publishFileMessage: PUBLISHED,
  grantToken: 'The result is the token, a string.',
  revokeToken: EMPTY,
  grant: [{ name: 'AuthKeysResult' }],
  audit: [{ name: 'AuthKeysResult' }],
};

/** The fields of an operation's result; none for one that is described by a sentence. */
export function fieldsOfResult(operation: string): readonly Field[] {
  const result = RESULTS[operation] ?? '';
  return typeof result === 'string' ? [] : fieldsOf('src/client', result);
}

/** The result of an operation as Markdown. Throws for an operation that is not listed here. */
export function resultOf(operation: string): string {
  const result = RESULTS[operation];
  if (result === undefined)
    throw new Error(`scripts/docs-results.ts does not say what ${operation}() answers.`);
  return typeof result === 'string' ? result : fieldsTable('Result', fieldsOfResult(operation));
}
