import { leaveOf } from '../entry.ts';
import { NO_STATE } from '../memory/attendees.ts';
import { namesIn } from '../memory/lease-room.ts';
import type { PageOfUsers, PresenceExcess, Present, Swept, Touch, Touched } from '../presence.ts';
import { attendeesIn } from './attendees.ts';
import { Instances } from './instances.ts';
import { LeaseRoom } from './lease-room.ts';
import { type Lease, Leases } from './leases.ts';
import type { PartContext } from './part.ts';
import { PresenceNews } from './presence-news.ts';

// A clock that goes back by less is no jump: calls of several processes are not in the order of their clocks.
const JUMP_MS = 1_000;

/** The lease of an instance that is renewed, or begins. */
interface Begun {
  readonly instance: string;
  readonly isKnown: boolean;
  readonly state: string | undefined;
}

/** The presence of one shard. */
export class SqlitePresence {
  readonly #context: PartContext;
  readonly #leases: Leases;
  readonly #instances: Instances;
  readonly #room: LeaseRoom;
  readonly #news: PresenceNews;

  constructor(context: PartContext) {
    this.#context = context;
    this.#leases = new Leases(context);
    this.#instances = new Instances(context);
    this.#room = new LeaseRoom(context);
    this.#news = new PresenceNews(context, this.#leases);
  }

  touch(touches: readonly Touch[]): readonly Touched[] {
    return touches.map((touch) => this.#touch(touch));
  }

  leave(user: string, channels: readonly string[], instance = ''): void {
    let hasLeft = false;
    for (const channel of channels) hasLeft = this.#leave(user, channel, instance) || hasLeft;
    const data = leaveOf(channels, instance);
    if (hasLeft) this.#context.log.appendOne({ kind: 'leave', channel: user, data });
  }

  sweep(max: number): Swept {
    const now = Math.ceil(this.#context.now());
    this.#followClock(now);
    // First, so that a lease that is due with all that stand beside it ends in one sweep.
    for (const one of this.#instances.due(now, max)) {
      this.#instances.remove(one);
      this.#room.removeOne(one);
    }
    for (const lease of this.#leases.due(now, max)) {
      if (lease.isPresent) this.#end('timeout', lease);
      else this.#forget(lease);
    }
    this.#news.tellIntervals(now, max);
    const firsts = [this.#leases.firstDue(), this.#instances.firstDue(), this.#news.firstDue()];
    const next = Math.min(...firsts.map((due) => due ?? Number.POSITIVE_INFINITY));
    return { nextMs: next < Number.POSITIVE_INFINITY ? Math.max(0, next - now) : undefined };
  }

  hereNow(channels: readonly string[] | undefined, page: PageOfUsers): Present {
    return attendeesIn(this.#leases, channels, page);
  }

  whereNow(user: string): readonly string[] {
    return this.#leases.channelsOf(user);
  }

  setState(user: string, states: ReadonlyMap<string, string>): Touched {
    const { rules, log } = this.#context;
    let excess: PresenceExcess | undefined;
    for (const [channel, state] of states) {
      const lease = this.#leases.get(user, channel) ?? this.#newLease(user, channel);
      const beyond = this.#excessOf(lease, { instance: lease.instance, isKnown: lease.id !== 0, state });
      excess ??= beyond;
      if (beyond) continue;
      const waiting = lease.isPresent ? lease : this.#await(lease);
      if (this.#update(waiting, state)) this.#news.tell('state-change', { user, channel, state });
    }
    return { at: log.highest, leaseMs: rules.leaseMs, excess };
  }

  getState(user: string, channels: readonly string[]): ReadonlyMap<string, string> {
    const states = new Map<string, string>();
    for (const channel of channels) {
      const state = this.#leases.get(user, channel)?.state;
      if (state !== undefined) states.set(channel, state);
    }
    return states;
  }

  #touch({ user, instance = '', channels, leaseMs, states }: Touch): Touched {
    const { rules, log } = this.#context;
    let shortest = leaseMs ?? rules.leaseMs;
    let excess: PresenceExcess | undefined;
    for (const channel of channels) {
      const lease = this.#leases.get(user, channel) ?? this.#newLease(user, channel);
      const state = states?.get(channel);
      const known = this.#lengthOf(lease, instance);
      const isKnown = known !== undefined;
      // A lease that goes on as it is takes no room: so are most.
      const beyond =
        isKnown && state === undefined ? undefined : this.#excessOf(lease, { instance, isKnown, state });
      excess ??= beyond;
      // What there is no room for is not begun; a lease that there is goes on, with its old state.
      if (beyond && !isKnown) continue;
      const length = Math.ceil(leaseMs ?? known ?? rules.leaseMs);
      this.#renew(lease, { instance, isKnown, length, state: beyond ? undefined : state });
      shortest = Math.min(shortest, length);
    }
    return { at: log.highest, leaseMs: shortest, excess };
  }

  // The length of the lease of an instance, if there is one.
  #lengthOf({ id, isPresent, instance: first, length }: Lease, instance: string): number | undefined {
    if (!isPresent) return undefined;
    return instance === first ? length : this.#instances.get(id, instance)?.length;
  }

  #excessOf(lease: Lease, { instance, isKnown, state }: Begun): PresenceExcess | undefined {
    const { id, user, channel, isPresent, state: before } = lease;
    const room = { before, next: state };
    if (isKnown) return this.#room.excess(user, { ...room, entries: 0, names: 0 });
    // The room of an absent user's state becomes that of their presence.
    if (id !== 0 && !isPresent)
      return this.#room.excess(user, { ...room, entries: 0, names: instance.length });
    return this.#room.excess(user, { ...room, entries: 1, names: namesIn({ user, channel, instance }) });
  }

  #renew(lease: Lease, { instance, isKnown, length, state }: Begun & { readonly length: number }): void {
    const due = this.#dueIn(length);
    if (!lease.isPresent) {
      const joined = this.#replaced(lease, { isPresent: true, instance, length, due });
      const differs = this.#update(joined, state);
      this.#news.tell('join', differs ? { ...joined, state } : joined);
      return;
    }
    if (instance === lease.instance) this.#leases.renew(lease, { length, due });
    else this.#instances.set({ lease: lease.id, instance, length, due }, !isKnown);
    if (!isKnown) this.#room.add({ ...lease, instance });
    if (this.#update(lease, state)) this.#news.tell('state-change', { ...lease, state });
  }

  // For a user who is not present a state waits as long as a lease lasts.
  #await(lease: Lease): Lease {
    const length = this.#context.rules.leaseMs;
    return this.#replaced(lease, { isPresent: false, instance: '', length, due: this.#dueIn(length) });
  }

  // A user who joins is the last of the channel, also if their state has waited for them.
  #replaced(lease: Lease, changes: Pick<Lease, 'isPresent' | 'instance' | 'length' | 'due'>): Lease {
    const next = { ...lease, ...changes };
    if (lease.id === 0) this.#room.add(next);
    else {
      this.#leases.remove(lease);
      this.#room.addInstance(next);
    }
    return { ...next, id: this.#leases.add(next) };
  }

  #newLease(user: string, channel: string): Lease {
    const { leaseMs: length } = this.#context.rules;
    const nothing = { id: 0, isPresent: false, due: 0, state: undefined, stateId: undefined };
    return { ...nothing, user, channel, instance: '', length };
  }

  #dueIn(milliseconds: number): number {
    return Math.ceil(this.#context.now() + milliseconds);
  }

  #forget(lease: Lease): void {
    this.#leases.remove(lease);
    this.#room.remove(lease);
  }

  // `true` if there was something to leave.
  #leave(user: string, channel: string, instance: string): boolean {
    const lease = this.#leases.get(user, channel);
    if (!lease) return false;
    if (!lease.isPresent) this.#forget(lease);
    else if (lease.instance === instance) this.#end('leave', lease);
    else {
      const further = this.#instances.get(lease.id, instance);
      if (!further) return false;
      this.#instances.remove(further);
      this.#room.removeOne({ user, channel, instance });
    }
    return true;
  }

  #end(action: 'leave' | 'timeout', lease: Lease): void {
    const next = this.#instances.beside(lease.id);
    if (!next) {
      this.#forget(lease);
      this.#news.tell(action, lease);
      return;
    }
    // The user's other instances go on, with the user's state.
    this.#instances.remove(next);
    this.#leases.pass(lease, next);
    this.#room.removeOne(lease);
  }

  /** Sets a new state. Returns `true` if it differs from the one before. */
  #update(lease: Lease, state: string | undefined): boolean {
    if (state === undefined || state === (lease.state ?? NO_STATE)) return false;
    this.#leases.setState(lease.id, this.#room.setState(lease, state));
    return true;
  }

  // What was to end by a clock that was ahead would not end for as long as it was set back.
  #followClock(now: number): void {
    const { state } = this.#context;
    const seen = state.number('presence.swept');
    if (now < seen - JUMP_MS) {
      this.#leases.shorten(now);
      this.#instances.shorten(now);
      this.#news.hasten(now);
    } else if (now < seen + JUMP_MS) return;
    state.set('presence.swept', now);
  }
}
