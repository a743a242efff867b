import type { Room } from '../store/budget.ts';

interface Compiled<T> {
  readonly value: T;
  readonly bytes: number;
}

/** What was compiled, by its text: the least recently used goes when there is too much, and is compiled again if needed. */
export class CompiledCache<T> {
  readonly #limits: Room;
  // In the order of their last use.
  readonly #entries = new Map<string, Compiled<T>>();
  #bytes = 0;

  constructor(limits: Room) {
    this.#limits = limits;
  }

  /** What is held. */
  get used(): Room {
    return { entries: this.#entries.size, bytes: this.#bytes };
  }

  /** What a text was compiled to, if it is still there. */
  get(text: string): T | undefined {
    const known = this.#entries.get(text);
    if (known) {
      this.#entries.delete(text);
      this.#entries.set(text, known);
    }
    return known?.value;
  }

  /** Keeps what a text was compiled to, which takes about so many bytes. */
  add(text: string, value: T, bytes: number): void {
    this.#drop(text);
    this.#entries.set(text, { value, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#limits.entries && this.#bytes <= this.#limits.bytes) return;
      this.#drop(oldest);
    }
  }

  #drop(text: string): void {
    this.#bytes -= this.#entries.get(text)?.bytes ?? 0;
    this.#entries.delete(text);
  }
}
