import type { StopReason, StopSignal } from './terminal.ts';

/** The functions of the process that a stopper uses. */
export interface StopperHost {
  /** Milliseconds, of any clock. */
  now(): number;
  /** Ends the process at once. */
  exit(code: number): void;
}

// npm and npx pass on a signal that the terminal has sent to the whole process group: it arrives twice.
const SAME_KEY_PRESS_MS = 300;
const INTERRUPTED = 130;

/** Turns a signal into a request to stop. A second signal, when stopping takes too long, ends the process. */
export class Stopper {
  readonly #host: StopperHost;
  readonly #controller = new AbortController();
  #since: number | undefined;

  constructor(host: StopperHost) {
    this.#host = host;
  }

  get signal(): StopSignal {
    return this.#controller.signal;
  }

  /** Ctrl-C or SIGTERM. */
  interrupt(): void {
    if (this.#since === undefined) {
      this.#since = this.#host.now();
      this.#stop('interrupted');
    } else if (this.#host.now() - this.#since >= SAME_KEY_PRESS_MS) {
      this.#host.exit(INTERRUPTED);
    }
  }

  /** The output has no reader any more. */
  outputClosed(): void {
    this.#stop('output-closed');
  }

  #stop(reason: StopReason): void {
    this.#controller.abort(reason);
  }
}
