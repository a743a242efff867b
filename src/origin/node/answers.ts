import type { Answer } from '../http/answer.ts';
import type { Headers } from '../http/held.ts';
import { hasBody } from './body.ts';
import type { AnswerWriter, Exchange } from './exchange.ts';
import type { Incoming, Lane, Outgoing } from './message.ts';
import type { Outbox } from './outbox.ts';
import { sendStream } from './send-stream.ts';

const NO_CONTENT = 204;

/** The parts of a writer. */
export interface AnswersOptions {
  readonly outbox: Outbox;
  /** `true` from the beginning of `close()`. */
  isClosing(): boolean;
  /** What is written to a connection lasts: its request is told when it was read. */
  watchDrain(socket: Lane): void;
}

type AnswerStream = NonNullable<Answer['stream']>;

/** Writes answers to their connections, and watches those that wait for slow readers. */
export class Answers implements AnswerWriter {
  readonly #options: AnswersOptions;

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  get isClosing(): boolean {
    return this.#options.isClosing();
  }

  send({ incoming, response }: Exchange, answer: Answer, more: Headers | undefined): void {
    if (response.destroyed) return void discard(answer);
    const { status, body, stream, headers } = answer;
    const length = stream ? 0 : Buffer.byteLength(body);
    const lines = linesOf(answer, more, status === NO_CONTENT || stream ? undefined : length);
    // The rest of a body is not read, so the connection cannot be used again.
    if (this.isClosing || isCut(incoming)) lines.push('connection', 'close');
    response.sendDate = false;
    response.writeHead(status, lines);
    // Its first bytes may come at any time, and its client waits for the headers.
    if (answer.isLasting) response.flushHeaders();
    if (stream) return void this.#send(stream, response, headers?.['content-length']);
    // A string is sent in one piece with the headers.
    response.end(body);
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
