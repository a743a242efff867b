import type { Live } from './recent.ts';

/** Entries as values. What was parsed is kept to the end of the turn, in which many polls may ask for it. */
export class Envelopes {
  readonly #parsed = new Map<Live, unknown>();

  /** The envelope of an entry, without the name that it is delivered for. */
  of(live: Live): unknown {
    if (this.#parsed.size === 0) queueMicrotask(() => this.#parsed.clear());
    const envelope: unknown = this.#parsed.get(live) ?? JSON.parse(`${live.text}}`);
    this.#parsed.set(live, envelope);
    return envelope;
  }
}
