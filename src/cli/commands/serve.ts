import { type Command, InvalidArgumentError } from 'commander';
import { type AllowOrigin, createOrigin, type Keyset, type Logger } from 'timetoken/origin';
import { type OriginServer, serve } from 'timetoken/origin/node';
import type { CliContext } from '../context.ts';
import { CommandError, messageOf, UsageError } from '../failures.ts';
import { LossyOutput } from '../lossy-output.ts';
import { collect, wholeNumber } from '../options.ts';
import { asTyped, selfIn } from '../self.ts';
import { type Paint, paintFor } from '../style.ts';
import { stopped, type Terminal } from '../terminal.ts';
import { jsonLine, visible } from '../visible.ts';

interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly allowOrigin?: readonly string[];
  readonly allowHost?: readonly string[];
  readonly hold: number;
  readonly secretKey?: string;
  readonly access?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ timetoken serve
  $ timetoken serve --port 0 --quiet
  $ timetoken serve --allow-origin https://app.example.com
  $ timetoken serve --json | jq 'select(.status >= 400)'

All data is in memory, and lost when it stops. Logs never hold messages, tokens or signatures.
`;

const DEMO_KEYS = { subscribeKey: 'demo', publishKey: 'demo' } as const;
// Those of extensions and apps, which have no `origin` as a URL: `chrome-extension://…`, `capacitor://localhost`.
const OTHER_ORIGIN = /^(?!https?:)[a-z][a-z\d+.-]*:\/\/[^/?#\s]*$/;
const LOOPBACK = /^http:\/\/(127\.|\[::1\])/;

/** `timetoken serve`. */
export function addServe(program: Command, context: CliContext): void {
  program
    .command('serve')
    .description('run an origin, the server of the protocol, on this machine')
    .option('--port <number>', 'port to listen on, 0 for any free one', wholeNumber(0, 65_535), 8090)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option(
      '--allow-origin <origin>',
      'allow pages of this web origin too, * for all; repeatable (default: pages of this machine only)',
      webOrigin,
    )
    .option('--allow-host <name>', 'accept this Host header too; repeatable', hostName)
    .option('--hold <seconds>', 'seconds for which a poll waits for messages', wholeNumber(1, 3_600), 280)
    .option(
      '--secret-key <key>',
      'secret key of the keyset demo, demo (env TIMETOKEN_SECRET_KEY, hidden from other users)',
    )
    .option('--access', 'require permissions for requests; needs a secret key')
    .option('--quiet', 'no access log')
    .option('--json', 'log as NDJSON')
    .addHelpText('after', asTyped(EXAMPLES, context.terminal.env))
    .action((options: ServeOptions) => runServer(options, context));
}

async function runServer(options: ServeOptions, { terminal, network }: CliContext): Promise<void> {
  const now = () => new Date(network.clock?.now() ?? Date.now());
  const origin = createOrigin({
    keysets: keysetsFrom(options, terminal),
    limits: { holdSeconds: options.hold },
    clock: network.clock,
    logger: accessLog(options, terminal, now),
  });
  try {
    const { port, host, allowHost } = options;
    const given = { port, host, allowHosts: allowHost, allowOrigins: pagesFrom(options) };
    const server = await serve(origin, given).catch((cause: unknown) => {
      throw new CommandError(listenProblem(cause, options), { cause });
    });
    announce(server, options, terminal);
    await stopped(terminal);
    await server.close();
  } finally {
    await origin.close();
  }
}

function pagesFrom({ allowOrigin = [] }: ServeOptions): AllowOrigin {
  return allowOrigin.includes('*') ? '*' : ['loopback', ...allowOrigin];
}

// Without a secret key there are no permissions, so all keys are served.
function keysetsFrom({ secretKey, access }: ServeOptions, { env }: Terminal): readonly Keyset[] | undefined {
  if (secretKey === '') throw new UsageError('--secret-key must not be empty.');
  const secret = secretKey ?? (env['TIMETOKEN_SECRET_KEY'] || undefined);
  if (secret !== undefined) return [{ ...DEMO_KEYS, secretKey: secret, access }];
  if (access) throw new UsageError('--access needs a secret key: set TIMETOKEN_SECRET_KEY or --secret-key.');
  return undefined;
}

function accessLog({ quiet, json }: ServeOptions, terminal: Terminal, now: () => Date): Logger {
  const stdout = new LossyOutput(terminal.stdout, json);
  const stderr = new LossyOutput(terminal.stderr, json);
  return {
    debug: (_message, { method, operation, status }) => {
      if (quiet) return;
      const time = now();
      const line = `${time.toTimeString().slice(0, 8)} ${status} ${method} ${operation}`;
      const fields = { type: 'request', time: time.toISOString(), method, operation, status };
      stdout.write(json ? jsonLine(fields) : `${visible(line)}\n`);
    },
    error: (message, { operation, error }) => {
      const text = `${message} ${operation}: ${messageOf(error)}`;
      const fields = { type: 'error', time: now().toISOString(), operation, message: text };
      stderr.write(json ? jsonLine(fields) : `${visible(text)}\n`);
    },
  };
}

/** The warning for an address that other machines can reach; `undefined` on loopback. */
export function exposureWarning(url: string): string | undefined {
  return LOOPBACK.test(url)
    ? undefined
    : `Other machines can reach ${url}, and anyone may publish and subscribe.`;
}

function announce({ url, port }: OriginServer, options: ServeOptions, terminal: Terminal): void {
  const { stdout, stderr } = terminal;
  const warning = options.access ? undefined : exposureWarning(url);
  if (warning !== undefined) stderr.write(`warning: ${warning}\n`);
  stdout.write(options.json ? jsonLine({ type: 'listening', url, port }) : welcome(url, terminal));
}

function welcome(url: string, terminal: Terminal): string {
  const paint: Paint = paintFor('stdout', terminal);
  return `Origin listening at ${paint('bold', url)}; Ctrl-C stops it.

Connect from another terminal:
  ${paint('cyan', `${selfIn(terminal.env)} subscribe room --presence --origin ${url}`)}
Connect from a program:
  ${paint('cyan', `new PubNub({ subscribeKey: 'demo', publishKey: 'demo', userId: 'me', origin: '${url}' })`)}

`;
}

function listenProblem(error: unknown, { port, host }: ServeOptions): string {
  const code: unknown = Object(error).code;
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use. Name another with --port, or 0 for any free one.`;
  if (code === 'EACCES') return `Port ${port} may not be used by this user. Name one above 1023 with --port.`;
  if (code === 'ENOTFOUND' || code === 'EADDRNOTAVAIL')
    return `${host} is not an address of this machine. Name one with --host; 0.0.0.0 stands for all.`;
  return `Cannot listen on ${host}, port ${port}: ${messageOf(error)}`;
}

function hostName(value: string, before: readonly string[] = []): readonly string[] {
  if (/^[^\s/]+$/.test(value)) return collect(value, before);
  throw new InvalidArgumentError('It must be a host name, or * for all.');
}

function webOrigin(value: string, before: readonly string[] = []): readonly string[] {
  if (value === '*' || value === 'null' || isWebOrigin(value) || OTHER_ORIGIN.test(value))
    return [...before, value];
  throw new InvalidArgumentError('It must be a web origin such as https://example.com, without a path.');
}

function isWebOrigin(value: string): boolean {
  return URL.canParse(value) && new URL(value).origin === value;
}
