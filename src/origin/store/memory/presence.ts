import type { Clock } from '../../../protocol/clock.ts';
import { presenceNameOf } from '../../../protocol/names.ts';
import { steadyNow } from '../../steady-time.ts';
import type { UserChange } from '../entry.ts';
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

import { type Lease, LeaseIndex } from './lease-index.ts';
import { LeaseRoom } from './lease-room.ts';
import type { MemoryLog } from './log.ts';
import { intervalEvent, WaitingChanges } from './waiting-changes.ts';

type Action = UserChange['action'];

const ANNOUNCE_MS = 10_000;

interface LeaseRenewal {
  readonly isNew: boolean;
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
    const { leases, waiting, budget, announceMs = ANNOUNCE_MS } = rules;
    this.#room = new LeaseRoom(leases, budget);
    this.#waiting = new WaitingChanges({ intervalMs: announceMs, limits: waiting, budget });
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

  #touch({ user, channels, leaseMs, states }: Touch): Touched {
    let shortest = leaseMs ?? this.#rules.leaseMs;
    let excess: PresenceExcess | undefined;
    for (const channel of channels) {
      const present = this.#present.get(user, channel);
      const lease = present ?? this.#absent.get(user, channel) ?? this.#lease(user, channel);
      const state = states?.get(channel);
      // A lease that goes on as it is takes no room: so are most.
      const beyond = present && state === undefined ? undefined : this.#excess(lease, state);
      excess ??= beyond;
      // What there is no room for is not begun; a lease that there is goes on, with its old state.
      if (beyond && !present) continue;
      this.#renew(lease, { isNew: !present, leaseMs, state: beyond ? undefined : state });
      shortest = Math.min(shortest, lease.length);
    }
    return { at: this.#log.highest, leaseMs: shortest, excess };
  }

  #renew(lease: Lease, { isNew, leaseMs, state }: LeaseRenewal): void {
    if (isNew) this.#join(lease);
    this.#present.renew(lease, steadyNow(this.#clock), leaseMs ?? lease.length);
    const differs = this.#update(lease, state);
    if (isNew) this.#announce('join', lease);
    else if (differs) this.#announce('state-change', lease);
  }

  async leave(user: string, channels: readonly string[]): Promise<void> {
    let hasLeft = false;
    for (const channel of channels) {
      const present = this.#present.get(user, channel);
      if (present) this.#end('leave', present);
      const absent = this.#absent.get(user, channel);
      if (absent) this.#forget(absent);
      hasLeft ||= present !== undefined || absent !== undefined;
    }
    if (hasLeft) this.#log.appendOne({ kind: 'leave', channel: user, data: channels });
  }

  async sweep(max: number): Promise<Swept> {
    const now = steadyNow(this.#clock);
    for (const lease of due(this.#present, { now, max })) this.#end('timeout', lease);
    for (const lease of due(this.#absent, { now, max })) this.#forget(lease);
    this.#announceIntervals(now, max);
    const firsts = [this.#present.first(), this.#absent.first(), this.#waiting.first()];
    const next = Math.min(...firsts.map((first) => first?.due ?? Number.POSITIVE_INFINITY));
    return { nextMs: next < Number.POSITIVE_INFINITY ? Math.max(0, next - now) : undefined };
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
      const known = this.#present.get(user, channel) ?? this.#absent.get(user, channel);
      const lease = known ?? this.#lease(user, channel);
      const beyond = this.#excess(lease, state);
      excess ??= beyond;
      if (beyond) continue;
      if (!this.#present.get(user, channel)) this.#await(lease);
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

  // The lease of an absent user's state becomes that of their presence.
  #join(lease: Lease): void {
    if (this.#isHeld(lease)) this.#absent.remove(lease);
    else this.#room.add(lease);
    lease.length = this.#rules.leaseMs;
    this.#present.add(lease);
  }

  #await(lease: Lease): void {
    if (!this.#isHeld(lease)) {
      this.#room.add(lease);
      this.#absent.add(lease);
    }
    this.#absent.renew(lease, steadyNow(this.#clock), this.#rules.leaseMs);
  }

  #lease(user: string, channel: string): Lease {
    return {
      user,
      channel,
      length: this.#rules.leaseMs,
      due: 0,
      state: undefined,
      // Set from the beginning, so that each of very many leases is one object.
      moment: undefined,
      dueBefore: undefined,
      dueAfter: undefined,
    };
  }

  #forget(absent: Lease): void {
    this.#absent.remove(absent);
    this.#room.remove(absent);
  }

  #end(action: 'leave' | 'timeout', lease: Lease): void {
    this.#present.remove(lease);
    this.#room.remove(lease);
    this.#announce(action, lease);
  }

  #isHeld({ user, channel }: Lease): boolean {
    return this.#present.get(user, channel) !== undefined || this.#absent.get(user, channel) !== undefined;
  }

  // The limit that a lease would exceed with a state; absent: with the one it has.
  #excess(lease: Lease, state: string | undefined): PresenceExcess | undefined {
    const isNew = !this.#isHeld(lease);
    return isNew || state !== undefined ? this.#room.excess(lease, isNew, state) : undefined;
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
