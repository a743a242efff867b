import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { Hints } from '../hints.ts';
import { type CommandClient, connect, whereaboutsOf, wholeNumber, withClientOptions } from '../options.ts';
import { printer } from '../printer.ts';
import { asTyped } from '../self.ts';
import {
  type SubscriptionOptions,
  subscribeParams,
  subscriptionFailure,
  withSubscriptionOptions,
} from '../subscription.ts';
import { stopped } from '../terminal.ts';

interface SubscribeOptions extends SubscriptionOptions {
  readonly count?: number;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ timetoken subscribe room --presence
  $ timetoken subscribe 'news.*' alerts --json | jq .message
  $ timetoken subscribe room --count 1
  $ timetoken subscribe --group friends

Events go to the standard output, the state of the connection to the standard error. After a loss of connection it
reconnects, without a limit, and continues at the last message. Ctrl-C leaves the channels and ends.
`;

/** `timetoken subscribe`. */
export function addSubscribe(program: Command, context: CliContext): void {
  const command = withSubscriptionOptions(program.command('subscribe'), 'print')
    .description('print messages and other events as they arrive')
    .option('--count <n>', 'end after this many messages', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option('--json', 'print every event as a line of JSON')
    .addHelpText('after', asTyped(EXAMPLES, context.terminal.env));
  withClientOptions(command).action((channels: readonly string[], options: SubscribeOptions) =>
    receive(channels, options, context),
  );
}

async function receive(
  channels: readonly string[],
  options: SubscribeOptions,
  context: CliContext,
): Promise<void> {
  const params = subscribeParams(channels, options);
  await using pubnub = connect(options, context);
  const counted = print(pubnub, options, context);
  const subscription = pubnub.subscribe(params).execute();
  await Promise.race([stopped(context.terminal), counted, subscriptionFailure(pubnub, subscription)]);
}

// Prints every event. Resolves after the last message that was asked for.
function print(pubnub: CommandClient, options: SubscribeOptions, { terminal, network }: CliContext) {
  const { count, json } = options;
  const now = () => network.clock?.now() ?? Date.now();
  const hints = new Hints(whereaboutsOf(options, terminal), terminal);
  const show = printer({ terminal, json: json === true, now, hints });
  let left = count ?? Number.POSITIVE_INFINITY;
  return new Promise<void>((resolve) => {
    pubnub.addListener({
      message: (event) => {
        // One answer may hold more messages than were asked for.
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
