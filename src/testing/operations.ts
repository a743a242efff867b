import type { Route } from '../origin/routes/route.ts';
import { ROUTES } from '../origin/routes/table.ts';
import { nearest } from '../protocol/did-you-mean.ts';

// The client's names for each route of the origin. With several, the query decides: see `nameOf`.
const BY_ROUTE = {
  time: ['time'],
  publish: ['publish', 'fire'],
  signal: ['signal'],
  subscribe: ['subscribe'],
  stream: ['stream'],
  heartbeat: ['heartbeat'],
  leave: ['leave'],
  'here-now': ['hereNow'],
  'where-now': ['whereNow'],
  'get-state': ['getState'],
  'set-state': ['setState'],
  'channel-group': [
    'listChannelsInChannelGroup',
    'addChannelsToChannelGroup',
    'removeChannelsFromChannelGroup',
  ],
  'delete-channel-group': ['deleteChannelGroup'],
  'list-channel-groups': ['listChannelGroups'],
  history: ['history'],
  'fetch-messages': ['fetchMessages'],
  'fetch-messages-with-actions': ['fetchMessages'],
  'message-counts': ['messageCounts'],
  'delete-messages': ['deleteMessages'],
  'add-message-action': ['addMessageAction'],
  'list-message-actions': ['getMessageActions'],
  'remove-message-action': ['removeMessageAction'],
  'list-users': ['getAllUuidMetadata'],
  'get-user': ['getUuidMetadata'],
  'set-user': ['setUuidMetadata'],
  'remove-user': ['removeUuidMetadata'],
  'list-channels': ['getAllChannelMetadata'],
  'get-channel': ['getChannelMetadata'],
  'set-channel': ['setChannelMetadata'],
  'remove-channel': ['removeChannelMetadata'],
  'get-memberships': ['getMemberships'],
  'set-memberships': ['setMemberships'],
  'get-members': ['getChannelMembers'],
  'set-members': ['setChannelMembers'],
  'push-channels': ['listPushChannels', 'addPushChannels', 'removePushChannels'],
  'remove-push-device': ['removeAllPushChannels'],
  'grant-token': ['grantToken'],
  'revoke-token': ['revokeToken'],
  grant: ['grant'],
  audit: ['audit'],
  'generate-upload-url': ['sendFile'],
  'upload-file': ['uploadFile'],
  'list-files': ['listFiles'],
  'download-file': ['downloadFile'],
  'file-bytes': ['fileBytes'],
  'delete-file': ['deleteFile'],
  'publish-file': ['publishFileMessage'],
} as const;

// Builders that send the request of another builder.
const SAME = {
  unsubscribe: 'leave',
  removeMemberships: 'setMemberships',
  manageMemberships: 'setMemberships',
  removeChannelMembers: 'setChannelMembers',
  manageChannelMembers: 'setChannelMembers',
} as const;

// Requests that an operation makes beside its own.
const FURTHER = {
  subscribe: ['heartbeat', 'leave'],
  sendFile: ['uploadFile', 'publishFileMessage'],
  downloadFile: ['fileBytes'],
} as const satisfies Partial<Record<RequestName, readonly RequestName[]>>;

/** The name of a request: mostly that of the builder that sends it. */
export type RequestName = (typeof BY_ROUTE)[keyof typeof BY_ROUTE][number];

/** A name that selects requests. Some builders send the request of another one, as `removeMemberships` does. */
export type OperationName = RequestName | keyof typeof SAME;

const names: ReadonlyMap<string, readonly RequestName[]> = new Map(Object.entries(BY_ROUTE));
const same: ReadonlyMap<string, RequestName> = new Map(Object.entries(SAME));
const further: ReadonlyMap<string, readonly RequestName[]> = new Map(Object.entries(FURTHER));

/** The names of all operations. */
export const operations: readonly OperationName[] = Object.freeze([
  ...new Set<RequestName>(ROUTES.flatMap(({ operation }) => names.get(operation) ?? [])),
  // The keys of the map are those of the object that it was made from.
  ...(Object.keys(SAME) as (keyof typeof SAME)[]),
]);

/** Reads the parameters of a query. */
interface Parameters {
  text(name: string): string | undefined;
}

/** The name of a request to a route. */
export function nameOf({ operation }: Route, query: Parameters): RequestName | 'unknown' {
  const [name = 'unknown', second = name, third = name] = names.get(operation) ?? [];
  if (operation === 'publish') return query.text('norep') === 'true' ? second : name;
  if (query.text('add') !== undefined) return second;
  return query.text('remove') !== undefined ? third : name;
}

/** The name of the request that an operation sends. Throws a `TypeError` when there is no such operation. */
export function requestOf(operation: string): RequestName {
  // Found by comparison with the names.
  const found = same.get(operation) ?? operations.find((name) => name === operation);
  if (found !== undefined) return found as RequestName;
  const near = nearest(operation, operations);
  const meant = near === undefined ? '' : ` Did you mean "${near}"?`;
  throw new TypeError(`There is no operation "${operation}". There are: ${operations.join(', ')}.${meant}`);
}

/** The names of all requests that operations send. Throws a `TypeError` when there is no such operation. */
export function requestsOf(names: readonly string[]): ReadonlySet<string> {
  const own = names.map(requestOf);
  return new Set([...own, ...own.flatMap((name) => further.get(name) ?? [])]);
}
