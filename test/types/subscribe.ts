import type {
  DoNotGoTogether,
  MissingParameter,
  PNMessageResult,
  PNPresenceEventResult,
  Subscription,
} from 'timetoken';
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
    same<PNMessageResult<`chat.${string}${string}`, Chat> | PNMessageResult<'orders', Order>>()(event);
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

// There is one start.
const twice = loose.subscribe().channels('a').withTimetoken('1').withLast(2);
const ofGroups = loose.subscribe().channels('a').withLast(2).channelGroups('g');
export type Starts = Expect<
  [
    Equal<typeof twice.execute, DoNotGoTogether<'withTimetoken' | 'withLast'>>,
    Equal<typeof ofGroups.execute, DoNotGoTogether<'withLast' | 'channelGroups'>>,
  ]
>;
// @ts-expect-error two starts
twice.execute();
// @ts-expect-error groups have no last messages
ofGroups.execute();
// @ts-expect-error two starts, in an object
loose.subscribe({ channels: 'a', withCursor: '1:2', withTimetoken: '2' }).execute();
void loose.subscribe().channels('a').withTimetoken('1').withTimetoken('2').execute();
// The one or the other: what is there is known at run time.
declare const saved: string | undefined;
const start = saved === undefined ? { withLast: 10 } : { withCursor: saved };
void loose.subscribe({ channels: 'a', ...start }).execute();

// An iterator is left by `await using`.
async function left() {
  await using messages = shop.subscribe().channels('orders').execute().messages();
  for await (const { message } of messages) same<Order>()(message);
}
void left;
