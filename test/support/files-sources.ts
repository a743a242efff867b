import { Readable } from 'node:stream';
import type { FileData } from 'timetoken';

/** What a source gives after its pieces. */
export type SourceEnd = 'close' | 'hang' | 'more' | 'no-bytes' | Error;

/** What a source is made of, and what is done when it is ended. */
export interface SourcePlan {
  readonly pieces: readonly Uint8Array[];
  readonly end: SourceEnd;
  /** What ending it does: nothing, for ever, or an error. @default 'settle' */
  readonly ending?: 'settle' | 'hang' | 'throw';
}

/** A source under watch. */
export interface WatchedSource {
  readonly file: FileData;
  /** How often it was cancelled, or returned, or destroyed. */
  readonly ended: number;
  /** How often it was asked for a piece. */
  readonly asked: number;
}

class Watch {
  ended = 0;
  asked = 0;
  readonly #plan: SourcePlan;

  constructor(plan: SourcePlan) {
    this.#plan = plan;
  }

  /** The next piece; `undefined` at the end. */
  next(): unknown {
    const { pieces, end } = this.#plan;
    // A byte stream takes the memory of what it is given.
    const piece = pieces[this.asked++]?.slice();
    if (piece || end === 'close') return piece;
    // As what is read from somewhere: it lets others have their turn.
    if (end === 'more') return new Promise((resolve) => setImmediate(resolve, new Uint8Array(65_536)));
    if (end === 'no-bytes') return 'no bytes';
    if (end === 'hang') return new Promise(() => {});
    throw end;
  }

  readonly stop = (): void | Promise<void> => {
    this.ended += 1;
    if (this.#plan.ending === 'throw') throw new Error('it will not end');
    return this.#plan.ending === 'hang' ? new Promise(() => {}) : undefined;
  };
}

function streamOf(watch: Watch, type?: 'bytes'): ReadableStream {
  const source = {
    async pull(controller: ReadableStreamDefaultController | ReadableByteStreamController) {
      const piece = await watch.next();
      if (piece === undefined) controller.close();
      // A source may give anything.
      else controller.enqueue(piece as Uint8Array<ArrayBuffer>);
    },
    cancel: watch.stop,
  };
  return type ? new ReadableStream({ ...source, type }) : new ReadableStream(source, { highWaterMark: 0 });
}

async function* generated(watch: Watch) {
  for (let piece = await watch.next(); piece !== undefined; piece = await watch.next()) yield piece;
}

/** The kinds of sources; each makes one by a plan. */
export const SOURCE_KINDS: Readonly<Record<string, (watch: Watch) => unknown>> = {
  'a stream': (watch) => streamOf(watch),
  'a byte stream': (watch) => streamOf(watch, 'bytes'),
  'an async generator': (watch) => {
    const pieces = generated(watch);
    const original = pieces.return.bind(pieces);
    return Object.assign(pieces, {
      return: (value: undefined) => {
        const stopped = watch.stop();
        // It first has to come to where it is.
        return Promise.all([original(value), stopped]).then(([result]) => result);
      },
    });
  },
  'an iterator made by hand': (watch) => ({
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        const value = await watch.next();
        return { done: value === undefined, value };
      },
      return: async () => {
        await watch.stop();
        return { done: true, value: undefined };
      },
    }),
  }),
  'a stream of Node': (watch) => {
    let reading = false;
    return new Readable({
      // Pieces as they are, whatever they are.
      objectMode: true,
      highWaterMark: 1,
      read() {
        if (reading) return;
        reading = true;
        new Promise((resolve) => resolve(watch.next())).then(
          (piece) => {
            reading = false;
            this.push(piece ?? null);
          },
          (error: Error) => this.destroy(error),
        );
      },
      destroy(error, done) {
        // What ends by itself is destroyed as well.
        if (!this.readableEnded && !error) {
          const stopped = new Promise((resolve) => resolve(watch.stop()));
          stopped.then(
            () => done(error),
            () => done(error),
          );
        } else done(error);
      },
    });
  },
};

/** A source of a kind. */
export function watchedSource(kind: string, plan: SourcePlan): WatchedSource {
  const watch = new Watch(plan);
  // The plan may make it something else than a source of bytes.
  const file = SOURCE_KINDS[kind]?.(watch) as FileData;
  return {
    file,
    get ended() {
      return watch.ended;
    },
    get asked() {
      return watch.asked;
    },
  };
}
