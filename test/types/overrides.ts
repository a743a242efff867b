// Compiled, never run: how a subclass overrides what features have added.
import { PubNub } from 'timetoken';
import { PubNub as Core, type CoreOptions } from 'timetoken/core';
import { storage, tokens } from 'timetoken/features';
import type { Shop, shop } from './channel-map.ts';
import { same } from './expect.ts';

declare const options: CoreOptions;

// A property or a getter of the same type: it starts the same builders.
class Counting extends PubNub<Shop> {
  sent = 0;
  override publish: PubNub<Shop>['publish'] = (given) => {
    this.sent++;
    return super.publish(given);
  };
  override get subscribe(): PubNub<Shop>['subscribe'] {
    return (given) => super.subscribe(given);
  }
}
const counting = new Counting(options);
same<typeof shop.publish>()(counting.publish);
void counting.publish().channel('orders').message({ id: 1, lines: [] }).execute();
// @ts-expect-error no such channel
counting.publish().channel('orderz');

class WithFeatures extends Core.with(storage, tokens)<Shop> {
  override history: PubNub<Shop>['history'] = (given) => super.history(given);
  override parseToken: PubNub['parseToken'] = (token) => super.parseToken(token);
  // What every client has is a method.
  override close(): Promise<void> {
    return super.close();
  }
}
void new WithFeatures(options).history().channel('orders').execute();
