// Messages as an async iterator: a loop that takes one after the other, in order, at its own pace.
import { PubNub } from 'timetoken';
import { createOrigin } from 'timetoken/origin';

const origin = createOrigin();
const pubnub = new PubNub({
  subscribeKey: 'demo',
  publishKey: 'demo',
  userId: 'alice',
  fetch: origin.fetch,
});

const subscription = pubnub.subscribe().channels('jobs').execute();
await subscription.connected();
for (const job of ['wash', 'rinse', 'spin', 'stop']) {
  await pubnub.publish().channel('jobs').message({ job }).execute();
}

let done = 0;
// At most ten messages wait here; then the client fetches no more until the loop has caught up.
for await (const event of subscription.messages({ buffer: 10, overflow: 'pause' })) {
  console.log(event.message);
  done++;
  if (JSON.stringify(event.message).includes('stop')) break;
}
// Leaving the loop does not unsubscribe.
subscription.unsubscribe();

await pubnub.close();
await origin.close();
console.log(`${done} jobs done`);
