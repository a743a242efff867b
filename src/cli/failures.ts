import { CommanderError } from 'commander';
import { PubNubError } from 'timetoken';
import { paintFor } from './style.ts';
import type { StopReason, Terminal } from './terminal.ts';
import { visible } from './visible.ts';

/** Exit codes. */
export const ExitCode = { success: 0, failure: 1, usage: 2, interrupted: 130 } as const;

const HINT =
  'Nothing listens there. `timetoken serve` starts an origin on this machine; --origin names another.\n';

/** A command that cannot be carried out as it was written. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A command that ends in an error of its own, with a message for the user. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** A command was stopped before it was done. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly reason: StopReason;

  constructor(reason: StopReason) {
    super(`Stopped: ${reason}.`);
    this.reason = reason;
  }
}

/** Tells the user what went wrong; returns the exit code. */
export function report(error: unknown, terminal: Terminal, debug: boolean): number {
  // Commander has said what there is to say, and ends with an "error" after help as well.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.success : ExitCode.usage;
  // Whoever closed the pipe, as `head` does, has what they wanted.
  if (error instanceof Interrupted)
    return error.reason === 'interrupted' ? ExitCode.interrupted : ExitCode.success;
  const paint = paintFor('stderr', terminal);
  terminal.stderr.write(`${paint('red', 'error:')} ${visible(messageOf(error))}\n`);
  if (isRefused(error)) terminal.stderr.write(HINT);
  if (debug) terminal.stderr.write(stackOf(error));
  return error instanceof UsageError ? ExitCode.usage : ExitCode.failure;
}

// Of all failures the one that everybody meets first.
function isRefused(error: unknown): boolean {
  const failure: unknown = error instanceof CommandError ? error.cause : error;
  return PubNubError.is(failure) && Object(failure.cause).code === 'ECONNREFUSED';
}

/** What an error says; the message of a `PubNubError` ends in its code. */
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
