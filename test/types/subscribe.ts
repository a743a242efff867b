import type { MissingParameter, PNMessageResult, PNPresenceEventResult, Subscription } from 'timetoken';
import {
  type Chat,
  type Command,
  dynamic,
  loose,
  type Order,
  rooms,
  type Shop,
  shop,
} from './channel-map.ts';
import { type Equal, type Expect, same } from './expect.ts';

// A list takes one name, several, an array, or all of these; calls add up.
void shop.subscribe().channels('orders').execute();
void shop.subscribe().channels('orders', 'chat.1', 'chat.*').execute();
void shop.subscribe().channels(['orders', 'chat.1']).execute();
void shop.subscribe().channels('orders', ['chat.1', 'chat.admin.*']).channelGroups('g', ['h']).execute();
same<Subscription<Shop, 'orders' | 'chat.*'>>()(
  shop.subscribe().channels('orders').channels('chat.*').execute(),
);
same<Subscription<Shop, 'orders' | 'chat.1'>>()(
  shop.subscribe({ channels: ['orders', 'chat.1'], withPresence: true }).execute(),
);
same<Subscription<Shop, 'orders'>>()(shop.subscribe({ channels: 'orders' }).withTimetoken('1').execute());
void loose.subscribe().channels(dynamic, [dynamic]).withPresence().execute();
void loose
  .subscribe()
  .channels([dynamic] as readonly string[])
  .execute();

// Something must be selected.
const nothing = shop.subscribe().withPresence();
export type Missing = Expect<[Equal<typeof nothing.execute, MissingParameter<'channels' | 'channelGroups'>>]>;
// @ts-expect-error nothing is selected
nothing.execute();
// @ts-expect-error nothing is selected
shop.unsubscribe().execute();
// @ts-expect-error a name outside the map
shop.subscribe().channels('orderz');
// @ts-expect-error a name outside the map, in an array
shop.subscribe().channels(['orders', 'orderz']);
// @ts-expect-error a name outside the map, in an object
shop.subscribe({ channels: ['orderz'] });
// @ts-expect-error any string is too much for a closed map
shop.subscribe().channels(dynamic);
// @ts-expect-error a timetoken is text, never a number
shop.subscribe().channels('orders').withTimetoken(17_000_000_000_000_000);
// @ts-expect-error a switch has no argument
shop.subscribe().channels('orders').withPresence(false);
void shop.unsubscribe().channels('orders').channelGroups('g').execute();
same<Promise<void>>()(shop.unsubscribe({ channels: ['orders'] }).execute());
same<Promise<void>>()(shop.unsubscribeAll());

// A subscription is no promise, and disposable.
async function lifetimes() {
  using subscription = shop.subscribe().channels('orders').execute();
  same<Subscription<Shop, 'orders'>>()(await subscription);
  same<Promise<void>>()(subscription.connected());
}
void lifetimes;

// What messages() yields follows from the names; an exact name narrows it.
async function iterators() {
  for await (const event of shop.subscribe().channels('chat.*', ['orders']).execute().messages()) {
    same<PNMessageResult<`chat.${string}`, Chat> | PNMessageResult<'orders', Order>>()(event);
    if (event.channel === 'orders') {
      same<Order>()(event.message);
      continue;
    }
    same<Chat>()(event.message);
  }
  for await (const event of shop.subscribe().channels(['chat.7', 'orders.eu']).execute().messages()) {
    if (event.channel === 'orders.eu') same<number>()(event.message.vat);
    else same<Chat>()(event.message);
  }
  for await (const event of rooms.subscribe().channels('room.control').execute().messages()) {
    same<Command>()(event.message);
  }
  for await (const event of shop.subscribe().channelGroups('g').execute().messages()) {
    if (event.channel === 'orders') same<Order>()(event.message);
  }
  for await (const event of loose.subscribe().channels(dynamic).execute().messages()) {
    same<unknown>()(event.message);
    same<string>()(event.channel);
  }
}
void iterators;

// The handlers of a subscription are typed the same way.
const subscription = shop.subscribe().channels('orders').execute();
const off = subscription.on('message', (event) => same<PNMessageResult<'orders', Order>>()(event));
same<() => void>()(off);
subscription.on('presence', (event) => same<PNPresenceEventResult>()(event));
// @ts-expect-error statuses are the client's
subscription.on('status', () => undefined);

// One of the lists has to be there for certain.
declare const maybeNames: { readonly channels?: readonly string[] };
// @ts-expect-error neither of them may be there
loose.subscribe(maybeNames).execute();
void loose.subscribe({ ...maybeNames, channelGroups: ['g'] }).execute();
