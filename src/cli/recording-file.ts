import { closeSync, openSync, writeSync } from 'node:fs';
import { CommandError } from './failures.ts';

/** Where a recording goes. */
export interface RecordingFile extends Disposable {
  /** Writes a text. What was written stays, however the process ends. */
  write(text: string): void;
}

/** Makes a file for a recording. Throws a `CommandError` where there is one already, unless it may be overwritten. */
export function openRecording(path: string, overwrite: boolean): RecordingFile {
  let file: number;
  try {
    file = openSync(path, overwrite ? 'w' : 'wx', 0o600);
  } catch (error) {
    if (Object(error).code !== 'EEXIST') throw error;
    throw new CommandError(`There is a file ${path} already. --force overwrites it.`, { cause: error });
  }
  return {
    // Nothing is kept back: there is no moment at which the last lines could be lost.
    write: (text) => {
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}
