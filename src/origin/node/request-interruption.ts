import type { Interruption } from '../window/interruption.ts';

/** The interruption of one request: by the client, or by the server that closes. */
export class RequestInterruption implements Interruption {
  #aborted = false;
  #callback: (() => void) | undefined;

  get aborted(): boolean {
    return this.#aborted;
  }

  onAbort(callback: () => void): () => void {
    this.#callback = callback;
    return () => {
      this.#callback = undefined;
    };
  }

  /** Ends the request now if it is parked, or as soon as it would be. */
  abort(): void {
    this.#aborted = true;
    const callback = this.#callback;
    this.#callback = undefined;
    callback?.();
  }
}
