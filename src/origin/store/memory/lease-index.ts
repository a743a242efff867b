import { type Due, DueQueue } from '../../due-queue.ts';

/** The lease of one user on one channel. */
export interface Lease extends Due {
  readonly user: string;
  readonly channel: string;
  /** JSON text. */
  state: string | undefined;
}

type Leases = ReadonlyMap<string, Lease>;
type Index = Map<string, Map<string, Lease>>;

const NONE: Leases = new Map();

/** Leases by channel, by user, and by expiry. */
export class LeaseIndex {
  readonly #byChannel: Index = new Map();
  readonly #byUser: Index = new Map();
  readonly #queue = new DueQueue<Lease>();
  #size = 0;

  /** Channels with at least one lease. */
  get channels(): ReadonlyMap<string, Leases> {
    return this.#byChannel;
  }

  /** All leases. */
  get size(): number {
    return this.#size;
  }

  /** The lease of a user on a channel. */
  get(user: string, channel: string): Lease | undefined {
    return this.#byChannel.get(channel)?.get(user);
  }

  /** The leases on a channel by user, in the order in which they were added. */
  on(channel: string): Leases {
    return this.#byChannel.get(channel) ?? NONE;
  }

  /** The leases of a user by channel. */
  of(user: string): Leases {
    return this.#byUser.get(user) ?? NONE;
  }

  /** Adds a lease, which expires only after it was renewed. */
  add(lease: Lease): Lease {
    this.#size++;
    put(this.#byChannel, [lease.channel, lease.user], lease);
    put(this.#byUser, [lease.user, lease.channel], lease);
    return lease;
  }

  /** Makes a lease last from now on. */
  renew(lease: Lease, now: number, milliseconds: number): void {
    this.#queue.remove(lease);
    lease.length = milliseconds;
    this.#queue.add(lease, now);
  }

  remove(lease: Lease): void {
    this.#queue.remove(lease);
    this.#size--;
    take(this.#byChannel, lease.channel, lease.user);
    take(this.#byUser, lease.user, lease.channel);
  }

  /** The lease that expires first. */
  first(): Lease | undefined {
    return this.#queue.first();
  }
}

function put(index: Index, [outer, inner]: readonly [string, string], lease: Lease): void {
  const leases = index.get(outer) ?? new Map<string, Lease>();
  index.set(outer, leases.set(inner, lease));
}

function take(index: Index, outer: string, inner: string): void {
  const leases = index.get(outer);
  leases?.delete(inner);
  if (leases?.size === 0) index.delete(outer);
}
