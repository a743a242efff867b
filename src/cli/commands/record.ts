import type { Command } from 'commander';
import type { PNInvalidMessageEvent, PNStatus } from 'timetoken';
import { describe } from '../describe.ts';
import { describeStatus } from '../describe-status.ts';
import { givenUp } from '../ending.ts';
import { type InterestOptions, interestOf, withInterest } from '../interest.ts';
import { connect, userIdOf, wholeNumber, withClientOptions } from '../options.ts';
import { Recorder } from '../recorder.ts';
import { openRecording, type RecordingFile } from '../recording-file.ts';
import { paintFor } from '../style.ts';
import type { Surroundings } from '../surroundings.ts';
import { stopped } from '../terminal.ts';
import { TimeLimit } from '../time-limit.ts';

interface RecordOptions extends InterestOptions {
  readonly output?: string;
  readonly force?: boolean;
  readonly for?: number;
}

const MS_PER_SECOND = 1_000;
/** The longest wait that timers can do. */
const MOST_SECONDS = 2_147_483;

const EXAMPLES = `
Examples:
  $ timetoken record room --presence --output room.ndjson
  $ timetoken record 'news.*' --for 60 --output minute.ndjson
  $ timetoken record --group friends | gzip > friends.ndjson.gz

Every event is one line of JSON, written as it comes. In a test, \`await network.replay('room.ndjson')\` of
timetoken/testing plays it. Messages are recorded as they are: think of what they hold before you pass them on. Keys and
tokens are not in it. Ctrl-C leaves the channels and ends.
`;

/** `timetoken record`. */
export function addRecord(program: Command, surroundings: Surroundings): void {
  const command = withInterest(program.command('record'), 'record')
    .description('write what is published to a file, for tests to play')
    .option('--output <file>', 'where to write it (default: the standard output)')
    .option('--force', 'overwrite the file when there is one')
    .option('--for <seconds>', 'end after so many seconds', wholeNumber(1, MOST_SECONDS))
    .addHelpText('after', EXAMPLES);
  withClientOptions(command).action((channels: readonly string[], options: RecordOptions) =>
    record(channels, options, surroundings),
  );
}

async function record(
  channels: readonly string[],
  options: RecordOptions,
  surroundings: Surroundings,
): Promise<void> {
  const interest = interestOf(channels, options);
  const { terminal, network } = surroundings;
  const userId = userIdOf(options, terminal);
  const milliseconds = options.for === undefined ? undefined : options.for * MS_PER_SECOND;
  await using pubnub = connect({ ...options, userId }, surroundings);
  pubnub.addListener(news(surroundings));
  const subscription = pubnub.subscribe(interest).execute();
  using output = openOutput(options, surroundings);
  using limit = new TimeLimit(milliseconds, network.clock);
  const recorder = new Recorder(userId, (text) => output.write(text));
  recorder.begin({ channels, channelGroups: interest.channelGroups });
  pubnub.addListener(recorder.listener);
  const connected = subscription.connected().then(() => limit.start());
  const lost = Promise.race([
    connected.then(() => limit.over),
    recorder.failed,
    givenUp(pubnub, subscription),
  ]);
  try {
    await Promise.race([stopped(terminal), lost]);
  } finally {
    pubnub.removeListener(recorder.listener);
    terminal.stderr.write(`* ${recorder.count} events recorded\n`);
  }
}

function openOutput({ output, force }: RecordOptions, { terminal }: Surroundings): RecordingFile {
  if (output !== undefined) return openRecording(output, force === true);
  return { write: (text) => terminal.stdout.write(text), [Symbol.dispose]: () => undefined };
}

// The state of the connection, and what came and is no event: both are for people.
function news({ terminal, network }: Surroundings) {
  const paint = paintFor('stderr', terminal);
  const now = () => network.clock?.now() ?? Date.now();
  return {
    status: (status: PNStatus) => terminal.stderr.write(`${describeStatus(status, paint, now())}\n`),
    invalidMessage: (event: PNInvalidMessageEvent) =>
      terminal.stderr.write(`not recorded: ${describe.invalidMessage(event, { paint, now })}\n`),
  };
}
