import type { Command } from 'commander';
import { type OriginServer, serve } from 'timetoken/origin/node';
import { eventSourceHandler, JSONEvent, JSONIdEvent, StringEvent, StringIdEvent } from 'timetoken/sse';
import type { CliContext } from '../context.ts';
import { type EventSourceOptions, withAddress } from '../event-source.ts';
import { EventSources, MAX_BODY } from '../event-sources.ts';
import { CommandError } from '../failures.ts';
import { exposureWarning, listenProblem } from '../listening.ts';
import { wholeNumber } from '../options.ts';
import { asTyped, selfIn } from '../self.ts';
import { stopped, type Terminal } from '../terminal.ts';
import { visible } from '../visible.ts';

interface ServerOptions extends EventSourceOptions {
  readonly json?: boolean;
  readonly keepalive: number;
  readonly id?: boolean;
}

const EXAMPLES = `
Examples:
  $ timetoken eventsource-server -P 8888 -i -k 50000
  $ timetoken eventsource-client 42:42:42:42:42:42 -r 5000 -P 8888
  $ timetoken eventsource-request 42:42:42:42:42:42 ping "42"
  $ timetoken eventsource-request 42:42:42:42:42:42 close

GET /poll/TOKEN opens the stream of a token, POST /ACTION/TOKEN sends an event to it: ping, retry or close.
`;

/** `timetoken eventsource-server`. */
export function addEventSourceServer(program: Command, context: CliContext): void {
  const command = program
    .command('eventsource-server')
    .description('run a server of event sources, streams to which requests send events');
  withAddress(command, 'listen on')
    .option('-j, --json', 'events are JSON')
    .option(
      '-k, --keepalive <ms>',
      'milliseconds between comments that keep streams open, 0 for none',
      wholeNumber(0, 2 ** 31 - 1),
      0,
    )
    .option('-i, --id', 'give events an id')
    .addHelpText('after', asTyped(EXAMPLES, context.terminal.env))
    .action((options: ServerOptions) => runServer(options, context));
}

async function runServer(options: ServerOptions, { terminal, network }: CliContext): Promise<void> {
  const [plain, numbered] = options.json ? [JSONEvent, JSONIdEvent] : [StringEvent, StringIdEvent];
  const handler = eventSourceHandler({
    eventClass: options.id ? numbered : plain,
    keepAlive: options.keepalive,
    maxBodyBytes: MAX_BODY,
    ...(network.clock && { clock: network.clock }),
  });
  try {
    const server = await listen(new EventSources(handler, logTo(options, terminal)), options);
    announce(server, terminal);
    await stopped(terminal);
    // Broken off, not ended: to a client the end of a stream means that somebody sent `close`.
    await server.close();
  } finally {
    handler.close();
  }
}

async function listen(sources: EventSources, { port, host }: ServerOptions): Promise<OriginServer> {
  try {
    // Who knows a token may send: no page of another host gets to try.
    return await serve(sources, { port, host, allowOrigins: ['loopback'], limits: { closeSeconds: 0 } });
  } catch (cause) {
    throw new CommandError(listenProblem(cause, { port, host }), { cause });
  }
}

// Without the token, which is all that protects a stream.
function logTo({ debug }: ServerOptions, { stderr }: Terminal) {
  return ({ method, target }: { readonly method: string; readonly target: string }, status: number): void => {
    const action = target.split('?', 1)[0]?.split('/').at(-2) ?? '';
    if (debug) stderr.write(`${visible(`${status} ${method} ${action}`)}\n`);
  };
}

function announce({ url, port }: OriginServer, { stdout, stderr, env }: Terminal): void {
  const warning = exposureWarning(url, 'whoever knows a token may read its events and send some');
  if (warning !== undefined) stderr.write(`warning: ${warning}\n`);
  stdout.write(`Event sources at ${url}; Ctrl-C stops it.

Connect from another terminal:
  ${selfIn(env)} eventsource-client TOKEN -P ${port}
Send an event:
  ${selfIn(env)} eventsource-request TOKEN ping hello -P ${port}

`);
}
