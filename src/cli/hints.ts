import { likelyCause, type Whereabouts } from './causes.ts';
import type { Terminal } from './terminal.ts';

/** Tells the likely cause of failures that come again and again: once, until it is another one. */
export class Hints {
  readonly #where: Whereabouts;
  readonly #terminal: Terminal;
  #last: string | undefined;

  constructor(where: Whereabouts, terminal: Terminal) {
    this.#where = where;
    this.#terminal = terminal;
  }

  /** The state after an attempt: its failure, or nothing if it has succeeded. */
  note(failure: unknown): void {
    const cause = failure === undefined ? undefined : likelyCause(failure, this.#where);
    if (cause !== undefined && cause !== this.#last) this.#terminal.stderr.write(`  ${cause}\n`);
    this.#last = cause;
  }
}
