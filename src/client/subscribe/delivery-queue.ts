/**
 * Pieces of delivery, done one after the other and each whole: none begins while a reader with a full buffer asks to wait,
 * nor within another one, whatever a listener calls back.
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

  /** Whether nothing more is done. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Adds a piece, and does what can be done. */
  add(work: () => void): void {
    if (this.#isClosed) return;
    this.#work.push(work);
    this.pump();
  }

  /** Does what can be done. */
  pump(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      while (this.#work.length > 0 && !this.#mustWait()) this.#work.shift()?.();
    } finally {
      this.#isBusy = false;
    }
  }

  /** Drops what is left; nothing is added any more. */
  close(): void {
    this.#isClosed = true;
    this.#work.length = 0;
  }
}
