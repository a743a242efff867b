import type { CryptoModule } from '../../config/crypto-module.ts';
import { PubNubError } from '../../errors/pubnub-error.ts';
import { fromBase64, toBase64 } from '../../runtime/bytes.ts';
import { jsonOrText } from '../../wire/json.ts';
import { isRecord } from '../../wire/read.ts';

/** Where older mobile clients put the encrypted part of a message that also holds push payloads. */
const ENCRYPTED_MEMBER = 'pn_other';

/** The JSON text that stands for an encrypted value: the Base64 of its encrypted JSON, as a string. */
export async function encryptJson(module: CryptoModule, value: unknown): Promise<string> {
  const plain = new TextEncoder().encode(JSON.stringify(value));
  try {
    return JSON.stringify(toBase64(await module.encrypt(plain)));
  } catch (cause) {
    throw notEncrypted(cause);
  }
}

/**
 * The value that an encrypted one stands for; what is no text is not encrypted and stays as it is. Rejects with `PN-5001`
 * when it cannot be read.
 */
export async function decryptJson(module: CryptoModule, value: unknown): Promise<unknown> {
  if (isRecord(value) && typeof value[ENCRYPTED_MEMBER] === 'string') {
    return { ...value, [ENCRYPTED_MEMBER]: await decryptJson(module, value[ENCRYPTED_MEMBER]) };
  }
  if (typeof value !== 'string') return value;
  try {
    const bytes = await module.decrypt(fromBase64(value));
    if (bytes.length === 0) throw new TypeError('it is empty, and JSON never is');
    // Other clients encrypt text that is not JSON.
    return jsonOrText(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw notDecrypted(cause);
  }
}

function notEncrypted(cause: unknown): PubNubError {
  return new PubNubError('PN-5002', 'The message could not be encrypted.', { cause, delivery: 'not-sent' });
}

function notDecrypted(cause: unknown): PubNubError {
  return new PubNubError('PN-5001', 'The message could not be decrypted.', { cause });
}
