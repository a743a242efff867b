import { CommanderError } from 'commander';
import { PubNubError } from 'timetoken';
import { likelyCause, type Whereabouts } from './causes.ts';
import { paintFor } from './style.ts';
import type { StopReason, Terminal } from './terminal.ts';
import { visible } from './visible.ts';
import { inFlags } from './wording.ts';

/** Exit codes. */
export const ExitCode = { success: 0, failure: 1, usage: 2, interrupted: 130 } as const;

/** The codes of errors in options and parameters, which come from the command line. */
const USAGE_CODES: readonly string[] = ['PN-1001', 'PN-1002', 'PN-1003', 'PN-1006', 'PN-1007'];
const USAGE_HINT = '(run with --help for usage)\n';

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

/** The circumstances of a failure. */
export interface Circumstances {
  readonly where: Whereabouts;
  /** Stacks are printed too. */
  readonly debug: boolean;
}

/** Prints an error for the user. Returns the exit code. */
export function report(error: unknown, terminal: Terminal, { where, debug }: Circumstances): number {
  // Commander has printed its message. It ends with an "error" after help as well.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.success : ExitCode.usage;
  // A reader that closed the pipe, such as `head`, has what it needs.
  if (error instanceof Interrupted)
    return error.reason === 'interrupted' ? ExitCode.interrupted : ExitCode.success;
  const paint = paintFor('stderr', terminal);
  terminal.stderr.write(`${paint('red', 'error:')} ${visible(messageOf(error))}\n`);
  const usage = isUsage(error);
  const cause = likelyCause(error, where);
  if (usage) terminal.stderr.write(USAGE_HINT);
  else if (cause !== undefined) terminal.stderr.write(`${visible(cause)}\n`);
  if (debug) terminal.stderr.write(stackOf(error));
  return usage ? ExitCode.usage : ExitCode.failure;
}

function isUsage(error: unknown): boolean {
  return error instanceof UsageError || (PubNubError.is(error) && USAGE_CODES.includes(error.code));
}

/** The message of an error, in flags; that of a `PubNubError` ends in its code. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (PubNubError.is(error)) return inFlags(error.message);
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
