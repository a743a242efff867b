import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { CommandError } from './failures.ts';

// By the code of Node's error.
const REASONS: ReadonlyMap<unknown, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'there is no such file'],
  ['EACCES', 'this user may not read it'],
  ['EISDIR', 'it is a folder'],
  ['ENXIO', 'it is no regular file'],
  ['ENAMETOOLONG', 'its name is too long'],
  ['ELOOP', 'its links lead to each other'],
]);
const MAX_BYTES = 16 * 1024 * 1024;
// To open a pipe that nobody writes to would wait for ever. Windows does not know the flag, and has no such files.
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
// JSON or PEM in the place of a name: it may hold secrets.
const CONTENT = /^\s*[[{]|["\r\n]|-----BEGIN/;

/**
 * The text of a regular file that an option names, of up to 16 MiB. Throws a `CommandError` that says why it cannot be read.
 */
export async function readNamed(option: string, path: string): Promise<string> {
  const read = await textOf(path).catch((cause: unknown) => ({ reason: reasonOf(cause), cause }));
  if ('text' in read) return read.text;
  // Without the cause: it has what was given as the name.
  if (CONTENT.test(path)) throw new CommandError(`${option} is the name of a file, not what is in it.`);
  throw new CommandError(`${option} ${path} cannot be read: ${read.reason}.`, { cause: read.cause });
}

type Read = { readonly text: string } | { readonly reason: string; readonly cause?: unknown };

async function textOf(path: string): Promise<Read> {
  await using file = await open(path, FLAGS);
  const stats = await file.stat();
  if (stats.isDirectory()) return { reason: 'it is a folder' };
  // A pipe or a device may have no end, and gives nothing when it is read again.
  if (!stats.isFile()) return { reason: 'it is no regular file' };
  const bytes = await buffer(file.createReadStream({ end: MAX_BYTES, autoClose: false }));
  if (bytes.length > MAX_BYTES) return { reason: 'it has more than 16 MiB' };
  return { text: bytes.toString('utf8') };
}

// The message of Node's error has the path.
function reasonOf(error: unknown): string {
  const { code }: { readonly code?: unknown } = Object(error);
  return REASONS.get(code) ?? (typeof code === 'string' ? `the system says ${code}` : 'it cannot be opened');
}
