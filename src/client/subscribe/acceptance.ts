import { PubNubError } from '../errors/pubnub-error.ts';
import { intersection, isEmpty, type Mix, without } from './mix.ts';

interface Waiter {
  resolve(): void;
  reject(error: PubNubError): void;
}

/** Whether the server has accepted the names of a subscription, and who waits to hear of it. */
export class Acceptance {
  readonly #waiters = new Set<Waiter>();
  /** Names that no handshake has accepted yet. */
  #pending: Mix;
  #refusal: PubNubError | undefined;

  constructor(mix: Mix) {
    this.#pending = mix;
  }

  /** Names that no handshake has accepted yet. */
  get pending(): Mix {
    return this.#pending;
  }

  /** Resolves when all names are accepted; rejects when one is refused, or when the signal is aborted. */
  wait(signal: AbortSignal | undefined): Promise<void> {
    if (this.#refusal) return Promise.reject(this.#refusal);
    if (signal?.aborted) return Promise.reject(endedError(signal.reason));
    if (isEmpty(this.#pending)) return Promise.resolve();
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

  /** The server accepted names. Returns those it had not accepted before. */
  accept(mix: Mix): Mix {
    const accepted = intersection(this.#pending, mix);
    this.#pending = without(this.#pending, mix);
    if (isEmpty(this.#pending)) {
      this.#refusal = undefined;
      for (const waiter of [...this.#waiters]) waiter.resolve();
    }
    return accepted;
  }

  /** The server refused names. */
  refuse(mix: Mix, error: PubNubError): void {
    if (isEmpty(intersection(this.#pending, mix))) return;
    this.#refusal = error;
    for (const waiter of [...this.#waiters]) waiter.reject(error);
  }

  /** What was refused is asked for again: its answer is open. */
  askAgain(): void {
    this.#refusal = undefined;
  }

  /** Some names are not wanted any more. */
  drop(mix: Mix): void {
    this.#pending = without(this.#pending, mix);
  }

  /** Nobody needs to wait any longer. */
  end(): void {
    for (const waiter of [...this.#waiters]) waiter.reject(endedError());
  }
}

/** The error of a wait for a subscription that has ended. */
export function endedError(cause?: unknown): PubNubError {
  return new PubNubError('PN-2003', 'The subscription ended before the server had accepted it.', { cause });
}
