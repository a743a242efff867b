import { closeSync, openSync, writeSync } from 'node:fs';
import { CommandError } from './failures.ts';

/** The output of a recording. */
export interface RecordingFile extends Disposable {
  /** Writes a text at once: it survives any end of the process. */
  write(text: string): void;
}

/** Creates a file for a recording. Throws a `CommandError` if it exists, unless it may be overwritten. */
export function openRecording(path: string, overwrite: boolean): RecordingFile {
  let file: number;
  try {
    file = openSync(path, overwrite ? 'w' : 'wx', 0o600);
  } catch (error) {
    if (Object(error).code !== 'EEXIST') throw error;
    throw new CommandError(`The file ${path} exists already. --force overwrites it.`, { cause: error });
  }
  return {
    // Synchronous and without a buffer, so that no line can be lost.
    write: (text) => {
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}
