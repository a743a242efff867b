import type { Readable } from 'node:stream';
import { CommandError } from './failures.ts';

/** Bytes of a line. Nothing that a line of an input is used for may be as long. */
const LONGEST = 4 * 1024 * 1024;
const LINE_END = /\r\n?|\n/;

/**
 * The lines of an input, until it ends or the signal is aborted; the input is destroyed then, since an open one would keep
 * the process alive. Throws a `CommandError` for a line that is too long, as soon as it is, and for one that is not UTF-8.
 */
export async function* inputLines(input: Readable, signal: AbortSignal): AsyncGenerator<string> {
  if (signal.aborted) return;
  const stop = () => void input.destroy();
  signal.addEventListener('abort', stop);
  // A character for each byte: ends of lines are found in it, and nothing is replaced.
  input.setEncoding('latin1');
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

/** Splits a text that comes in pieces, with a character for each of its bytes. */
class Lines {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
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
    const line = this.#decoded(this.#rest);
    this.#number++;
    this.#rest = '';
    yield line;
  }

  #decoded(bytes: string): string {
    try {
      return this.#decoder.decode(Buffer.from(bytes, 'latin1'));
    } catch (cause) {
      throw new CommandError(
        `Line ${this.#number} of the input is not UTF-8, and would be changed. Convert it, for example with iconv.`,
        { cause },
      );
    }
  }

  #tooLong(): CommandError {
    return new CommandError(
      `Line ${this.#number} of the input has more than ${LONGEST} bytes. Each line is one message: split it.`,
    );
  }
}
