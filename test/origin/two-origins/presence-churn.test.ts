import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TestInterruption } from '../../support/origin-network.ts';
import { parked, twoOrigins, usersOn } from '../../support/presence-origins.ts';
import { settle } from '../../support/virtual-clock.ts';

const LEASE = 20_000;
const HALF = LEASE / 2;
const USERS = ['u', 'v', 'w'];
// Several clients of a user, one of which does not say which it is.
const INSTANCES = [undefined, 'one', 'two'];
const CHANNELS = ['c', 'd'];
const LIMITS = { holdSeconds: 80_000, liveSeconds: 86_400, queueLength: 1_000 };

interface Visit {
  readonly do: 'heartbeat' | 'leave' | 'poll';
  readonly at: number;
  readonly user: string;
  readonly instance: string | undefined;
  readonly channels: readonly string[];
}

type Deed =
  | Visit
  | { readonly do: 'hang-up'; readonly poll: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'die' };

const visit = fc.record({
  do: fc.constantFrom('heartbeat' as const, 'leave' as const, 'poll' as const),
  at: fc.nat(1),
  user: fc.constantFrom(...USERS),
  instance: fc.constantFrom(...INSTANCES),
  channels: fc.subarray(CHANNELS, { minLength: 1 }),
});
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: visit },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('hang-up' as const), poll: fc.nat(5) }) },
  // Never at the very moment at which something is due.
  { weight: 4, arbitrary: fc.nat(3_500).map((tens) => ({ do: 'wait' as const, ms: tens * 10 + 3 })) },
  { weight: 1, arbitrary: fc.constant({ do: 'die' as const }) },
);

type Who = Pick<Visit, 'user' | 'instance'>;

interface Poll extends Who {
  readonly at: number;
  readonly kept: Set<string>;
  readonly since: number;
  readonly interruption: TestInterruption;
}

/** Who is where, as plain arithmetic says: by channel and user, the end of the lease of each instance. */
class Model {
  readonly expected: string[] = [];
  readonly polls = new Set<Poll>();
  readonly #ends = new Map<string, Map<string | undefined, number>>();

  touch({ user, instance }: Who, channels: Iterable<string>, now: number): void {
    for (const channel of channels) {
      const key = `${channel} ${user}`;
      if (!this.#ends.has(key)) this.expected.push(`join ${key}`);
      this.#set(key, instance, now + LEASE);
    }
  }

  leave({ user, instance }: Who, channels: readonly string[]): void {
    for (const channel of channels) {
      this.#end('leave', `${channel} ${user}`, instance);
      for (const poll of this.polls)
        if (poll.user === user && poll.instance === instance) poll.kept.delete(channel);
    }
  }

  /** Time has passed. Polls renew at every half of a lease. */
  reach(now: number): void {
    for (const { user, instance, kept, since } of this.polls) {
      const renewed = since + Math.floor((now - since) / HALF) * HALF;
      for (const channel of kept) {
        const key = `${channel} ${user}`;
        const end = this.#ends.get(key)?.get(instance) ?? 0;
        this.#set(key, instance, Math.max(end, renewed + LEASE));
      }
    }
    const all = [...this.#ends].flatMap(([key, ends]) => [...ends].map(([id, end]) => ({ key, id, end })));
    for (const { key, id, end } of all.sort((one, other) => one.end - other.end))
      if (end <= now) this.#end('timeout', key, id);
  }

  on(channel: string): readonly string[] {
    const keys = [...this.#ends.keys()].filter((key) => key.startsWith(`${channel} `));
    return keys.map((key) => key.slice(2)).sort();
  }

  #set(key: string, instance: string | undefined, end: number): void {
    this.#ends.set(key, (this.#ends.get(key) ?? new Map()).set(instance, end));
  }

  // What ends the last lease of a user is told.
  #end(action: string, key: string, instance: string | undefined): void {
    const ends = this.#ends.get(key);
    if (!ends?.delete(instance) || ends.size > 0) return;
    this.#ends.delete(key);
    this.expected.push(`${action} ${key}`);
  }
}

interface PlayOptions {
  readonly isLocal: boolean;
  readonly announceMax: number;
}

/** Two origins and the model of what happens there. */
class World {
  readonly model = new Model();
  readonly #network: ReturnType<typeof twoOrigins>;
  #dead = false;

  constructor({ isLocal, announceMax }: PlayOptions) {
    this.#network = twoOrigins({ isLocal, limits: { ...LIMITS, announceMax } });
  }

  observer() {
    return this.#network.observer(...CHANNELS);
  }

  async play(deed: Deed): Promise<void> {
    if (deed.do === 'wait') await this.wait(deed.ms);
    else if (deed.do === 'hang-up') await this.hangUp([...this.model.polls][deed.poll]);
    else if (deed.do === 'die') this.#die();
    else await this.#visit(deed);
  }

  async wait(ms: number): Promise<void> {
    const { clock, a, b } = this.#network;
    await clock.advance(ms);
    this.model.reach(clock.now());
    for (const channel of CHANNELS) {
      const present = this.model.on(channel);
      expect(await usersOn(b, channel)).toEqual(present);
      if (!this.#dead) expect(await usersOn(a, channel)).toEqual(present);
    }
  }

  async hangUp(poll: Poll | undefined): Promise<void> {
    if (!poll) return;
    this.model.polls.delete(poll);
    poll.interruption.abort();
    await settle();
  }

  #die(): void {
    this.#dead = true;
    this.#network.kill();
    for (const poll of this.model.polls) if (poll.at === 0) this.model.polls.delete(poll);
  }

  async #visit({ do: verb, at: wanted, user, instance, channels }: Visit): Promise<void> {
    const { clock, a, b } = this.#network;
    const at = this.#dead ? 1 : wanted;
    const origin = at === 0 ? a : b;
    const query = { uuid: user, heartbeat: LEASE / 1000, ...(instance && { instanceid: instance }) };
    const names = channels.join(',');
    const since = clock.now();
    if (verb === 'leave') {
      await origin.presence(names, verb, query);
      return this.model.leave({ user, instance }, channels);
    }
    const interruption = new TestInterruption();
    if (verb === 'heartbeat') await origin.presence(names, verb, query);
    else await parked(origin.subscribe(names, { ...query, tt: 1 }, { interruption }));
    this.model.touch({ user, instance }, channels, since);
    const kept = new Set(channels);
    if (verb === 'poll') this.model.polls.add({ at, user, instance, kept, since, interruption });
  }
}

/** Plays deeds, and ends when all users have timed out. Resolves to the events that were told. */
async function play(deeds: readonly Deed[], options: PlayOptions) {
  const world = new World(options);
  const told = await world.observer();
  for (const one of deeds) await world.play(one);
  for (const poll of [...world.model.polls]) await world.hangUp(poll);
  await world.wait(LEASE);
  await world.wait(LEASE);
  return { events: await told(), expected: world.model.expected };
}

const byPair = (lines: readonly string[]) => Map.groupBy(lines, (line) => line.slice(line.indexOf(' ') + 1));

test.each([
  ['in this process', true],
  ['elsewhere', false],
])(
  'join and leave at random: each user’s events are those that happened, and here-now agrees; store %s',
  async (_, isLocal) => {
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { maxLength: 40 }), async (deeds) => {
        const { events, expected } = await play(deeds, { isLocal, announceMax: 20 });
        const lines = events.map(({ action, channel, uuid }) => `${action} ${channel} ${uuid}`);
        expect(byPair(lines)).toEqual(byPair(expected));
        const present = new Map(CHANNELS.map((channel) => [channel, 0]));
        for (const { channel, action, occupancy } of events) {
          const count = (present.get(channel) ?? 0) + (action === 'join' ? 1 : -1);
          present.set(channel, count);
          expect(occupancy).toBe(count);
        }
        expect([...present.values()]).toEqual([0, 0]);
      }),
      { numRuns: 300 },
    );
  },
);

test('join and leave at random on crowded channels: who adds up all events knows in the end that nobody is there', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 40 }), fc.nat(1), async (deeds, announceMax) => {
      const { events } = await play(deeds, { isLocal: true, announceMax });
      const present = new Set<string>();
      for (const { channel, action, uuid, join = [], leave = [], timeout = [] } of events) {
        for (const user of [...join, ...(action === 'join' ? [uuid] : [])]) present.add(`${channel} ${user}`);
        const gone = [...leave, ...timeout, ...(action === 'leave' || action === 'timeout' ? [uuid] : [])];
        for (const user of gone) present.delete(`${channel} ${user}`);
      }
      expect([...present]).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
