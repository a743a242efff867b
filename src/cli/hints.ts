import type { PNStatus } from 'timetoken';
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

  /** The state after an attempt. A failure that is final is reported by the command itself. */
  note({ errorData, nextRetryAt }: Pick<PNStatus, 'errorData' | 'nextRetryAt'>): void {
    const cause = nextRetryAt === undefined ? undefined : likelyCause(errorData, this.#where);
    if (cause !== undefined && cause !== this.#last) this.#terminal.stderr.write(`  ${cause}\n`);
    this.#last = cause;
  }
}
