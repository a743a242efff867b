// A reconnection policy: how long to wait before each attempt. Messages of an outage are received after it.
import { PubNub } from 'timetoken';
import { createOrigin } from 'timetoken/origin';

const origin = createOrigin();
let offline = false;
const keys = { subscribeKey: 'demo', publishKey: 'demo' };
const alice = new PubNub({
  ...keys,
  userId: 'alice',
  // Instead of `PNReconnectionPolicy.EXPONENTIAL`, from one second to 150, without end.
  reconnectionPolicy: { delay: (attempt) => 50 * attempt, minimumDelay: 20, maximumDelay: 1_000 },
  subscribeRequestTimeout: 0.2, // For this program only: it is how it notices quickly that it is offline.
  fetch: (request) => (offline ? Promise.reject(new TypeError('offline')) : origin.fetch(request)),
});
const bob = new PubNub({ ...keys, userId: 'bob', fetch: origin.fetch });

alice.on('status', ({ category, attempt }) => {
  console.log(category, attempt === undefined ? '' : `attempt ${attempt}`);
  if (attempt === 2) offline = false;
});
const subscription = alice.subscribe().channels('room').execute();
await subscription.connected();

offline = true;
await alice.until('reconnecting');
await bob.publish().channel('room').message('published in the outage').execute();
await alice.until('connected');
for await (const event of subscription.messages()) {
  console.log(event.message);
  break;
}

await Promise.all([alice.close(), bob.close()]);
await origin.close();
console.log('closed');
