import { type Command, InvalidArgumentError } from 'commander';
import { messageOf } from './failures.ts';
import { wholeNumber } from './options.ts';

/** Where a server of a command listens. */
export interface ListenOptions {
  readonly port: number;
  readonly host: string;
}

const LOOPBACK = /^https?:\/\/(127\.|\[::1\])/;

/** Adds `--port`, with its default, and `--host` to a command. */
export function withListenOptions(command: Command, port: number): Command {
  return command
    .option('--port <number>', 'port to listen on, 0 for any free one', wholeNumber(0, 65_535), port)
    .option('--host <address>', 'address to listen on', address, '127.0.0.1');
}

/** The warning for a URL that other machines can reach, and what they may do; `undefined` on loopback. */
export function exposureWarning(url: string, risk: string): string | undefined {
  return LOOPBACK.test(url) ? undefined : `Other machines can reach ${url}, and ${risk}.`;
}

/** Why a server cannot listen, and what to do. */
export function listenProblem(error: unknown, { port, host }: ListenOptions): string {
  const code: unknown = Object(error).code;
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use. Name another with --port, or 0 for any free one.`;
  if (code === 'EACCES') return `Port ${port} may not be used by this user. Name one above 1023 with --port.`;
  if (code === 'ENOTFOUND' || code === 'EADDRNOTAVAIL')
    return `${host} is not an address of this machine. Name one with --host; 0.0.0.0 stands for all.`;
  return `Cannot listen on ${host}, port ${port}: ${messageOf(error)}`;
}

/** An address to listen on, as an option: without one, Node listens on all. */
export function address(value: string): string {
  if (value !== '') return value;
  throw new InvalidArgumentError('It must not be empty; 0.0.0.0 stands for all addresses.');
}
