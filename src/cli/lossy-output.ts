import type { Output } from './terminal.ts';
import { jsonLine } from './visible.ts';

const MAX_BACKLOG = 1024 * 1024;

/** An output for lines that may be lost: while its reader does not read, it keeps 1 Mi of characters and counts the rest. */
export class LossyOutput {
  readonly #output: Output;
  readonly #json: boolean;
  #dropped = 0;

  constructor(output: Output, json = false) {
    this.#output = output;
    this.#json = json;
  }

  /** Writes a line, after a line that says how many were dropped before it. */
  write(line: string): void {
    if ((this.#output.backlog ?? 0) > MAX_BACKLOG) {
      this.#dropped++;
      return;
    }
    if (this.#dropped > 0) this.#output.write(this.#report());
    this.#dropped = 0;
    this.#output.write(line);
  }

  #report(): string {
    const lines = this.#dropped;
    return this.#json
      ? jsonLine({ type: 'dropped', lines })
      : `${lines} lines were dropped: nobody read them.\n`;
  }
}
