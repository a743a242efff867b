import type { Clock } from '../../../protocol/clock.ts';
import { type Due, DueQueue } from '../../due-queue.ts';
import { presenceRequest } from '../presence-entry.ts';
import type { PresenceChange, PresenceRules, PresenceStore, Swept, Touch, Touched } from '../store.ts';
import type { MemoryLog } from './log.ts';

type Action = PresenceChange['action'];

/** One user on one channel, until it is due. */
interface Lease extends Due {
  readonly user: string;
  readonly channel: string;
  /** JSON text. */
  state: string | undefined;
}

const NO_STATE = '{}';

/** Who is present in one shard, in memory. Each method does its work within one turn of the event loop. */
export class MemoryPresence implements PresenceStore {
  readonly #log: MemoryLog;
  readonly #clock: Clock;
  readonly #rules: PresenceRules;
  readonly #channels = new Map<string, Map<string, Lease>>();
  readonly #leases = new DueQueue<Lease>();

  constructor(log: MemoryLog, clock: Clock, rules: PresenceRules) {
    this.#log = log;
    this.#clock = clock;
    this.#rules = rules;
  }

  async touch({ user, channels, leaseMs, states }: Touch): Promise<Touched> {
    const changes: PresenceChange[] = [];
    let shortest = leaseMs ?? this.#rules.leaseMs;
    for (const channel of channels) {
      const present = this.#channels.get(channel)?.get(user);
      const lease = this.#renew(present ?? this.#join(user, channel), leaseMs);
      shortest = Math.min(shortest, lease.length);
      const state = states?.get(channel);
      const differs = state !== undefined && state !== (lease.state ?? NO_STATE);
      if (differs) lease.state = state;
      if (!present) changes.push(this.#change('join', lease));
      else if (differs) changes.push(this.#change('state-change', lease));
    }
    return { changes, leaseMs: shortest };
  }

  async leave(user: string, channels: readonly string[]): Promise<readonly PresenceChange[]> {
    const leases = channels.map((channel) => this.#channels.get(channel)?.get(user));
    return leases.filter((lease) => lease !== undefined).map((lease) => this.#end('leave', lease));
  }

  async sweep(max: number): Promise<Swept> {
    const changes: PresenceChange[] = [];
    const now = this.#clock.now();
    let next = this.#leases.first();
    for (; next && next.due <= now && changes.length < max; next = this.#leases.first()) {
      changes.push(this.#end('timeout', next));
    }
    return { changes, next: next?.due };
  }

  #join(user: string, channel: string): Lease {
    const lease: Lease = { user, channel, length: this.#rules.leaseMs, due: 0, state: undefined };
    const users = this.#channels.get(channel) ?? new Map<string, Lease>();
    this.#channels.set(channel, users.set(user, lease));
    return lease;
  }

  #renew(lease: Lease, leaseMs: number | undefined): Lease {
    this.#leases.remove(lease);
    lease.length = leaseMs ?? lease.length;
    this.#leases.add(lease, this.#clock.now());
    return lease;
  }

  #end(action: Action, lease: Lease): PresenceChange {
    this.#leases.remove(lease);
    const users = this.#channels.get(lease.channel);
    users?.delete(lease.user);
    if (users?.size === 0) this.#channels.delete(lease.channel);
    return this.#change(action, lease);
  }

  #change(action: Action, { user, channel, state }: Lease): PresenceChange {
    const occupancy = this.#channels.get(channel)?.size ?? 0;
    const logged = action === 'state-change' || occupancy <= this.#rules.announceMax;
    const change = { channel, user, action, occupancy, ...(state !== undefined && { state }), logged };
    if (logged) this.#log.appendNow([presenceRequest(change, this.#clock.now())]);
    return change;
  }
}
