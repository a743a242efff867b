import type { PubNubOptions } from 'timetoken';
import type { Occupant, OccupantSet } from 'timetoken/features';
import { createTestNetwork, type TestNetwork, type TestNetworkOptions } from 'timetoken/testing';
import { onTestFinished } from 'vitest';
import { type Answer, scriptedClient } from './unit-client.ts';
import { settle } from './virtual-clock.ts';

const EVENTS = ['sync', 'join', 'leave', 'update'] as const;

/** A network, a client of it, and the events of its set of "room". */
export function watching(options: TestNetworkOptions = {}, more: Partial<PubNubOptions> = {}) {
  const network = createTestNetwork(options);
  onTestFinished(() => network.close());
  const pubnub = network.client('watcher', { logger: {}, ...more });
  const people = pubnub.occupants('room');
  return { network, pubnub, people, told: notes(people), names: () => namesOf(people) };
}

/** What a set tells, one line for each event. */
export function notes(people: OccupantSet): string[] {
  const told: string[] = [];
  for (const type of EVENTS)
    people.on(type, (occupants) => told.push(`${type} ${occupants.map(({ uuid }) => uuid).join()}`));
  return told;
}

export function namesOf(people: Iterable<Occupant>): readonly string[] {
  return [...people].map(({ uuid }) => uuid).toSorted();
}

/** The times at which the watcher asked for lists of users, in milliseconds. */
export function questionTimes(network: TestNetwork): readonly number[] {
  return network
    .transcript()
    .filter(({ operation, userId }) => operation === 'hereNow' && userId === 'watcher')
    .map(({ time }) => time);
}

/** How often the watcher asked for lists of users. */
export function questions(network: TestNetwork): number {
  return questionTimes(network).length;
}

/** A set of "room" at a server that is played: here-now is answered as a test says, and presence events come from `tell`. */
export function played(
  hereNow: (offset: number) => Answer | Promise<Answer>,
  options: Partial<PubNubOptions> = {},
) {
  const asked: number[] = [];
  let timetoken = 16_000_000_000_000_000n;
  let answer: ((events: Answer) => void) | undefined;
  const batch = (m: readonly object[]): Answer => ({
    body: JSON.stringify({ t: { t: String(++timetoken), r: 1 }, m }),
  });
  const { pubnub, clock, requests, logs, close } = scriptedClient(
    [
      ({ url, signal }) => {
        if (url.includes('/leave')) return { body: '{"status":200}' };
        if (url.includes('/v2/presence/')) {
          asked.push(clock.now());
          return hereNow(Number(new URL(url).searchParams.get('offset')));
        }
        if (/[?&]tt=0(&|$)/.test(url)) return batch([]);
        return new Promise((resolve) => {
          const timer = clock.setTimeout(() => resolve(batch([])), 280_000);
          signal.addEventListener('abort', () => clock.clearTimeout(timer));
          answer = (events) => {
            clock.clearTimeout(timer);
            resolve(events);
          };
        });
      },
    ],
    { random: () => 0.5, ...options },
  );
  const people = pubnub.occupants('room');
  /** Sends presence events. */
  const tell = async (...events: readonly object[]) => {
    const m = events.map((d) => ({ c: 'room-pnpres', p: { t: String(++timetoken), r: 1 }, d }));
    answer?.(batch(m));
    await settle();
  };
  return { pubnub, clock, people, requests, logs, close, asked, tell, told: notes(people) };
}

/** An answer of here-now. */
export function listing(uuids: readonly unknown[], occupancy = uuids.length): Answer {
  return { body: JSON.stringify({ status: 200, message: 'OK', occupancy, uuids }) };
}
