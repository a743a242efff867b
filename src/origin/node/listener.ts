import type { Clock } from '../../protocol/clock.ts';
import { type Answer, balancerRefusal, type Refusal } from '../http/answer.ts';
import { type AllowOrigin, corsHeaders } from '../http/cors.ts';
import { isLocalHost } from '../http/local-host.ts';
import type { Soon } from '../soon.ts';
import { Answers } from './answers.ts';
import { Bodies } from './bodies.ts';
import { Body, hasBody } from './body.ts';
import { Exchange, type ServedOrigin } from './exchange.ts';
import { FairTurns, type FairTurnsOptions } from './fair-turns.ts';
import { hostOf } from './header.ts';
import { LaterExchange } from './later-exchange.ts';
import type { ServeLimits } from './limits.ts';
import type { Incoming, Lane, Outgoing } from './message.ts';
import { Outbox } from './outbox.ts';
import type { OwnAnswers } from './own-answers.ts';
import { type Turn, Turns } from './turns.ts';

// For a client that is still sending when its connection ends: it would not see the answer if bytes were left unread.
const LINGER_MS = 1_000;
// The line of requests that poll.
const POLLS = 'poll';

/** The options of a listener. */
export interface ListenerOptions {
  readonly origin: ServedOrigin;
  readonly own: OwnAnswers;
  readonly clock: Clock;
  readonly limits: ServeLimits;
  /** `Host` names that are served; `undefined` serves all. */
  readonly hosts: readonly string[] | undefined;
  /** Web pages that are served; `undefined` leaves it to the origin. */
  readonly pages: AllowOrigin | undefined;
  /** Calls back in the next turn of the event loop. Default: the machine's. */
  readonly later?: FairTurnsOptions['later'];
}

/** Answers the requests of one server. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #turns: Turns;
  readonly #outbox: Outbox;
  readonly #bodies: Bodies;
  readonly #answers: Answers;
  /** Requests that begin in later turns, by their operations: few of one that costs little do not wait for all of another. */
  readonly #later: FairTurns<string>;
  #lastLocal: string | undefined;

  constructor(options: ListenerOptions) {
    const { clock, limits, later } = options;
    this.#options = options;
    this.#later = new FairTurns({ clock, later });
    this.#outbox = new Outbox(clock, limits);
    this.#bodies = new Bodies(limits.totalBodyBytes);
    this.#turns = new Turns({
      limits,
      begin: (request, response, turn) => this.#begin(request, response, turn),
      drained: (socket) => this.#outbox.sent(socket),
      end: (socket, turn) => {
        this.#outbox.sent(socket);
        this.#bodies.give(turn.held);
      },
    });
    this.#answers = new Answers({
      outbox: this.#outbox,
      isClosing: () => this.#turns.closing || options.own.isDraining,
      watchDrain: (socket) => this.#turns.watchDrain(socket),
    });
  }

  /** The `request` listener. Never throws. */
  readonly listen = (request: Incoming, response: Outgoing): void => {
    this.#turns.add(request, response);
  };

  /** A connection has come. */
  readonly accepted = (): void => this.#later.accepted();

  /** Answers what is no request, after the answers that are due, and ends the connection. */
  refuse(socket: Lane, status: number, reason: string): void {
    this.#turns.endWith(socket, () => this.#endWith(socket, rawAnswer(status, reason)));
  }

  /** Answers parked polls, and resolves when all answers are written. */
  drain(): Promise<void> {
    return this.#turns.drain();
  }

  #endWith(socket: Lane, text: string): void {
    if (!socket.writable) return;
    const { clock } = this.#options;
    socket.end(text);
    const timer = clock.setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clock.clearTimeout(timer));
  }

  #begin(request: Incoming, response: Outgoing, turn: Turn): void {
    this.#orBreak(response, () => this.#answer(new Exchange(request, turn, this.#answers)));
  }

  // A turn has little time for requests. Polls go last: a crowd that was answered comes back together.
  #mustWait(exchange: Exchange): boolean {
    return (this.#isPoll(exchange) && hasBeenAnswered(exchange.incoming)) || !this.#later.hasTime;
  }

  #isPoll(exchange: Exchange): boolean {
    return this.#options.origin.isPoll?.(exchange) === true;
  }

  // What polls has a line of its own, for which no operation is looked up.
  #lineOf(exchange: Exchange): string {
    return this.#isPoll(exchange) ? POLLS : (this.#options.origin.operationOf?.(exchange) ?? '');
  }

  #orBreak(response: Outgoing, step: () => void): void {
    try {
      step();
    } catch {
      response.destroy();
    }
  }

  #answer(exchange: Exchange): void {
    const { pages } = this.#options;
    const refusal = this.#refusal(exchange);
    if (refusal) return void exchange.send(refusal.answer);
    if (pages !== undefined) exchange.cors = corsHeaders(exchange, pages) ?? null;
    // The body of a page that may not call is not read.
    if (exchange.cors === null || !hasBody(exchange.incoming)) return void this.#handle(exchange);
    if (this.#options.origin.streamsBody?.(exchange)) return void this.#answerStream(exchange);
    this.#read(exchange)
      .then((body) => {
        if (body === 'late') return exchange.send(balancerRefusal(408, 'Request Timeout').answer);
        if (body === 'full')
          return exchange.send(balancerRefusal(503, 'Service Unavailable', { 'retry-after': '1' }).answer);
        exchange.body = body;
        this.#handle(exchange);
      })
      .catch(() => exchange.response.destroy());
  }

  #refusal({ incoming }: Exchange): Refusal | undefined {
    const { hosts } = this.#options;
    const host = hostOf(incoming);
    if (host === null || (host === undefined && incoming.httpVersion !== '1.0'))
      return balancerRefusal(400, 'Bad Request', { connection: 'close' });
    if (!hosts || this.#isLocal(host, hosts)) return undefined;
    const message = 'Host Not Allowed: this server answers to local names only; list others in allowHosts';
    return balancerRefusal(403, message);
  }

  // Most requests name the same host.
  #isLocal(host: string | undefined, hosts: readonly string[]): boolean {
    if (host !== undefined && host === this.#lastLocal) return true;
    const isLocal = isLocalHost(host, hosts);
    if (isLocal) this.#lastLocal = host;
    return isLocal;
  }

  #handle(exchange: Exchange): void {
    const answer = exchange.cors === null ? undefined : this.#options.own.to(exchange);
    if (answer !== undefined) this.#send(exchange, answer);
    else if (this.#mustWait(exchange))
      this.#later.add(this.#lineOf(exchange), new LaterExchange(exchange, this.#runLater));
    else this.#run(exchange);
  }

  // One function for all that begin later.
  readonly #runLater = (exchange: Exchange): void => {
    this.#orBreak(exchange.response, () => this.#run(exchange));
  };

  #run(exchange: Exchange): void {
    this.#send(exchange, this.#options.origin.handle(exchange, exchange));
  }

  #send(exchange: Exchange, answer: Soon<Answer> | undefined): void {
    if (answer instanceof Promise)
      answer.then(
        (sent) => exchange.send(sent),
        () => exchange.response.destroy(),
      );
    else if (answer !== undefined) exchange.send(answer);
  }

  // The operation reads the body.
  async #answerStream(exchange: Exchange): Promise<void> {
    const { incoming, response } = exchange;
    const { origin, clock, limits } = this.#options;
    const rules = { maxBytes: origin.bodyLimit(exchange), seconds: limits.bodySeconds, clock };
    const body = this.#bodies.stream(incoming, rules);
    exchange.stream = body;
    try {
      const answer = await origin.handle(exchange, undefined);
      const sent = (await body.finish()) ?? answer;
      if (sent) exchange.send(sent);
    } catch {
      response.destroy();
    } finally {
      this.#bodies.closed(body);
    }
  }

  async #read(exchange: Exchange): Promise<Uint8Array | 'late' | 'full'> {
    const { incoming, turn } = exchange;
    const { origin, clock, limits } = this.#options;
    const maxBytes = origin.bodyLimit(exchange);
    const body = new Body({ maxBytes, seconds: limits.bodySeconds, clock });
    try {
      return await this.#bodies.read(incoming, body);
    } finally {
      // Given back at the end of the turn, which the end of the connection may have brought already.
      if (turn.ended) this.#bodies.give(body.held);
      else turn.held = body.held;
    }
  }
}

// Another request of the same connection. HTTP/2 has turns of its own.
function hasBeenAnswered({ socket }: Incoming): boolean {
  return (socket.bytesWritten ?? 0) > 0;
}

// Bytes that are not HTTP never become a request, so the answer is written by hand.
function rawAnswer(status: number, reason: string): string {
  const { answer } = balancerRefusal(status, reason);
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    `content-type: ${answer.contentType}`,
    `content-length: ${Buffer.byteLength(answer.body)}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${answer.body}`;
}
