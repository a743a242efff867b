import type { Start } from '../../builder/start.ts';
import { type Paged, type Rest, startPages, startRest } from '../../builder/verbs.ts';
import { pushChannelPaging } from './pages.ts';
import {
  type AddPushChannelsParams,
  addPushChannels,
  type ListPushChannelsParams,
  type ListPushChannelsResult,
  listPushChannels,
  type PushChannelsResult,
  type RemoveAllPushChannelsParams,
  type RemovePushChannelsParams,
  removeAllPushChannels,
  removePushChannels,
} from './push-channels.ts';

/** The operations on mobile push; `C` is the client's channel map. */
export interface PushOperations<C> {
  /** Has a device get the notifications of channels. */
  readonly addPushChannels: Start<AddPushChannelsParams, Rest<PushChannelsResult>, C>;
  /** Has a device get the notifications of channels no more. */
  readonly removePushChannels: Start<RemovePushChannelsParams, Rest<PushChannelsResult>, C>;
  /** Asks of which channels a device gets the notifications. */
  readonly listPushChannels: Start<ListPushChannelsParams, Paged<ListPushChannelsResult>, C>;
  /** Forgets a device. */
  readonly removeAllPushChannels: Start<RemoveAllPushChannelsParams, Rest<PushChannelsResult>, C>;
}

/** How their builders start. */
export const PUSH_BUILDERS = Object.freeze({
  addPushChannels: startRest(addPushChannels),
  removePushChannels: startRest(removePushChannels),
  listPushChannels: startPages(listPushChannels, pushChannelPaging),
  removeAllPushChannels: startRest(removeAllPushChannels),
});
