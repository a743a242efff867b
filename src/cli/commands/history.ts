import type { Command } from 'commander';
import type { FetchedMessage, Json } from 'timetoken';
import type { CliContext } from '../context.ts';
import { describe } from '../describe.ts';
import { Interrupted, UsageError } from '../failures.ts';
import { type ClientOptions, connect, wholeNumber, withClientOptions } from '../options.ts';
import { asTyped } from '../self.ts';
import { paintFor } from '../style.ts';
import { jsonLine } from '../visible.ts';

interface HistoryOptions extends ClientOptions {
  readonly count: number;
  readonly before?: string;
  readonly from?: string;
  readonly json?: boolean;
}

const LARGEST_PAGE = 100;
const FILE = 4;

const EXAMPLES = `
Examples:
  $ timetoken history room
  $ timetoken history room --count 1000 --json | jq .message
  $ timetoken history room --from 17952279003370000

The newest messages are printed, oldest first. The origin of serve keeps messages for a week, until it stops.
`;

/** `timetoken history`. */
export function addHistory(program: Command, context: CliContext): void {
  const command = program
    .command('history')
    .description('print the stored messages of a channel, oldest first')
    .argument('<channel>')
    .option('--count <n>', 'the newest messages, at most this many', wholeNumber(1, 1_000_000), 25)
    .option('--before <timetoken>', 'only messages before this timetoken')
    .option('--from <timetoken>', 'only messages at this timetoken and after it')
    .option('--json', 'print each message as a line of JSON, as subscribe does')
    .addHelpText('after', asTyped(EXAMPLES, context.terminal.env));
  withClientOptions(command).action((channel: string, options: HistoryOptions) =>
    printHistory(channel, options, context),
  );
}

async function printHistory(channel: string, options: HistoryOptions, context: CliContext): Promise<void> {
  if (channel.endsWith('.*'))
    throw new UsageError(
      `"${channel}" is a wildcard, which has no history: name one channel. Messages are stored in their own.`,
    );
  const { terminal, network } = context;
  await using pubnub = connect(options, context);
  const { count, before, from } = options;
  const query = pubnub.fetchMessages({
    channels: [channel],
    maximumPerChannel: Math.min(count, LARGEST_PAGE),
    includeMeta: true,
    includeCustomMessageType: true,
    ...(before !== undefined && { start: before }),
    ...(from !== undefined && { end: from }),
  });
  const messages = await newest(query.pages({ signal: terminal.stop }), channel, count).catch(
    (error: unknown) => {
      const { reason } = terminal.stop;
      throw reason === undefined ? error : new Interrupted(reason);
    },
  );
  if (messages.length === 0 && !options.json) terminal.stderr.write('* no stored messages\n');
  const paint = paintFor('stdout', terminal);
  const now = () => network.clock?.now() ?? Date.now();
  for (const message of messages) {
    const event = eventOf(message);
    terminal.stdout.write(
      options.json ? jsonLine(event) : `${describe.message(event, { paint, now, withDay: true })}\n`,
    );
  }
}

type Messages = readonly FetchedMessage[];
type Page = { readonly channels: Readonly<Record<string, Messages | undefined>> };

// Pages go backwards in time, and hold their messages forwards.
async function newest(pages: AsyncIterable<Page>, channel: string, count: number): Promise<Messages> {
  const found: Messages[] = [];
  let left = count;
  for await (const { channels } of pages) {
    const page = channels[channel] ?? [];
    found.unshift(page.slice(-left));
    left -= page.length;
    if (left <= 0) break;
  }
  return found.flat();
}

function eventOf({ channel, timetoken, message, messageType, ...rest }: FetchedMessage) {
  return {
    type: messageType === FILE ? 'file' : 'message',
    channel,
    subscription: null,
    timetoken,
    publisher: rest.uuid,
    message,
    // It was parsed from JSON.
    userMetadata: rest.meta as Json | undefined,
    customMessageType: rest.customMessageType,
  };
}
