import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { Interrupted } from '../failures.ts';
import { type ClientOptions, type CommandClient, collect, connect, withClientOptions } from '../options.ts';
import { asTyped } from '../self.ts';
import { type Paint, paintFor } from '../style.ts';
import { jsonLine, jsonText, visible } from '../visible.ts';
import { counted } from '../wording.ts';

interface HereNowOptions extends ClientOptions {
  readonly group?: readonly string[];
  readonly state?: boolean;
  readonly json?: boolean;
}

type Query = ReturnType<CommandClient['hereNow']>;
type Channel = Awaited<ReturnType<Query['execute']>>['channels'][string];

const EXAMPLES = `
Examples:
  $ timetoken here-now room
  $ timetoken here-now                            all channels with a user on them
  $ timetoken here-now room --state --json | jq .occupants
`;

/** `timetoken here-now`. */
export function addHereNow(program: Command, context: CliContext): void {
  const command = program
    .command('here-now')
    .description('print who is on a channel')
    .argument('[channel...]', 'channels; if absent, all with a user on them')
    .option('--group <name>', 'the channels of a channel group; repeatable', collect)
    .option('--state', 'also print the state of users')
    .option('--json', 'print each channel as a line of JSON')
    .addHelpText('after', asTyped(EXAMPLES, context.terminal.env));
  withClientOptions(command).action((channels: readonly string[], options: HereNowOptions) =>
    printHereNow(channels, options, context),
  );
}

async function printHereNow(
  channels: readonly string[],
  options: HereNowOptions,
  context: CliContext,
): Promise<void> {
  const { terminal } = context;
  await using pubnub = connect(options, context);
  const query = pubnub.hereNow({
    // An empty list is refused, since it would stand for all.
    ...(channels.length > 0 && { channels }),
    ...(options.group !== undefined && { channelGroups: options.group }),
    includeState: options.state === true,
  });
  const { channels: found } = await query.execute({ signal: terminal.stop }).catch((error: unknown) => {
    const { reason } = terminal.stop;
    throw reason === undefined ? error : new Interrupted(reason);
  });
  const paint = paintFor('stdout', terminal);
  const all = Object.values(found);
  if (all.length === 0 && !options.json) terminal.stderr.write('* nobody is here\n');
  for (const channel of all)
    terminal.stdout.write(
      options.json ? jsonLine({ type: 'here-now', ...channel }) : linesOf(channel, paint),
    );
}

function linesOf({ name, occupancy, occupants, next }: Channel, paint: Paint): string {
  const users = occupants.map(({ uuid, state }) => {
    const told = state === null ? '' : ` ${paint('dim', jsonText(state))}`;
    return `  ${visible(uuid)}${told}\n`;
  });
  const more = next === undefined ? '' : `  … and ${counted(occupancy - occupants.length, 'other')}\n`;
  return `${paint('cyan', visible(name))} ${occupancy} here\n${users.join('')}${more}`;
}
