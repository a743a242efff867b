// Taken hold of here, before a test can replace them: a turn that fake timers hold up would never come.
const { setImmediate: immediately, MessageChannel: Channel } = globalThis as Partial<typeof globalThis>;

/** Resolves when the event loop has turned: timers, sockets and listeners have had their chance. */
export function turn(): Promise<void> {
  if (typeof immediately === 'function') return new Promise((resolve) => void immediately(resolve));
  // A server or worker without either has no event loop that could be starved.
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

/** Lets so many pieces of work run at a time; the others wait in the order in which they came, urgent ones first. */
export class Turns {
  readonly #most: number;
  readonly #waiting: Waiting[] = [];
  #running = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether somebody waits. */
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
