// A listener as a class: override what you want to hear of.
import { type PNMessageResult, type PNStatus, PubNub, SubscribeCallback } from 'timetoken';
import { createOrigin } from 'timetoken/origin';

class Counter extends SubscribeCallback<PubNub> {
  seen = 0;

  override status(status: PNStatus) {
    console.log(status.category, status.affectedChannels);
  }

  // The client that the event comes from is the second argument.
  override async message(event: PNMessageResult, pubnub: PubNub) {
    this.seen++;
    console.log(`message ${this.seen}:`, event.message);
    if (event.message === 'ping') await pubnub.publish().channel(event.channel).message('pong').execute();
    if (event.message === 'pong') await pubnub.unsubscribeAll();
  }
}

const origin = createOrigin();
const pubnub = new PubNub({
  subscribeKey: 'demo',
  publishKey: 'demo',
  userId: 'alice',
  fetch: origin.fetch,
});
const counter = new Counter();
pubnub.addListener(counter);

await pubnub.subscribe().channels('table').execute().connected();
await pubnub.publish().channel('table').message('ping').execute();
await pubnub.until('idle');

await pubnub.close();
await origin.close();
console.log(`${counter.seen} messages`);
