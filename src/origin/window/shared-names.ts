import type { Subscription } from './subscription.ts';

/** The names of a subscribe request without groups. */
export interface SharedListening {
  readonly names: { readonly channels: readonly string[]; readonly groups: readonly string[] };
  readonly resolved: {
    readonly subscription: Subscription;
    /** The channels on which the user is present, by the name in the request. */
    readonly present: ReadonlyMap<string, readonly string[]>;
  };
  /** The channels on which the user is present. */
  readonly present: readonly string[];
}

// What is kept of names that nobody is parked with, of all subscribe keys.
const UNUSED = 64;
const UNUSED_CHARACTERS = 16_384;

interface Known extends SharedListening {
  /** The windows in which somebody is parked with them. */
  uses: number;
}

/**
 * The names of polls without groups, by their text: polls with the same names share one list and one subscription, for as
 * long as one of them is parked. The last that nobody is parked with are kept too, for those who come back.
 */
export class SharedNames {
  readonly #byText = new Map<string, Known>();
  // In the order in which they were used.
  readonly #unused = new Set<string>();
  #characters = 0;

  /** The number of texts. */
  get size(): number {
    return this.#byText.size;
  }

  /** The names of a text. `make` looks at a text that is not known. */
  of(text: string, make: () => SharedListening): SharedListening {
    const known = this.#byText.get(text);
    if (known) return known;
    const listening = { ...make(), uses: 0 };
    listening.resolved.subscription.source = text;
    this.#byText.set(text, listening);
    this.#keep(text);
    return listening;
  }

  /** Somebody is parked in a window with a subscription, perhaps one of these. */
  used(subscription: Subscription): void {
    const known = this.#known(subscription);
    if (!known) return;
    known.uses++;
    this.#take(known.resolved.subscription.source ?? '');
  }

  /** Nobody is parked in a window with a subscription any more. */
  unused(subscription: Subscription): void {
    const known = this.#known(subscription);
    if (known && --known.uses === 0) this.#keep(known.resolved.subscription.source ?? '');
  }

  // Names that were forgotten while a request with them began to wait may be known again with another subscription.
  #known(subscription: Subscription): Known | undefined {
    const known = subscription.source === undefined ? undefined : this.#byText.get(subscription.source);
    return known?.resolved.subscription === subscription ? known : undefined;
  }

  #keep(text: string): void {
    this.#unused.add(text);
    this.#characters += text.length;
    for (const oldest of this.#unused) {
      if (this.#unused.size <= UNUSED && this.#characters <= UNUSED_CHARACTERS) return;
      this.#take(oldest);
      this.#byText.delete(oldest);
    }
  }

  #take(text: string): void {
    if (this.#unused.delete(text)) this.#characters -= text.length;
  }
}
