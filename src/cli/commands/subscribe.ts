import type { Command } from 'commander';
import type { PubNub } from 'timetoken';
import { givenUp } from '../ending.ts';
import { UsageError } from '../failures.ts';
import { type ClientOptions, collect, connect, wholeNumber, withClientOptions } from '../options.ts';
import { printer } from '../printer.ts';
import type { Surroundings } from '../surroundings.ts';
import { stopped } from '../terminal.ts';

interface SubscribeOptions extends ClientOptions {
  readonly group?: readonly string[];
  readonly presence?: boolean;
  readonly timetoken?: string;
  readonly count?: number;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ timetoken subscribe room --presence
  $ timetoken subscribe 'news.*' alerts --json | jq .message
  $ timetoken subscribe room --count 1
  $ timetoken subscribe --group friends

Events go to the standard output, news of the connection to the standard error. A lost connection is taken up again
where it broke off, for as long as it takes. Ctrl-C leaves the channels and ends.
`;

/** `timetoken subscribe`. */
export function addSubscribe(program: Command, surroundings: Surroundings): void {
  const command = program
    .command('subscribe')
    .description('print what is published, as it is published')
    .argument('[channel...]', "channels; 'news.*' is all that begin with news.")
    .option('--group <name>', 'a channel group; repeatable', collect)
    .option('--presence', 'also print who joins, leaves and times out')
    .option('--timetoken <timetoken>', 'start there instead of now')
    .option('--count <n>', 'end after so many messages', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option('--json', 'print every event as a line of JSON')
    .addHelpText('after', EXAMPLES);
  withClientOptions(command).action((channels: readonly string[], options: SubscribeOptions) =>
    receive(channels, options, surroundings),
  );
}

async function receive(
  channels: readonly string[],
  options: SubscribeOptions,
  surroundings: Surroundings,
): Promise<void> {
  const { group: channelGroups = [], presence, timetoken } = options;
  if (channels.length + channelGroups.length === 0) throw new UsageError('Name a channel, or a --group.');
  await using pubnub = connect(options, surroundings);
  const counted = print(pubnub, options, surroundings);
  const subscription = pubnub
    .subscribe({
      channels,
      channelGroups,
      ...(presence && { withPresence: true }),
      ...(timetoken !== undefined && { withTimetoken: timetoken }),
    })
    .execute();
  await Promise.race([stopped(surroundings.terminal), counted, givenUp(pubnub, subscription)]);
}

// Prints every event; resolves when enough messages were printed.
function print(pubnub: PubNub, { count, json }: SubscribeOptions, { terminal, network }: Surroundings) {
  const now = () => network.clock?.now() ?? Date.now();
  const show = printer({ terminal, json: json === true, now });
  let left = count ?? Number.POSITIVE_INFINITY;
  return new Promise<void>((resolve) => {
    pubnub.addListener({
      message: (event) => {
        // One answer may bring more than was asked for.
        if (left <= 0) return;
        show.message(event);
        left--;
        if (left === 0) resolve();
      },
      signal: show.signal,
      presence: show.presence,
      messageAction: show.messageAction,
      objects: show.objects,
      file: show.file,
      gap: show.gap,
      invalidMessage: show.invalidMessage,
      status: show.status,
    });
  });
}
