// What each operation takes, from its endpoint's declaration and the comments of its parameters.
import type { Param } from '../src/client/endpoint.ts';
import { audit } from '../src/client/endpoints/access/audit.ts';
import { grant } from '../src/client/endpoints/access/grant.ts';
import { grantToken } from '../src/client/endpoints/access/grant-token.ts';
import { revokeToken } from '../src/client/endpoints/access/revoke-token.ts';
import {
  getChannelMembers,
  manageChannelMembers,
  removeChannelMembers,
  setChannelMembers,
} from '../src/client/endpoints/app-context/channel-members.ts';
import {
  getAllChannelMetadata,
  getChannelMetadata,
  removeChannelMetadata,
  setChannelMetadata,
} from '../src/client/endpoints/app-context/channel-metadata.ts';
import {
  getMemberships,
  manageMemberships,
  removeMemberships,
  setMemberships,
} from '../src/client/endpoints/app-context/memberships.ts';
import {
  getAllUuidMetadata,
  getUuidMetadata,
  removeUuidMetadata,
  setUuidMetadata,
} from '../src/client/endpoints/app-context/uuid-metadata.ts';
import { addChannelsToChannelGroup } from '../src/client/endpoints/channel-groups/add-channels-to-channel-group.ts';
import { deleteChannelGroup } from '../src/client/endpoints/channel-groups/delete-channel-group.ts';
import { listChannelGroups } from '../src/client/endpoints/channel-groups/list-channel-groups.ts';
import { listChannelsInChannelGroup } from '../src/client/endpoints/channel-groups/list-channels-in-channel-group.ts';
import { removeChannelsFromChannelGroup } from '../src/client/endpoints/channel-groups/remove-channels-from-channel-group.ts';
import { deleteFile } from '../src/client/endpoints/files/delete-file.ts';
import { downloadFile } from '../src/client/endpoints/files/download-file.ts';
import { getFileUrl } from '../src/client/endpoints/files/get-file-url.ts';
import { listFiles } from '../src/client/endpoints/files/list-files.ts';
import { publishFileMessage } from '../src/client/endpoints/files/publish-file-message.ts';
import { sendFile } from '../src/client/endpoints/files/send-file.ts';
import { addMessageAction } from '../src/client/endpoints/message-actions/add-message-action.ts';
import { getMessageActions } from '../src/client/endpoints/message-actions/get-message-actions.ts';
import { removeMessageAction } from '../src/client/endpoints/message-actions/remove-message-action.ts';
import { getState } from '../src/client/endpoints/presence/get-state.ts';
import { hereNow } from '../src/client/endpoints/presence/here-now.ts';
import { setState } from '../src/client/endpoints/presence/set-state.ts';
import { whereNow } from '../src/client/endpoints/presence/where-now.ts';
import { fire } from '../src/client/endpoints/publish/fire.ts';
import { publish } from '../src/client/endpoints/publish/publish.ts';
import { signal } from '../src/client/endpoints/publish/signal.ts';
import {
  addPushChannels,
  listPushChannels,
  removeAllPushChannels,
  removePushChannels,
} from '../src/client/endpoints/push/push-channels.ts';
import { deleteMessages } from '../src/client/endpoints/storage/delete-messages.ts';
import { fetchMessages } from '../src/client/endpoints/storage/fetch-messages.ts';
import { history } from '../src/client/endpoints/storage/history.ts';
import { messageCounts } from '../src/client/endpoints/storage/message-counts.ts';
import { subscribe } from '../src/client/endpoints/subscribe/subscribe.ts';
import { unsubscribe } from '../src/client/endpoints/subscribe/unsubscribe.ts';
import { time } from '../src/client/endpoints/time/time.ts';
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
  const members = membersOf('src/client/endpoints', `${name[0]?.toUpperCase()}${name.slice(1)}Params`);
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
