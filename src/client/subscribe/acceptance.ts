import { PubNubError } from '../errors/pubnub-error.ts';

interface Waiter {
  resolve(): void;
  reject(error: PubNubError): void;
}

/** Those who wait for the server to accept a subscription. */
export class Acceptance {
  readonly #waiters = new Set<Waiter>();
  #refusal: PubNubError | undefined;

  /** Resolves when all names are accepted; rejects when one is refused, or when the signal is aborted. */
  wait(signal: AbortSignal | undefined): Promise<void> {
    if (this.#refusal) return Promise.reject(this.#refusal);
    if (signal?.aborted) return Promise.reject(endedError(signal.reason));
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => () => {
        signal?.removeEventListener('abort', abort);
        this.#waiters.delete(waiter);
        finish();
      };
      const waiter: Waiter = {
        resolve: settle(resolve),
        reject: (error) => settle(() => reject(error))(),
      };
      const abort = () => waiter.reject(endedError(signal?.reason));
      this.#waiters.add(waiter);
      signal?.addEventListener('abort', abort);
    });
  }

  /** All names are accepted. */
  settle(): void {
    this.#refusal = undefined;
    for (const waiter of [...this.#waiters]) waiter.resolve();
  }

  /** The server refused a name: it stays so until it is asked again. */
  refuse(error: PubNubError): void {
    this.#refusal = error;
    this.giveUp(error);
  }

  /** What was refused is asked for again: its answer is open. */
  askAgain(): void {
    this.#refusal = undefined;
  }

  /** Nobody who waits now need wait any longer. */
  giveUp(error: PubNubError): void {
    for (const waiter of [...this.#waiters]) waiter.reject(error);
  }
}

/** The error of a wait for a subscription that has ended. */
export function endedError(cause?: unknown): PubNubError {
  return new PubNubError('PN-2003', 'The subscription ended before the server had accepted it.', { cause });
}

/** The error of a wait for the server while the client is stopped. */
export function stoppedError(): PubNubError {
  return new PubNubError('PN-2003', 'The client is stopped, and does not ask the server: call reconnect().');
}
