import { readFile } from 'node:fs/promises';

/** The lines of a file. Rejects as `node:fs` does when there is none. */
export async function readLines(file: string | URL): Promise<readonly string[]> {
  return (await readFile(file, 'utf8')).split('\n');
}
