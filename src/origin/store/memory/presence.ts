import type { Clock } from '../../../protocol/clock.ts';
import { presenceNameOf } from '../../../protocol/names.ts';
import { steadyNow } from '../../steady-time.ts';
import { leaveOf, type UserChange } from '../entry.ts';
import type {
  PageOfUsers,
  PresenceExcess,
  PresenceStore,
  Present,
  Swept,
  Touch,
  Touched,
} from '../presence.ts';
import type { ShardRules } from '../store.ts';
import { attendeesIn, NO_STATE } from './attendees.ts';
import { type Lease, LeaseIndex, newLease } from './lease-index.ts';
import { LeaseRoom, namesIn } from './lease-room.ts';
import type { MemoryLog } from './log.ts';
import { intervalEvent, WaitingChanges } from './waiting-changes.ts';

type Action = UserChange['action'];

const ANNOUNCE_MS = 10_000;

interface LeaseChange {
  readonly isKnown: boolean;
  readonly leaseMs: number | undefined;
  readonly state: string | undefined;
}

/** The presence of one shard, in memory. Each method does its work within one turn of the event loop. */
export class MemoryPresence implements PresenceStore {
  readonly #log: MemoryLog;
  readonly #clock: Clock;
  readonly #rules: ShardRules;
  readonly #present = new LeaseIndex();
  /** State that was set for users who are not present: it waits for them as long as a lease lasts. */
  readonly #absent = new LeaseIndex();
  readonly #room: LeaseRoom;
  readonly #waiting: WaitingChanges;

  constructor(log: MemoryLog, clock: Clock, rules: ShardRules) {
    this.#log = log;
    this.#clock = clock;
    this.#rules = rules;
    const { leases, waiting, budget } = rules;
    this.#room = new LeaseRoom(leases, budget);
    const intervalMs = () => rules.announceMs ?? ANNOUNCE_MS;
    this.#waiting = new WaitingChanges({ intervalMs, limits: waiting, budget });
  }

  /** Leases, states of users who are not present, and changes that wait for an interval event. */
  get size(): number {
    return this.#room.size + this.#waiting.size;
  }

  /** Gives back all room: the leases are used no more. */
  clear(): void {
    this.#room.clear();
    this.#waiting.clear();
  }

  async touch(touches: readonly Touch[]): Promise<readonly Touched[]> {
    return touches.map((touch) => this.#touch(touch));
  }

  #touch({ user, channels, leaseMs, states, instance }: Touch): Touched {
    let shortest = leaseMs ?? this.#rules.leaseMs;
    let excess: PresenceExcess | undefined;
    for (const channel of channels) {
      const first = this.#present.get(user, channel);
      const known = first && this.#present.ofInstance(first, instance);
      const lease = known ?? this.#lease(user, channel, instance);
      const state = states?.get(channel);
      // A lease that goes on as it is takes no room: so are most.
      if (known && state === undefined) this.#renew(known, leaseMs);
      else {
        const beyond = this.#change(lease, first, { isKnown: known !== undefined, leaseMs, state });
        excess ??= beyond;
        if (beyond && !known) continue;
      }
      shortest = Math.min(shortest, lease.length);
    }
    return { at: this.#log.highest, leaseMs: shortest, excess };
  }

  #renew(lease: Lease, leaseMs: number | undefined): void {
    this.#present.renew(lease, steadyNow(this.#clock), leaseMs ?? lease.length);
  }

  // What there is no room for is not begun; a lease that there is goes on, with its old state.
  #change(
    lease: Lease,
    first: Lease | undefined,
    { isKnown, leaseMs, state }: LeaseChange,
  ): PresenceExcess | undefined {
    const excess = this.#excess(lease, first, state);
    if (excess && !isKnown) return excess;
    if (!isKnown) this.#begin(lease, first);
    this.#renew(lease, leaseMs);
    const differs = this.#update(first ?? lease, excess ? undefined : state);
    if (!first) this.#announce('join', lease);
    else if (differs) this.#announce('state-change', first);
    return excess;
  }

  async leave(user: string, channels: readonly string[], instance?: string): Promise<void> {
    let hasLeft = false;
    for (const channel of channels) {
      const first = this.#present.get(user, channel);
      const lease = first && this.#present.ofInstance(first, instance);
      if (lease) this.#end('leave', lease);
      const absent = this.#absent.get(user, channel);
      if (absent) this.#forget(absent);
      hasLeft ||= lease !== undefined || absent !== undefined;
    }
    if (hasLeft) this.#log.appendOne({ kind: 'leave', channel: user, data: leaveOf(channels, instance) });
  }

  async sweep(max: number): Promise<Swept> {
    const now = steadyNow(this.#clock);
    for (const lease of this.#present.due(now, max)) this.#end('timeout', lease);
    for (const lease of this.#absent.due(now, max)) this.#forget(lease);
    this.#announceIntervals(now, max);
    const firsts = [this.#present.first(), this.#absent.first(), this.#waiting.first()];
    const next = Math.min(...firsts.map((first) => first?.due ?? Number.POSITIVE_INFINITY));
    return { nextMs: next < Number.POSITIVE_INFINITY ? Math.max(0, next - now) : undefined };
  }

  /** Ends all leases of a user on a channel, as if they had run out. */
  expire(user: string, channel: string): void {
    for (let lease = this.#present.get(user, channel); lease; lease = this.#present.get(user, channel))
      this.#end('timeout', lease);
  }

  async hereNow(channels: readonly string[] | undefined, page: PageOfUsers): Promise<Present> {
    return attendeesIn(this.#present, channels, page);
  }

  async whereNow(user: string): Promise<readonly string[]> {
    return [...this.#present.of(user).keys()];
  }

  async setState(user: string, states: ReadonlyMap<string, string>): Promise<Touched> {
    let excess: PresenceExcess | undefined;
    for (const [channel, state] of states) {
      const present = this.#present.get(user, channel);
      const lease = present ?? this.#absent.get(user, channel) ?? this.#lease(user, channel);
      const beyond = this.#excess(lease, present, state);
      excess ??= beyond;
      if (beyond) continue;
      if (!present) this.#await(lease);
      if (this.#update(lease, state)) this.#announce('state-change', lease);
    }
    return { at: this.#log.highest, leaseMs: this.#rules.leaseMs, excess };
  }

  async getState(user: string, channels: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const states = new Map<string, string>();
    for (const channel of channels) {
      const { state } = this.#present.get(user, channel) ?? this.#absent.get(user, channel) ?? {};
      if (state !== undefined) states.set(channel, state);
    }
    return states;
  }

  // The room of an absent user's state becomes that of their presence.
  #begin(lease: Lease, first: Lease | undefined): void {
    const absent = first ? undefined : this.#absent.get(lease.user, lease.channel);
    if (absent) this.#forget(absent);
    lease.state = absent?.state;
    this.#room.add(lease);
    if (first) this.#present.addFurther(first, lease);
    else this.#present.add(lease);
  }

  #await(lease: Lease): void {
    if (!this.#absent.get(lease.user, lease.channel)) {
      this.#room.add(lease);
      this.#absent.add(lease);
    }
    this.#absent.renew(lease, steadyNow(this.#clock), this.#rules.leaseMs);
  }

  #lease(user: string, channel: string, instance?: string): Lease {
    return newLease(user, channel, { instance, length: this.#rules.leaseMs });
  }

  #forget(absent: Lease): void {
    this.#absent.remove(absent);
    this.#room.remove(absent);
  }

  #end(action: 'leave' | 'timeout', lease: Lease): void {
    const first = this.#present.remove(lease);
    // The user's other instances go on, with the user's state.
    if (first && lease.state !== undefined) [first.state, lease.state] = [lease.state, undefined];
    this.#room.remove(lease);
    if (!first) this.#announce(action, lease);
  }

  // The limit that a lease would exceed with a state; absent: with the one it has.
  #excess(lease: Lease, first: Lease | undefined, state: string | undefined): PresenceExcess | undefined {
    const { user, channel, instance } = lease;
    const absent = first ? undefined : this.#absent.get(user, channel);
    const isHeld = absent !== undefined || (first && this.#present.ofInstance(first, instance)) !== undefined;
    return this.#room.excess(user, {
      entries: isHeld ? 0 : 1,
      // Those of an absent user's state are there without an instance.
      names: isHeld ? (absent && instance ? instance.length : 0) : namesIn(lease),
      before: (first ?? absent)?.state,
      next: state,
    });
  }

  /** Sets a new state. Returns `true` if it differs from the one before. */
  #update(lease: Lease, state: string | undefined): boolean {
    if (state === undefined || state === (lease.state ?? NO_STATE)) return false;
    this.#room.setState(lease, state);
    return true;
  }

  // Logs a change, or lets it wait for the next interval event; if there is no room to wait, it is logged by itself.
  #announce(action: Action, { user, channel, state }: Lease): void {
    const now = steadyNow(this.#clock);
    const occupancy = this.#present.on(channel).size;
    if (action !== 'state-change') {
      const isCrowded = occupancy > this.#rules.announceMax;
      if (isCrowded && this.#waiting.add(channel, [user, action], now)) return;
      this.#waiting.forget(channel, user);
    }
    const data = { action, user, occupancy, state };
    this.#log.appendOne({ kind: 'presence', channel: presenceNameOf(channel), data });
  }

  // After the timeouts, which they have.
  #announceIntervals(now: number, max: number): void {
    let left = max;
    for (
      let first = this.#waiting.first();
      left > 0 && first && first.due <= now;
      first = this.#waiting.first()
    ) {
      const data = intervalEvent(first, this.#present.on(first.channel).size);
      left -= 1 + (first.users?.size ?? 0);
      this.#waiting.remove(first);
      this.#log.appendOne({ kind: 'presence', channel: presenceNameOf(first.channel), data });
    }
  }
}
