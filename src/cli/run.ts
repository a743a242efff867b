import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addPublish } from './commands/publish.ts';
import { addRecord } from './commands/record.ts';
import { addServe } from './commands/serve.ts';
import { addSubscribe } from './commands/subscribe.ts';
import type { CliContext } from './context.ts';
import { ExitCode, report } from './failures.ts';
import type { Terminal } from './terminal.ts';

const EXAMPLES = `
Examples:
  $ timetoken serve                               an origin on this machine, port 8090
  $ timetoken subscribe room --presence           messages, joins and leaves
  $ timetoken publish room '{"text":"hello"}'     one message
  $ tail -f app.log | timetoken publish logs --text
  $ timetoken subscribe logs --json | jq .message
  $ timetoken record room --output room.ndjson    traffic for tests to replay

Exit codes: 0 success, 1 failure, 2 wrong usage, 130 interrupted.
`;

/** Runs a command line, given without the program's name. Resolves to the exit code, and never rejects. */
export async function run(args: readonly string[], context: CliContext): Promise<number> {
  const { terminal } = context;
  try {
    await program(context).parseAsync(args, { from: 'user' });
    return ExitCode.success;
  } catch (error) {
    return report(error, terminal, args.includes('--debug'));
  }
}

function program(context: CliContext): Command {
  const { terminal } = context;
  const command = new Command('timetoken')
    .description("Publish, subscribe, record and serve, over PubNub's protocol.")
    .version(version())
    .addHelpText('after', EXAMPLES)
    // Without an exit override Commander would end the process before any cleanup. Subcommands inherit these settings.
    .exitOverride()
    .configureOutput(outputOf(terminal))
    .showHelpAfterError('(run with --help for usage)');
  addServe(command, context);
  addPublish(command, context);
  addSubscribe(command, context);
  addRecord(command, context);
  for (const each of command.commands) each.option('--debug', 'show logs, and stacks with errors');
  return command;
}

function outputOf({ stdout, stderr }: Terminal) {
  return {
    writeOut: (text: string) => stdout.write(text),
    writeErr: (text: string) => stderr.write(text),
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
