import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, Transform, type TransformCallback } from 'node:stream';
import zlib from 'node:zlib';

/** Makes the decompressor of one coding, by the first byte of the compressed data. */
type Unpacker = (first: number) => Transform;

const gunzip: Unpacker = () => zlib.createGunzip();

// The coding deflate comes with or without a zlib header. The low bits of the first byte show which.
const inflate: Unpacker = (first) => ((first & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw());

/** The codings that the runtime's own `fetch` decompresses. */
const UNPACKERS: ReadonlyMap<string, Unpacker> = new Map([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', inflate],
  ['br', () => zlib.createBrotliDecompress()],
  // Some supported releases of Node lack it.
  ...('createZstdDecompress' in zlib ? [['zstd', () => zlib.createZstdDecompress()] as const] : []),
]);

/** Real answers have one or two codings. Each costs memory. */
const MAX_CODINGS = 5;

/**
 * The decompressed body of an answer, as `fetch` returns it: a body with an unknown coding stays unchanged. Invalid data
 * fails with an error of zlib, and so does truncated data, which `fetch` accepts. Too many codings fail as well.
 */
export function unpacked(incoming: IncomingMessage): Readable {
  const { 'content-encoding': header } = incoming.headers;
  if (header === undefined) return incoming;
  const codings = header.split(',').map((name) => name.trim().toLowerCase());
  if (codings.length > MAX_CODINGS) {
    const what = `The answer has ${codings.length} content codings; the limit is ${MAX_CODINGS}.`;
    return incoming.destroy(new Error(what));
  }
  const unpackers = codings.flatMap((name) => UNPACKERS.get(name) ?? []);
  if (unpackers.length < codings.length) return incoming;
  const steps = unpackers.toReversed().map((unpacker) => new Unpack(unpacker));
  const last = steps.at(-1);
  if (!last) return incoming;
  // The end of one stream ends all of them and the connection. The last one emits the error.
  pipeline([incoming, ...steps], () => undefined);
  return last;
}

/** Decodes one coding. The decompressor is made with the first byte, since an empty body is valid. */
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
      // A few bytes may decompress to gigabytes: it pauses until the data is read.
      if (!this.push(chunk)) unpacker.pause();
    });
    return unpacker;
  }
}
