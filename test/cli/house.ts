import { onTestFinished } from 'vitest';
import { PubNub, type PubNubOptions } from '../../src/index.ts';
import { createOrigin, type OriginOptions } from '../../src/origin/index.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** An origin in this process with its own time, for one test; requests to it are kept. */
export function openHouse(options: OriginOptions = {}) {
  const clock = new VirtualClock();
  const origin = createOrigin({ clock, ...options });
  const requests: Request[] = [];
  const network = {
    clock,
    random: () => 0.5,
    fetch: (request: Request) => {
      requests.push(request);
      return origin.fetch(request);
    },
  };
  onTestFinished(() => origin.close());
  /** A user who is not the command under test. */
  const enter = (userId: string, more: Partial<PubNubOptions> = {}) => {
    const keys = { subscribeKey: 'demo', publishKey: 'demo' };
    const pubnub = new PubNub({ ...keys, userId, clock, fetch: origin.fetch, ...more });
    onTestFinished(() => pubnub.close());
    return pubnub;
  };
  return { clock, origin, network, requests, enter };
}

/** Subscribes and returns the iterator of what comes. */
export async function listen(pubnub: PubNub, channel: string) {
  const subscription = pubnub.subscribe().channels(channel).execute();
  await subscription.connected();
  return subscription.messages();
}

/** The next so many values of an iterator. */
export async function take<T>(values: AsyncIterator<T>, count: number): Promise<readonly T[]> {
  const taken: T[] = [];
  while (taken.length < count) {
    const { value, done } = await values.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}
