/** The runtime's own source of randomness: numbers from 0 up to 1, for jitter and ids, never for secrets. */
export const systemRandom = (): number => Math.random();

/** The runtime's cryptographic source of random bytes. */
export const secureRandomBytes = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  crypto.getRandomValues(bytes);

/**
 * A number from 0 to 1 for jitter and choices; 0.5 if the program's own source throws or gives anything else.
 */
export function chance(random: () => unknown): number {
  try {
    const number = random();
    return typeof number === 'number' && number >= 0 && number <= 1 ? number : 0.5;
  } catch {
    return 0.5;
  }
}

const WORD = 2 ** 32;

// Two digits for each byte: Number's own toString(16) takes several times as long, once for each request.
const BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** A random UUID (version 4) made of the given source of randomness. It identifies a request, and is not secret. */
export function randomId(random: () => number): string {
  const a = Math.floor(random() * WORD);
  const b = Math.floor(random() * WORD);
  const c = Math.floor(random() * WORD);
  const d = Math.floor(random() * WORD);
  const version = 0x4000 | (b & 0x0fff);
  const variant = 0x8000 | ((c >>> 16) & 0x3fff);
  return `${hex(a >>> 16)}${hex(a)}-${hex(b >>> 16)}-${hex(version)}-${hex(variant)}-${hex(c)}${hex(d >>> 16)}${hex(d)}`;
}

// The lower sixteen bits.
function hex(bits: number): string {
  return `${BYTES[(bits >>> 8) & 0xff]}${BYTES[bits & 0xff]}`;
}
