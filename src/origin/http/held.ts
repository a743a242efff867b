import type { Answer } from './answer.ts';
import type { Interruption } from './request.ts';

/** Headers by name. */
export type Headers = Readonly<Record<string, string>>;

/** A request whose answer is not known yet. It is all that waits for the answer: no promise and no call is open. */
export interface Held {
  /** Begins to wait. `place` gets the answer once, perhaps before this returns. */
  begin(place: Place): void;
  /** The client hangs up, or the server closes: ends at once. Does nothing after the answer. */
  interrupt(): void;
}

/** Takes the end of a held request: only the first one counts. */
export interface Place {
  send(answer: Answer): void;
  /** The answer is a refusal, if the error is one. */
  fail(error: unknown): void;
}

/** An adapter's place for the answer to one request. */
export interface Reply {
  /** Called once. The headers are sent beside those of the answer. */
  send(answer: Answer, headers?: Headers): void;
  /** The answer will take long: `held.interrupt()` ends it early. */
  hold(held: Pick<Held, 'interrupt'>): void;
}

/** `true` if there is no answer yet. */
export function isHeld(result: Answer | Held): result is Held {
  return 'begin' in result;
}

/** A promise of the answer. */
export class PromisedReply implements Reply {
  readonly answer: Promise<Answer>;
  readonly #interruption: Interruption | undefined;
  #resolve: (answer: Answer) => void = () => undefined;
  #release: (() => void) | undefined;

  constructor(interruption: Interruption | undefined) {
    this.#interruption = interruption;
    this.answer = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  send(answer: Answer, headers?: Headers): void {
    this.#release?.();
    this.#resolve({ ...answer, headers: { ...answer.headers, ...headers } });
  }

  hold(held: Pick<Held, 'interrupt'>): void {
    if (this.#interruption?.aborted) held.interrupt();
    else this.#release = this.#interruption?.onAbort(() => held.interrupt());
  }
}
