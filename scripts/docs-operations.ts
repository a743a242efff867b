// What each operation takes, from its endpoint's declaration and the comments of its parameters.
import type { Param } from '../src/client/endpoint.ts';
import { audit } from '../src/client/features/access/audit.ts';
import { grant } from '../src/client/features/access/grant.ts';
import { grantToken } from '../src/client/features/access/grant-token.ts';
import { revokeToken } from '../src/client/features/access/revoke-token.ts';
import {
  getChannelMembers,
  manageChannelMembers,
  removeChannelMembers,
  setChannelMembers,
} from '../src/client/features/app-context/channel-members.ts';
import {
  getAllChannelMetadata,
  getChannelMetadata,
  removeChannelMetadata,
  setChannelMetadata,
} from '../src/client/features/app-context/channel-metadata.ts';
import {
  getMemberships,
  manageMemberships,
  removeMemberships,
  setMemberships,
} from '../src/client/features/app-context/memberships.ts';
import {
  getAllUuidMetadata,
  getUuidMetadata,
  removeUuidMetadata,
  setUuidMetadata,
} from '../src/client/features/app-context/uuid-metadata.ts';
import { addChannelsToChannelGroup } from '../src/client/features/channel-groups/add-channels-to-channel-group.ts';
import { deleteChannelGroup } from '../src/client/features/channel-groups/delete-channel-group.ts';
import { listChannelGroups } from '../src/client/features/channel-groups/list-channel-groups.ts';
import { removeChannelsFromChannelGroup } from '../src/client/features/channel-groups/remove-channels-from-channel-group.ts';
import { deleteFile } from '../src/client/features/files/delete-file.ts';
import { downloadFile } from '../src/client/features/files/download-file.ts';
import { getFileUrl } from '../src/client/features/files/get-file-url.ts';
import { listFiles } from '../src/client/features/files/list-files.ts';
import { publishFileMessage } from '../src/client/features/files/publish-file-message.ts';
import { sendFile } from '../src/client/features/files/send-file.ts';
import { addMessageAction } from '../src/client/features/message-actions/add-message-action.ts';
import { getMessageActions } from '../src/client/features/message-actions/get-message-actions.ts';
import { removeMessageAction } from '../src/client/features/message-actions/remove-message-action.ts';
import { getState } from '../src/client/features/presence/get-state.ts';
import { hereNow } from '../src/client/features/presence/here-now.ts';
import { setState } from '../src/client/features/presence/set-state.ts';
import { whereNow } from '../src/client/features/presence/where-now.ts';
import { fire } from '../src/client/features/publish/fire.ts';
import { publish } from '../src/client/features/publish/publish.ts';
import { signal } from '../src/client/features/publish/signal.ts';
import { time } from '../src/client/features/publish/time.ts';
import {
  addPushChannels,
  listPushChannels,
  removeAllPushChannels,
  removePushChannels,
} from '../src/client/features/push/push-channels.ts';
import { deleteMessages } from '../src/client/features/storage/delete-messages.ts';
import { fetchMessages } from '../src/client/features/storage/fetch-messages.ts';
import { history } from '../src/client/features/storage/history.ts';
import { messageCounts } from '../src/client/features/storage/message-counts.ts';
import { listChannelsInChannelGroup } from '../src/client/subscribe/list-channels-in-channel-group.ts';
import { subscribe } from '../src/client/subscribe/subscribe.ts';
import { unsubscribe } from '../src/client/subscribe/unsubscribe.ts';
import type { PNOperationType } from '../src/protocol/status.ts';
import { membersOf } from './docs-members.ts';
import { code, type GeneratedPage, table } from './docs-page.ts';

/** What the page reads of an endpoint. */
interface Declared {
  readonly operation: PNOperationType;
  readonly params: Readonly<Record<string, Param>>;
  readonly oneOf?: readonly string[];
  readonly needs?: readonly string[];
  readonly auth?: 'none' | 'signature';
  readonly retry?: 'safe' | 'not-sent' | ((values: never) => unknown);
}

/** Every operation of the catalogue. */
export const OPERATIONS: Readonly<Record<string, Declared>> = {
  publish,
  fire,
  signal,
  time,
  subscribe,
  unsubscribe,
  hereNow,
  whereNow,
  setState,
  getState,
  addChannelsToChannelGroup,
  removeChannelsFromChannelGroup,
  listChannelsInChannelGroup,
  deleteChannelGroup,
  listChannelGroups,
  history,
  fetchMessages,
  messageCounts,
  deleteMessages,
  addMessageAction,
  getMessageActions,
  removeMessageAction,
  sendFile,
  listFiles,
  getFileUrl,
  downloadFile,
  deleteFile,
  publishFileMessage,
  addPushChannels,
  removePushChannels,
  listPushChannels,
  removeAllPushChannels,
  getAllUuidMetadata,
  getUuidMetadata,
  setUuidMetadata,
  removeUuidMetadata,
  getAllChannelMetadata,
  getChannelMetadata,
  setChannelMetadata,
  removeChannelMetadata,
  getMemberships,
  setMemberships,
  removeMemberships,
  manageMemberships,
  getChannelMembers,
  setChannelMembers,
  removeChannelMembers,
  manageChannelMembers,
  grantToken,
  revokeToken,
  grant,
  audit,
};

/** The page of operations: an overview, and the parameters of each. */
export function operationsPage(): GeneratedPage {
  const entries = Object.entries(OPERATIONS);
  const parameters = entries.map(([name, endpoint]) => [name, parametersOf(name, endpoint)] as const);
  const overview = table(
    ['Builder', 'Operation', 'Needs', 'Repeated after a failure'],
    entries.map(([name, endpoint]) => [
      `[\`${name}()\`](#${name.toLowerCase()})`,
      code(endpoint.operation),
      needsOf(endpoint),
      RETRIES[typeof endpoint.retry === 'function' ? 'depends' : (endpoint.retry ?? 'loop')],
    ]),
  );
  return { path: 'docs/reference/operations.md', sections: { overview, ...Object.fromEntries(parameters) } };
}

const RETRIES = {
  safe: 'up to three times, after any failure that may pass',
  'not-sent': 'up to three times, only when it certainly did not reach the server',
  depends: 'up to three times; after which failures, depends on what is asked for',
  loop: 'by the subscribe loop, under the reconnection policy',
} as const;

const KINDS = {
  value: (name: string) => `.${name}(value)`,
  list: (name: string) => `.${name}(name, …)`,
  flag: (name: string) => `.${name}()`,
} as const;

function parametersOf(name: string, { params, oneOf = [] }: Declared): string {
  const members = membersOf('src/client', `${name[0]?.toUpperCase()}${name.slice(1)}Params`);
  if (members.length === 0) return 'It has no parameters.';
  const rows = members
    .filter((member) => member.name in params)
    .map((member) => {
      const { kind, required } = params[member.name] ?? { kind: 'value', required: false };
      const need = required ? 'yes' : oneOf.includes(member.name) ? 'one of them' : '';
      return [code(KINDS[kind](member.name)), need, member.text];
    });
  return table(['Setter', 'Required', 'What it says'], rows);
}

function needsOf({ needs = [], auth }: Declared): string {
  const keys = ['subscribeKey', ...needs].map(code).join(', ');
  return auth === 'none' ? 'no key' : keys;
}
