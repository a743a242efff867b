import { malformed } from './answer.ts';

const GZIP_MAGIC = [0x1f, 0x8b];
const ZLIB_CMF = 0x78;

/** The text of a body, or its error: too large, or invalid as UTF-8 or compressed data. */
export type BodyText = { readonly text: string } | 'too-large' | 'invalid';

/** An object of JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The text of a body. Its first bytes decide if it is compressed, since clients send wrong headers
 * (docs/reference/protocol.md, "HTTP"). At most `maxBytes` bytes are decompressed.
 */
export async function bodyText(body: Uint8Array, maxBytes: number): Promise<BodyText> {
  const format = compressionOf(body);
  const plain = format ? await inflate(body, format, maxBytes) : body;
  if (typeof plain === 'string') return plain;
  return plain.length > maxBytes ? 'too-large' : decodeUtf8(plain);
}

/** The value of a JSON text; `undefined` if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `true` for an object that is neither `null` nor a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `true` for a value in which lists and objects are nested more than `levels` deep. */
export function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels <= 0 || Object.values(value).some((item) => isDeeperThan(levels - 1, item));
}

/** Bytes of a text in UTF-8. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/**
 * Reads a stream to its end, or to one byte more than `maxBytes`. Rejects when the stream fails. The caller cancels the
 * rest: some platform streams that are cancelled here throw an error that cannot be caught.
 */
export async function readUpTo(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = stream.getReader();
  const release = cancelledBy(signal, reader);
  for (let part = await reader.read(); part.value; part = await reader.read()) {
    const chunk = part.value.subarray(0, maxBytes + 1 - size);
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) break;
  }
  release();
  reader.releaseLock();
  return concat(chunks, size);
}

/** The body of a standard request as it comes. The rest of one that is not read to its end is left to the caller. */
export class FetchedBody implements AsyncIterable<Uint8Array> {
  readonly #stream: ReadableStream<Uint8Array>;
  readonly #signal: AbortSignal;
  #failure: { readonly error: unknown } | undefined;

  constructor(stream: ReadableStream<Uint8Array>, signal: AbortSignal) {
    this.#stream = stream;
    this.#signal = signal;
  }

  /** Throws the error of the stream, if it has failed: the request was not received, so there is nothing to answer. */
  throwIfFailed(): void {
    if (this.#failure) throw this.#failure.error;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    const reader = this.#stream.getReader();
    const release = cancelledBy(this.#signal, reader);
    try {
      for (let part = await reader.read(); part.value; part = await reader.read()) yield part.value;
      this.#signal.throwIfAborted();
    } catch (error) {
      this.#failure = { error };
      // Not a failure of the origin, which it would log.
      throw malformed(error);
    } finally {
      release();
      reader.releaseLock();
    }
  }
}

/** A signal that aborts ends reading, and tells whoever writes. Returns a function that ends this. */
function cancelledBy(
  signal: AbortSignal | undefined,
  reader: ReadableStreamDefaultReader<Uint8Array>,
): () => void {
  // A stream that has failed reports it to the reader.
  const cancel = () => void reader.cancel(signal?.reason).catch(() => undefined);
  signal?.addEventListener('abort', cancel, { once: true });
  return () => signal?.removeEventListener('abort', cancel);
}

// JSON text begins with neither of these.
function compressionOf([first, second]: Uint8Array): 'gzip' | 'deflate' | undefined {
  if (first === GZIP_MAGIC[0] && second === GZIP_MAGIC[1]) return 'gzip';
  return first === ZLIB_CMF && second !== undefined && (first * 256 + second) % 31 === 0
    ? 'deflate'
    : undefined;
}

async function inflate(body: Uint8Array, format: 'gzip' | 'deflate', maxBytes: number) {
  const packed = new Response(Uint8Array.from(body)).body;
  if (!packed) return 'invalid';
  try {
    const unpacked = packed.pipeThrough(new DecompressionStream(format));
    const plain = await readUpTo(unpacked, maxBytes);
    await unpacked.cancel();
    return plain;
  } catch {
    return 'invalid';
  }
}

function decodeUtf8(bytes: Uint8Array): BodyText {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return 'invalid';
  }
}

function concat(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
