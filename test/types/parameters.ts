// Compiled, never run: what a function of a program takes as its client.
import { type AnyChannels, type Listener, PubNub } from 'timetoken';
import { PubNub as Core, type CoreOptions } from 'timetoken/core';
import { presence, storage } from 'timetoken/features';
import { loose, type Open, type Order, open, type Rooms, rooms, type Shop, shop } from './channel-map.ts';
import { same } from './expect.ts';

declare const options: CoreOptions;
declare const core: Core<Shop>;
const Client = Core.with(storage).with(presence);
const made = new Client<Shop>(options);
declare const instance: InstanceType<typeof Client>;
declare const mixed: PubNub<Shop> | PubNub<Rooms>;
declare const never: PubNub<never>;
declare const literal: PubNub<{ room: { text: string } }>;
declare const templates: PubNub<{ [room: `room-${number}`]: { text: string } }>;

// `PubNub` without a map takes a client of any map; what it receives is unknown then.
function watch(client: PubNub): number {
  client.on('status', ({ category }) => category);
  client.on('message', ({ message }) => same<unknown>()(message));
  client.addListener({
    message: (event, pubnub) => {
      same<unknown>()(event.message);
      same<PubNub>()(pubnub);
    },
  });
  void client.hereNow().channelGroups('g').execute();
  return client.subscribedChannels.length;
}
watch(loose);
watch(shop);
watch(rooms);
watch(open);
watch(mixed);
watch(never);
watch(literal);
watch(templates);
watch(new (class extends PubNub<Shop> {})(options));

// So does that of the core, which every client is.
function stop(client: Core): Promise<void> {
  return client.close();
}
void stop(core);
void stop(made);
void stop(instance);
void stop(shop);
void stop(loose);
// @ts-expect-error the core lacks operations
watch(core);

// A type parameter keeps the map.
function through<C extends object>(client: Core<C>): C {
  client.on('status', () => undefined);
  throw client;
}
same<Shop>()(through(shop));
same<Shop>()(through(made));
same<AnyChannels>()(through(loose));
function known(client: PubNub<Shop>): void {
  void client.publish().channel('orders');
}
known(shop);

// Features can be asked for by what they add.
function recent(client: Pick<PubNub, 'history'>): void {
  void client.history().channel('orders').execute();
}
recent(shop);
recent(made);
// @ts-expect-error a feature that was not added
recent(core);

// Between two maps the compiler still sees the difference.
// @ts-expect-error names are missing
known(loose);
// @ts-expect-error other names
known(rooms);
// @ts-expect-error the same name, another payload
void (literal satisfies PubNub<{ room: { text: number } }>);
// @ts-expect-error it would receive messages that its handlers do not expect
void (shop satisfies PubNub<{ orders: Order }>);
void (open satisfies PubNub<Open>);

// Listeners are interchangeable in the other direction.
declare const listener: Listener;
shop.addListener(listener);
declare const typed: Listener<Shop>;
shop.addListener(typed);
