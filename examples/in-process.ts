// A whole system in one process, without a socket: what a test of your program can use.
import { PubNub } from 'timetoken';
import { createOrigin } from 'timetoken/origin';

const origin = createOrigin();
const keys = { subscribeKey: 'demo', publishKey: 'demo', fetch: origin.fetch };
const alice = new PubNub({ ...keys, userId: 'alice' });
const bob = new PubNub({ ...keys, userId: 'bob' });

const subscription = alice.subscribe().channels('room').execute();
await subscription.connected();
const { timetoken } = await bob.publish().channel('room').message('no socket was opened').execute();

for await (const event of subscription.messages()) {
  console.log(`${event.publisher}: ${event.message} (${event.timetoken === timetoken})`);
  break;
}

await Promise.all([alice.close(), bob.close()]);
await origin.close();
