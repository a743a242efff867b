import { type Command, Option } from 'commander';
import type { Json } from 'timetoken';
import type { CliContext } from '../context.ts';
import { CommandError, Interrupted, messageOf, UsageError } from '../failures.ts';
import {
  type ClientOptions,
  type CommandClient,
  connect,
  json,
  parseJson,
  wholeNumber,
  withClientOptions,
} from '../options.ts';
import { asTyped } from '../self.ts';
import type { Terminal } from '../terminal.ts';
import { jsonLine } from '../visible.ts';
import { counted } from '../wording.ts';

interface PublishOptions extends ClientOptions {
  readonly text?: boolean;
  readonly meta?: Json;
  readonly ttl?: number;
  readonly store: boolean;
  readonly type?: string;
  readonly post?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ timetoken publish room '{"text":"hello"}'
  $ timetoken publish room hello --text
  $ printf '1\\n2\\n3\\n' | timetoken publish numbers
`;

/** `timetoken publish`. */
export function addPublish(program: Command, context: CliContext): void {
  const command = program
    .command('publish')
    .description('publish a message, or one for each line of the input, and print timetokens')
    .argument('<channel>')
    .argument('[message]', 'JSON, or text with --text; if absent, each line of the input is a message')
    .option('--text', 'messages are plain text')
    .option('--meta <json>', 'metadata of the message, as JSON', json)
    .option('--ttl <hours>', 'hours to keep it in history', wholeNumber(0, 87_600))
    .addOption(new Option('--no-store', 'do not keep it in history'))
    .option('--type <name>', 'custom message type')
    .option('--post', 'send by POST')
    .option('--json', 'print {"channel":…,"timetoken":…} lines')
    .addHelpText('after', asTyped(EXAMPLES, context.terminal.env));
  withClientOptions(command).action(
    (channel: string, message: string | undefined, options: PublishOptions) =>
      message === undefined
        ? publishLines(channel, options, context)
        : publishOne(channel, parse(message, options, 'The message'), { options, context }),
  );
}

async function publishOne(
  channel: string,
  message: unknown,
  { options, context }: { readonly options: PublishOptions; readonly context: CliContext },
): Promise<void> {
  await using pubnub = connect(options, context);
  await publisher(pubnub, { channel, options, terminal: context.terminal })(message);
}

// One after the other, so that the messages keep the order of the lines.
async function publishLines(channel: string, options: PublishOptions, context: CliContext): Promise<void> {
  const { terminal } = context;
  await using pubnub = connect(options, context);
  const publish = publisher(pubnub, { channel, options, terminal });
  if (terminal.stdin.isTTY) terminal.stderr.write(hint(options));
  let number = 0;
  let sent = 0;
  for await (const line of terminal.stdin.lines()) {
    number++;
    if (line.trim() === '') continue;
    const message = parseLine(line, options, { number, sent });
    try {
      await publish(message);
      sent++;
    } catch (cause) {
      throw cause instanceof Interrupted
        ? cause
        : new CommandError(`Line ${number}: ${messageOf(cause)}`, { cause });
    }
  }
  const { reason } = terminal.stop;
  if (reason === 'interrupted') throw new Interrupted(reason);
  if (sent === 0 && reason === undefined)
    throw new UsageError(
      'Nothing was published: there is no message, neither as an argument nor in the input.',
    );
}

// Lines are published as they come, so that those of a program that runs on are. Wrong usage is what sends nothing.
function parseLine(
  line: string,
  options: PublishOptions,
  { number, sent }: { readonly number: number; readonly sent: number },
): unknown {
  try {
    return parse(line, options, `Line ${number}`);
  } catch (cause) {
    if (sent === 0) throw cause;
    throw new CommandError(`${messageOf(cause)} Published before it: ${counted(sent, 'message')}.`, {
      cause,
    });
  }
}

function publisher(
  pubnub: CommandClient,
  target: { readonly channel: string; readonly options: PublishOptions; readonly terminal: Terminal },
): (message: unknown) => Promise<void> {
  const { channel, options, terminal } = target;
  const { meta, ttl, store, type, post } = options;
  const builder = pubnub.publish({
    channel,
    ...(meta !== undefined && { meta }),
    ...(ttl !== undefined && { ttl }),
    ...(!store && { shouldStore: false }),
    ...(type !== undefined && { customMessageType: type }),
    ...(post !== undefined && { usePost: post }),
  });
  return async (message) => {
    const { timetoken } = await builder
      .message(message)
      .execute({ signal: terminal.stop })
      .catch((error: unknown) => {
        const { reason } = terminal.stop;
        throw reason === undefined ? error : new Interrupted(reason);
      });
    terminal.stdout.write(options.json ? jsonLine({ channel, timetoken }) : `${timetoken}\n`);
  };
}

function parse(text: string, { text: plain }: PublishOptions, what: string): unknown {
  if (plain) return text;
  const parsed = parseJson(text);
  if ('value' in parsed) return parsed.value;
  throw new UsageError(`${what} is not JSON. Quote a string as '"hello"', or use --text.`);
}

function hint({ text }: PublishOptions): string {
  return `Type one ${text ? 'message' : 'JSON value'} per line; Ctrl-D ends.\n`;
}
