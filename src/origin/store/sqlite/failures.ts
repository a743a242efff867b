import { ShardsFull, StoreUnavailable } from '../store.ts';
import type { Failure } from './messages.ts';

// https://www.sqlite.org/rescode.html
const BUSY = 5;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const PROTOCOL = 15;
const NOTADB = 26;
const PRIMARY_CODE = 0xff;

const PASSING: Readonly<Record<number, string>> = {
  [BUSY]: 'Another process has locked the file of the store for too long.',
  [IOERR]: 'The file of the store cannot be read or written.',
  [FULL]:
    'The disk with the file of the store is full. Make room on it; nothing that was acknowledged is lost.',
  [CANTOPEN]: 'The file of the store cannot be opened.',
  [PROTOCOL]: 'Other processes have locked the file of the store for too long.',
};

const LASTING: Readonly<Record<number, string>> = {
  [READONLY]: 'cannot be written: the file or its folder is read-only. Let this user write to both.',
  [CORRUPT]: damage('SQLite cannot read it'),
  [NOTADB]: 'is not a SQLite database. It was left as it is; name another file.',
};

/** The primary result code of an error of SQLite; `undefined` for other errors. */
export function codeOf(error: unknown): number | undefined {
  const code: unknown = Object(error).errcode;
  return typeof code === 'number' ? code & PRIMARY_CODE : undefined;
}

/** `true` if a lock was not free in time: whatever is tried next would wait as long again. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error);
  return code === BUSY || code === PROTOCOL;
}

/** `true` if a part of the file cannot be read: others may well be. */
export function isDamage(error: unknown): boolean {
  return codeOf(error) === CORRUPT;
}

/** An error while the file is opened, in words about the file. */
export function fileError(error: unknown, path: string): unknown {
  const code = codeOf(error);
  const text = code === undefined ? undefined : LASTING[code];
  return text === undefined ? error : new Error(`${path} ${text}`, { cause: error });
}

/** The error of a file that SQLite would find damaged later, or that lacks a part of this store. */
export function damaged(path: string, why = 'SQLite cannot read it'): Error {
  return new Error(`${path} ${damage(why)}`);
}

/** The error of a path that leads to no file and to no place for one, such as a symbolic link to itself. */
export function unreachable(path: string, cause: unknown): Error {
  const code: unknown = Object(cause).code;
  return new Error(
    `${path} cannot be looked up (${String(code)}). Check the path, its symbolic links and the rights of this user, or name another file.`,
    { cause },
  );
}

function damage(why: string): string {
  return `is damaged: ${why}. It was left as it is; put a backup in its place, or name another file.`;
}

/** What a call of the worker rejects with. */
export function failureOf(error: unknown, path: string): Failure {
  if (error instanceof StoreUnavailable || error instanceof ShardsFull) {
    return { name: error.name, message: error.message, cause: error.cause };
  }
  const code = codeOf(error);
  const passing = code === undefined ? undefined : PASSING[code];
  if (passing !== undefined) return { name: 'StoreUnavailable', message: passing, cause: error };
  const lasting = code === undefined ? undefined : LASTING[code];
  if (lasting !== undefined) return { name: 'Error', message: `${path} ${lasting}`, cause: error };
  const message = error instanceof Error ? error.message : String(error);
  return { name: 'Error', message, cause: error };
}

/** The error of a failure that came from the worker. */
export function errorOf({ name, message, cause }: Failure): Error {
  if (name === 'ShardsFull') return new ShardsFull();
  return name === 'StoreUnavailable'
    ? new StoreUnavailable(message, { cause })
    : new Error(message, { cause });
}
