import type { CliContext } from '../../src/cli/context.ts';
import { run } from '../../src/cli/run.ts';
import type { Output, StopReason, StopSignal, Terminal } from '../../src/cli/terminal.ts';

/** Keeps what is written, and tells when something awaited is there. */
export class FakeOutput implements Output {
  readonly isTTY: boolean;
  text = '';
  readonly #waiting = new Set<() => void>();

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
    for (const check of [...this.#waiting]) check();
  }

  get lines(): readonly string[] {
    return this.text.split('\n').slice(0, -1);
  }

  /** Resolves when the text holds a part. */
  until(part: string): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!this.text.includes(part)) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }
}

/** A terminal without a process. */
export class FakeTerminal implements Terminal {
  readonly stdout: FakeOutput;
  readonly stderr: FakeOutput;
  readonly stdin: Terminal['stdin'];
  readonly env: Readonly<Record<string, string>>;
  readonly #stop = new AbortController();
  #onHangup: (() => void) | undefined;

  constructor({
    isTTY = false,
    env = {},
    input = [],
  }: {
    readonly isTTY?: boolean;
    readonly env?: Readonly<Record<string, string>>;
    readonly input?: Iterable<string> | AsyncIterable<string>;
  } = {}) {
    this.stdout = new FakeOutput(isTTY);
    this.stderr = new FakeOutput(isTTY);
    this.env = env;
    this.stdin = { isTTY, lines: () => untilAborted(input, this.stop) };
  }

  get stop(): StopSignal {
    return this.#stop.signal;
  }

  onHangup(callback: () => void): void {
    this.#onHangup = callback;
  }

  /** SIGHUP. Throws if nobody has asked for it: it would end the process. */
  hangUp(): void {
    if (!this.#onHangup) throw new Error('SIGHUP ends the process.');
    this.#onHangup();
  }

  /** Ctrl-C, or the end of `| head`. */
  end(reason: StopReason = 'interrupted'): void {
    this.#stop.abort(reason);
  }
}

async function* untilAborted(input: Iterable<string> | AsyncIterable<string>, signal: AbortSignal) {
  for await (const line of input) {
    if (signal.aborted) return;
    yield line;
  }
}

/** A command that runs: its terminal, and the exit code it ends with. */
export interface Running {
  readonly terminal: FakeTerminal;
  readonly code: Promise<number>;
}

/** Starts a command in this process. */
export function start(
  args: readonly string[],
  network: CliContext['network'],
  terminal = new FakeTerminal(),
): Running {
  return { terminal, code: run(args, { terminal, network }) };
}

/** Runs a command in this process until it ends by itself. */
export async function finish(...parameters: Parameters<typeof start>) {
  const { terminal, code } = start(...parameters);
  return { code: await code, stdout: terminal.stdout.text, stderr: terminal.stderr.text };
}
