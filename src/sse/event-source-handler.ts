import type { Clock } from 'timetoken/core';
import { Backlog } from './backlog.ts';
import { type EventClass, StringEvent } from './event-classes.ts';
import { readText, refusal, targetOf } from './event-source-request.ts';
import { checkEventName, checkId, type Frame, frameOf, retryFrame } from './frame.ts';
import { KeepAlive } from './keep-alive.ts';
import {
  backlogLimits,
  clockOf,
  milliseconds,
  optionsOf,
  queueLimits,
  startFrames,
  wholeNumber,
} from './options.ts';
import { Outlet } from './outlet.ts';

/** Options of `eventSourceHandler()`. */
export interface EventSourceHandlerOptions {
  /** How events are made. Default `StringEvent`. */
  readonly eventClass?: EventClass;
  /** Milliseconds between keep-alive comments. Default 15 000; 0: none. */
  readonly keepAlive?: number;
  /** Milliseconds after which clients connect again, sent at the start of each stream. Absent: they decide. */
  readonly retry?: number;
  /** Bytes of a text that may be sent. Default 256 KiB. */
  readonly maxBodyBytes?: number;
  /** The clock of the comments and of the numbers of events. Default: the machine's. */
  readonly clock?: Clock;
}

/** A fetch handler, to be mounted anywhere: it reads the last two segments of the path. */
export interface EventSourceHandler {
  /**
   * `GET /poll/TOKEN` opens the stream of a token, `POST /ACTION/TOKEN` sends an event to it. It never rejects for what a
   * client sends.
   */
  (request: Request): Promise<Response>;
  /**
   * Sends an event from code. `false` if the token has no stream, or the event class does not know the action. Throws
   * what the event class throws when it refuses the text.
   */
  send(token: string, action: string, body?: string): boolean;
  /** Ends all streams, and those that are opened later. */
  close(): void;
}

const KEEP_ALIVE_MS = 15_000;
const MAX_BODY = 262_144;
// Events of all tokens, for clients that connect again.
const BACKLOG = { backlog: 1_000 };
const ALLOWED = 'GET, HEAD, POST';

/**
 * Streams to which events are sent by requests: who knows the token of a stream sends to it. Permissions and CORS are
 * those of the server that it is mounted on. Throws a `TypeError` or `RangeError` for an option that cannot be.
 *
 * @example
 * const handler = eventSourceHandler({ eventClass: JSONIdEvent, keepAlive: 5_000 });
 * // in a fetch handler, for paths below /events
 * return handler(request);
 */
export function eventSourceHandler(options: EventSourceHandlerOptions = {}): EventSourceHandler {
  const streams = new EventStreams(options);
  return Object.assign((request: Request) => streams.answer(request), {
    send: (token: string, action: string, body = '') => streams.send(token, action, body) === 'sent',
    close: () => streams.close(),
  });
}

type Sent = 'sent' | 'no stream' | 'no action';

class EventStreams {
  readonly #class: EventClass;
  readonly #clock: Clock;
  readonly #maxBody: number;
  readonly #keepAlive: KeepAlive;
  readonly #start: readonly Frame[];
  readonly #limits = queueLimits({});
  readonly #backlog = new Backlog<undefined>(backlogLimits(BACKLOG));
  readonly #open = new Map<string, Outlet<undefined>>();
  #number = 0;
  #isClosed = false;

  constructor(options: EventSourceHandlerOptions) {
    const { eventClass = StringEvent, keepAlive = KEEP_ALIVE_MS } = optionsOf(
      'eventSourceHandler()',
      options,
    );
    const clock = clockOf(options.clock);
    if (typeof eventClass !== 'function' || !Array.isArray(eventClass.actions))
      throw new TypeError('An event class lists its actions: static readonly actions = […].');
    for (const action of eventClass.actions) checkEventName(action);
    this.#class = eventClass;
    this.#start = startFrames(options.retry);
    this.#clock = clock;
    this.#maxBody = wholeNumber('maxBodyBytes', options.maxBodyBytes ?? MAX_BODY, [0]);
    this.#keepAlive = new KeepAlive(milliseconds('keepAlive', keepAlive), clock);
  }

  async answer(request: Request): Promise<Response> {
    const target = targetOf(request.url);
    if (target === undefined) return refusal(404, 'The path must end in /ACTION/TOKEN.');
    const { action, token } = target;
    if (request.method === 'POST') return this.#post(request, token, action);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return refusal(405, `The method must be one of ${ALLOWED}.`, { allow: ALLOWED });
    if (action !== (this.#class.listen ?? 'poll')) return refusal(404, 'This action opens no stream.');
    if (this.#open.has(token)) return refusal(423, 'The token has a stream already.');
    const outlet = this.#outletFor(token, request);
    if (request.method === 'GET') return outlet.response();
    const { headers } = outlet.response();
    outlet.abandon();
    return new Response(null, { headers });
  }

  send(token: string, action: string, body: string): Sent {
    const outlet = this.#open.get(token);
    if (outlet === undefined) return 'no stream';
    const { actions, finish = 'close', retry } = this.#class;
    if (!actions.includes(action)) return 'no action';
    if (action === finish) outlet.close();
    else if (action === retry) outlet.push(retryFrame(milliseconds('retry', numberIn(body))));
    else this.#publish(outlet, token, this.#frame(action, body));
    return 'sent';
  }

  close(): void {
    this.#isClosed = true;
    for (const outlet of [...this.#open.values()]) outlet.close();
  }

  async #post(request: Request, token: string, action: string): Promise<Response> {
    const headers = { accept: this.#class.contentType ?? 'text/plain' };
    if (!this.#open.has(token)) return refusal(404, 'The token has no stream.', headers);
    if (!this.#class.actions.includes(action)) return refusal(404, 'The action is unknown.', headers);
    const body = await readText(request, this.#maxBody);
    if ('status' in body) return refusal(body.status, body.why, headers);
    try {
      // The stream may have ended while the text came.
      if (this.send(token, action, body.text) !== 'sent')
        return refusal(404, 'The token has no stream.', headers);
    } catch (error) {
      return refusal(
        400,
        `The text was refused.${error instanceof Error ? ` ${error.message}` : ''}`,
        headers,
      );
    }
    return new Response('', { headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' } });
  }

  #outletFor(token: string, { headers, signal }: Request): Outlet<undefined> {
    const lastEventId = headers.get('last-event-id');
    const missed = lastEventId ? this.#backlog.after(lastEventId, [token]) : [];
    const outlet = new Outlet<undefined>({
      properties: undefined,
      first: [...this.#start, ...missed.flatMap(({ frameFor }) => frameFor(undefined) ?? [])],
      limits: this.#limits,
      keepAlive: this.#keepAlive,
      signal,
      onClosed: () => void this.#open.delete(token),
    });
    if (this.#isClosed) outlet.close();
    if (outlet.isOpen) this.#open.set(token, outlet);
    return outlet;
  }

  #frame(action: string, body: string): Frame {
    const { data, id = this.#nextNumber() } = new this.#class(action, body);
    if (typeof data !== 'string') throw new TypeError('The `data` of an event class must be a string.');
    if (id !== undefined) checkId(id);
    return frameOf({ data, event: action, ...(id !== undefined && { id }) });
  }

  #publish(outlet: Outlet<undefined>, token: string, frame: Frame): void {
    const id = frame.event?.id;
    // Without ids no client can say where it was.
    if (id !== undefined)
      this.#backlog.add({
        id,
        channels: new Set([token]),
        size: frame.bytes.length,
        frameFor: () => frame,
      });
    outlet.push(frame);
  }

  // From the time on, so that numbers also increase from one process to the next.
  #nextNumber(): string | undefined {
    if (!this.#class.numbered) return undefined;
    this.#number = Math.max(this.#number + 1, Math.floor(this.#clock.now()));
    return String(this.#number);
  }
}

function numberIn(text: string): number {
  return /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : Number.NaN;
}
