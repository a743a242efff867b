import { leaveOf } from '../entry.ts';
import type {
  PageOfUsers,
  PresenceExcess,
  PresenceStore,
  Present,
  Swept,
  Touch,
  Touched,
} from '../presence.ts';
import { attendeesEverywhere, attendeesOn } from './attendees.ts';
import type { Argument, Calls } from './calls.ts';
import { listOf, numberOf, type Reply, textOf, textsOf } from './reply.ts';
import type { RedisRules } from './rules.ts';

// Leases of one operation: Redis does nothing else while it runs.
const LEASES = 500;

/** The presence of one subscribe key, in Redis. */
export class RedisPresence implements PresenceStore {
  readonly #calls: Calls;
  readonly #rules: RedisRules;

  constructor(calls: Calls, rules: RedisRules) {
    this.#calls = calls;
    this.#rules = rules;
  }

  async touch(touches: readonly Touch[]): Promise<readonly Touched[]> {
    return Promise.all(touches.map((touch) => this.#touch(touch)));
  }

  async leave(user: string, channels: readonly string[], instance = ''): Promise<void> {
    const told = JSON.stringify(leaveOf(channels, instance));
    const args = [this.#rules.texts.presence, user, instance, told, ...channels];
    await this.#calls.call('presence.leave', args);
  }

  async sweep(max: number): Promise<Swept> {
    const next = textOf(await this.#calls.call('presence.sweep', [this.#rules.texts.presence, max]));
    return { nextMs: next === '' ? undefined : Number(next) };
  }

  async hereNow(channels: readonly string[] | undefined, page: PageOfUsers): Promise<Present> {
    if (!channels) return attendeesEverywhere(this.#calls, page);
    const { found } = await attendeesOn(this.#calls, channels, { ...page, isWhole: true });
    const totalOccupancy = found.reduce((sum, { occupancy }) => sum + occupancy, 0);
    return { channels: found, totalChannels: channels.length, totalOccupancy };
  }

  async whereNow(user: string): Promise<readonly string[]> {
    return textsOf(await this.#calls.read('presence.where', [user]));
  }

  async setState(user: string, states: ReadonlyMap<string, string>): Promise<Touched> {
    const reply = await this.#calls.call('presence.state', [
      this.#rules.texts.presence,
      user,
      ...[...states].flat(),
    ]);
    const [at, excess] = listOf(reply);
    return { at: textOf(at), leaseMs: this.#rules.leaseMs, excess: excessOf(excess) };
  }

  async getState(user: string, channels: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const states = textsOf(await this.#calls.read('presence.states', [user, ...channels]));
    return new Map(
      channels.map((channel, index) => [channel, states[index] ?? ''] as const).filter(([, state]) => state),
    );
  }

  // A long touch is several operations. Its position is that of the first: a leave that comes between them is later.
  async #touch({ user, instance = '', channels, leaseMs, states }: Touch): Promise<Touched> {
    const length = leaseMs === undefined ? '' : Math.ceil(leaseMs);
    const replies: Promise<Reply>[] = [];
    for (let start = 0; start === 0 || start < channels.length; start += LEASES) {
      const leases = channels.slice(start, start + LEASES);
      const args: Argument[] = [this.#rules.texts.presence, user, instance, length];
      for (const channel of leases) args.push(channel, states?.get(channel) ?? '');
      replies.push(this.#calls.call('presence.touch', args));
    }
    const parts = (await Promise.all(replies)).map(touchedOf);
    return {
      at: parts[0]?.at ?? '',
      leaseMs: Math.min(...parts.map((part) => part.leaseMs)),
      excess: parts.find(({ excess }) => excess)?.excess,
    };
  }
}

function touchedOf(reply: Reply): Touched {
  const [at, leaseMs, excess] = listOf(reply);
  return { at: textOf(at), leaseMs: numberOf(leaseMs), excess: excessOf(excess) };
}

function excessOf(reply: Reply | undefined): PresenceExcess | undefined {
  const excess = textOf(reply);
  return excess === 'user' || excess === 'all' ? excess : undefined;
}
