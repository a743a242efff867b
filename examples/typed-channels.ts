// A map from channel to payload: publishing something else does not compile, and what arrives has its type.
import { PubNub } from 'timetoken';
import { createOrigin } from 'timetoken/origin';

interface Channels {
  orders: { readonly id: string; readonly total: number };
  'chat.*': { readonly text: string };
}

const origin = createOrigin();
const pubnub = new PubNub<Channels>({
  subscribeKey: 'demo',
  publishKey: 'demo',
  userId: 'shop',
  fetch: origin.fetch,
});

const done = new Promise<void>((resolve) => {
  pubnub.on('message', (event) => {
    // An exact name narrows by comparison, a wildcard by `matches()`.
    if (event.channel === 'orders')
      console.log(`order ${event.message.id}: ${event.message.total.toFixed(2)}`);
    if (pubnub.matches('chat.*', event)) {
      console.log(`chat: ${event.message.text}`);
      resolve();
    }
  });
});

await pubnub.subscribe().channels('orders', 'chat.*').execute().connected();
await pubnub.publish().channel('orders').message({ id: 'A1', total: 9.5 }).execute();
await pubnub.publish().channel('chat.help').message({ text: 'is it there yet?' }).execute();
// @ts-expect-error an order has an id: the compiler stops this one
void (() => pubnub.publish().channel('orders').message({ total: 1 }).execute());
await done;

await pubnub.close();
await origin.close();
console.log('closed');
