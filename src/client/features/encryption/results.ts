import { isBytes } from '../../runtime/bytes.ts';

/** What a crypto module has decrypted, if it is bytes; throws a `TypeError` else. */
export function decryptedBytes(result: unknown): Uint8Array {
  if (!isBytes(result)) throw new TypeError('the crypto module gave something else than a Uint8Array');
  return result;
}

/** What a crypto module has encrypted, if it can be ciphertext, which has bytes; throws a `TypeError` else. */
export function encryptedBytes(result: unknown): Uint8Array {
  const bytes = decryptedBytes(result);
  if (bytes.length === 0) throw new TypeError('the crypto module gave no bytes');
  return bytes;
}
