import type { PublishResult } from 'timetoken';
import { fetchTransport, PubNub } from 'timetoken/core';
import { type PublishQueue, publishQueue, type QueueStorage } from 'timetoken/features';
import { same } from './expect.ts';

interface Shop {
  orders: { readonly id: string };
  'chat.*': { readonly text: string };
}
interface Note {
  readonly text: string;
}

const keys = { subscribeKey: 'demo', publishKey: 'demo', userId: 'alice', transport: fetchTransport() };
const Client = PubNub.with(publishQueue);
declare const storage: QueueStorage;
declare const note: Note;

// The payload follows from the channel.
const shop = new Client<Shop>(keys);
const orders = shop.publishQueue('orders', {
  ordered: true,
  maxPerSecond: 5,
  maxQueued: 10,
  persistTo: storage,
});
same<PublishQueue<{ readonly id: string }>>()(orders);
same<Promise<PublishResult>>()(orders.publish({ id: '1' }));
void orders.publish({ id: '1' }, { id: 'order-1', meta: { lang: 'en' }, signal: AbortSignal.abort() });
void shop.publishQueue('chat.1').publish({ text: 'hi' });
declare const which: 'orders' | 'chat.1';
void shop.publishQueue(which).publish({ id: '1', text: 'hi' });
// @ts-expect-error one of the channels takes another payload
void shop.publishQueue(which).publish({ id: '1' });
// @ts-expect-error another payload
void orders.publish({ text: 'hi' });
// @ts-expect-error no such channel
void shop.publishQueue('order');
// @ts-expect-error no such option
void shop.publishQueue('orders', { maxQueue: 1 });
// @ts-expect-error no such option of a message
void orders.publish({ id: '1' }, { ttl: 1 });
// @ts-expect-error no storage
void shop.publishQueue('orders', { persistTo: new Map() });

// Without a map, any JSON: also of an interface.
const queue = new Client(keys).publishQueue('anything');
same<PublishQueue<unknown>>()(queue);
void queue.publish(note);
void queue.publish([1, 'two', null, { three: true }]);
// @ts-expect-error a Map is no JSON
void queue.publish(new Map());
// @ts-expect-error a function is no JSON
void queue.publish(() => 1);
same<number>()(queue.size);
same<Promise<void>>()(queue.drain({ signal: AbortSignal.abort() }));
same<Promise<void>>()(queue.close());

// @ts-expect-error a feature that was not added
void new PubNub(keys).publishQueue('room');
