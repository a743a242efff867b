import type { Keysets } from './keysets.ts';
import type { Services } from './routes/route.ts';

/** The services of requests, of which each has the limits of its subscribe key. A request keeps those that it began with. */
export class ServiceSet {
  /** For subscribe keys without limits of their own, and for requests without a subscribe key. */
  readonly base: Services;
  readonly #own: ReadonlyMap<string, Services>;

  constructor(base: Services) {
    this.base = base;
    const { keysets, limits } = base;
    const own = Array.from(keysets.all).filter(([, terms]) => terms.limits !== limits);
    this.#own = new Map(
      own.map(([subscribeKey, terms]) => [subscribeKey, { ...base, limits: terms.limits }]),
    );
  }

  /** The same with other keysets. */
  with(keysets: Keysets): ServiceSet {
    return new ServiceSet({ ...this.base, keysets });
  }

  /** The services for a subscribe key, which is read if any has limits of its own. */
  of(subscribeKey: () => string): Services {
    return this.#own.size === 0 ? this.base : (this.#own.get(subscribeKey()) ?? this.base);
  }
}
