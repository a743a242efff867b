import type { LogFields, Logger } from 'timetoken/origin';
import { messageOf } from './failures.ts';
import { LossyOutput } from './lossy-output.ts';
import { Repeats } from './repeats.ts';
import type { Terminal } from './terminal.ts';
import { jsonLine, visible } from './visible.ts';

/** The options of a log. */
export interface ServeLogOptions {
  readonly terminal: Terminal;
  /** No requests. */
  readonly quiet: boolean | undefined;
  /** One JSON object a line. */
  readonly json: boolean | undefined;
  now(): Date;
}

type Level = 'info' | 'warn' | 'error';

/** One line for people, and the fields of the same as a record. */
interface Line {
  readonly level: Level;
  readonly type: string;
  readonly text: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

const AWAY = 'The store is away.';
const BACK = 'The store is back.';
// Balancers ask each second.
const PROBES: ReadonlySet<unknown> = new Set(['healthz', 'readyz']);

/**
 * The log of a server: requests on the standard output, what goes wrong on the standard error. Records have a type, a time
 * and a level (docs/reference/cli.md, "The log").
 */
export class ServeLog {
  /** For the origin. */
  readonly logger: Logger;
  readonly #options: ServeLogOptions;
  readonly #repeats = new Repeats();
  readonly #stdout: LossyOutput;
  readonly #stderr: LossyOutput;

  constructor(options: ServeLogOptions) {
    const { terminal, json } = options;
    this.#options = options;
    this.#stdout = new LossyOutput(terminal.stdout, json);
    this.#stderr = new LossyOutput(terminal.stderr, json);
    // Who is served needs no log.
    terminal.stdout.onFailure = (error) => this.#lost(error);
    this.logger = {
      debug: (_message, fields) => this.#request(fields),
      info: (message, fields) => this.#info(message, fields),
      warn: (message, fields) => this.#problem('warn', message, fields),
      error: (message, fields) => this.#problem('error', message, fields),
    };
  }

  /** The server listens. People get a welcome instead. */
  listening(fields: {
    readonly url: string;
    readonly port: number;
    readonly version: string | undefined;
  }): void {
    if (!this.#options.json) return;
    this.#write(this.#stdout, {
      level: 'info',
      type: 'listening',
      text: '',
      fields: { ...fields, node: process.version },
    });
  }

  /** The store did not answer the first question. */
  storeMissing(): void {
    const text = 'The store does not answer; requests get the status 503 until it does.';
    this.#write(this.#stderr, { level: 'warn', type: 'store', text, fields: { state: 'away' } });
  }

  /** Requests are served for so many seconds more. */
  draining(seconds: number): void {
    const text = `Draining for ${seconds} s: /readyz is answered with 503. A second Ctrl-C ends it.`;
    this.#write(this.#stderr, { level: 'info', type: 'drain', text, fields: { seconds } });
  }

  /** Nothing is served any more. People see that the command has ended. */
  stopped(): void {
    if (this.#options.json) this.#write(this.#stdout, { level: 'info', type: 'stop', text: '' });
  }

  #lost({ message: cause }: Error): void {
    const message = `The log cannot be written any more, and is lost from here on: ${cause}.`;
    const fields = { operation: 'log', message };
    this.#write(this.#stderr, { level: 'error', type: 'error', text: message, fields });
  }

  #request({ method, operation, status }: LogFields): void {
    if (this.#options.quiet || (PROBES.has(operation) && status === 200)) return;
    const clock = this.#options.now().toTimeString().slice(0, 8);
    const text = `${clock} ${status} ${method} ${operation}`;
    this.#write(this.#stdout, {
      level: 'info',
      type: 'request',
      text,
      fields: { method, operation, status },
    });
  }

  #info(message: string, { milliseconds }: LogFields): void {
    if (message !== BACK) return;
    const fields = { state: 'back', milliseconds };
    this.#write(this.#stderr, { level: 'info', type: 'store', text: message, fields });
  }

  #problem(level: Level, message: string, { operation, error }: LogFields): void {
    if (message === AWAY)
      return void this.#write(this.#stderr, {
        level,
        type: 'store',
        text: message,
        fields: { state: 'away' },
      });
    const where = operation === undefined ? '' : ` ${operation}:`;
    const text = error === undefined ? `${message}${where}` : `${message}${where} ${causesOf(error)}`;
    const repeated = this.#repeats.pass(text, this.#options.now().getTime());
    if (repeated === undefined) return;
    const fields = { operation, message: text, ...(repeated > 0 && { repeated }) };
    const count = repeated > 0 ? ` (and ${repeated} times since the last line)` : '';
    this.#write(this.#stderr, { level, type: 'error', text: `${text}${count}`, fields });
  }

  #write(output: LossyOutput, { level, type, text, fields }: Line): void {
    const time = this.#options.now().toISOString();
    output.write(this.#options.json ? jsonLine({ type, time, level, ...fields }) : `${visible(text)}\n`);
  }
}

// What a store says of its connection is in the cause, unless its own message ends in it.
function causesOf(error: unknown): string {
  const messages: string[] = [];
  for (let link = error; link !== undefined && messages.length < 4; link = Object(link).cause) {
    const message = messageOf(link);
    if (!messages.some((said) => said.includes(message))) messages.push(message);
  }
  return messages.join(' ');
}
