import { entityRoutes } from './app-context/entities.ts';
import { CHANNELS, MEMBERS, MEMBERSHIPS, USERS } from './app-context/kinds.ts';
import { relationRoutes } from './app-context/relations.ts';
import { channelGroup, deleteChannelGroup, listChannelGroups } from './channel-groups.ts';
import { fetchMessages, fetchMessagesWithActions } from './fetch-messages.ts';
import { deleteFile, downloadFile, fileBytes, listFiles } from './files.ts';
import { audit, grant } from './grants.ts';
import { hereNow, hereNowAnywhere } from './here-now.ts';
import { deleteMessages, history, messageCounts } from './history.ts';
import { addAction, listActions, removeAction } from './message-actions.ts';
import { getState, heartbeat, leave, setState, whereNow } from './presence.ts';
import { publish, publishFile, publishLarge, publishPost, signal } from './publish.ts';
import { PUSH } from './push.ts';
import type { Route } from './route.ts';
import { stream } from './stream.ts';
import { subscribe } from './subscribe.ts';
import { time } from './time.ts';
import { grantToken, revokeToken } from './tokens.ts';
import { generateUploadUrl, uploadFile } from './uploads.ts';

/** The operations that the origin serves. */
export const ROUTES: readonly Route[] = [
  time,
  publish,
  publishPost,
  publishLarge,
  signal,
  subscribe,
  stream,
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
  ...[USERS, CHANNELS].flatMap(entityRoutes),
  ...[MEMBERSHIPS, MEMBERS].flatMap(relationRoutes),
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
