/** Names that are remembered at most: more than a client can subscribe. */
const MAX_NAMES = 10_000;

interface Remembered {
  /** JSON text. */
  readonly text: string;
}

/**
 * The user's own state by channel or group, as `setState()` set it last: handshakes and heartbeats tell it again, so that
 * it outlives a time in which the server took the user for gone.
 */
export class OwnStates {
  readonly #byName = new Map<string, Remembered>();

  /** The state of a name as JSON text, if one was set. */
  text(name: string): string | undefined {
    return this.#byName.get(name)?.text;
  }

  /**
   * Remembers a state while a call sets it, and from then on. Heartbeats under way at the same time tell the new one, so
   * that they cannot bring the old one back. When the call fails, what was there before is remembered again.
   */
  async during<R>(names: readonly string[], state: unknown, call: () => Promise<R>): Promise<R> {
    const remembered = { text: JSON.stringify(state) };
    const before = names.map((name) => ({ name, old: this.#byName.get(name) }));
    for (const name of names) this.#remember(name, remembered);
    try {
      return await call();
    } catch (error) {
      for (const { name, old } of before) {
        if (this.#byName.get(name) !== remembered) continue;
        if (old) this.#remember(name, old);
        else this.#byName.delete(name);
      }
      throw error;
    }
  }

  /** Forgets names: they were left, or a new subscription brings a state of its own. */
  forget(names: readonly string[]): void {
    for (const name of names) this.#byName.delete(name);
  }

  #remember(name: string, state: Remembered): void {
    this.#byName.delete(name);
    this.#byName.set(name, state);
    const [oldest] = this.#byName.size > MAX_NAMES ? this.#byName.keys() : [];
    if (oldest !== undefined) this.#byName.delete(oldest);
  }
}
