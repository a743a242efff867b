import { setImmediate } from 'node:timers';
import { type Linked, LinkedList } from '../../protocol/linked-list.ts';
import type { Lasting } from '../http/held.ts';
import type { Interruption } from '../http/request.ts';
import { Budget, type ServeLimits } from './limits.ts';
import type { Incoming, Lane, Outgoing } from './message.ts';

/** A request that waits for its turn. */
interface Waiting {
  readonly request: Incoming;
  readonly response: Outgoing;
  readonly bytes: number;
}

/** The turn of one request on its connection, from its header to the end of its answer. */
export class Turn implements Interruption, Linked {
  readonly response: Outgoing;
  older: this | undefined = undefined;
  newer: this | undefined = undefined;
  /** Requests of the same connection that came since. Absent for all clients that do not pipeline. */
  waiting: Waiting[] | undefined;
  /** What ends the connection after this turn. */
  last: (() => void) | undefined;
  /** Bytes of bodies that it holds. */
  held = 0;
  ended = false;
  #aborted = false;
  #parked: Lasting | undefined;
  #callback: (() => void) | undefined;

  constructor(response: Outgoing) {
    this.response = response;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  onAbort(callback: () => void): () => void {
    this.#callback = callback;
    return () => {
      this.#callback = undefined;
    };
  }

  /** The request is parked. */
  hold(parked: Lasting): void {
    if (this.#aborted) parked.interrupt();
    else this.#parked = parked;
  }

  /** What was written of an answer that lasts was read. */
  resume(): void {
    this.#parked?.resume?.();
  }

  /** The request is not parked any more. */
  release(): void {
    this.#parked = undefined;
  }

  /** Ends the request if it is parked, or as soon as it parks: the client hangs up, or the server closes. */
  abort(): void {
    this.#aborted = true;
    const [callback, parked] = [this.#callback, this.#parked];
    this.#callback = undefined;
    this.#parked = undefined;
    callback?.();
    parked?.interrupt();
  }
}

const TURN = Symbol('turn');

/** A connection with the turn that it is in. */
interface Place extends Lane {
  [TURN]?: Turn | undefined;
}

/** The parts of turns. */
export interface TurnsOptions {
  readonly limits: ServeLimits;
  /** Begins to answer a request. Must not throw. */
  begin(request: Incoming, response: Outgoing, turn: Turn): void;
  /** What waited on a connection was read. */
  drained(socket: Lane): void;
  /** The answer was read, or the connection has ended. */
  end(socket: Lane, turn: Turn): void;
}

/**
 * Lets the requests of each connection run one at a time: the next begins when the answer before it was handed over, so
 * that a client which does not read its answers makes no more of them.
 */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #current = new LinkedList<Turn>();
  readonly #requests: Budget;
  readonly #bytes: Budget;
  // One function for all responses: it finds the turn by the socket.
  readonly #onClose: (this: Outgoing) => void;
  // As above, for what is written to the connection itself.
  readonly #onDrain: (this: Lane) => void;
  #closing = false;
  #whenIdle: (() => void) | undefined;

  constructor(options: TurnsOptions) {
    this.#options = options;
    this.#requests = new Budget(options.limits.totalPipelined);
    this.#bytes = new Budget(options.limits.totalPipelinedBytes);
    const turns = this;
    this.#onClose = function () {
      turns.#closed(this);
    };
    this.#onDrain = function () {
      turns.#options.drained(this);
      turnOf(this)?.resume();
    };
  }

  get closing(): boolean {
    return this.#closing;
  }

  /** Begins a request, now or after those before it. Ends a connection on which too many wait. */
  add(request: Incoming, response: Outgoing): void {
    const { socket } = request;
    const turn = turnOf(socket);
    if (!turn) this.#begin(request, response, undefined);
    // The parser goes on to the end of what it has read, also after the connection has ended.
    else if (!socket.destroyed) this.#wait(turn, { request, response, bytes: headerBytes(request) });
  }

  #wait(turn: Turn, one: Waiting): void {
    const waiting = turn.waiting ?? [];
    turn.waiting = waiting;
    waiting.push(one);
    this.#requests.take(1);
    this.#bytes.take(one.bytes);
    if (this.#isExceededBy(waiting)) one.request.socket.destroy();
  }

  /** Ends a connection with `last`, after the answers that are still due on it. */
  endWith(socket: Lane, last: () => void): void {
    const turn = turnOf(socket);
    if (!turn) {
      last();
    } else if (socket.readableEnded) {
      // The client is gone, and nothing would tell so again.
      socket.destroy();
    } else if (!turn.response.req.complete && !turn.response.headersSent) {
      // Its own body is broken: nothing else is due.
      last();
    } else if (!turn.last) {
      socket.once('end', () => socket.destroy());
      turn.last = last;
    }
  }

  /** Lets the request whose turn it is know when what waits on its connection was read. */
  watchDrain(socket: Lane): void {
    socket.on('drain', this.#onDrain);
  }

  /** Answers parked polls, and resolves when all answers are written. */
  async drain(): Promise<void> {
    this.#closing = true;
    if (this.#current.size === 0) return;
    const idle = new Promise<void>((resolve) => {
      this.#whenIdle = resolve;
    });
    for (const turn of this.#current.all) turn.abort();
    await idle;
  }

  #begin(request: Incoming, response: Outgoing, before: Turn | undefined): void {
    const turn = new Turn(response);
    turn.waiting = before?.waiting;
    turn.last = before?.last;
    if (before) this.#current.remove(before);
    this.#current.push(turn);
    place(request.socket, turn);
    if (this.#closing) turn.abort();
    // Emitted after the answer was handed to the system, or when the connection ends.
    response.on('close', this.#onClose);
    this.#options.begin(request, response, turn);
  }

  #closed(response: Outgoing): void {
    const { socket } = response.req;
    const turn = turnOf(socket);
    if (turn?.response === response && !turn.ended) this.#end(socket, turn);
  }

  #end(socket: Lane, turn: Turn): void {
    turn.ended = true;
    turn.abort();
    this.#options.end(socket, turn);
    // In a later turn of the event loop: the requests of one connection would otherwise run without a break.
    if (turn.waiting?.length && socket.writable) setImmediate(() => this.#next(socket, turn));
    else this.#leave(socket, turn);
  }

  #next(socket: Lane, turn: Turn): void {
    const next = socket.writable ? turn.waiting?.shift() : undefined;
    if (next) {
      this.#release(next);
      this.#begin(next.request, next.response, turn);
    } else {
      this.#leave(socket, turn);
    }
  }

  #leave(socket: Lane, turn: Turn): void {
    this.#current.remove(turn);
    place(socket, undefined);
    for (const dropped of turn.waiting?.splice(0) ?? []) this.#release(dropped);
    turn.last?.();
    if (this.#current.size === 0) this.#whenIdle?.();
  }

  #release({ bytes }: Waiting): void {
    this.#requests.give(1);
    this.#bytes.give(bytes);
  }

  #isExceededBy(waiting: readonly Waiting[]): boolean {
    const { pipelined, pipelinedBytes } = this.#options.limits;
    if (waiting.length > pipelined || this.#requests.isExceeded || this.#bytes.isExceeded) return true;
    return waiting.reduce((sum, { bytes }) => sum + bytes, 0) > pipelinedBytes;
  }
}

function turnOf(socket: Place): Turn | undefined {
  return socket[TURN];
}

function place(socket: Place, turn: Turn | undefined): void {
  socket[TURN] = turn;
}

function headerBytes({ url = '', rawHeaders }: Incoming): number {
  return rawHeaders.reduce((sum, text) => sum + text.length, url.length);
}
