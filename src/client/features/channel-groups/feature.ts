import { rest } from '../../builder/verbs.ts';
import { defineFeature } from '../../feature.ts';
import { addChannelsToChannelGroup } from './add-channels-to-channel-group.ts';
import { deleteChannelGroup } from './delete-channel-group.ts';
import { listChannelGroups } from './list-channel-groups.ts';
import { listChannelsInChannelGroup } from './list-channels-in-channel-group.ts';
import { removeChannelsFromChannelGroup } from './remove-channels-from-channel-group.ts';

/** The operations on channel groups. */
export const channelGroups = defineFeature({
  name: 'channelGroups',
  builders: {
    /** Adds channels to a group. */
    addChannelsToChannelGroup: rest(addChannelsToChannelGroup),
    /** Removes channels from a group. */
    removeChannelsFromChannelGroup: rest(removeChannelsFromChannelGroup),
    /** Asks which channels a group has. */
    listChannelsInChannelGroup: rest(listChannelsInChannelGroup),
    /** Deletes a group. Its channels go on without it. */
    deleteChannelGroup: rest(deleteChannelGroup),
    /** Asks which groups there are. */
    listChannelGroups: rest(listChannelGroups),
  },
});
