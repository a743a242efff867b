/** Why a command is asked to stop: the user (Ctrl-C, SIGTERM), or nobody reads its output any more. */
export type StopReason = 'interrupted' | 'output-closed';

/** Aborts when the command is to stop. */
export interface StopSignal extends AbortSignal {
  readonly reason: StopReason | undefined;
}

/** A stream that a command writes to. */
export interface Output {
  /** Whether a person looks at it. */
  readonly isTTY: boolean;
  /** Writes a text; does nothing once nobody reads it any more. */
  write(text: string): void;
}

/** What commands see of the world around them. */
export interface Terminal {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: {
    readonly isTTY: boolean;
    /** The lines of the input, without their ends; ends early when the command is to stop. */
    lines(): AsyncIterable<string>;
  };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stop: StopSignal;
}

/** Resolves when the command is to stop. */
export function stopped({ stop }: Terminal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener('abort', () => resolve(), { once: true });
  });
}
