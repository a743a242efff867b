import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addPublish } from './commands/publish.ts';
import { addRecord } from './commands/record.ts';
import { addServe } from './commands/serve.ts';
import { addSubscribe } from './commands/subscribe.ts';
import { ExitCode, report } from './failures.ts';
import type { Surroundings } from './surroundings.ts';
import type { Terminal } from './terminal.ts';

const EXAMPLES = `
Examples:
  $ timetoken serve                               an origin on this machine, port 8090
  $ timetoken subscribe room --presence           what is published, and who comes and goes
  $ timetoken publish room '{"text":"hello"}'     one message
  $ tail -f app.log | timetoken publish logs --text
  $ timetoken subscribe logs --json | jq .message
  $ timetoken record room --output room.ndjson    traffic for tests to replay

Exit codes: 0 success, 1 failure, 2 wrong usage, 130 interrupted.
`;

/** Runs one command line, without the program's name; resolves to the exit code and never rejects. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { terminal } = surroundings;
  try {
    await program(surroundings).parseAsync(args, { from: 'user' });
    return ExitCode.success;
  } catch (error) {
    return report(error, terminal, args.includes('--debug'));
  }
}

function program(surroundings: Surroundings): Command {
  const { terminal } = surroundings;
  const command = new Command('timetoken')
    .description("Publish, subscribe, record and serve, over PubNub's protocol.")
    .version(version())
    .addHelpText('after', EXAMPLES)
    // Without an exit override the process would end before anybody could tidy up. Subcommands inherit all of this.
    .exitOverride()
    .configureOutput(outputOf(terminal))
    .showHelpAfterError('(run with --help for usage)');
  addServe(command, surroundings);
  addPublish(command, surroundings);
  addSubscribe(command, surroundings);
  addRecord(command, surroundings);
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

// `src/cli` and `dist/cli` lie equally deep.
function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const found: unknown = Object(manifest).version;
  return typeof found === 'string' ? found : 'unknown';
}
