import { EventKind } from '../../../protocol/envelope.ts';
import { isPresenceName } from '../../../protocol/names.ts';
import { PubNubError } from '../../errors/pubnub-error.ts';
import { fromBase64, toBase64 } from '../../runtime/bytes.ts';
import { jsonOrText } from '../../wire/json.ts';
import { isRecord } from '../../wire/read.ts';
import type { CryptoModule } from './crypto-module.ts';
import { decryptedBytes, encryptedBytes } from './results.ts';

/** Where older mobile clients put the encrypted part of a message that also holds push payloads. */
const ENCRYPTED_MEMBER = 'pn_other';

/** What `decryptEntries` adds to an envelope whose payload could not be read: why. */
export const UNREADABLE = Symbol('unreadable');

/** The JSON text that stands for an encrypted value: the Base64 of its encrypted JSON, as a string. */
export async function encryptJson(module: CryptoModule, value: unknown): Promise<string> {
  const plain = new TextEncoder().encode(JSON.stringify(value));
  try {
    return JSON.stringify(toBase64(encryptedBytes(await module.encrypt(plain))));
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
    const bytes = decryptedBytes(await module.decrypt(fromBase64(value)));
    if (bytes.length === 0) throw new TypeError('it is empty, and JSON never is');
    // Other clients encrypt text that is not JSON.
    return jsonOrText(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw notDecrypted(cause);
  }
}

/** The entries of an answer with the payloads of messages and files decrypted; those that cannot be read say why. */
export function decryptEntries(module: CryptoModule, entries: readonly unknown[]): Promise<unknown[]> {
  return Promise.all(
    entries.map(async (entry) => {
      if (!isRecord(entry) || !mayBeEncrypted(entry)) return entry;
      try {
        return { ...entry, d: await decryptJson(module, entry['d']) };
      } catch (error) {
        return { ...entry, [UNREADABLE]: error };
      }
    }),
  );
}

/** Decrypts one member of each item; where it cannot be read it stays, and the item says why. */
export function decryptItems<T extends object>(
  items: readonly T[],
  member: keyof T,
  decrypt: (value: unknown) => Promise<unknown>,
): Promise<T[]> {
  return Promise.all(
    items.map(async (item) => {
      try {
        return { ...item, [member]: await decrypt(item[member]) };
      } catch (error) {
        return { ...item, error };
      }
    }),
  );
}

function notEncrypted(cause: unknown): PubNubError {
  return new PubNubError('PN-5002', 'The message could not be encrypted.', { cause, delivery: 'not-sent' });
}

function notDecrypted(cause: unknown): PubNubError {
  return new PubNubError('PN-5001', 'The message could not be decrypted.', { cause });
}

function mayBeEncrypted({ e: kind, c: channel }: Readonly<Record<string, unknown>>): boolean {
  if (kind === EventKind.file) return true;
  if (kind !== undefined && kind !== EventKind.message) return false;
  return typeof channel === 'string' && !isPresenceName(channel);
}
