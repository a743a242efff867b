/** The reason to stop a command: a signal (Ctrl-C, SIGTERM), or an output without a reader. */
export type StopReason = 'interrupted' | 'output-closed';

/** Aborts when the command must stop. */
export interface StopSignal extends AbortSignal {
  readonly reason: StopReason | undefined;
}

/** A stream that a command writes to. */
export interface Output {
  /** `true` for an interactive terminal. */
  readonly isTTY: boolean;
  /** Characters that wait for the reader. Absent: none ever wait. */
  readonly backlog?: number;
  /** Called once when nothing can be written any more, as on a full disk. Absent: that ends the process. */
  onFailure?: ((error: Error) => void) | undefined;
  /** Writes a text. Does nothing after the reader has closed the stream, or a failure. */
  write(text: string): void;
}

/** The input, output and environment of a command. */
export interface Terminal {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: {
    readonly isTTY: boolean;
    /** The lines of the input, without their line ends. It ends early when the command must stop. */
    lines(): AsyncIterable<string>;
  };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stop: StopSignal;
  /** Calls back at each SIGHUP, which ends the process without a callback. */
  onHangup(callback: () => void): void;
}

/** Resolves when the command must stop. */
export function stopped({ stop }: Terminal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener('abort', () => resolve(), { once: true });
  });
}
