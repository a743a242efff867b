import type { Clock } from '../protocol/clock.ts';
import { dispatcher } from './dispatch.ts';
import type { Answer } from './http/answer.ts';
import { bodyLimiter } from './http/body-limit.ts';
import type { AllowOrigin } from './http/cors.ts';
import { fetchHandler } from './http/fetch.ts';
import type { OriginRequest, RequestLine } from './http/request.ts';
import { type Keyset, Keysets } from './keysets.ts';
import { type OriginLimits, resolveLimits } from './limits.ts';
import { guardLogger, type Logger } from './logger.ts';
import { Router } from './routes/router.ts';
import { ROUTES } from './routes/table.ts';
import { Shards } from './shards.ts';
import { MemoryEngine } from './store/memory/engine.ts';
import type { Engine } from './store/store.ts';
import { systemClock, systemRandom } from './system.ts';

/** How an origin is made; without options it accepts any keys and keeps everything in memory. */
export interface OriginOptions {
  /** Keys that are served; without them any are. */
  readonly keysets?: readonly Keyset[] | undefined;
  /** Where data is kept. Default: in memory. Whoever gives one closes it, after the origin. */
  readonly store?: Engine | undefined;
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Uniform numbers in [0, 1). Default: the machine's. */
  readonly random?: (() => number) | undefined;
  /** What is accepted and kept, where it differs from the defaults. */
  readonly limits?: Partial<OriginLimits> | undefined;
  /** Web pages that may call. Default `'*'`. */
  readonly allowOrigin?: AllowOrigin | undefined;
  /** Where requests and failures are reported to. Default: nowhere. */
  readonly logger?: Logger | undefined;
}

/** The server side of the protocol, without a socket. */
export interface Origin {
  /** A standard fetch handler, bound: it can be passed on as it is, in place of the global `fetch` too. */
  readonly fetch: (input: Request | string | URL, init?: unknown) => Promise<Response>;
  /** Answers a plain request: what adapters to other servers call. Never rejects. */
  readonly handle: (request: OriginRequest) => Promise<Answer>;
  /** How many bytes of a request's body `handle` wants to see: one more is enough for it to refuse them. */
  readonly bodyLimit: (request: RequestLine) => number;
  /** What the origin accepts and keeps. */
  readonly limits: OriginLimits;
  /** Answers parked polls, stops timers; later requests are answered with 503. May be called again. */
  close(): Promise<void>;
}

/**
 * Makes an origin. Throws a `TypeError` or `RangeError` on keys and limits that cannot be.
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
  const logger = options.logger && guardLogger(options.logger);
  const limits = resolveLimits(options.limits);
  const keysets = new Keysets(options.keysets);
  const engine = options.store ?? new MemoryEngine({ clock, random });
  const shards = new Shards({ engine, clock, limits, logger });
  const router = new Router(ROUTES);
  const bodyLimit = bodyLimiter(router, limits);
  const handle = dispatcher({
    clock,
    random,
    limits,
    keysets,
    shards,
    allowOrigin,
    logger,
    router,
    bodyLimit,
  });
  const close = async () => {
    await shards.close();
    if (!options.store) await engine.close();
  };
  return Object.freeze({ handle, fetch: fetchHandler({ handle, bodyLimit }), bodyLimit, limits, close });
}
