import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, Transform, type TransformCallback } from 'node:stream';
import zlib from 'node:zlib';

/** Makes what unpacks one coding, by the first byte of what is packed. */
type Unpacker = (first: number) => Transform;

const gunzip: Unpacker = () => zlib.createGunzip();

// What servers call deflate has a zlib header, or has none: the low bits of the first byte tell.
const inflate: Unpacker = (first) => ((first & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw());

/** The codings that the runtime's own `fetch` unpacks. */
const UNPACKERS: ReadonlyMap<string, Unpacker> = new Map([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', inflate],
  ['br', () => zlib.createBrotliDecompress()],
  // Not every supported release of Node has it.
  ...('createZstdDecompress' in zlib ? [['zstd', () => zlib.createZstdDecompress()] as const] : []),
]);

/** More in a row than anybody means; each costs memory. */
const MOST_CODINGS = 5;

/**
 * The body of an answer as it was before it was packed for its way, as `fetch` gives it: an answer with a coding that is
 * not known stays as it is. What is packed badly fails with a code of zlib, and so does what is cut short, which `fetch`
 * lets pass. More codings than anybody means fail as well.
 */
export function unpacked(incoming: IncomingMessage): Readable {
  const { 'content-encoding': said } = incoming.headers;
  if (said === undefined) return incoming;
  const codings = said.split(',').map((name) => name.trim().toLowerCase());
  if (codings.length > MOST_CODINGS) {
    const what = `The answer has ${codings.length} content codings, at most ${MOST_CODINGS} are taken off.`;
    return incoming.destroy(new Error(what));
  }
  const unpackers = codings.flatMap((name) => UNPACKERS.get(name) ?? []);
  if (unpackers.length < codings.length) return incoming;
  const steps = unpackers.toReversed().map((unpacker) => new Unpack(unpacker));
  const last = steps.at(-1);
  if (!last) return incoming;
  // Whatever ends one of them ends all, with the connection; the last one tells.
  pipeline([incoming, ...steps], () => undefined);
  return last;
}

/** Takes off one coding. What unpacks it is made when there is something to unpack: an empty body is none. */
class Unpack extends Transform {
  readonly #make: Unpacker;
  #unpacker: Transform | undefined;

  constructor(make: Unpacker) {
    super();
    this.#make = make;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const [first] = chunk;
    if (first !== undefined) this.#unpacker ??= this.#start(this.#make(first));
    if (this.#unpacker) this.#unpacker.write(chunk, done);
    else done();
  }

  override _flush(done: TransformCallback): void {
    const unpacker = this.#unpacker;
    if (unpacker && !unpacker.readableEnded) unpacker.on('end', done).end();
    else done();
  }

  override _read(size: number): void {
    this.#unpacker?.resume();
    super._read(size);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#unpacker?.destroy();
    done(error);
  }

  #start(unpacker: Transform): Transform {
    unpacker.on('error', (error) => this.destroy(error));
    unpacker.on('data', (chunk: Buffer) => {
      // A few bytes may hold gigabytes: no more is unpacked than is taken.
      if (!this.push(chunk)) unpacker.pause();
    });
    return unpacker;
  }
}
