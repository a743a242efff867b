// Stored here, before a test can replace them: with fake timers, the turn would never end.
const { setImmediate: immediately, MessageChannel: Channel } = globalThis as Partial<typeof globalThis>;

/** Resolves after one turn of the event loop, in which timers, sockets and listeners can run. */
export function turn(): Promise<void> {
  if (typeof immediately === 'function') return new Promise((resolve) => void immediately(resolve));
  // A runtime without either has no event loop that could be starved.
  if (typeof Channel !== 'function') return Promise.resolve();
  return new Promise((resolve) => {
    const { port1, port2 } = new Channel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

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

  /** `true` if a job waits. */
  get isWanted(): boolean {
    return this.#waiting.length > 0;
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
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal.removeEventListener('abort', abort);
        this.#running++;
        resolve();
      };
      const abort = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal.reason);
      };
      const waiting = { begin, isUrgent };
      this.#waiting.push(waiting);
      signal.addEventListener('abort', abort, { once: true });
    });
  }
}

function never(): boolean {
  return false;
}
