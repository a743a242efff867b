// What a program in a browser or worker sees of the packed package: no Node types, every library file checked.

import type { PNMessageResult, PNStatus } from 'timetoken';
import { PNReconnectionPolicy, PubNub, PubNubError, SubscribeCallback } from 'timetoken';

const pubnub = new PubNub({
  subscribeKey: 'demo',
  publishKey: 'demo',
  userId: 'alice',
  reconnectionPolicy: PNReconnectionPolicy.EXPONENTIAL,
});

export class Mine extends SubscribeCallback {
  override message(message: PNMessageResult): void {
    const timetoken: string = message.timetoken;
    void timetoken;
  }
  override status(status: PNStatus): void {
    const category: string = status.category;
    void category;
  }
}

export async function send(): Promise<string | undefined> {
  pubnub.addListener(new Mine());
  try {
    const { timetoken } = await pubnub.publish().channel('a').message({ any: 'JSON' }).execute();
    return timetoken;
  } catch (error) {
    if (error instanceof PubNubError) return error.code;
    throw error;
  }
}

// @ts-expect-error the channel is missing
void pubnub.publish().message('x').execute();

// A channel of the environment may be absent; the object of it compiles, the call does not.
declare const environment: Readonly<Record<string, string | undefined>>;
const channel = environment['CHANNEL'];
// @ts-expect-error the channel may be missing
void pubnub.publish({ channel, message: 'x' }).execute();
