import { readUpTo } from './bytes.ts';

const GZIP_MAGIC = [0x1f, 0x8b];
const ZLIB_CMF = 0x78;

/** A body's text, or why there is none: it is larger than allowed, or neither UTF-8 nor well compressed. */
export type BodyText = { readonly text: string } | 'too-large' | 'invalid';

/**
 * The text of a body, decompressed when its first bytes say that it is compressed: clients mislabel it
 * (docs/reference/protocol.md, "HTTP"). No more than `maxBytes` bytes are decompressed.
 */
export async function bodyText(body: Uint8Array, maxBytes: number): Promise<BodyText> {
  const format = compressionOf(body);
  const plain = format ? await inflate(body, format, maxBytes) : body;
  if (typeof plain === 'string') return plain;
  return plain.length > maxBytes ? 'too-large' : decodeUtf8(plain);
}

// JSON text begins with neither of these, so that no plain message is mistaken for a compressed one.
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
