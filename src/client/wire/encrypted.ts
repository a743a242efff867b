import { EventKind } from '../../protocol/envelope.ts';
import { isPresenceName } from '../../protocol/names.ts';
import type { Decrypt } from '../endpoint.ts';
import { isRecord } from './read.ts';

/** The member of an envelope for the error of its failed decryption. */
export const UNREADABLE = Symbol('unreadable');

/** The member for a payload as the server sent it, where that was decrypted. */
export const SENT = Symbol('sent');

/** What may have been decrypted. */
export type Sealed<T> = T & { readonly [SENT]?: unknown };

/** Decrypts the payloads of messages and files; an envelope that cannot be decrypted keeps its payload and gets the error. */
export function decryptEntries(entries: readonly unknown[], decrypt: Decrypt): Promise<unknown[]> {
  return Promise.all(
    entries.map(async (entry) => {
      if (!isRecord(entry) || !mayBeEncrypted(entry)) return entry;
      try {
        return { ...entry, d: await decrypt(entry['d']), [SENT]: entry['d'] };
      } catch (error) {
        return { ...entry, [UNREADABLE]: error };
      }
    }),
  );
}

/** Decrypts one member of each item; an item that cannot be decrypted keeps it, with the error in `error`. */
export function decryptItems<T extends object>(
  items: readonly T[],
  member: keyof T,
  decrypt: Decrypt,
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

function mayBeEncrypted({ e: kind, c: channel }: Readonly<Record<string, unknown>>): boolean {
  if (kind === EventKind.file) return true;
  if (kind !== undefined && kind !== EventKind.message) return false;
  return typeof channel === 'string' && !isPresenceName(channel);
}
