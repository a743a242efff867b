const PAUSE_MS = 10_000;
const MOST = 100;

interface Known {
  at: number;
  heldBack: number;
}

/** Lets the same text through once in ten seconds: while a store is away, every request says so. */
export class Repeats {
  readonly #known = new Map<string, Known>();

  /** The number of times that the text was held back before; `undefined` if it is to be held back now. */
  pass(text: string, now: number): number | undefined {
    const known = this.#known.get(text);
    if (known && now - known.at < PAUSE_MS && now >= known.at) {
      known.heldBack++;
      return undefined;
    }
    this.#known.delete(text);
    this.#known.set(text, { at: now, heldBack: 0 });
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MOST) break;
      this.#known.delete(oldest);
    }
    return known?.heldBack ?? 0;
  }
}
