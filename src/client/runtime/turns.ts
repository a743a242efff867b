import { unlessAborted } from './signals.ts';

interface Waiting {
  readonly begin: () => void;
  readonly isUrgent: () => boolean;
}

/** Limits the number of concurrent jobs; the others wait in order, urgent ones first. */
export class Turns {
  readonly #most: number;
  readonly #waiting: Waiting[] = [];
  #running = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Runs the work when its turn has come. Rejects with the signal's reason when it is aborted before. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>, isUrgent: () => boolean = never): Promise<T> {
    signal.throwIfAborted();
    if (this.#running >= this.#most) await this.#wait(signal, isUrgent);
    else this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      this.#next();
    }
  }

  #next(): void {
    const urgent = this.#waiting.findIndex(({ isUrgent }) => isUrgent());
    this.#waiting.splice(Math.max(urgent, 0), 1)[0]?.begin();
  }

  #wait(signal: AbortSignal, isUrgent: () => boolean): Promise<void> {
    return unlessAborted(signal, (resolve) => {
      const begin = () => {
        this.#running++;
        resolve();
      };
      const waiting = { begin, isUrgent };
      this.#waiting.push(waiting);
      return () => this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
    });
  }
}

function never(): boolean {
  return false;
}
