import { channelGroup } from './channel-groups/channel-group.ts';
import { deleteChannelGroup } from './channel-groups/delete-channel-group.ts';
import { listChannelGroups } from './channel-groups/list-channel-groups.ts';
import { getState } from './get-state.ts';
import { heartbeat } from './heartbeat.ts';
import { hereNow, hereNowAnywhere } from './here-now.ts';
import { leave } from './leave.ts';
import { publish, publishPost } from './publish.ts';
import type { Route } from './route.ts';
import { setState } from './set-state.ts';
import { signal } from './signal.ts';
import { deleteMessages } from './storage/delete-messages.ts';
import { fetchMessages } from './storage/fetch-messages.ts';
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
  messageCounts,
  deleteMessages,
];
