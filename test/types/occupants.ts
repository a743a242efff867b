import { fetchTransport, PubNub } from 'timetoken/core';
import { type Occupant, type OccupantEvent, type OccupantSet, occupants } from 'timetoken/features';
import { dynamic, loose, open, shop } from './channel-map.ts';
import { same } from './expect.ts';

// The channel is one of the map, or fits one of its wildcards.
same<OccupantSet>()(shop.occupants('orders'));
same<OccupantSet>()(shop.occupants('chat.1'));
// @ts-expect-error no such channel
shop.occupants('order');
// @ts-expect-error any text, while the map is closed
shop.occupants(dynamic);
// @ts-expect-error presence is followed by the name of the channel
shop.occupants('orders-pnpres');
// @ts-expect-error one channel
shop.occupants(['orders']);
// @ts-expect-error a channel is needed
shop.occupants();

// Without a map, or with an open one, any channel.
same<OccupantSet>()(loose.occupants(dynamic));
same<OccupantSet>()(open.occupants(dynamic));

const set = loose.occupants('room');
same<number>()(set.size);
same<boolean>()(set.complete);
same<Occupant | undefined>()(set.get('ann'));
same<Promise<void>>()(set.synced({ signal: AbortSignal.abort() }));
same<Promise<void>>()(set.close());
same<() => void>()(set.on('join', (come) => same<readonly Occupant[]>()(come)));
same<'sync' | 'join' | 'leave' | 'update'>()('sync' as OccupantEvent);
for (const { uuid, name, state } of set) {
  same<string>()(uuid);
  same<string | undefined>()(name);
  same<Readonly<Record<string, unknown>> | undefined>()(state);
}
await using own = set;
void own;
// @ts-expect-error no such event
set.on('joined', () => undefined);
// @ts-expect-error no such option
void set.synced({ timeout: 1 });
// @ts-expect-error it is read only
set.size = 1;

const keys = { subscribeKey: 'demo', userId: 'alice', transport: fetchTransport() };
same<OccupantSet>()(new (PubNub.with(occupants))(keys).occupants('room'));
// @ts-expect-error a feature that was not added
void new PubNub(keys).occupants('room');
