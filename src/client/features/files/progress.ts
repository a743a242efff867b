import { isolated } from '../../listeners/isolate.ts';
import type { CallOptions, InnerOptions } from '../../request/call-options.ts';
import type { Logger } from '../../runtime/logger.ts';

/** Progress of a transfer in bytes as sent: of an encrypted file, those of its encrypted form. */
export interface FileProgress {
  /** Bytes transferred so far. It never decreases, even if the upload is repeated. */
  readonly loaded: number;
  /** Total number of bytes, if known. For a file that is sent, it includes the form around it. */
  readonly total: number | undefined;
}

/** Options of `execute()` and `envelope()` of calls that transfer files. */
export interface FileCallOptions extends CallOptions {
  /**
   * Milliseconds for the whole call, above 0, until the last byte of a download has been read; `Infinity` for no limit.
   * @default no limit for the call, and the client's `fileRequestTimeout` for the bytes of each attempt
   */
  readonly timeout?: number;
  /** Called as bytes are sent or received. An error it throws is logged and has no other effect. */
  readonly onProgress?: (progress: FileProgress) => void;
}

/** The same, of a call that has begun. */
export interface FileOptions extends FileCallOptions, Pick<InnerOptions, 'due'> {}

type Watch = NonNullable<FileCallOptions['onProgress']>;

/** The program's handler, called if the progress has increased; an error it throws is logged. */
export function watcherOf(onProgress: Watch | undefined, logger: Logger | undefined): Watch | undefined {
  if (!onProgress) return undefined;
  const failed = (error: unknown) => logger?.error?.('a progress handler failed', { error });
  let most = -1;
  return (progress) => {
    if (progress.loaded <= most) return;
    most = progress.loaded;
    isolated(() => onProgress(progress), failed);
  };
}
