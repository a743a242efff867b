import { readFile } from 'node:fs/promises';

/** Reads the lines of a file. */
export async function readLines(file: string | URL): Promise<readonly string[]> {
  return (await readFile(file, 'utf8')).split('\n');
}
