import type { Clock } from '../../../protocol/clock.ts';
import { presenceRequest } from '../presence-entry.ts';
import type {
  Attendees,
  PageOfUsers,
  PresenceChange,
  PresenceRules,
  PresenceStore,
  Swept,
  Touch,
  Touched,
} from '../store.ts';
import { type Lease, LeaseIndex } from './lease-index.ts';
import type { MemoryLog } from './log.ts';

type Action = PresenceChange['action'];

const NO_STATE = '{}';

/** The presence of one shard, in memory. Each method does its work within one turn of the event loop. */
export class MemoryPresence implements PresenceStore {
  readonly #log: MemoryLog;
  readonly #clock: Clock;
  readonly #rules: PresenceRules;
  readonly #present = new LeaseIndex();
  /** State that was set for users who are not present: it waits for them as long as a lease lasts. */
  readonly #absent = new LeaseIndex();

  constructor(log: MemoryLog, clock: Clock, rules: PresenceRules) {
    this.#log = log;
    this.#clock = clock;
    this.#rules = rules;
  }

  async touch({ user, channels, leaseMs, states }: Touch): Promise<Touched> {
    const changes: PresenceChange[] = [];
    let shortest = leaseMs ?? this.#rules.leaseMs;
    for (const channel of channels) {
      const present = this.#present.get(user, channel);
      const lease = present ?? this.#join(user, channel);
      this.#present.renew(lease, this.#clock.now(), leaseMs ?? lease.length);
      shortest = Math.min(shortest, lease.length);
      const differs = update(lease, states?.get(channel));
      if (!present) changes.push(this.#change('join', lease));
      else if (differs) changes.push(this.#change('state-change', lease));
    }
    return { changes, leaseMs: shortest };
  }

  async leave(user: string, channels: readonly string[]): Promise<readonly PresenceChange[]> {
    const changes: PresenceChange[] = [];
    for (const channel of channels) {
      const present = this.#present.get(user, channel);
      if (present) changes.push(this.#end('leave', present));
      const absent = this.#absent.get(user, channel);
      if (absent) this.#absent.remove(absent);
    }
    return changes;
  }

  async sweep(max: number): Promise<Swept> {
    const changes: PresenceChange[] = [];
    const now = this.#clock.now();
    for (const lease of due(this.#present, { now, max })) changes.push(this.#end('timeout', lease));
    for (const lease of due(this.#absent, { now, max })) this.#absent.remove(lease);
    const next = [this.#present.first()?.due, this.#absent.first()?.due].filter((time) => time !== undefined);
    return { changes, next: next.length > 0 ? Math.min(...next) : undefined };
  }

  async hereNow(
    channels: readonly string[] | undefined,
    { offset, limit }: PageOfUsers,
  ): Promise<readonly Attendees[]> {
    return Array.from(channels ?? this.#present.channels, (channel) => {
      const leases = this.#present.on(channel);
      const users = limit === 0 ? [] : [...leases.values()].slice(offset, offset + limit);
      return { channel, occupancy: leases.size, users: users.map(userOf) };
    });
  }

  async whereNow(user: string): Promise<readonly string[]> {
    return [...this.#present.of(user).keys()];
  }

  async setState(user: string, states: ReadonlyMap<string, string>): Promise<Touched> {
    const changes: PresenceChange[] = [];
    for (const [channel, state] of states) {
      const lease = this.#present.get(user, channel) ?? this.#await(user, channel);
      if (update(lease, state)) changes.push(this.#change('state-change', lease));
    }
    return { changes, leaseMs: this.#rules.leaseMs };
  }

  async getState(user: string, channels: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const states = new Map<string, string>();
    for (const channel of channels) {
      const { state } = this.#present.get(user, channel) ?? this.#absent.get(user, channel) ?? {};
      if (state !== undefined) states.set(channel, state);
    }
    return states;
  }

  #join(user: string, channel: string): Lease {
    const absent = this.#absent.get(user, channel);
    if (absent) this.#absent.remove(absent);
    return this.#present.add(this.#lease(user, channel, absent?.state));
  }

  #await(user: string, channel: string): Lease {
    const lease = this.#absent.get(user, channel) ?? this.#absent.add(this.#lease(user, channel));
    this.#absent.renew(lease, this.#clock.now(), this.#rules.leaseMs);
    return lease;
  }

  #lease(user: string, channel: string, state?: string): Lease {
    return { user, channel, length: this.#rules.leaseMs, due: 0, state };
  }

  #end(action: Action, lease: Lease): PresenceChange {
    this.#present.remove(lease);
    return this.#change(action, lease);
  }

  #change(action: Action, { user, channel, state }: Lease): PresenceChange {
    const occupancy = this.#present.on(channel).size;
    const logged = action === 'state-change' || occupancy <= this.#rules.announceMax;
    const change = { channel, user, action, occupancy, ...(state !== undefined && { state }), logged };
    if (logged) this.#log.appendNow([presenceRequest(change, this.#clock.now())]);
    return change;
  }
}

/** Sets a new state. Returns `true` if it differs from the one before. */
function update(lease: Lease, state: string | undefined): boolean {
  if (state === undefined || state === (lease.state ?? NO_STATE)) return false;
  lease.state = state;
  return true;
}

function userOf({ user, state }: Lease): Attendees['users'][number] {
  return { user, ...(state !== undefined && state !== NO_STATE && { state }) };
}

// The caller removes each lease that it gets.
function* due(
  leases: LeaseIndex,
  { now, max }: { readonly now: number; readonly max: number },
): Iterable<Lease> {
  for (let count = 0; count < max; count++) {
    const lease = leases.first();
    if (!lease || lease.due > now) return;
    yield lease;
  }
}
