import { type Command, InvalidArgumentError } from 'commander';
import { type AllowOrigin, createOrigin, type Keyset, type Origin } from 'timetoken/origin';
import { type OriginServer, serve } from 'timetoken/origin/node';
import type { CliContext } from '../context.ts';
import { CommandError } from '../failures.ts';
import { exposureWarning, type ListenOptions, listenProblem, withListenOptions } from '../listening.ts';
import { collect, wholeNumber } from '../options.ts';
import { asTlsError, type FileOptions, Reloads, readSettings, warnOfExpiry } from '../reload.ts';
import { asTyped, selfIn } from '../self.ts';
import { ServeLog } from '../serve-log.ts';
import { loadMetrics } from '../serve-metrics.ts';
import { openStore } from '../store.ts';
import { type Paint, paintFor } from '../style.ts';
import { stopped, type Terminal } from '../terminal.ts';

interface ServeOptions extends FileOptions, ListenOptions {
  readonly allowOrigin?: readonly string[];
  readonly allowHost?: readonly string[];
  readonly hold: number;
  readonly quiet?: boolean;
  readonly store?: string;
  readonly durability?: string;
  readonly metrics?: boolean;
  readonly drain: number;
}

const EXAMPLES = `
Examples:
  $ timetoken serve
  $ timetoken serve --port 0 --quiet
  $ timetoken serve --allow-origin https://app.example.com
  $ timetoken serve --store sqlite:./data.db
  $ timetoken serve --keysets ./keysets.json --cert ./server.crt --key ./server.key
  $ timetoken serve --json | jq 'select(.status >= 400)'

Without --store all data is in memory, and lost when it stops. Logs never hold messages, tokens or signatures. SIGHUP
reads the files of --keysets, --cert and --key again.
`;

// A server that drains is one of several: uploads under way have the time to end.
const DRAINED_CLOSE_SECONDS = 10;
const DEMO_KEYS: Keyset = { subscribeKey: 'demo', publishKey: 'demo' };
// Those of extensions and apps, which have no `origin` as a URL: `chrome-extension://…`, `capacitor://localhost`.
const OTHER_ORIGIN = /^(?!https?:)[a-z][a-z\d+.-]*:\/\/[^/?#\s]*$/;

/** `timetoken serve`. */
export function addServe(program: Command, context: CliContext): void {
  const command = program
    .command('serve')
    .description('run an origin, the server of the protocol, on this machine');
  withListenOptions(command, 8090)
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
    .option('--keysets <file>', 'JSON file of the keysets to serve (env TIMETOKEN_KEYSETS, the same as text)')
    .option('--cert <file>', 'listen with TLS: the certificate as PEM')
    .option('--key <file>', 'the private key of the certificate as PEM')
    .option(
      '--store <store>',
      'where data is kept: memory, sqlite:<file> or redis://<host>, also rediss, redis+sentinel, redis+cluster (env TIMETOKEN_STORE, which hides a password from other users; default: memory)',
    )
    .option(
      '--durability <level>',
      'of sqlite normal or full: changes survive a loss of power too; of redis local or replicated: they survive the loss of the primary (default: normal, local)',
    )
    .option('--metrics', 'show metrics for Prometheus at /metrics; needs the package prom-client')
    .option(
      '--drain <seconds>',
      'seconds for which it goes on after SIGTERM or Ctrl-C, so that balancers find out by /readyz',
      wholeNumber(0, 3_600),
      0,
    )
    .option('--quiet', 'no access log')
    .option('--json', 'log as NDJSON')
    .addHelpText('after', asTyped(EXAMPLES, context.terminal.env))
    .action((options: ServeOptions) => runServer(options, context, program.version()));
}

async function runServer(
  options: ServeOptions,
  { terminal, network }: CliContext,
  version: string | undefined,
): Promise<void> {
  const { quiet, json, drain } = options;
  const { clock } = network;
  const reloads = new Reloads(options, terminal);
  const now = () => new Date(clock?.now() ?? Date.now());
  const { keysets, tls } = await readSettings(options, terminal);
  const log = new ServeLog({ terminal, quiet, json, now });
  const metrics = options.metrics ? await loadMetrics() : undefined;
  const store = await openStore(options, { env: terminal.env, clock });
  const origin = createOrigin({
    ...(store && { store }),
    keysets,
    limits: { holdSeconds: options.hold },
    clock,
    logger: log.logger,
    metrics,
  });
  try {
    const { port, host, allowHost } = options;
    const given = {
      ...{ port, host, metrics, tls, allowHosts: allowHost, allowOrigins: pagesFrom(options) },
      ...(drain > 0 && { limits: { closeSeconds: DRAINED_CLOSE_SECONDS } }),
    };
    const server = await serve(origin, given).catch((cause: unknown) => {
      const error = asTlsError(cause, options);
      throw error === cause ? new CommandError(listenProblem(cause, options), { cause }) : error;
    });
    announce(server, { ...options, keysets }, terminal);
    log.listening({ url: server.url, port: server.port, version });
    warnOfExpiry(tls, { terminal, now });
    reloads.begin({ origin, server, terminal, clock, now });
    if (!(await isReady(origin))) log.storeMissing();
    await stopped(terminal);
    // Without a reader of its output it was not asked to go: it cannot stay.
    const drainSeconds = terminal.stop.reason === 'interrupted' ? drain : 0;
    if (drainSeconds > 0) log.draining(drainSeconds);
    await server.close({ drainSeconds });
  } finally {
    reloads.end();
    await origin.close();
    await store?.close();
  }
  log.stopped();
}

async function isReady(origin: Origin): Promise<boolean> {
  return (await origin.fetch('http://origin/readyz')).ok;
}

function pagesFrom({ allowOrigin = [] }: ServeOptions): AllowOrigin {
  return allowOrigin.includes('*') ? '*' : ['loopback', ...allowOrigin];
}

/** What is told of a server at its start. */
interface Announced {
  readonly keysets: readonly Keyset[] | undefined;
  readonly json?: boolean;
}

function announce({ url }: OriginServer, { keysets, json }: Announced, terminal: Terminal): void {
  const { stdout, stderr } = terminal;
  const isProtected = keysets?.every(({ access }) => access) ?? false;
  const warning = isProtected ? undefined : exposureWarning(url, 'anyone may publish and subscribe');
  if (warning !== undefined) stderr.write(`warning: ${warning}\n`);
  if (!json) stdout.write(welcome(url, keysets?.[0] ?? DEMO_KEYS, terminal));
}

function welcome(
  url: string,
  { subscribeKey, publishKey = subscribeKey }: Keyset,
  terminal: Terminal,
): string {
  const paint: Paint = paintFor('stdout', terminal);
  const key = subscribeKey === DEMO_KEYS.subscribeKey ? '' : ` --subscribe-key ${subscribeKey}`;
  return `Origin listening at ${paint('bold', url)}; Ctrl-C stops it.

Connect from another terminal:
  ${paint('cyan', `${selfIn(terminal.env)} subscribe room --presence${key} --origin ${url}`)}
Connect from a program:
  ${paint('cyan', `new PubNub({ subscribeKey: '${subscribeKey}', publishKey: '${publishKey}', userId: 'me', origin: '${url}' })`)}

`;
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
