/**
 * Runs pieces of delivery in order and each whole: none starts while a reader has a full buffer, nor inside another one,
 * whatever a listener calls back.
 */
export class DeliveryQueue {
  readonly #mustWait: () => boolean;
  readonly #work: (() => void)[] = [];
  #isBusy = false;
  #isClosed = false;

  /** `mustWait` is asked before each piece. */
  constructor(mustWait: () => boolean) {
    this.#mustWait = mustWait;
  }

  /** Whether the queue was closed. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Adds a piece, and runs what may run. */
  add(work: () => void): void {
    if (this.#isClosed) return;
    this.#work.push(work);
    this.pump();
  }

  /** Runs what may run. */
  pump(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      while (this.#work.length > 0 && !this.#mustWait()) this.#work.shift()?.();
    } finally {
      this.#isBusy = false;
    }
  }

  /** Drops what is queued; nothing is added any more. */
  close(): void {
    this.#isClosed = true;
    this.#work.length = 0;
  }
}
