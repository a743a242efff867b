import type { CallOptions } from '../../request/call-options.ts';
import type { Logger } from '../../runtime/logger.ts';

/** How far the bytes of a file have got, as they travel: of an encrypted file, those of its encrypted form. */
export interface FileProgress {
  /** Bytes so far. It never goes back, not even when a file is sent again. */
  readonly loaded: number;
  /** Bytes in all, where that is known. Of a file that is sent, those of the form around it count too. */
  readonly total: number | undefined;
}

/** Options of `execute()` and `envelope()` of calls that move files. */
export interface FileCallOptions extends CallOptions {
  /** Milliseconds for the bytes to arrive, above 0; `Infinity` for no limit. @default the client's `fileRequestTimeout` */
  readonly timeout?: number;
  /** Called as bytes go out or come in. What it throws is logged, and changes nothing. */
  readonly onProgress?: (progress: FileProgress) => void;
}

type Watch = NonNullable<FileCallOptions['onProgress']>;

/** The program's handler, called when there is more than ever before, and unable to do harm. */
export function watcherOf(onProgress: Watch | undefined, logger: Logger | undefined): Watch | undefined {
  if (!onProgress) return undefined;
  const failed = (error: unknown) => logger?.error?.('a progress handler failed', { error });
  let most = -1;
  return (progress) => {
    if (progress.loaded <= most) return;
    most = progress.loaded;
    // Also where it is asynchronous, which its type allows.
    new Promise<void>((resolve) => resolve(onProgress(progress))).catch(failed);
  };
}
