import type { Command } from 'commander';
import type { PubNub } from 'timetoken';
import { givenUp } from '../ending.ts';
import { type InterestOptions, interestOf, withInterest } from '../interest.ts';
import { connect, wholeNumber, withClientOptions } from '../options.ts';
import { printer } from '../printer.ts';
import type { Surroundings } from '../surroundings.ts';
import { stopped } from '../terminal.ts';

interface SubscribeOptions extends InterestOptions {
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
  const command = withInterest(program.command('subscribe'), 'print')
    .description('print what is published, as it is published')
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
  const interest = interestOf(channels, options);
  await using pubnub = connect(options, surroundings);
  const counted = print(pubnub, options, surroundings);
  const subscription = pubnub.subscribe(interest).execute();
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
