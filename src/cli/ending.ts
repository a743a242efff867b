import type { PubNub, Subscription } from 'timetoken';

type Connecting = Pick<Subscription<unknown, string>, 'connected'>;

/** Rejects when a name is refused, which is a failure for whoever typed it, or when the connection is given up. */
export function givenUp(pubnub: PubNub, subscription: Connecting): Promise<never> {
  return new Promise((_resolve, reject) => {
    pubnub.on('state', ({ state, error }) => {
      if (state === 'failed') reject(error ?? new Error('The connection failed.'));
    });
    subscription.connected().catch(reject);
  });
}
