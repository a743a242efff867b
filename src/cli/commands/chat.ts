import type { Command } from 'commander';
import { type OriginServer, serve } from 'timetoken/origin/node';
import { Chat } from '../chat/chat.ts';
import type { CliContext } from '../context.ts';
import { CommandError } from '../failures.ts';
import { exposureWarning, type ListenOptions, listenProblem, withListenOptions } from '../listening.ts';
import { asTyped } from '../self.ts';
import { paintFor } from '../style.ts';
import { stopped, type Terminal } from '../terminal.ts';

const EXAMPLES = `
Examples:
  $ timetoken chat
  $ timetoken chat --port 0
  $ timetoken chat --host 0.0.0.0

An example of server-sent events: a page that posts messages, and a stream of the last 100 and of new ones. Nobody is
asked who they are, and names are what people say they are.
`;

const STREAMS = 1_000;
// Of those that post beside them.
const CONNECTIONS = 2 * STREAMS;

/** `timetoken chat`. */
export function addChat(program: Command, context: CliContext): void {
  const command = program
    .command('chat')
    .description('run a chat for browsers, an example of server-sent events');
  withListenOptions(command, 5000)
    .addHelpText('after', asTyped(EXAMPLES, context.terminal.env))
    .action((options: ListenOptions) => runChat(options, context));
}

async function runChat(options: ListenOptions, { terminal, network }: CliContext): Promise<void> {
  const chat = new Chat({ streams: STREAMS, clock: network.clock });
  try {
    const server = await listen(chat, options);
    announce(server, terminal);
    await stopped(terminal);
    chat.close();
    await server.close();
  } finally {
    chat.close();
  }
}

async function listen(chat: Chat, { port, host }: ListenOptions): Promise<OriginServer> {
  try {
    // Only its own page may call.
    return await serve(chat, { port, host, allowOrigins: [], limits: { connections: CONNECTIONS } });
  } catch (cause) {
    throw new CommandError(listenProblem(cause, { port, host }), { cause });
  }
}

function announce({ url }: OriginServer, terminal: Terminal): void {
  const warning = exposureWarning(url, 'anyone may read and write');
  if (warning !== undefined) terminal.stderr.write(`warning: ${warning}\n`);
  terminal.stdout.write(`Chat at ${paintFor('stdout', terminal)('bold', url)}; Ctrl-C stops it.\n`);
}
