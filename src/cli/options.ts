import { randomUUID } from 'node:crypto';
import { type Command, InvalidArgumentError } from 'commander';
import type { Logger } from 'timetoken';
import { fetchTransport, PubNub } from 'timetoken/core';
import { presence, storage } from 'timetoken/features';
import type { Whereabouts } from './causes.ts';
import type { CliContext } from './context.ts';
import { messageOf, UsageError } from './failures.ts';
import { selfIn } from './self.ts';
import type { Terminal } from './terminal.ts';
import { jsonText, visible } from './visible.ts';
import { secondsOf } from './wording.ts';

/** The options that say which origin and keyset a command uses. */
export interface ConnectionOptions {
  readonly origin?: string;
  readonly ssl?: boolean;
  readonly subscribeKey?: string;
  readonly publishKey?: string;
  readonly userId?: string;
  readonly debug?: boolean;
}

/** The options of all commands that need permissions. */
export interface ClientOptions extends ConnectionOptions {
  readonly token?: string;
}

type Fields = Readonly<Record<string, unknown>>;

const DEFAULT_ORIGIN = 'localhost:8090';
const DEFAULT_KEY = 'demo';
const SSL = 'TIMETOKEN_SSL';
const YES = /^(1|true|yes|on)$/i;
const NO = /^(0|false|no|off)?$/i;

/** Adds the options of the client to a command: origin, keys, user and token. */
export function withClientOptions(command: Command): Command {
  return withConnectionOptions(command).option(
    '--token <token>',
    'access token (env TIMETOKEN_TOKEN, hidden from other users of the machine)',
  );
}

/** Adds the options of a connection to a command: origin, keys and user. */
export function withConnectionOptions(command: Command): Command {
  return command
    .option('--origin <host>', `host, host:port or URL (env TIMETOKEN_ORIGIN, default ${DEFAULT_ORIGIN})`)
    .option('--ssl', 'use HTTPS if the origin has no scheme (env TIMETOKEN_SSL=1)')
    .option('--subscribe-key <key>', `(env TIMETOKEN_SUBSCRIBE_KEY, default ${DEFAULT_KEY})`)
    .option('--publish-key <key>', `(env TIMETOKEN_PUBLISH_KEY, default ${DEFAULT_KEY})`)
    .option('--user-id <id>', 'your user ID (env TIMETOKEN_USER_ID, default a new cli-… each time)');
}

/** The client of the commands. It has no hints: they are for programs, and the commands have their own. */
export class CommandClient extends PubNub.with(presence, storage) {}

/** Makes a client from the options and the environment. Throws a `PubNubError` for invalid ones. */
export function connect(options: ClientOptions, context: CliContext): CommandClient {
  const token = settingsIn(context.terminal)(options.token, 'TIMETOKEN_TOKEN');
  return new CommandClient({ ...clientOptions(options, context), ...(token !== undefined && { token }) });
}

/** What a client is made with, but for what it is allowed. Throws a `UsageError` for a variable that says neither yes nor no. */
export function clientOptions(options: ConnectionOptions, { terminal, network }: CliContext) {
  checkSsl(options, terminal);
  const setting = settingsIn(terminal);
  const { fetch, transport = fetchTransport({ fetch }), ...world } = network;
  return {
    ...world,
    transport,
    ...originOf(options, terminal),
    subscribeKey: setting(options.subscribeKey, 'TIMETOKEN_SUBSCRIBE_KEY') ?? DEFAULT_KEY,
    publishKey: setting(options.publishKey, 'TIMETOKEN_PUBLISH_KEY') ?? DEFAULT_KEY,
    userId: userIdOf(options, terminal),
    logger: loggerTo(terminal, options.debug === true),
  };
}

/** Where a command goes, for messages about it. */
export function whereaboutsOf(options: ConnectionOptions, terminal: Terminal): Whereabouts {
  const { origin, ssl } = originOf(options, terminal);
  const url = /^https?:\/\//i.test(origin) ? origin : `http${ssl ? 's' : ''}://${origin}`;
  return { address: url.replace(/\/$/, ''), self: selfIn(terminal.env) };
}

function originOf(options: ConnectionOptions, terminal: Terminal) {
  return {
    origin: settingsIn(terminal)(options.origin, 'TIMETOKEN_ORIGIN') ?? DEFAULT_ORIGIN,
    ssl: options.ssl ?? YES.test(terminal.env[SSL] ?? ''),
  };
}

// What nobody understands must not send keys and messages unencrypted.
function checkSsl({ ssl }: ConnectionOptions, { env }: Terminal): void {
  const value = env[SSL] ?? '';
  if (ssl === undefined && !YES.test(value) && !NO.test(value))
    throw new UsageError(`${SSL} must be 1 or 0; it is ${JSON.stringify(value)}.`);
}

/** The user ID of the options or the environment; a new unique one at each call if neither has it. */
export function userIdOf({ userId }: ConnectionOptions, terminal: Terminal): string {
  return settingsIn(terminal)(userId, 'TIMETOKEN_USER_ID') ?? `cli-${randomUUID().slice(0, 8)}`;
}

// The option, or else the variable; an empty variable counts as absent.
function settingsIn({ env }: Terminal) {
  return (given: string | undefined, name: string) => given ?? (env[name] || undefined);
}

function loggerTo({ stderr }: Terminal, debug: boolean): Logger {
  const log = (message: string, fields: Fields = {}) =>
    stderr.write(`${retry(message, fields) ?? `${visible(message)} ${jsonText(rounded(fields))}`}\n`);
  // A warning with a category is printed as a status already.
  const warn: typeof log = (message, fields) => {
    if (debug || fields?.['category'] === undefined) log(message, fields);
  };
  return { warn, error: log, ...(debug && { debug: log, info: log }) };
}

// The one entry that every user may see is a sentence.
function retry(message: string, { attempt, delay, error }: Fields): string | undefined {
  if (message !== 'retrying' || typeof attempt !== 'number' || typeof delay !== 'number') return undefined;
  const failure = typeof error === 'string' ? ` (${error})` : '';
  return visible(`* attempt ${attempt} failed${failure}; the next one in ${secondsOf(delay)}`);
}

function rounded(fields: Fields): Fields {
  const entries = Object.entries(fields).map(
    ([name, value]) => [name, typeof value === 'number' ? Math.round(value) : value] as const,
  );
  return Object.fromEntries(entries);
}

/** Makes a parser of whole numbers within bounds. */
export function wholeNumber(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= low && value <= high) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${low} to ${high}.`);
  };
}

/** The value of a JSON text, or the problem with it. */
export function parseJson(text: string): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

/** Parses the JSON of an option. */
export function json(text: string): unknown {
  const parsed = parseJson(text);
  if ('value' in parsed) return parsed.value;
  throw new InvalidArgumentError(`It must be JSON: ${parsed.problem}.`);
}

/** Collects an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
