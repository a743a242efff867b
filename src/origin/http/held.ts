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
  /** What was written to the answer was read, after `write` has returned `false`. Absent for an answer in one piece. */
  resume?(): void;
}

/** What an adapter tells a request whose answer lasts. */
export type Lasting = Pick<Held, 'interrupt' | 'resume'>;

/** The way to the reader of an answer that lasts. */
export interface Outlet {
  /** `true` when the server closes: the answer ends with the part that was written last. */
  readonly isLast: boolean;
  /** Sends a part at once. `false`: the reader is slow, and the next part should wait for `resume()`. */
  write(text: string): boolean;
  /** Ends the answer. */
  end(): void;
}

/** Takes the end of a held request: only the first one counts. */
export interface Place {
  send(answer: Answer): void;
  /** The answer is a refusal, if the error is one. An answer that lasts is at its end. */
  fail(error: unknown): void;
  /** Begins an answer that lasts, of which `head` has no body. It is the answer, and so called once. */
  open(head: Answer, held: Lasting): Outlet;
}

/** An adapter's place for the answer to one request. */
export interface Reply {
  /** Called once. The headers are sent beside those of the answer. */
  send(answer: Answer, headers?: Headers): void;
  /** The answer will take long: `held.interrupt()` ends it early. */
  hold(held: Lasting): void;
  /**
   * Begins an answer that lasts, in place of `send`: `held` is told when the client reads on, and when it hangs up. Absent:
   * `send` gets it with a `stream`, and what was held stays so until it is interrupted.
   */
  open?(head: Answer, held: Lasting, headers?: Headers): Outlet;
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
    // What lasts ends with the signal too.
    if (!answer.isLasting) this.#release?.();
    this.#resolve({ ...answer, headers: { ...answer.headers, ...headers } });
  }

  hold(held: Lasting): void {
    if (this.#interruption?.aborted) held.interrupt();
    else this.#release = this.#interruption?.onAbort(() => held.interrupt());
  }
}
