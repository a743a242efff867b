/** What was published and what was received, by timetoken. */
export class Tally {
  readonly #published = new Set<string>();
  readonly #received = new Map<string, number>();
  #changed: () => void = () => undefined;

  published(timetoken: string): void {
    this.#published.add(timetoken);
    this.#changed();
  }

  received(timetoken: string): void {
    this.#received.set(timetoken, (this.#received.get(timetoken) ?? 0) + 1);
    this.#changed();
  }

  /** Resolves when everything that was published has been received. */
  async complete(): Promise<void> {
    while (this.#lost > 0) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  get correct(): boolean {
    return this.#published.size > 0 && this.#lost === 0 && this.#duplicated === 0 && this.#unknown === 0;
  }

  toString(): string {
    const received = this.#received.size;
    return `published ${this.#published.size}, received ${received}, lost ${this.#lost}, duplicated ${this.#duplicated}`;
  }

  get #lost(): number {
    return [...this.#published].filter((timetoken) => !this.#received.has(timetoken)).length;
  }

  get #duplicated(): number {
    return [...this.#received.values()].reduce((copies, times) => copies + times - 1, 0);
  }

  get #unknown(): number {
    return [...this.#received.keys()].filter((timetoken) => !this.#published.has(timetoken)).length;
  }
}
