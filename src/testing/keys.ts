import { described, type Kind } from '../origin/checks.ts';
import type { Keyset } from '../origin/index.ts';
import { isKey } from '../origin/keyset-checks.ts';

const DEMO: Keyset = { subscribeKey: 'demo', publishKey: 'demo' };

/** A subscribe key, of the network or any other. */
export const KEY: Kind = {
  problem(value) {
    if (typeof value !== 'string') return `must be a string, not ${described(value)}`;
    return isKey(value) ? undefined : 'must have 1 to 128 letters, digits, "-" and "_", and nothing else';
  },
};

/** The keysets of the network, and the keys that the code under test uses. */
export class Keys {
  readonly #keysets: readonly Keyset[];
  readonly #used = new Set<string>();

  constructor(keysets: readonly Keyset[] = []) {
    this.#keysets = keysets;
  }

  /** Notes a key that the code under test uses. */
  use(subscribeKey: string | undefined): void {
    if (subscribeKey !== undefined) this.#used.add(subscribeKey);
  }

  /** The keyset of `network.options`. */
  get first(): Keyset {
    return this.#keysets[0] ?? DEMO;
  }

  /** The keyset that the code under test uses. Throws a `TypeError` if it uses several. */
  get current(): Keyset {
    const [used, another] = this.#used;
    if (another === undefined) return used === undefined ? this.first : this.of(used);
    const all = [...this.#used];
    throw new TypeError(
      `The code under test uses several subscribe keys (${all.join(', ')}): choose one by network.keyset('${used}').`,
    );
  }

  /** The keyset of a subscribe key, also of an unknown one. */
  of(subscribeKey: string): Keyset {
    const known = this.#keysets.find((keyset) => keyset.subscribeKey === subscribeKey);
    return known ?? { subscribeKey, publishKey: 'demo' };
  }

  clear(): void {
    this.#used.clear();
  }
}
