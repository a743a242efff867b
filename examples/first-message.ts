// The first message: an origin on a free port of this machine, a client, one message there and back.
import { PubNub } from 'timetoken';
import { createOrigin } from 'timetoken/origin';
import { serve } from 'timetoken/origin/node';

const origin = createOrigin();
const server = await serve(origin);

// Against PubNub's own network: your keys, and no `origin`.
const pubnub = new PubNub({
  subscribeKey: 'demo',
  publishKey: 'demo',
  userId: 'alice',
  origin: server.url,
});

const arrived = new Promise<void>((resolve) => {
  pubnub.addListener({
    status: (status) => console.log(status.category),
    message: (event) => {
      console.log(`${event.publisher} says on ${event.channel}:`, event.message);
      resolve();
    },
  });
});

const subscription = pubnub.subscribe().channels('room').execute();
await subscription.connected();
await pubnub.publish().channel('room').message({ text: 'hello' }).execute();
await arrived;

await pubnub.close();
await server.close();
await origin.close();
console.log('closed');
