import { CommanderError } from 'commander';
import { PubNubError } from 'timetoken';
import { paintFor } from './style.ts';
import type { StopReason, Terminal } from './terminal.ts';
import { visible } from './visible.ts';

/** Exit codes. */
export const ExitCode = { success: 0, failure: 1, usage: 2, interrupted: 130 } as const;

const HINT =
  'There is no server at this address. `timetoken serve` starts an origin on this machine; --origin names another.\n';

/** An error in the command line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** An error of a command, with a message for the user. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** A command was stopped before its end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly reason: StopReason;

  constructor(reason: StopReason) {
    super(`Stopped: ${reason}.`);
    this.reason = reason;
  }
}

/** Prints an error for the user. Returns the exit code. */
export function report(error: unknown, terminal: Terminal, debug: boolean): number {
  // Commander has printed its message. It ends with an "error" after help as well.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.success : ExitCode.usage;
  // A reader that closed the pipe, such as `head`, has what it needs.
  if (error instanceof Interrupted)
    return error.reason === 'interrupted' ? ExitCode.interrupted : ExitCode.success;
  const paint = paintFor('stderr', terminal);
  terminal.stderr.write(`${paint('red', 'error:')} ${visible(messageOf(error))}\n`);
  if (isRefused(error)) terminal.stderr.write(HINT);
  if (debug) terminal.stderr.write(stackOf(error));
  return error instanceof UsageError ? ExitCode.usage : ExitCode.failure;
}

// The most common failure for new users.
function isRefused(error: unknown): boolean {
  const failure: unknown = error instanceof CommandError ? error.cause : error;
  return PubNubError.is(failure) && Object(failure.cause).code === 'ECONNREFUSED';
}

/** The message of an error; that of a `PubNubError` ends in its code. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? error.name : error.message;
}

function stackOf(error: unknown): string {
  let text = '';
  for (let link = error, depth = 0; link instanceof Error && depth < 8; link = link.cause, depth++) {
    const lines = (link.stack ?? String(link)).split('\n').map(visible);
    text += `${depth === 0 ? '' : 'caused by: '}${lines.join('\n')}\n`;
  }
  return text;
}
