import type {
  ChannelGroupResult,
  ListChannelGroupsResult,
  ListChannelsInChannelGroupResult,
  MissingParameter,
} from 'timetoken';
import { dynamic, loose, shop } from './channel-map.ts';
import { type Equal, type Expect, same } from './expect.ts';

// Members of a group are channels of the map, wildcards among them; a group is any name.
same<Promise<ChannelGroupResult>>()(
  shop.addChannelsToChannelGroup().channelGroup('g').channels('orders', ['chat.1', 'chat.*']).execute(),
);
same<Promise<ChannelGroupResult>>()(
  shop.removeChannelsFromChannelGroup({ channelGroup: dynamic, channels: 'orders' }).execute(),
);
same<Promise<ChannelGroupResult>>()(shop.deleteChannelGroup({ channelGroup: 'g' }).execute());
same<Promise<ListChannelsInChannelGroupResult>>()(
  shop.listChannelsInChannelGroup().channelGroup('g').execute(),
);
same<Promise<ListChannelGroupsResult>>()(shop.listChannelGroups().execute());
void loose.addChannelsToChannelGroup().channels(dynamic, [dynamic]).channelGroup(dynamic).execute();

// @ts-expect-error a name outside the map
shop.addChannelsToChannelGroup().channels('orderz');
// @ts-expect-error a name outside the map, in an array
shop.removeChannelsFromChannelGroup({ channels: ['orders', 'orderz'] });
// @ts-expect-error one group at a time
shop.deleteChannelGroup().channelGroup(['g', 'h']);
// @ts-expect-error it has no parameters
shop.listChannelGroups({ channelGroup: 'g' });

// What is missing is named.
const neither = shop.addChannelsToChannelGroup();
const noGroup = shop.removeChannelsFromChannelGroup().channels('orders');
const noName = shop.deleteChannelGroup();
export type Missing = Expect<
  [
    Equal<typeof neither.execute, MissingParameter<'channels' | 'channelGroup'>>,
    Equal<typeof noGroup.execute, MissingParameter<'channelGroup'>>,
    Equal<typeof noName.envelope, MissingParameter<'channelGroup'>>,
  ]
>;
// @ts-expect-error the group is missing
noGroup.execute();
