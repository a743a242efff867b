import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Command } from 'commander';
import { CommandError, messageOf } from './failures.ts';
import { address } from './listening.ts';
import { wholeNumber } from './options.ts';

/** Where an event source is: the options of all its commands. */
export interface EventSourceOptions {
  readonly host: string;
  readonly port: number;
  readonly debug?: boolean;
}

/** Adds the options that say where the server is, and `--debug`. */
export function withAddress(command: Command, what: 'listen on' | 'connect to'): Command {
  return command
    .option('-H, --host <address>', `address to ${what}`, address, '127.0.0.1')
    .option('-P, --port <number>', `port to ${what}`, wholeNumber(what === 'listen on' ? 0 : 1, 65_535), 8888)
    .option('-d, --debug', 'show logs, and stacks with errors');
}

/** The URL of an action of a token. */
export function urlOf({ host, port }: EventSourceOptions, action: string, token: string): URL {
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return new URL(`http://${name}:${port}/${encodeURIComponent(action)}/${encodeURIComponent(token)}`);
}

/** A request, and the signal that ends it. */
export interface Call {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/**
 * Sends a request, and resolves to the answer before its body. Unlike `fetch`, it waits for a silent stream as long as
 * its server does.
 */
export function send(url: URL, { body, ...options }: Call): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(url, options);
    call.once('response', resolve);
    call.once('error', (cause) => reject(new CommandError(connectProblem(cause, url), { cause })));
    call.end(body);
  });
}

function connectProblem(error: Error, { origin }: URL): string {
  const code: unknown = Object(error).code;
  if (code === 'ECONNREFUSED')
    return `Nothing listens at ${origin}. Start a server there with \`timetoken eventsource-server\`, or name another with -H and -P.`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `The host of ${origin} is not known here. Check its spelling, or name another with -H.`;
  return `${origin} did not answer: ${messageOf(error)}.`;
}
