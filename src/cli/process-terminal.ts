import { ExitCode } from './failures.ts';
import { inputLines } from './input-lines.ts';
import { Stopper } from './stopper.ts';
import type { Output, Terminal } from './terminal.ts';

/** Nobody reads the output any more. */
const CLOSED: readonly (string | undefined)[] = ['EPIPE', 'EIO'];

/** The terminal of this process. Handles its signals from now on. */
export function processTerminal(): Terminal {
  const stopper = new Stopper({ now: () => performance.now(), exit: (code) => process.exit(code) });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopper.interrupt());
  const stdout = outputTo(process.stdout, (error) => {
    if (CLOSED.includes(error.code)) return stopper.outputClosed();
    if (stdout.onFailure) return stdout.onFailure(error);
    // What was printed is not whole, so nobody may take it for a success.
    process.stderr.write(`error: The output cannot be written: ${error.message}.\n`);
    process.exit(ExitCode.failure);
  });
  return {
    stdout,
    // The command goes on without a reader of its errors.
    stderr: outputTo(process.stderr, () => undefined),
    stdin: { isTTY: process.stdin.isTTY === true, lines: () => inputLines(process.stdin, stopper.signal) },
    env: process.env,
    stop: stopper.signal,
    onHangup: (callback) => void process.on('SIGHUP', callback),
  };
}

function outputTo(stream: NodeJS.WriteStream, onError: (error: NodeJS.ErrnoException) => void): Output {
  let open = true;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    open = false;
    onError(error);
  });
  return {
    isTTY: stream.isTTY === true,
    get backlog() {
      return stream.writableLength;
    },
    write: (text) => {
      if (open) stream.write(text);
    },
  };
}
