import type { Command } from 'commander';
import type { PNInvalidMessageEvent, PNStatus } from 'timetoken';
import type { CliContext } from '../context.ts';
import { describe } from '../describe.ts';
import { describeStatus } from '../describe-status.ts';
import { CommandError } from '../failures.ts';
import { Hints } from '../hints.ts';
import { connect, userIdOf, whereaboutsOf, wholeNumber, withClientOptions } from '../options.ts';
import { Recorder } from '../recorder.ts';
import { openRecording, type RecordingFile } from '../recording-file.ts';
import { asTyped } from '../self.ts';
import { paintFor } from '../style.ts';
import {
  type SubscriptionOptions,
  subscribeParams,
  subscriptionFailure,
  withSubscriptionOptions,
} from '../subscription.ts';
import { stopped } from '../terminal.ts';
import { TimeLimit } from '../time-limit.ts';
import { counted } from '../wording.ts';

interface RecordOptions extends SubscriptionOptions {
  readonly output?: string;
  readonly force?: boolean;
  readonly for?: number;
}

const MS_PER_SECOND = 1_000;
/** The longest delay of a timer. */
const MAX_SECONDS = 2_147_483;

const EXAMPLES = `
Examples:
  $ timetoken record room --presence --output room.ndjson
  $ timetoken record 'news.*' --for 60 --output minute.ndjson
  $ timetoken record --group friends | gzip > friends.ndjson.gz

Every event is one line of JSON, written at once. In a test, \`await network.replay('room.ndjson')\` of
timetoken/testing plays it. Messages are recorded unchanged: check their contents before you share the file. It holds no
keys and no tokens. Ctrl-C leaves the channels and ends.
`;

/** `timetoken record`. */
export function addRecord(program: Command, context: CliContext): void {
  const command = withSubscriptionOptions(program.command('record'), 'record')
    .description('record events to a file, for tests to replay')
    .option('--output <file>', 'the file to write (default: the standard output)')
    .option('--force', 'overwrite an existing file')
    .option(
      '--for <seconds>',
      'end this many seconds after the connection; fail if none is made in that time',
      wholeNumber(1, MAX_SECONDS),
    )
    .addHelpText('after', asTyped(EXAMPLES, context.terminal.env));
  withClientOptions(command).action((channels: readonly string[], options: RecordOptions) =>
    record(channels, options, context),
  );
}

async function record(
  channels: readonly string[],
  options: RecordOptions,
  context: CliContext,
): Promise<void> {
  const params = subscribeParams(channels, options);
  const { terminal, network } = context;
  const userId = userIdOf(options, terminal);
  const milliseconds = options.for === undefined ? undefined : options.for * MS_PER_SECOND;
  await using pubnub = connect({ ...options, userId }, context);
  pubnub.addListener(statusPrinter(options, context));
  const subscription = pubnub.subscribe(params).execute();
  using output = openOutput(options, context);
  // A server that cannot be reached must not keep a script waiting for longer than it asked for.
  using patience = new TimeLimit(milliseconds, network.clock);
  using limit = new TimeLimit(milliseconds, network.clock);
  const recorder = new Recorder(userId, (text) => output.write(text));
  recorder.begin({ channels, channelGroups: params.channelGroups });
  pubnub.addListener(recorder.listener);
  patience.start();
  const connected = subscription.connected().then(() => {
    patience[Symbol.dispose]();
    limit.start();
  });
  const lost = Promise.race([
    connected.then(() => limit.over),
    patience.over.then(() => {
      throw new CommandError(`There was no connection within ${options.for} s: nothing was recorded.`);
    }),
    recorder.failed,
    subscriptionFailure(pubnub, subscription),
  ]);
  try {
    await Promise.race([stopped(terminal), lost]);
  } finally {
    pubnub.removeListener(recorder.listener);
    terminal.stderr.write(`* ${counted(recorder.count, 'event')} recorded\n`);
  }
}

function openOutput({ output, force }: RecordOptions, { terminal }: CliContext): RecordingFile {
  if (output !== undefined) return openRecording(output, force === true);
  return { write: (text) => terminal.stdout.write(text), [Symbol.dispose]: () => undefined };
}

// Prints statuses and invalid messages, which are not recorded.
function statusPrinter(options: RecordOptions, { terminal, network }: CliContext) {
  const hints = new Hints(whereaboutsOf(options, terminal), terminal);
  const paint = paintFor('stderr', terminal);
  const now = () => network.clock?.now() ?? Date.now();
  return {
    status: (status: PNStatus) => {
      terminal.stderr.write(`${describeStatus(status, paint, now())}\n`);
      hints.note(status);
    },
    invalidMessage: (event: PNInvalidMessageEvent) =>
      terminal.stderr.write(`not recorded: ${describe.invalidMessage(event, { paint, now })}\n`),
  };
}
