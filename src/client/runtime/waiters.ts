/** What a piece of news means to one who waits: what they wait for, the error that ends the wait, or nothing yet. */
export type Verdict = 'done' | Error | undefined;

/** Those who wait for something to be told, each until their own signal is aborted at the most. */
export class Waiters<News> {
  readonly #all = new Set<(news: News) => void>();

  /** Waits for news that `judge` finds to be an end; `onAbort` makes the error of a wait that is given up. */
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

  /** Tells those who wait now. */
  tell(news: News): void {
    for (const hear of [...this.#all]) hear(news);
  }
}
