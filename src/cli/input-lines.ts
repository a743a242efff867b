import type { Readable } from 'node:stream';
import { CommandError } from './failures.ts';

/** Characters of a line. Nothing that a line of an input is used for may be as long. */
const LONGEST = 4 * 1024 * 1024;
const LINE_END = /\r\n?|\n/;

/**
 * The lines of an input, until it ends or the signal is aborted; the input is destroyed then, since an open one would keep
 * the process alive. Throws a `CommandError` for a line that is too long, as soon as it is.
 */
export async function* inputLines(input: Readable, signal: AbortSignal): AsyncGenerator<string> {
  if (signal.aborted) return;
  const stop = () => void input.destroy();
  signal.addEventListener('abort', stop);
  input.setEncoding('utf8');
  const lines = new Lines();
  try {
    for await (const text of input) yield* lines.after(text);
    yield* lines.last();
  } catch (error) {
    // An input that is destroyed fails for its reader.
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    input.destroy();
  }
}

/** Splits a text that comes in pieces. */
class Lines {
  #number = 1;
  #rest = '';
  /** The last piece ended with CR: a LF that follows belongs to it. */
  #endsWithReturn = false;

  *after(piece: string): Generator<string> {
    const text = this.#endsWithReturn && piece.startsWith('\n') ? piece.slice(1) : piece;
    this.#endsWithReturn = piece.endsWith('\r');
    const [first = '', ...others] = text.split(LINE_END);
    this.#rest += first;
    for (const next of others) {
      yield* this.#take();
      this.#rest = next;
    }
    if (this.#rest.length > LONGEST) throw this.#tooLong();
  }

  /** What follows the last end of a line. */
  *last(): Generator<string> {
    if (this.#rest !== '') yield* this.#take();
  }

  *#take(): Generator<string> {
    if (this.#rest.length > LONGEST) throw this.#tooLong();
    this.#number++;
    const line = this.#rest;
    this.#rest = '';
    yield line;
  }

  #tooLong(): CommandError {
    return new CommandError(
      `Line ${this.#number} of the input has more than ${LONGEST} characters. Each line is one message: split it.`,
    );
  }
}
