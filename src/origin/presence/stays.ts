import { type Due, DueQueue } from '../due-queue.ts';

/** A parked poll, as a sign of life that goes on. */
export interface Stay extends Due {
  readonly user: string;
  /** What is renewed: less than what the poll names after the user has left some of it. */
  readonly channels: Set<string>;
  readonly leaseMs: number | undefined;
}

/** The parked polls of users, by user and by when their leases are to be renewed. */
export class Stays {
  readonly #byUser = new Map<string, Set<Stay>>();
  readonly #queue = new DueQueue<Stay>();

  /** Begins a stay. It is renewed only once `renewed` was called. */
  begin(user: string, channels: readonly string[], leaseMs: number | undefined): Stay {
    const stay: Stay = { user, channels: new Set(channels), leaseMs, length: 0, due: 0 };
    const stays = this.#byUser.get(user) ?? new Set();
    this.#byUser.set(user, stays.add(stay));
    return stay;
  }

  /** The leases of a stay are fresh: they are due again after so many milliseconds. */
  renewed(stay: Stay, now: number, milliseconds: number): void {
    this.#queue.remove(stay);
    stay.length = milliseconds;
    // It may have ended while its leases were renewed.
    if (this.#byUser.get(stay.user)?.has(stay)) this.#queue.add(stay, now);
  }

  end(stay: Stay): void {
    this.#queue.remove(stay);
    const stays = this.#byUser.get(stay.user);
    stays?.delete(stay);
    if (stays?.size === 0) this.#byUser.delete(stay.user);
  }

  /** The user has left: polls that are parked now no longer speak for these channels. */
  leave(user: string, channels: readonly string[]): void {
    for (const stay of this.#byUser.get(user) ?? []) {
      for (const channel of channels) stay.channels.delete(channel);
    }
  }

  /** The stay that is due first. */
  first(): Stay | undefined {
    return this.#queue.first();
  }
}
