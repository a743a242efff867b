import type { Clock } from '../protocol/clock.ts';
import { ASYNC_DISPOSE } from '../protocol/disposal.ts';
import { PatternCache } from './access/pattern.ts';
import type { Answer } from './http/answer.ts';
import { type AllowOrigin, checkAllowOrigin } from './http/cors.ts';
import { dispatcher, type OpenRequest } from './http/dispatch.ts';
import { answerOf, fetchHandler } from './http/fetch.ts';
import type { Reply } from './http/held.ts';
import type { OriginRequest, RequestLine } from './http/request.ts';
import { type Keyset, Keysets } from './keysets.ts';
import { type OriginLimits, resolveLimits } from './limits.ts';
import { guardLogger, type Logger } from './logger.ts';
import { operationFinder } from './routes/router.ts';
import { ROUTES } from './routes/table.ts';
import { Shards } from './shards.ts';
import { MemoryEngine } from './store/memory/engine.ts';
import type { Engine } from './store/store.ts';
import { systemClock, systemRandom, systemTurn } from './system.ts';

/** The options of an origin; without any it accepts all keys and keeps everything in memory. */
export interface OriginOptions {
  /** Keys that are served. Default: all. */
  readonly keysets?: readonly Keyset[] | undefined;
  /** Keeps the data. Default: in memory. The caller closes a given store, after the origin. */
  readonly store?: Engine | undefined;
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Uniform numbers in [0, 1). Default: the machine's. */
  readonly random?: (() => number) | undefined;
  /** Limits that differ from the defaults. */
  readonly limits?: Partial<OriginLimits> | undefined;
  /**
   * The web origins that may call. Default `'*'`; `serve()` on a loopback address restricts this default. A list may have
   * `'loopback'`, the pages of this machine, and `'null'`, pages without an origin.
   */
  readonly allowOrigin?: AllowOrigin | undefined;
  /** Receives requests and failures. Default: none. */
  readonly logger?: Logger | undefined;
}

/** The server side of the protocol, without a socket. */
export interface Origin extends AsyncDisposable {
  /** A standard fetch handler, bound: it can also replace the global `fetch`. */
  readonly fetch: (input: Request | string | URL, init?: unknown) => Promise<Response>;
  /** Answers a plain request, for adapters to other servers. */
  readonly handle: Handle;
  /** The bytes of a request's body that `handle` reads: one more is enough for it to refuse the request. */
  readonly bodyLimit: (request: RequestLine) => number;
  /** `true` if `handle` reads the body of this request as it comes: then `stream` may take the place of `body`. */
  readonly streamsBody: (request: RequestLine) => boolean;
  readonly limits: OriginLimits;
  /** The option as it was given. */
  readonly allowOrigin: AllowOrigin | undefined;
  /** Answers parked polls, stops timers; later requests are answered with 503. May be called again. `await using` calls it. */
  close(): Promise<void>;
}

/** Answers plain requests. */
export interface Handle {
  /** Resolves to the answer. Never rejects. */
  (request: OriginRequest): Promise<Answer>;
  /** Sends the answer to `reply` and returns `undefined`: a held request then costs no promise. Never throws. */
  (request: OriginRequest, reply: Reply): Promise<Answer> | undefined;
}

/**
 * Makes an origin. Throws a `TypeError` or `RangeError` on invalid keys, limits and web origins.
 *
 * @example
 * ```ts
 * const origin = createOrigin();
 * const response = await origin.fetch('http://origin/time/0');
 * await origin.close();
 * ```
 */
export function createOrigin(options: OriginOptions = {}): Origin {
  const { clock = systemClock, random = systemRandom, allowOrigin = '*' } = options;
  checkAllowOrigin('allowOrigin', options.allowOrigin);
  const logger = options.logger && guardLogger(options.logger);
  const limits = resolveLimits(options.limits);
  const keysets = new Keysets(options.keysets);
  const nextTurn = systemTurn;
  const engine: Engine = options.store ?? new MemoryEngine({ clock, random });
  const isShared = options.store !== undefined;
  const shards = new Shards({ engine, clock, limits, logger, nextTurn, isShared });
  const services = { clock, random, limits, keysets, patterns: new PatternCache(), shards, nextTurn };
  const open = dispatcher({ allowOrigin, limits, logger, find: operationFinder(ROUTES, services) });
  // Keeps the operation that was looked up before the body is read.
  const opened = new WeakMap<RequestLine, OpenRequest>();
  const lookUp = (request: RequestLine) => {
    const openRequest = opened.get(request) ?? open(request);
    opened.set(request, openRequest);
    return openRequest;
  };
  function handle(request: OriginRequest): Promise<Answer>;
  function handle(request: OriginRequest, reply: Reply | undefined): Promise<Answer> | undefined;
  function handle(request: OriginRequest, reply?: Reply): Promise<Answer> | undefined {
    const openRequest = opened.get(request) ?? open(request);
    if (!reply) return answerOf(openRequest, request);
    openRequest.answer(request, reply);
    return undefined;
  }
  const close = async () => {
    await shards.close();
    if (!options.store) await engine.close();
  };
  return Object.freeze({
    fetch: fetchHandler(open),
    handle,
    bodyLimit: (request: RequestLine) => lookUp(request).bodyLimit,
    streamsBody: (request: RequestLine) => lookUp(request).streamsBody,
    limits,
    allowOrigin: options.allowOrigin,
    close,
    [ASYNC_DISPOSE]: close,
  });
}
