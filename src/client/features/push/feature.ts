import { paged, rest } from '../../builder/verbs.ts';
import { defineFeature } from '../../feature.ts';
import { pushChannelPaging } from './pages.ts';
import {
  addPushChannels,
  listPushChannels,
  removeAllPushChannels,
  removePushChannels,
} from './push-channels.ts';

/** The operations on mobile push. */
export const push = defineFeature({
  name: 'push',
  builders: {
    /** Has a device get the notifications of channels. */
    addPushChannels: rest(addPushChannels),
    /** Has a device get the notifications of channels no more. */
    removePushChannels: rest(removePushChannels),
    /** Asks of which channels a device gets the notifications. */
    listPushChannels: paged(listPushChannels, pushChannelPaging),
    /** Forgets a device. */
    removeAllPushChannels: rest(removeAllPushChannels),
  },
});
