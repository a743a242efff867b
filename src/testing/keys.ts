import type { Keyset } from '../origin/index.ts';

const DEMO: Keyset = { subscribeKey: 'demo', publishKey: 'demo' };

/** The keys that the network knows of: those it was made with, and those that the code under test uses. */
export class Keys {
  readonly #keysets: readonly Keyset[];
  readonly #used = new Set<string>();

  constructor(keysets: readonly Keyset[] = []) {
    this.#keysets = keysets;
  }

  /** The code under test uses a key. */
  use(subscribeKey: string | undefined): void {
    if (subscribeKey !== undefined) this.#used.add(subscribeKey);
  }

  /** The keyset that clients are made with. */
  get first(): Keyset {
    return this.#keysets[0] ?? DEMO;
  }

  /** The keyset that the code under test uses. Throws a `TypeError` when it uses several. */
  get current(): Keyset {
    const [used, another] = this.#used;
    if (another === undefined) return used === undefined ? this.first : this.of(used);
    const all = [...this.#used];
    throw new TypeError(
      `The code under test uses several subscribe keys (${all.join(', ')}): say which one is meant, by network.keyset('${used}').`,
    );
  }

  /** What is known of a key. */
  of(subscribeKey: string): Keyset {
    const known = this.#keysets.find((keyset) => keyset.subscribeKey === subscribeKey);
    return known ?? { subscribeKey, publishKey: 'demo' };
  }

  forget(): void {
    this.#used.clear();
  }
}
