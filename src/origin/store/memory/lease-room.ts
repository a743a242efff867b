import { Account, type Budget, NO_LIMIT } from '../budget.ts';
import type { LeaseRules, PresenceExcess } from '../presence.ts';
import type { Lease } from './lease-index.ts';
import { StateTexts } from './state-texts.ts';

const NO_RULES: LeaseRules = { all: NO_LIMIT, user: NO_LIMIT };

/** The leases and states of one user, in entries and characters. */
interface Held {
  entries: number;
  bytes: number;
}

/** A change of what a user holds. */
export interface Growth {
  /** Leases that begin. */
  readonly entries: number;
  /** Characters of their names. */
  readonly names: number;
  /** The state that there is, as JSON text. */
  readonly before: string | undefined;
  /** The state that replaces it. Absent: none does. */
  readonly next: string | undefined;
}

/** The memory of the leases of one shard, and of each user's. A state that many leases have is counted once for all. */
export class LeaseRoom {
  readonly #rules: LeaseRules;
  readonly #account: Account;
  readonly #byUser = new Map<string, Held>();
  readonly #states = new StateTexts();

  constructor(rules: LeaseRules = NO_RULES, budget?: Budget) {
    this.#rules = rules;
    this.#account = new Account({ limits: rules.all, budget });
  }

  /** Leases that are held. */
  get size(): number {
    return this.#account.entries;
  }

  /** The limit that a change would exceed. */
  excess(user: string, { entries, names, before, next = before }: Growth): PresenceExcess | undefined {
    const { entries: count, bytes } = this.#byUser.get(user) ?? { entries: 0, bytes: 0 };
    const growth = names + (next?.length ?? 0) - (before?.length ?? 0);
    if (entries > 0 && count + entries > this.#rules.user.entries) return 'user';
    if (growth > 0 && bytes + growth > this.#rules.user.bytes) return 'user';
    return this.#account.hasRoom(entries, names + this.#states.growth(next)) ? undefined : 'all';
  }

  /** Counts a lease that begins. */
  add(lease: Lease): void {
    const held = this.#byUser.get(lease.user) ?? { entries: 0, bytes: 0 };
    const names = namesIn(lease);
    this.#byUser.set(lease.user, held);
    held.entries++;
    held.bytes += names;
    this.#account.add(1, names);
    const { state } = lease;
    lease.state = undefined;
    if (state !== undefined) this.setState(lease, state);
  }

  /** Counts the new state of a lease, and sets it. */
  setState(lease: Lease, state: string): void {
    this.#release(lease);
    this.#account.add(0, this.#states.growth(state));
    lease.state = this.#states.use(state);
    const held = this.#byUser.get(lease.user);
    if (held) held.bytes += state.length;
  }

  /** Counts a lease that ends. It keeps its state. */
  remove(lease: Lease): void {
    this.#release(lease);
    const names = namesIn(lease);
    this.#account.remove(1, names);
    const held = this.#byUser.get(lease.user);
    if (!held) return;
    held.bytes -= names;
    if (--held.entries === 0) this.#byUser.delete(lease.user);
  }

  /** Gives back all room: the leases are used no more. */
  clear(): void {
    this.#account.clear();
  }

  #release({ user, state }: Lease): void {
    if (state === undefined) return;
    this.#account.remove(0, this.#states.release(state));
    const held = this.#byUser.get(user);
    if (held) held.bytes -= state.length;
  }
}

/** Characters of the names of a lease. */
export function namesIn({
  user,
  channel,
  instance = '',
}: Pick<Lease, 'user' | 'channel' | 'instance'>): number {
  return user.length + channel.length + instance.length;
}
