const PATIENCE_MS = 100_000;

/** What a test has received so far, and ways to wait for more without sleeping. */
export class Inbox<T> {
  readonly #values: T[] = [];
  readonly #checks = new Set<() => void>();
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** Everything, in the order of its arrival. */
  get all(): readonly T[] {
    return this.#values;
  }

  /** Takes a value; bound, so that it can be handed out as a listener. */
  readonly put = (value: T): void => {
    this.#values.push(value);
    for (const check of [...this.#checks]) check();
  };

  /** Forgets what has arrived. */
  clear(): void {
    this.#values.length = 0;
  }

  /** Resolves as soon as there are so many values, to all of them. */
  take(count: number): Promise<readonly T[]> {
    return this.until((values) => values.length >= count, `${count} values`);
  }

  /** Resolves to the first value that fits, now or later. */
  async first(fits: (value: T) => boolean): Promise<T> {
    const values = await this.until((all) => all.some(fits), 'a value that fits');
    const found = values.find(fits);
    if (found === undefined) throw new Error('The value that fitted is gone.');
    return found;
  }

  /** Resolves as soon as the values are enough; rejects, and tells what has come instead, after ten seconds. */
  until(isEnough: (values: readonly T[]) => boolean, what: string): Promise<readonly T[]> {
    return new Promise((resolve, reject) => {
      const check = () => {
        if (isEnough(this.#values)) end(() => resolve([...this.#values]));
      };
      const end = (settle: () => void) => {
        clearTimeout(timer);
        this.#checks.delete(check);
        settle();
      };
      const giveUp = () => end(() => reject(new Error(this.#complaint(what))));
      const timer = setTimeout(giveUp, PATIENCE_MS);
      this.#checks.add(check);
      check();
    });
  }

  #complaint(what: string): string {
    const newest = JSON.stringify(this.#values.slice(-10));
    return `${this.#name}: waited for ${what}, got ${this.#values.length}, the newest of them ${newest}`;
  }
}
