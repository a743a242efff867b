import type { Answer } from '../http/answer.ts';
import type { Headers } from '../http/held.ts';
import { hasBody } from './body.ts';
import type { AnswerWriter, Exchange } from './exchange.ts';
import type { Incoming, Lane, Outgoing } from './message.ts';
import type { Outbox } from './outbox.ts';
import { sendStream } from './send-stream.ts';

const NO_CONTENT = 204;
// What is kept of the last answer is not more.
const SHARED_BYTES = 65_536;

/** The parts of a writer. */
export interface AnswersOptions {
  readonly outbox: Outbox;
  /** `true` from the beginning of `close()`. */
  isClosing(): boolean;
  /** What is written to a connection lasts: its request is told when it was read. */
  watchDrain(socket: Lane): void;
}

/** What is written of an answer. */
interface Printed {
  readonly answer: Answer;
  readonly more: Headers | undefined;
  readonly lines: string[];
  /** Bytes of the body. */
  readonly length: number;
  /** Of the body: ASCII is the same in both, and Node writes it faster as `latin1`. */
  readonly encoding: 'latin1' | 'utf8';
}

type AnswerStream = NonNullable<Answer['stream']>;

/** Writes answers to their connections, and watches those that wait for slow readers. */
export class Answers implements AnswerWriter {
  readonly #options: AnswersOptions;
  #last: Printed | undefined;

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  get isClosing(): boolean {
    return this.#options.isClosing();
  }

  send({ incoming, response }: Exchange, answer: Answer, more: Headers | undefined): void {
    if (response.destroyed) return void discard(answer);
    const { status, body, stream, headers } = answer;
    const { length, lines, encoding } = this.#printedOf(answer, more);
    // The rest of a body is not read, so the connection cannot be used again.
    const isLast = this.isClosing || isCut(incoming);
    response.sendDate = false;
    response.writeHead(status, isLast ? [...lines, 'connection', 'close'] : lines);
    // Its first bytes may come at any time, and its client waits for the headers.
    if (answer.isLasting) response.flushHeaders();
    if (stream) return void this.#send(stream, response, headers?.['content-length']);
    // A string is sent in one piece with the headers.
    response.end(body, encoding);
    this.#options.outbox.watch(incoming.socket, length);
  }

  // The body ends with the connection, so that a part for many readers is written as it is, in one piece.
  open({ incoming, response }: Exchange, head: Answer, more: Headers | undefined): void {
    if (response.destroyed) return;
    const lines = linesOf(head, more, undefined);
    lines.push('connection', 'close');
    response.sendDate = false;
    response.useChunkedEncodingByDefault = false;
    response.writeHead(head.status, lines);
    response.flushHeaders();
    this.#options.watchDrain(incoming.socket);
  }

  write(exchange: Exchange, text: string): boolean {
    const { incoming, response } = exchange;
    // The end of the connection interrupts the request.
    if (response.destroyed) return false;
    const { socket } = incoming;
    exchange.written += text.length;
    const isTaken = socket.write(text);
    this.#options.outbox.watchLasting(socket, exchange);
    return isTaken;
  }

  // Many thousand get the same answer one after the other.
  #printedOf(answer: Answer, more: Headers | undefined): Printed {
    const last = this.#last;
    if (last && last.answer === answer && last.more === more) return last;
    const { status, body, stream } = answer;
    const length = stream ? 0 : Buffer.byteLength(body);
    const lines = linesOf(answer, more, status === NO_CONTENT || stream ? undefined : length);
    const encoding = length === body.length ? 'latin1' : 'utf8';
    const printed: Printed = { answer, more, lines, length, encoding };
    if (!stream && length <= SHARED_BYTES) this.#last = printed;
    return printed;
  }

  #send(stream: AnswerStream, response: Outgoing, announced: string | undefined): void {
    const { socket } = response;
    const length = announced === undefined ? undefined : Number(announced);
    // One chunk waits at a time, however long the answer is.
    const onStall = () =>
      socket && this.#options.outbox.watchOnce(socket, length ?? 0, response.writableLength);
    void sendStream(response, stream, { length, onStall });
  }
}

// Node writes an array of names and values without a header object.
function linesOf(
  { contentType, headers }: Answer,
  more: Headers | undefined,
  length: number | undefined,
): string[] {
  const lines: string[] = [];
  if (headers?.['cache-control'] === undefined) lines.push('cache-control', 'no-cache');
  if (length !== undefined) lines.push('content-length', String(length));
  if (contentType !== '') lines.push('content-type', contentType);
  addTo(lines, headers);
  addTo(lines, more);
  return lines;
}

function addTo(lines: string[], headers: Headers | undefined): void {
  for (const name in headers) lines.push(name, headers[name] ?? '');
}

// Nobody is there to read the answer.
function discard({ stream }: Answer): void {
  stream?.cancel().catch(() => undefined);
}

// Node itself would read and drop the rest of a body, however much comes.
function isCut(request: Incoming): boolean {
  return !request.complete && hasBody(request);
}
