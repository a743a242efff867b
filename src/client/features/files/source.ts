import { turn } from '../../../protocol/turn.ts';
import type { VerbTable } from '../../builder/builder.ts';
import { PubNubError } from '../../errors/pubnub-error.ts';
import { isBytes } from '../../runtime/bytes.ts';

/** What gives the bytes of a file piece by piece, once. */
export type FileSource = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** Whether a value gives its bytes piece by piece. */
export function isSource(value: unknown): value is FileSource {
  return (
    value instanceof ReadableStream || (typeof value === 'object' && Symbol.asyncIterator in Object(value))
  );
}

/** Pieces that are read before the event loop turns. */
const PIECES_AT_ONCE = 64;

/** How a source is read and ended, whatever it is. */
interface Tap {
  next(): Promise<unknown>;
  end(): unknown;
}

/**
 * A source in the hands of one call: opened when it is handed in, and ended once, when the call is over or has no more use
 * for it. What has come to its end or failed by itself is not ended again. Nothing waits for a source to end, and what
 * that fails with is of no interest.
 */
export class Source implements AsyncIterable<Uint8Array> {
  readonly #tap: Tap;
  #over = false;

  constructor(source: FileSource) {
    this.#tap = tapOf(source);
  }

  /** Lets go of the source, also while it makes its next piece. May be called again. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    // Called at once, where it is safe from throwing.
    new Promise((resolve) => resolve(this.#tap.end())).catch(() => undefined);
  }

  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    return this.pieces();
  }

  /** Its pieces, which are to have so many bytes in all. Throws a `PubNubError` (`PN-1002`) where they cannot be read. */
  async *pieces(size?: number): AsyncGenerator<Uint8Array> {
    let read = 0;
    let count = 0;
    try {
      for (let piece = await this.#next(); piece; piece = await this.#next()) {
        read += piece.byteLength;
        count += 1;
        // A source that is always ready would keep timers, signals and sockets from being heard.
        if (count % PIECES_AT_ONCE === 0) await turn();
        if (size !== undefined && read > size)
          throw new RangeError(`it has more than the ${size} bytes of its size`);
        yield piece;
      }
      if (size !== undefined && read < size)
        throw new RangeError(`it has ${read} bytes, and a size of ${size}`);
    } catch (cause) {
      throw unreadable(cause);
    } finally {
      this.end();
    }
  }

  async #next(): Promise<Uint8Array | undefined> {
    // Some transports read on when nobody wants the bytes any more.
    if (this.#over) throw new Error('the call is over');
    const result = await this.#tap.next().catch((error: unknown) => {
      this.#over = true;
      throw error;
    });
    if (this.#over) throw new Error('the call is over');
    const { done, value } = Object(result);
    if (done) {
      this.#over = true;
      return undefined;
    }
    if (!isBytes(value)) throw new TypeError('it gives something else than bytes');
    return value;
  }
}

/**
 * The same verbs for a call with a `file`: whatever way it ends, a source that was handed in is let go of, also where the
 * call is refused before the file is looked at. A stream that somebody else reads is theirs, and stays as it is.
 */
export function endingSources<C>({ execute, envelope, ...verbs }: VerbTable<C>): VerbTable<C> {
  const ending = (verb: VerbTable<C>[string] | undefined): VerbTable<C>[string] => {
    return async (context, given, options) => {
      const source = held(given['file']);
      try {
        return await verb?.(context, source ? { ...given, file: source } : given, options);
      } finally {
        source?.end();
      }
    };
  };
  return { ...verbs, execute: ending(execute), envelope: ending(envelope) };
}

/** Whether a value is a stream that somebody reads. */
export function isLocked(value: unknown): boolean {
  return value instanceof ReadableStream && value.locked;
}

/** A source for the time of a call; nothing where a value is none, or belongs to somebody else. */
function held(file: unknown): Source | undefined {
  try {
    return isSource(file) && !isLocked(file) ? new Source(file) : undefined;
  } catch {
    // What cannot even be looked at is no file, which the call says.
    return undefined;
  }
}

// One that cannot be opened fails where it is read.
function tapOf(source: FileSource): Tap {
  try {
    return opened(source);
  } catch (error) {
    return { next: () => Promise.reject(error), end: () => undefined };
  }
}

function opened(source: FileSource): Tap {
  // Not every runtime can iterate over a stream.
  if (source instanceof ReadableStream) {
    const reader = source.getReader();
    return { next: () => reader.read(), end: () => reader.cancel() };
  }
  const iterator = source[Symbol.asyncIterator]();
  const next = async () => iterator.next();
  if (!isNodeStream(source)) return { next, end: () => iterator.return?.() };
  // One that fails before it is read would end the process; whoever reads it hears of it.
  source.on('error', () => undefined);
  // Its iterator ends nothing while it waits, or before it was asked for anything.
  return { next, end: () => source.destroy() };
}

interface NodeStream {
  on(event: 'error', listener: () => void): unknown;
  destroy(): unknown;
}

function isNodeStream(source: object): source is NodeStream {
  const { on, destroy } = source as { readonly [K in keyof NodeStream]?: unknown };
  return typeof on === 'function' && typeof destroy === 'function';
}

function unreadable(cause: unknown): PubNubError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new PubNubError('PN-1002', `The file cannot be read: ${why}.`, { cause });
}
