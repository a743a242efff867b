import type { Clock } from '../../../protocol/clock.ts';
import { presenceNameOf } from '../../../protocol/names.ts';
import type {
  Attendee,
  Attendees,
  PageOfUsers,
  PresenceChange,
  PresenceExcess,
  PresenceStore,
  Present,
  ShardRules,
  Swept,
  Touch,
  Touched,
} from '../store.ts';
import { type Lease, LeaseIndex } from './lease-index.ts';
import { LeaseRoom } from './lease-room.ts';
import type { MemoryLog } from './log.ts';

type Action = PresenceChange['action'];

const NO_STATE = '{}';
// Characters around a user and around a channel in an answer.
const USER_FRAME = 3;
const CHANNEL_FRAME = 30;

interface TouchOne {
  readonly user: string;
  readonly channel: string;
  readonly leaseMs: number | undefined;
  readonly state: string | undefined;
}

interface TouchedOne {
  readonly lease?: Lease;
  readonly change?: PresenceChange;
  /** The limit that the lease or its state would have exceeded. */
  readonly beyond: PresenceExcess | undefined;
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

  constructor(log: MemoryLog, clock: Clock, rules: ShardRules) {
    this.#log = log;
    this.#clock = clock;
    this.#rules = rules;
    this.#room = new LeaseRoom(rules.leases, rules.budget);
  }

  /** Leases, and states of users who are not present. */
  get size(): number {
    return this.#room.size;
  }

  /** Gives back all room: the leases are used no more. */
  clear(): void {
    this.#room.clear();
  }

  async touch({ user, channels, leaseMs, states }: Touch): Promise<Touched> {
    const changes: PresenceChange[] = [];
    let shortest = leaseMs ?? this.#rules.leaseMs;
    let excess: PresenceExcess | undefined;
    for (const channel of channels) {
      const { lease, change, beyond } = this.#touchOne({
        user,
        channel,
        leaseMs,
        state: states?.get(channel),
      });
      excess ??= beyond;
      shortest = Math.min(shortest, lease?.length ?? shortest);
      if (change) changes.push(change);
    }
    return { changes, leaseMs: shortest, excess };
  }

  // What there is no room for is not begun; a lease that there is goes on, with its old state.
  #touchOne({ user, channel, leaseMs, state }: TouchOne): TouchedOne {
    const present = this.#present.get(user, channel);
    const lease = present ?? this.#absent.get(user, channel) ?? this.#lease(user, channel);
    const beyond = this.#excess(lease, state);
    if (beyond && !present) return { beyond };
    if (!present) this.#join(lease);
    this.#present.renew(lease, this.#clock.now(), leaseMs ?? lease.length);
    const differs = !beyond && this.#update(lease, state);
    if (!present) return { lease, change: this.#change('join', lease), beyond };
    return { lease, beyond, ...(differs && { change: this.#change('state-change', lease) }) };
  }

  async leave(user: string, channels: readonly string[]): Promise<readonly PresenceChange[]> {
    const changes: PresenceChange[] = [];
    for (const channel of channels) {
      const present = this.#present.get(user, channel);
      if (present) changes.push(this.#end('leave', present));
      const absent = this.#absent.get(user, channel);
      if (absent) this.#forget(absent);
    }
    return changes;
  }

  async sweep(max: number): Promise<Swept> {
    const changes: PresenceChange[] = [];
    const now = this.#clock.now();
    for (const lease of due(this.#present, { now, max })) changes.push(this.#end('timeout', lease));
    for (const lease of due(this.#absent, { now, max })) this.#forget(lease);
    const next = [this.#present.first()?.due, this.#absent.first()?.due].filter((time) => time !== undefined);
    return { changes, next: next.length > 0 ? Math.min(...next) : undefined };
  }

  async hereNow(channels: readonly string[] | undefined, page: PageOfUsers): Promise<Present> {
    const found: Attendees[] = [];
    let { room } = page;
    for (const channel of channels ?? this.#present.channels.keys()) {
      if (room <= 0 && !channels) break;
      const leases = this.#present.on(channel);
      room -= channel.length + CHANNEL_FRAME;
      const users = page.limit === 0 ? [] : usersOn(leases.values(), page, room);
      for (const { user } of users) room -= user.length + USER_FRAME;
      found.push({ channel, occupancy: leases.size, users });
    }
    const all = channels?.reduce((sum, channel) => sum + this.#present.on(channel).size, 0);
    const totalChannels = channels?.length ?? this.#present.channels.size;
    return { channels: found, totalChannels, totalOccupancy: all ?? this.#present.size };
  }

  async whereNow(user: string): Promise<readonly string[]> {
    return [...this.#present.of(user).keys()];
  }

  async setState(user: string, states: ReadonlyMap<string, string>): Promise<Touched> {
    const changes: PresenceChange[] = [];
    let excess: PresenceExcess | undefined;
    for (const [channel, state] of states) {
      const known = this.#present.get(user, channel) ?? this.#absent.get(user, channel);
      const lease = known ?? this.#lease(user, channel);
      const beyond = this.#excess(lease, state);
      excess ??= beyond;
      if (beyond) continue;
      if (!this.#present.get(user, channel)) this.#await(lease);
      if (this.#update(lease, state)) changes.push(this.#change('state-change', lease));
    }
    return { changes, leaseMs: this.#rules.leaseMs, excess };
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
    this.#absent.renew(lease, this.#clock.now(), this.#rules.leaseMs);
  }

  #lease(user: string, channel: string): Lease {
    return { user, channel, length: this.#rules.leaseMs, due: 0, state: undefined };
  }

  #forget(absent: Lease): void {
    this.#absent.remove(absent);
    this.#room.remove(absent);
  }

  #end(action: Action, lease: Lease): PresenceChange {
    this.#present.remove(lease);
    this.#room.remove(lease);
    return this.#change(action, lease);
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

  #change(action: Action, { user, channel, state }: Lease): PresenceChange {
    const occupancy = this.#present.on(channel).size;
    const logged = action === 'state-change' || occupancy <= this.#rules.announceMax;
    const change = { channel, user, action, occupancy, ...(state !== undefined && { state }), logged };
    const data = { action, user, occupancy, state };
    if (logged) this.#log.appendOne({ kind: 'presence', channel: presenceNameOf(channel), data });
    return change;
  }
}

// The users of a page, as far as there is room.
function usersOn(leases: Iterable<Lease>, { offset, limit }: PageOfUsers, room: number): Attendee[] {
  const users: Attendee[] = [];
  let index = 0;
  let left = room;
  for (const lease of leases) {
    if (users.length >= limit || left <= 0) break;
    if (index++ < offset) continue;
    left -= lease.user.length + USER_FRAME;
    users.push(userOf(lease));
  }
  return users;
}

function userOf({ user, state }: Lease): Attendee {
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
