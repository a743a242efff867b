import { type PNPresenceEventResult, type PNStatus, PNStatusCategory, PubNub } from 'timetoken';
import { beat, say } from './screen.ts';
import type { Tally } from './tally.ts';

// A type for the payload of each channel: anything else does not compile.
interface Channels {
  room: { readonly text: string };
}

/** Alice, who listens; Bob, who talks. */
export function enter(tally: Tally, origins: { readonly alice: string; readonly bob: string }) {
  const keys = { subscribeKey: 'demo', publishKey: 'demo' };
  const alice = new PubNub<Channels>({
    ...keys,
    userId: 'alice',
    origin: origins.alice,
    // Sooner than the default, so that nobody has to wait.
    reconnectionPolicy: { delay: () => 700, minimumDelay: 400 },
  });
  const bob = new PubNub<Channels>({ ...keys, userId: 'bob', origin: origins.bob });
  return { alice: listener(alice, tally), bob: talker(bob, tally) };
}

function listener(pubnub: PubNub<Channels>, tally: Tally) {
  const seen: PNPresenceEventResult[] = [];
  let failures = 0;
  pubnub.addListener({
    message: ({ timetoken, publisher, message }) => {
      tally.received(timetoken);
      say('alice', `receives from ${publisher}: ${message.text}`, 'green');
    },
    presence: (event) => {
      seen.push(event);
      say('alice', `sees ${event.uuid} ${event.event} (${event.occupancy} here)`);
    },
    status: (status) => {
      failures = status.attempt ?? 0;
      say('alice', describe(status), status.isError ? 'red' : 'dim');
    },
  });
  return {
    join: () => pubnub.subscribe().channels('room').withPresence().execute().connected(),
    sees: (event: string, uuid: string) =>
      until(pubnub, 'presence', () => seen.some((one) => one.event === event && one.uuid === uuid)),
    failsToConnect: (times: number) => until(pubnub, 'status', () => failures >= times),
    leaves: () => pubnub.close(),
  };
}

function talker(pubnub: PubNub<Channels>, tally: Tally) {
  return {
    join: () => pubnub.subscribe().channels('room').execute().connected(),
    says: async (text: string) => {
      const { timetoken } = await pubnub.publish().channel('room').message({ text }).execute();
      tally.published(timetoken);
      say('bob', `publishes: ${text}`);
      await beat();
    },
    leaves: () => pubnub.close(),
  };
}

function until(pubnub: PubNub<Channels>, event: 'presence' | 'status', met: () => boolean): Promise<void> {
  if (met()) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = pubnub.on(event, () => {
      if (!met()) return;
      stop();
      resolve();
    });
  });
}

function describe({ category, errorData, attempt = 0, nextRetryAt = 0 }: PNStatus): string {
  const { PNConnectedCategory, PNReconnectedCategory, PNDisconnectedCategory } = PNStatusCategory;
  if (category === PNConnectedCategory) return 'is connected';
  if (category === PNReconnectedCategory) return 'is connected again';
  if (category === PNDisconnectedCategory) return 'hangs up';
  const what = attempt === 1 ? 'loses the connection' : 'cannot connect';
  const next = `attempt ${attempt + 1} in ${Math.round(nextRetryAt - Date.now())} ms`;
  return `${what} (${category}, ${errorData?.code}): ${next}`;
}
