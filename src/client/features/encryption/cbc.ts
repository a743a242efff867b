import type { CryptoOptions } from '../../config/crypto-module.ts';
import { isBytes } from '../../runtime/bytes.ts';
import { secureRandomBytes } from '../../runtime/random.ts';

/** Bytes of an initialisation vector. */
export const VECTOR_BYTES = 16;

/** The legacy scheme's only vector where it has no random ones: the ASCII text of these digits. */
const FIXED_VECTOR = new TextEncoder().encode('0123456789012345');

/** How the key is made of the cipher key's SHA-256: all of it, or 32 characters of its hexadecimal text. */
export type KeyScheme = 'raw' | 'hex-prefix';

/** AES-256-CBC with PKCS#7 padding, by WebCrypto. */
export class Cbc {
  readonly #key: () => Promise<CryptoKey>;
  readonly #random: NonNullable<CryptoOptions['randomBytes']>;

  constructor({ cipherKey, randomBytes = secureRandomBytes }: CryptoOptions, scheme: KeyScheme) {
    this.#random = randomBytes;
    let key: Promise<CryptoKey> | undefined;
    // Made when it is first needed; a failure is kept as well, since it would be the same again.
    this.#key = () => (key ??= importKey(cipherKey, scheme));
  }

  /** A fresh vector, or the fixed one of the legacy scheme. */
  vector(kind: 'random' | 'fixed'): Uint8Array<ArrayBuffer> {
    if (kind === 'fixed') return FIXED_VECTOR;
    const random = this.#random;
    const bytes: unknown = random(new Uint8Array(VECTOR_BYTES));
    // An asynchronous one is refused, and what becomes of its promise concerns nobody then.
    if (bytes instanceof Promise) bytes.catch(() => undefined);
    if (!isBytes(bytes) || bytes.length !== VECTOR_BYTES)
      throw new TypeError(`randomBytes must return the ${VECTOR_BYTES} bytes that it was asked for`);
    // A copy, since the function may fill one array again and again.
    return new Uint8Array(bytes);
  }

  async encrypt(data: Uint8Array, iv: Uint8Array): Promise<Uint8Array> {
    const key = await this.#key();
    return new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-CBC', iv: own(iv) }, key, own(data)));
  }

  async decrypt(data: Uint8Array, iv: Uint8Array): Promise<Uint8Array> {
    const key = await this.#key();
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-CBC', iv: own(iv) }, key, own(data)));
  }
}

async function importKey(cipherKey: string, scheme: KeyScheme): Promise<CryptoKey> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(cipherKey)));
  const bytes = scheme === 'raw' ? digest : new TextEncoder().encode(hex(digest).slice(0, 32));
  return crypto.subtle.importKey('raw', bytes, 'AES-CBC', false, ['encrypt', 'decrypt']);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// WebCrypto takes no views of shared memory.
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
