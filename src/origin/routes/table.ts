import { audit } from './access/audit.ts';
import { grant } from './access/grant.ts';
import { grantToken } from './access/grant-token.ts';
import { revokeToken } from './access/revoke-token.ts';
import { APP_CONTEXT } from './app-context/routes.ts';
import { channelGroup } from './channel-groups/channel-group.ts';
import { deleteChannelGroup } from './channel-groups/delete-channel-group.ts';
import { listChannelGroups } from './channel-groups/list-channel-groups.ts';
import { deleteFile } from './files/delete-file.ts';
import { downloadFile, fileBytes } from './files/download-file.ts';
import { generateUploadUrl } from './files/generate-upload-url.ts';
import { listFiles } from './files/list-files.ts';
import { publishFile } from './files/publish-file.ts';
import { uploadFile } from './files/upload-file.ts';
import { getState } from './get-state.ts';
import { heartbeat } from './heartbeat.ts';
import { hereNow, hereNowAnywhere } from './here-now.ts';
import { leave } from './leave.ts';
import { addAction } from './message-actions/add-action.ts';
import { listActions } from './message-actions/list-actions.ts';
import { removeAction } from './message-actions/remove-action.ts';
import { publish, publishLarge, publishPost } from './publish.ts';
import { PUSH } from './push/routes.ts';
import type { Route } from './route.ts';
import { setState } from './set-state.ts';
import { signal } from './signal.ts';
import { deleteMessages } from './storage/delete-messages.ts';
import { fetchMessages, fetchMessagesWithActions } from './storage/fetch-messages.ts';
import { history } from './storage/history.ts';
import { messageCounts } from './storage/message-counts.ts';
import { subscribe } from './subscribe.ts';
import { time } from './time.ts';
import { whereNow } from './where-now.ts';

/** Every operation that the origin serves. */
export const ROUTES: readonly Route[] = [
  time,
  publish,
  publishPost,
  publishLarge,
  signal,
  subscribe,
  heartbeat,
  leave,
  hereNow,
  hereNowAnywhere,
  whereNow,
  getState,
  setState,
  channelGroup,
  deleteChannelGroup,
  listChannelGroups,
  history,
  fetchMessages,
  fetchMessagesWithActions,
  messageCounts,
  deleteMessages,
  addAction,
  listActions,
  removeAction,
  ...APP_CONTEXT,
  ...PUSH,
  grantToken,
  revokeToken,
  grant,
  audit,
  generateUploadUrl,
  uploadFile,
  listFiles,
  downloadFile,
  fileBytes,
  deleteFile,
  publishFile,
];
