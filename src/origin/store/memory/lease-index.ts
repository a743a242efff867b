import { type Due, DueQueue } from '../../due-queue.ts';

/** The lease of one user on one channel, or of one of the user's instances. */
export interface Lease extends Due {
  readonly user: string;
  readonly channel: string;
  /** Absent in the leases of all who do not name one, which are the most, and are smaller without. */
  readonly instance?: string;
  /** JSON text. Of several instances only the first has it. */
  state: string | undefined;
}

/** A lease that expires only after it was renewed. */
export function newLease(
  user: string,
  channel: string,
  { instance, length }: { readonly instance?: string | undefined; readonly length: number },
): Lease {
  const lease: Lease = {
    user,
    channel,
    length,
    due: 0,
    state: undefined,
    // Set from the beginning, so that each of very many leases is one object.
    moment: undefined,
    dueBefore: undefined,
    dueAfter: undefined,
  };
  return instance ? { ...lease, instance } : lease;
}

type Leases = ReadonlyMap<string, Lease>;
type Index = Map<string, Map<string, Lease>>;

const NONE: Leases = new Map();

/**
 * Leases by channel, by user, and by expiry. There is one for each user and channel: further instances of the user are kept
 * beside it, and one of them takes its place when it ends.
 */
export class LeaseIndex {
  readonly #byChannel: Index = new Map();
  readonly #byUser: Index = new Map();
  /** By the lease that they stand beside. */
  readonly #further = new Map<Lease, Map<string, Lease>>();
  readonly #queue = new DueQueue<Lease>();
  #size = 0;

  /** Channels with at least one lease. */
  get channels(): ReadonlyMap<string, Leases> {
    return this.#byChannel;
  }

  /** All leases, without those of further instances. */
  get size(): number {
    return this.#size;
  }

  /** The lease of a user on a channel. */
  get(user: string, channel: string): Lease | undefined {
    return this.#byChannel.get(channel)?.get(user);
  }

  /** The lease of an instance: the user's first one, or one beside it. */
  ofInstance(first: Lease, instance = ''): Lease | undefined {
    return (first.instance ?? '') === instance ? first : this.#further.get(first)?.get(instance);
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

  /** Adds the lease of a further instance beside the first one, which expires only after it was renewed. */
  addFurther(first: Lease, lease: Lease): void {
    const leases = this.#further.get(first) ?? new Map<string, Lease>();
    this.#further.set(first, leases.set(lease.instance ?? '', lease));
  }

  /** Makes a lease last from now on. */
  renew(lease: Lease, now: number, milliseconds: number): void {
    this.#queue.remove(lease);
    lease.length = milliseconds;
    this.#queue.add(lease, now);
  }

  /** Removes a lease. Returns the first of those that the user still has on the channel; `undefined` if there is none. */
  remove(lease: Lease): Lease | undefined {
    this.#queue.remove(lease);
    const first = this.get(lease.user, lease.channel);
    if (first && first !== lease) {
      take(this.#further, first, lease.instance ?? '');
      return first;
    }
    const next = this.#replace(lease);
    if (next) return next;
    this.#size--;
    take(this.#byChannel, lease.channel, lease.user);
    take(this.#byUser, lease.user, lease.channel);
    return undefined;
  }

  // The user keeps their place among those on the channel.
  #replace(lease: Lease): Lease | undefined {
    const leases = this.#further.get(lease);
    if (!leases) return undefined;
    this.#further.delete(lease);
    const [[instance, next] = []] = leases;
    if (instance === undefined || !next) return undefined;
    leases.delete(instance);
    if (leases.size > 0) this.#further.set(next, leases);
    put(this.#byChannel, [next.channel, next.user], next);
    put(this.#byUser, [next.user, next.channel], next);
    return next;
  }

  /** The leases that are due, the oldest first. The caller removes each that it gets. */
  *due(now: number, max: number): Iterable<Lease> {
    for (let count = 0; count < max; count++) {
      const lease = this.first();
      if (!lease || lease.due > now) return;
      yield lease;
    }
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

function take<K>(index: Map<K, Map<string, Lease>>, outer: K, inner: string): void {
  const leases = index.get(outer);
  leases?.delete(inner);
  if (leases?.size === 0) index.delete(outer);
}
