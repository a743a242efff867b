import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addBackup } from './commands/backup.ts';
import { addChat } from './commands/chat.ts';
import { addCompletion } from './commands/completion.ts';
import { addEventSourceClient } from './commands/eventsource-client.ts';
import { addEventSourceRequest } from './commands/eventsource-request.ts';
import { addEventSourceServer } from './commands/eventsource-server.ts';
import { addHereNow } from './commands/here-now.ts';
import { addHistory } from './commands/history.ts';
import { addPublish } from './commands/publish.ts';
import { addRecord } from './commands/record.ts';
import { addServe } from './commands/serve.ts';
import { addSubscribe } from './commands/subscribe.ts';
import { addToken } from './commands/token.ts';
import type { CliContext } from './context.ts';
import { ExitCode, report } from './failures.ts';
import { type ClientOptions, whereaboutsOf } from './options.ts';
import { asTyped, selfIn } from './self.ts';
import type { Terminal } from './terminal.ts';
import { usageText } from './usage-text.ts';

const EXAMPLES = `
Examples:
  $ timetoken serve                               an origin on this machine, port 8090
  $ timetoken subscribe room --presence           messages, joins and leaves
  $ timetoken publish room '{"text":"hello"}'     one message
  $ tail -f app.log | timetoken publish logs --text
  $ timetoken subscribe logs --json | jq .message
  $ timetoken record room --output room.ndjson    traffic for tests to replay
  $ timetoken history room --count 10             messages that were published before
  $ timetoken here-now room                       who is there
  $ timetoken token grant --ttl 60 --channel room=read,write
  $ timetoken backup data.db copy.db              copy the file of a store
  $ timetoken chat                                a chat for browsers, port 5000

Exit codes: 0 success, 1 failure, 2 wrong usage, 130 interrupted.
`;

/** Runs a command line, given without the program's name. Resolves to the exit code, and never rejects. */
export async function run(args: readonly string[], context: CliContext): Promise<number> {
  const { terminal } = context;
  let options: ClientOptions = {};
  const command = program(context).hook('preAction', (_program, action) => {
    // `--debug` is an option of what stands above a command, too.
    options = action.optsWithGlobals();
  });
  try {
    await command.parseAsync(args, { from: 'user' });
    return ExitCode.success;
  } catch (error) {
    return report(error, terminal, {
      where: whereaboutsOf(options, terminal),
      debug: options.debug === true,
    });
  }
}

function program(context: CliContext): Command {
  const { terminal } = context;
  const command = new Command(selfIn(terminal.env))
    .description("Publish, subscribe, record and serve, over PubNub's protocol.")
    .version(version())
    .addHelpText('after', asTyped(EXAMPLES, terminal.env))
    // Without an exit override Commander would end the process before any cleanup. Subcommands inherit these settings.
    .exitOverride()
    .configureOutput(outputOf(terminal))
    .showHelpAfterError('(run with --help for usage)');
  addServe(command, context);
  addPublish(command, context);
  addSubscribe(command, context);
  addRecord(command, context);
  addHistory(command, context);
  addHereNow(command, context);
  addToken(command, context);
  addBackup(command, context);
  addChat(command, context);
  addEventSourceServer(command, context);
  addEventSourceClient(command, context);
  addEventSourceRequest(command, context);
  addCompletion(command, context);
  for (const each of command.commands.flatMap((one) => [one, ...one.commands]))
    if (!each.options.some(({ long }) => long === '--debug'))
      each.option('--debug', 'show logs, and stacks with errors');
  return command;
}

function outputOf({ stdout, stderr }: Terminal) {
  return {
    writeOut: (text: string) => stdout.write(text),
    writeErr: (text: string) => stderr.write(text),
    outputError: (text: string, write: (text: string) => void) => write(usageText(text)),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  };
}

// The same path from `src/cli` and `dist/cli`.
function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const found: unknown = Object(manifest).version;
  return typeof found === 'string' ? found : 'unknown';
}
