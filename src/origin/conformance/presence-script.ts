import type { ShardStore } from '../store/store.ts';
import { Attendance } from './attendance.ts';
import { cases, needing } from './case.ts';
import { equal } from './expect.ts';
import type { Choices } from './random.ts';
import type { World } from './world.ts';

const USERS = ['ann', 'bob', '__proto__'] as const;
// Users, some with several instances.
const VISITORS = ['ann', 'ann@1', 'ann@2', 'bob', 'bob@1', '__proto__', '__proto__@__proto__'] as const;
const CHANNELS = ['a', 'b'] as const;
const LEASE_MS = 60_000;
const STEPS = 30;

/** Presence beside a plain map. */
export const presenceScriptCases = cases('presence', {
  'users are where they joined and did not leave, and each change is told once': (world) =>
    world.scripts((choices) => play(world, choices, false)),

  'users are there until their leases end, and each change is told once': needing('advance', (world) =>
    world.scripts((choices) => play(world, choices, true)),
  ),
});

async function play(world: World, choices: Choices, passes: boolean): Promise<void> {
  const model = new Model(await world.shard({ leaseMs: LEASE_MS }));
  for (let step = 0; step < STEPS; step++) {
    if (passes && choices.oneIn(4)) {
      const seconds = choices.between(1, 5) * 10;
      world.step(`wait ${seconds} seconds`);
      await world.advance(seconds * 1_000);
      await model.pass(seconds * 1_000);
    } else await model.play(world, choices);
    await model.check();
  }
}

/** The end of each lease on a clock that begins at 0, by user or instance, and channel. */
class Model {
  readonly #room: Attendance;
  readonly #leases = new Map<string, number>();
  #now = 0;
  #told: string[] = [];

  constructor(shard: ShardStore) {
    this.#room = new Attendance(shard);
  }

  async play(world: World, choices: Choices): Promise<void> {
    const [who, channels] = [choices.of(VISITORS), [...new Set(choices.some(CHANNELS, 2))]];
    const joins = choices.oneIn(2);
    world.step(`${who} ${joins ? 'joins' : 'leaves'} ${channels}`);
    if (joins) {
      await this.#room.join(who, ...channels);
      for (const channel of channels) this.#join(who, channel);
      return;
    }
    await this.#room.leave(who, ...channels);
    const left = channels.filter((channel) => this.#end('leave', who, channel));
    if (left.length > 0) this.#told.push(`control ${who} ${channels.join(' ')}`);
  }

  async pass(milliseconds: number): Promise<void> {
    // A moment more, since real time passes too.
    this.#now += milliseconds;
    const due = [...this.#leases].filter(([, end]) => end <= this.#now).sort(([, a], [, b]) => a - b);
    for (const [lease] of due) {
      const [who = '', channel = ''] = lease.split(' ');
      this.#end('timeout', who, channel);
    }
    await this.#room.sweep();
  }

  async check(): Promise<void> {
    // Leases that end at the same time do so in any order.
    const plain = (told: readonly string[]) =>
      told.map((words) => words.split(' ').slice(0, 3).join(' ')).toSorted();
    equal(plain(await this.#room.told()), plain(this.#told), 'the entries');
    this.#told = [];
    const { presence } = this.#room.shard;
    for (const channel of CHANNELS) {
      const users = USERS.filter((user) => this.#isPresent(user, channel));
      equal([...(await this.#room.users(channel))].sort(), users.toSorted(), `the users of ${channel}`);
    }
    for (const user of USERS) {
      const channels = CHANNELS.filter((channel) => this.#isPresent(user, channel));
      equal([...(await presence.whereNow(user))].sort(), channels, `the channels of ${user}`);
    }
  }

  #join(who: string, channel: string): void {
    const user = userOf(who);
    if (!this.#isPresent(user, channel)) this.#told.push(`join ${user} ${channel}`);
    this.#leases.set(`${who} ${channel}`, this.#now + LEASE_MS);
  }

  // What ends the last lease of a user is told.
  #end(action: string, who: string, channel: string): boolean {
    if (!this.#leases.delete(`${who} ${channel}`)) return false;
    const user = userOf(who);
    if (!this.#isPresent(user, channel)) this.#told.push(`${action} ${user} ${channel}`);
    return true;
  }

  #isPresent(user: string, channel: string): boolean {
    return VISITORS.some((who) => userOf(who) === user && this.#leases.has(`${who} ${channel}`));
  }
}

function userOf(who: string): string {
  return who.split('@')[0] ?? '';
}
