import { unlessAborted } from './signals.ts';

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
    return unlessAborted(
      signal,
      (resolve, reject) => {
        const hear = (news: News) => {
          const verdict = judge(news);
          if (verdict === undefined) return;
          this.#all.delete(hear);
          if (verdict === 'done') resolve();
          else reject(verdict);
        };
        this.#all.add(hear);
        return () => this.#all.delete(hear);
      },
      onAbort,
    );
  }

  /** Passes an event to the current waits. */
  tell(news: News): void {
    for (const hear of [...this.#all]) hear(news);
  }
}
