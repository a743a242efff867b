import { Readable } from 'node:stream';
import { type Command, InvalidArgumentError } from 'commander';
import { readEvents, type SseEvent } from 'timetoken/sse';
import type { CliContext } from '../context.ts';
import { type EventSourceOptions, send, urlOf, withAddress } from '../event-source.ts';
import { CommandError, messageOf } from '../failures.ts';
import { asTyped } from '../self.ts';
import { stopped, type Terminal } from '../terminal.ts';
import { TimeLimit } from '../time-limit.ts';
import { jsonLine, visible } from '../visible.ts';

interface ClientOptions extends EventSourceOptions {
  readonly retry?: number;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ timetoken eventsource-client 42:42:42:42:42:42 -r 5000
  $ timetoken eventsource-client 42:42:42:42:42:42 --json | jq .data

Events go to the standard output. It ends when the stream does, which is what the action close brings about. After a
connection that broke off it connects again if -r, or the server with the action retry, has set a time for it.
`;

// What the server may set, and a timer can wait.
const LONGEST_RETRY = 2 ** 31 - 1;

/** `timetoken eventsource-client`. */
export function addEventSourceClient(program: Command, context: CliContext): void {
  const command = program
    .command('eventsource-client')
    .description('print the events of an event source as they arrive')
    .argument('<token>');
  withAddress(command, 'connect to')
    .option(
      '-r, --retry <ms>',
      'connect again after so many milliseconds; 0 or -1 for never (the default)',
      retryTime,
    )
    .option('--json', 'print every event as a line of JSON')
    .addHelpText('after', asTyped(EXAMPLES, context.terminal.env))
    .action((token: string, options: ClientOptions) => receive(new Connection(token, options, context)));
}

async function receive(connection: Connection): Promise<void> {
  for (;;) {
    const broken = await connection.read();
    if (broken === undefined || !(await connection.wait(broken))) return;
  }
}

class Connection {
  readonly #url: URL;
  readonly #options: ClientOptions;
  readonly #context: CliContext;
  readonly #terminal: Terminal;
  #retry: number;
  #lastEventId: string | undefined;
  #wasOpen = false;

  constructor(token: string, options: ClientOptions, context: CliContext) {
    this.#url = urlOf(options, 'poll', token);
    this.#options = options;
    this.#context = context;
    this.#terminal = context.terminal;
    this.#retry = options.retry ?? 0;
  }

  /** Prints events until the stream ends. Resolves to the error that broke it off, if one did. */
  async read(): Promise<unknown> {
    try {
      for await (const event of await this.#open()) {
        // What no header can carry is no place to go on from.
        if (event.id !== undefined && !/\p{Cc}/u.test(event.id)) this.#lastEventId = event.id;
        this.#terminal.stdout.write(this.#options.json ? jsonLine(event) : lineOf(event));
      }
      return undefined;
    } catch (error) {
      return this.#terminal.stop.aborted ? undefined : error;
    }
  }

  /** Waits until it is time to connect again; `false` if the command must stop. Throws the error if there is no such time. */
  async wait(error: unknown): Promise<boolean> {
    if (this.#retry === 0) throw error instanceof CommandError ? error : brokenOff(error);
    this.#terminal.stderr.write(`* ${visible(messageOf(error))} Connecting again in ${this.#retry} ms.\n`);
    using pause = new TimeLimit(this.#retry, this.#context.network.clock);
    pause.start();
    await Promise.race([pause.over, stopped(this.#terminal)]);
    return !this.#terminal.stop.aborted;
  }

  async #open(): Promise<AsyncIterable<SseEvent>> {
    const id = this.#lastEventId;
    const headers = {
      accept: 'text/event-stream',
      // A header has bytes: this is the id in UTF-8.
      ...(id !== undefined && { 'last-event-id': Buffer.from(id).toString('latin1') }),
    };
    const answer = await send(this.#url, { method: 'GET', headers, signal: this.#terminal.stop });
    if (answer.statusCode !== 200) {
      answer.destroy();
      throw this.#refused(answer.statusCode ?? 0);
    }
    // The same streams: only their declarations differ between the platform and Node.
    const body = Readable.toWeb(answer) as ReadableStream<Uint8Array>;
    const type = answer.headers['content-type'];
    const events = this.#eventsOf(
      new Response(body, type === undefined ? {} : { headers: { 'content-type': type } }),
    );
    this.#wasOpen = true;
    this.#debug(`connected to ${this.#url.origin}`);
    return events;
  }

  // Anything else than a stream of events is no reason to try again.
  #eventsOf(response: Response): AsyncIterable<SseEvent> {
    try {
      return readEvents(response, {
        onRetry: (milliseconds) => {
          this.#retry = Math.min(milliseconds, LONGEST_RETRY);
          this.#debug(`the server set the time to connect again to ${milliseconds} ms`);
        },
        onComment: (text) => this.#debug(`comment: ${text}`),
      });
    } catch (cause) {
      this.#retry = 0;
      throw new CommandError(messageOf(cause), { cause });
    }
  }

  // A server may take a while to see that a connection is broken: until then the token is in use.
  #refused(status: number): Error {
    const error = new CommandError(
      status === 423
        ? 'The token is in use by another client (status 423).'
        : `The server answered with status ${status}: is it an event source?`,
    );
    if (!this.#wasOpen || status !== 423) this.#retry = 0;
    return error;
  }

  #debug(text: string): void {
    if (this.#options.debug) this.#terminal.stderr.write(`${visible(text)}\n`);
  }
}

function brokenOff(cause: unknown): CommandError {
  // What a library advises further is for programs.
  const [why = ''] = messageOf(cause).split(/\.(?: |$)/);
  return new CommandError(`The stream broke off: ${why}. Give -r to connect again.`, { cause });
}

function lineOf({ event = 'message', data, id }: SseEvent): string {
  return visible(`${id === undefined ? '' : `${id} `}${event}: ${data}`).concat('\n');
}

function retryTime(text: string): number {
  if (text === '-1') return 0;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= LONGEST_RETRY) return value;
  throw new InvalidArgumentError('It must be a whole number of milliseconds, or -1 for never.');
}
