import { unlessAborted } from './signals.ts';

interface Waiting {
  readonly begin: () => void;
  readonly rank: () => number;
}

/** Limits the number of concurrent jobs; the others wait: the lowest rank goes first, and among these who came first. */
export class Turns {
  readonly #most: number;
  readonly #waiting: Waiting[] = [];
  #running = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Runs the work when its turn has come. Rejects with the signal's reason when it is aborted before. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>, rank: () => number = zero): Promise<T> {
    signal.throwIfAborted();
    if (this.#running >= this.#most) await this.#wait(signal, rank);
    else this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      this.#next();
    }
  }

  #next(): void {
    this.#waiting.sort((a, b) => a.rank() - b.rank());
    this.#waiting.shift()?.begin();
  }

  #wait(signal: AbortSignal, rank: () => number): Promise<void> {
    return unlessAborted(signal, (resolve) => {
      const begin = () => {
        this.#running++;
        resolve();
      };
      const waiting = { begin, rank };
      this.#waiting.push(waiting);
      return () => this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
    });
  }
}

function zero(): number {
  return 0;
}
