import type {
  ChannelMember,
  ChannelMetadata,
  Membership,
  MetadataPage,
  MissingParameter,
  PNObjectsEvent,
  UuidMetadata,
} from 'timetoken';
import { dynamic, loose, shop } from './channel-map.ts';
import { same } from './expect.ts';

// Results have the type of what was asked for.
async function results() {
  same<UuidMetadata>()((await loose.getUuidMetadata().execute()).data);
  same<ChannelMetadata>()((await shop.setChannelMetadata().channel('orders').name(null).execute()).data);
  same<null>()((await loose.removeUuidMetadata().uuid(dynamic).execute()).data);
  same<MetadataPage<Membership>>()(await loose.getMemberships().sort('channel.name:desc').execute());
  for await (const { data } of shop.getChannelMembers({ channel: 'chat.1' }).pages())
    same<readonly ChannelMember[]>()(data);
  const page = await loose.getAllUuidMetadata().limit(10).execute();
  void loose.getAllUuidMetadata().page(page).execute();
}
void results;

// What is missing is named.
same<MissingParameter<'channel'>>()(loose.getChannelMetadata().execute);
same<MissingParameter<'uuids'>>()(loose.setChannelMembers().channel('c').execute);
same<MissingParameter<'set' | 'remove'>>()(loose.manageMemberships().uuid('bob').execute);

// Channels are those of the map, alone or with fields; lists and objects names.
void shop.setMemberships().channelMemberships('orders', [{ id: 'chat.1', custom: { muted: true } }]);
void shop.manageMemberships({ set: { id: 'orders', status: null }, remove: ['chat.1'] });
// @ts-expect-error no such channel
void shop.setMemberships().channelMemberships('nowhere');
// @ts-expect-error no such channel
void shop.setMemberships().channelMemberships({ id: 'nowhere' });
// @ts-expect-error no such channel
void shop.getChannelMetadata().channel('nowhere');

// Fields are flat, and what a list is sorted by is one of them.
// @ts-expect-error nested
void loose.setUuidMetadata().custom({ a: { b: 1 } });
// @ts-expect-error no such field
void loose.getAllUuidMetadata().sort('email');
// @ts-expect-error no such order
void loose.getChannelMembers().sort('uuid.name:up');
// @ts-expect-error a list that is asked for in pages is none of the calls that change it
void loose.setMemberships().channelMemberships('c').pages;

// An event tells by its type and kind what it holds.
function read({ message }: PNObjectsEvent): void {
  if (message.type === 'membership') {
    same<string>()(message.data.uuid.id);
    return;
  }
  same<string>()(message.data.id);
  if (message.event !== 'set') return;
  if (message.type === 'uuid') same<string | null | undefined>()(message.data.email);
  else same<string | null | undefined>()(message.data.description);
}
void read;
