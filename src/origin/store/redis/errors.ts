import { StoreUnavailable } from '../store.ts';

// The data is elsewhere, or nowhere for now. Nothing of a call was carried out.
const ELSEWHERE = /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN|READONLY|MASTERDOWN|LOADING)\b/;
const WRONG_ROLE = /^(READONLY|MASTERDOWN)\b/;
// What the server cannot do, but for what has a code of its own; and what is no answer of Redis.
const LASTING = /^ERR (?!max number of clients)|^Unknown RESP type/;
const FORBIDDEN = /^(NOAUTH|WRONGPASS|NOPERM)\b/;

/** `true` if the primary has to be looked for again, and the call may be made there. */
export function isElsewhere(error: unknown): boolean {
  return ELSEWHERE.test(reasonOf(error));
}

/** `true` if the server is no primary any more. */
export function isWrongRole(error: unknown): boolean {
  return WRONG_ROLE.test(reasonOf(error));
}

/** `true` if nothing of a call was carried out, since the server does not have the script. */
export function isScriptMissing(error: unknown): boolean {
  return reasonOf(error).startsWith('NOSCRIPT');
}

/** An error that does not pass by itself: of the URL, the package or what the server permits. */
export class RedisStoreError extends Error {
  override readonly name = 'RedisStoreError';
}

/** An error of the package or of the server as one of the store. */
export function storeError(cause: unknown, doing: string): Error {
  if (cause instanceof StoreUnavailable || cause instanceof RedisStoreError) return cause;
  const reason = reasonOf(cause);
  const code = FORBIDDEN.exec(reason)?.[1];
  if (code !== undefined) {
    return new RedisStoreError(
      `Redis refused ${doing} (${code}). Check the user name and the password in the URL, and what this user may do.`,
      { cause },
    );
  }
  const message = `Redis: ${doing} failed: ${reason}`;
  return LASTING.test(reason)
    ? new RedisStoreError(message, { cause })
    : new StoreUnavailable(message, { cause });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
