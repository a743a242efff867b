/** The largest number of names: more than a client can subscribe. */
const MAX_NAMES = 10_000;

interface Remembered {
  /** JSON text. */
  readonly text: string;
}

/**
 * The user's own state by channel or group, as `setState()` set it last. Handshakes and heartbeats repeat it, so that it
 * survives a timeout of the user's presence.
 */
export class OwnStates {
  readonly #byName = new Map<string, Remembered>();

  /** The state of a name as JSON text, if one was set. */
  text(name: string): string | undefined {
    return this.#byName.get(name)?.text;
  }

  /**
   * Remembers a state while a call sets it, and afterwards. Heartbeats that are sent meanwhile carry the new state, and cannot
   * restore the old one. If the call fails, the previous state is remembered again.
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

  /** Forgets names that were left, or whose new subscription has its own state. */
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
