/** The effect of an event on a wait: success, the error that ends it, or `undefined` for none. */
export type Verdict = 'done' | Error | undefined;

/** Promises that wait for an event, each with a signal of its own. */
export class Waiters<News> {
  readonly #all = new Set<(news: News) => void>();

  /** Waits until `judge` gives a verdict on an event; `onAbort` makes the error of an aborted wait. */
  wait(
    signal: AbortSignal | undefined,
    onAbort: (cause: unknown) => Error,
    judge: (news: News) => Verdict,
  ): Promise<void> {
    if (signal?.aborted) return Promise.reject(onAbort(signal.reason));
    return new Promise((resolve, reject) => {
      const end = (verdict: 'done' | Error) => {
        this.#all.delete(hear);
        signal?.removeEventListener('abort', abort);
        if (verdict === 'done') resolve();
        else reject(verdict);
      };
      const abort = () => end(onAbort(signal?.reason));
      const hear = (news: News) => {
        const verdict = judge(news);
        if (verdict !== undefined) end(verdict);
      };
      this.#all.add(hear);
      signal?.addEventListener('abort', abort);
    });
  }

  /** Passes an event to the current waits. */
  tell(news: News): void {
    for (const hear of [...this.#all]) hear(news);
  }
}
