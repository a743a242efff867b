import type { Clock } from '../protocol/clock.ts';
import { ASYNC_DISPOSE } from '../protocol/disposal.ts';
import { turn } from '../protocol/turn.ts';
import { PatternCache } from './access/pattern.ts';
import { ANYTHING, CLOCK, checkOptions, FUNCTION, having, INSTANCE, type Kinds, OBJECT } from './checks.ts';
import { Comments } from './comments.ts';
import { FilterCache } from './filter/filter-cache.ts';
import { gaugesOf } from './gauges.ts';
import { type Answer, malformed } from './http/answer.ts';
import { type AllowOrigin, checkAllowOrigin } from './http/cors.ts';
import { type Dispatcher, dispatcher } from './http/dispatch.ts';
import { answerOf, fetchHandler } from './http/fetch.ts';
import type { Reply } from './http/held.ts';
import type { OriginRequest, RequestLine } from './http/request.ts';
import { type Keyset, Keysets } from './keysets.ts';
import { type OriginLimits, resolveLimits } from './limits.ts';
import { guardLogger, type Logger } from './logger.ts';
import { guardMetrics, type OriginMetrics } from './metrics/observer.ts';
import { Readiness } from './readiness.ts';
import { HEALTH } from './routes/health.ts';
import { operationFinder } from './routes/router.ts';
import { subscribe } from './routes/subscribe.ts';
import { ROUTES } from './routes/table.ts';
import { ServiceSet } from './services.ts';
import { Shards } from './shards.ts';
import { MemoryEngine } from './store/memory/engine.ts';
import type { Engine } from './store/store.ts';
import { systemClock, systemRandom } from './system.ts';

const SERVED = [...ROUTES, ...HEALTH];
const POLLS = subscribe.path.slice(0, subscribe.path.indexOf('{'));

/** The options of an origin; without any it accepts all keys and keeps everything in memory. */
export interface OriginOptions {
  /** Keys that are served, one at least. Default: all. */
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
  /** Receives counts, for example `prometheusMetrics()` of `timetoken/origin/metrics`. Default: none. */
  readonly metrics?: OriginMetrics | undefined;
}

// A name that was misspelt must not open an origin to everybody.
const OPTIONS: Kinds<OriginOptions> = Object.freeze({
  // Checked with what is in it.
  keysets: ANYTHING,
  store: having('a store', ['shard', 'close']),
  clock: CLOCK,
  random: FUNCTION,
  limits: OBJECT,
  // As above.
  allowOrigin: ANYTHING,
  logger: INSTANCE,
  metrics: INSTANCE,
});

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
  /**
   * `true` for a request that waits for messages: adapters may let others go first, so that all get a message before one
   * asks for the next.
   */
  readonly isPoll: (request: RequestLine) => boolean;
  /** The name of the operation that a request is for, as in logs: adapters may let operations take turns. */
  readonly operationOf: (request: RequestLine) => string;
  readonly limits: OriginLimits;
  /**
   * Replaces the keysets, all at once: after a `TypeError` or `RangeError` those before hold. Requests under way end as they
   * began. Where anything has changed for a subscribe key, parked polls get an empty answer, and come again under what holds
   * now. A list that is empty or `undefined` is refused: an origin that serves all keys is made without keysets.
   */
  readonly setKeysets: (keysets: readonly Keyset[]) => void;
  /** The option as it was given. */
  readonly allowOrigin: AllowOrigin | undefined;
  /** Answers parked polls, stops timers; later requests are answered with 503. May be called again. `await using` calls it. */
  close(): Promise<void>;
}

/** Answers plain requests. */
export interface Handle {
  /** Resolves to the answer, with 400 for what is no request. Never rejects. */
  (request: OriginRequest): Promise<Answer>;
  /** Sends the answer to `reply` and returns `undefined`: a held request then costs no promise. Never throws. */
  (request: OriginRequest, reply: Reply): Promise<Answer> | undefined;
}

/**
 * Makes an origin. Throws a `TypeError` or `RangeError` on unknown options and on invalid ones, with the place.
 *
 * @example
 * ```ts
 * const origin = createOrigin();
 * const response = await origin.fetch('http://origin/time/0');
 * await origin.close();
 * ```
 */
export function createOrigin(options: OriginOptions = {}): Origin {
  checkOptions('createOrigin()', options, OPTIONS);
  const { clock = systemClock, random = systemRandom, allowOrigin = '*' } = options;
  checkAllowOrigin('allowOrigin', options.allowOrigin);
  const logger = options.logger && guardLogger(options.logger);
  const metrics = options.metrics && guardMetrics(options.metrics);
  const limits = resolveLimits(options.limits);
  const keysets = new Keysets(options.keysets, limits);
  const nextTurn = turn;
  const engine: Engine = options.store ?? new MemoryEngine({ clock, random });
  const isShared = options.store !== undefined;
  const shards = new Shards({ engine, clock, limits, keysets, logger, metrics, nextTurn, isShared });
  const patterns = new PatternCache();
  const filters = new FilterCache();
  const readiness = new Readiness({ engine, shards, subscribeKey: options.keysets?.[0]?.subscribeKey });
  const comments = new Comments(clock, limits.streamKeepAliveSeconds);
  const shared = { clock, random, limits, patterns, filters, shards, readiness, comments, metrics, nextTurn };
  let services = new ServiceSet({ ...shared, keysets });
  const find = operationFinder(SERVED, () => services);
  const dispatch = dispatcher({ allowOrigin, limits, logger, metrics, find });
  const unwatch = metrics?.origin(gaugesOf(shards));
  const close = async () => {
    await shards.close();
    unwatch?.();
    if (!options.store) await engine.close();
  };
  const setKeysets = (given: readonly Keyset[]) => {
    // A name that was misspelt must not open an origin to everybody.
    if (given === undefined) throw new TypeError('setKeysets(): give a list of keysets, not undefined.');
    const next = new Keysets(given, limits, services.base.keysets);
    services = services.with(next);
    shards.follow(next);
  };
  return Object.freeze({
    ...facesOf(dispatch),
    limits,
    setKeysets,
    allowOrigin: options.allowOrigin,
    close,
    [ASYNC_DISPOSE]: close,
  });
}

// An adapter in JavaScript may hand over anything.
function isRequest(request: Partial<OriginRequest> | null): boolean {
  const { method, target, header, body } = request ?? {};
  return (
    typeof method === 'string' &&
    typeof target === 'string' &&
    typeof header === 'function' &&
    ArrayBuffer.isView(body)
  );
}

// The ways to send it a request.
function facesOf({ open, known }: Dispatcher) {
  // Not in a `WeakMap`: what is in one of those lives until the next full collection.
  const lookUp = (request: RequestLine) => {
    const openRequest = known(request) ?? open(request);
    if ('opened' in request) request.opened = openRequest;
    return openRequest;
  };
  function handle(request: OriginRequest): Promise<Answer>;
  function handle(request: OriginRequest, reply: Reply | undefined): Promise<Answer> | undefined;
  function handle(request: OriginRequest, reply?: Reply): Promise<Answer> | undefined {
    if (!isRequest(request)) {
      const { answer } = malformed();
      return reply ? void reply.send(answer) : Promise.resolve(answer);
    }
    const openRequest = known(request) ?? open(request);
    if (!reply) return answerOf(openRequest, request);
    openRequest.answer(request, reply);
    return undefined;
  }
  return {
    fetch: fetchHandler(open),
    handle,
    bodyLimit: (request: RequestLine) => lookUp(request).bodyLimit,
    streamsBody: (request: RequestLine) => lookUp(request).streamsBody,
    isPoll: ({ target }: RequestLine) => target.startsWith(POLLS),
    operationOf: (request: RequestLine) => lookUp(request).operation,
  };
}
