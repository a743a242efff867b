import { DEFAULT_PRESENCE_TIMEOUT, LIVE_QUEUE_LENGTH } from '../../protocol/limits.ts';
import {
  checkBoolean,
  checkCount,
  checkFunction,
  checkName,
  checkNotEmpty,
  firstProblem,
  must,
  optional,
  required,
} from '../builder/params.ts';
import { type OptionTable, readOptions } from '../builder/read-options.ts';
import type { Check, Param } from '../endpoint.ts';
import type { Hints } from '../errors/hints.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import { systemRandom } from '../runtime/random.ts';
import { systemClock } from '../runtime/steady-clock.ts';
import type { GivenOptions } from './options.ts';
import { EXPONENTIAL, policyOf } from './reconnection.ts';

const object = must('be an object', (value) => typeof value === 'object' && value !== null);
const key = must(
  'be a string of letters, digits, "-" and "_"',
  (value) => typeof value === 'string' && /^[\w-]+$/.test(value),
);

/** Checks a `recovery`. */
export const checkRecovery = must(
  'be "none" or "history"',
  (value) => value === 'none' || value === 'history',
);

function between(low: number, high: number, unit = 'seconds'): Check {
  return must(
    `be from ${low} to ${high} ${unit}`,
    (value) => typeof value === 'number' && value >= low && value <= high,
  );
}

function methods(...names: readonly string[]): Check {
  return (value) => {
    const missing = names.find((name) => typeof Object(value)[name] !== 'function');
    return missing && `must have a method ${missing}()`;
  };
}

const checkOrigin = must(
  'be host, host:port or an http(s) URL without a path',
  (value) => parseOrigin(value, true) !== undefined,
);

/** Scheme, host and port of an `origin` option, without a slash at the end; `undefined` if it is not one. */
export function parseOrigin(origin: unknown, ssl: boolean): string | undefined {
  if (typeof origin !== 'string' || origin === '') return undefined;
  const address = /^https?:\/\//.test(origin) ? origin : `${ssl ? 'https' : 'http'}://${origin}`;
  if (!URL.canParse(address)) return undefined;
  // Anything else in the address stands before or after its origin.
  const { href, origin: bare } = new URL(address);
  return href === `${bare}/` ? bare : undefined;
}

/** Addresses in a list of origins. */
const MOST_ORIGINS = 1_000;

function checkOrigins(value: unknown): string | undefined {
  const list: readonly unknown[] = [value].flat();
  if (list.length > MOST_ORIGINS) return `must have at most ${MOST_ORIGINS} addresses`;
  return list.length === 0 ? 'must not be an empty list' : firstProblem(list, checkOrigin);
}

interface Defaulted<T> extends Param<false> {
  readonly fallback: T;
}

function by<T>(fallback: T, check: Check): Defaulted<T> {
  return { ...optional(check), fallback };
}

function flag(fallback: boolean): Defaulted<boolean> {
  return by(fallback, checkBoolean);
}

/** The check and the default of each option. Any other name is unknown. */
const OPTIONS = Object.freeze({
  subscribeKey: required(key),
  publishKey: by('', key),
  userId: optional(checkName),
  uuid: optional(checkName),
  origin: {
    ...by<string | readonly string[]>('ps.pndsn.com', checkOrigins),
    take: (value: unknown) => ({ value: Array.isArray(value) ? value.slice(0, MOST_ORIGINS + 1) : value }),
  },
  ssl: flag(true),
  secretKey: optional(checkNotEmpty),
  cipherKey: optional(checkNotEmpty),
  cryptoModule: optional(methods('encrypt', 'decrypt', 'encryptFile', 'decryptFile')),
  token: optional(
    must(
      'be a string that is not empty, or a function',
      (value) => typeof value === 'function' || checkNotEmpty(value) === undefined,
    ),
  ),
  authKey: optional(checkNotEmpty),
  filterExpression: optional(checkNotEmpty),
  reconnectionPolicy: {
    ...by(EXPONENTIAL, (policy) => (typeof policy === 'string' ? policy : undefined)),
    take: (value: unknown) => ({ value: policyOf(value) }),
  },
  restore: flag(true),
  retries: by(3, checkCount),
  presenceTimeout: by(DEFAULT_PRESENCE_TIMEOUT, between(20, 320)),
  heartbeatInterval: optional(between(0, 3_600)),
  announceSuccessfulHeartbeats: flag(false),
  announceFailedHeartbeats: flag(true),
  suppressLeaveEvents: flag(false),
  leaveOnPageHide: flag(false),
  maintainPresenceState: flag(true),
  transactionalRequestTimeout: by(15, between(0.001, 299)),
  subscribeRequestTimeout: by(290, between(0.001, 299)),
  fileRequestTimeout: by(300, between(0.001, Number.POSITIVE_INFINITY)),
  fileUploadPublishRetryLimit: by(5, between(1, 100, 'attempts')),
  idempotentPublishing: flag(false),
  useRequestId: flag(true),
  useInstanceId: flag(false),
  dedupeOnSubscribe: flag(true),
  maximumCacheSize: by(1_000, between(1, 1_000_000, 'entries')),
  requestMessageCountThreshold: by(LIVE_QUEUE_LENGTH, between(1, 1_000_000, 'entries')),
  liveRetention: by(600, between(1, 86_400_000)),
  recovery: by<'none' | 'history'>('none', checkRecovery),
  receive: by<'poll' | 'stream' | 'auto'>('poll', checkNotEmpty),
  listenToBrowserNetworkEvents: flag(true),
  logger: optional(object),
  fetch: optional(checkFunction),
  transport: optional(checkFunction),
  clock: by(systemClock, methods('now', 'setTimeout', 'clearTimeout')),
  random: by(systemRandom, checkFunction),
  networkEvents: optional(checkFunction),
  pageEvents: optional(checkFunction),
  freezePayloads: flag(false),
  onDelivered: optional(checkFunction),
} satisfies OptionTable<GivenOptions>);

type FallbackOf<O> = O extends Defaulted<infer T> ? T : undefined;

/** The defaults of the options that have one. */
// Made of the very fallbacks that the type is read from.
export const DEFAULTS = Object.fromEntries(
  Object.entries<Param>(OPTIONS).flatMap(([name, option]) =>
    'fallback' in option ? [[name, option.fallback]] : [],
  ),
) as { readonly [K in keyof typeof OPTIONS]: FallbackOf<(typeof OPTIONS)[K]> };

/** A copy of the options. Throws `PN-1007` for the first that is missing, unknown or wrong. */
export function readPubNubOptions(source: unknown, hints?: Hints): GivenOptions {
  const options = readOptions<GivenOptions>(source, OPTIONS, (fault) => {
    const what = fault.hinted(hints);
    return invalid(what.charAt(0).toUpperCase() + what.slice(1), fault.cause);
  });
  const problem = conflictsOf(options).find(([isThere]) => isThere)?.[1] ?? hints?.problem(options);
  if (problem !== undefined) throw invalid(problem);
  return options;
}

/** Options that exclude each other, or need something that is absent. */
function conflictsOf(options: GivenOptions): readonly (readonly [isThere: boolean, problem: string])[] {
  const { userId, uuid, cipherKey, cryptoModule, secretKey, fetch, transport } = options;
  const { leaveOnPageHide, suppressLeaveEvents } = options;
  const areBoth = (one: unknown, other: unknown) => one !== undefined && other !== undefined;
  return [
    [(userId ?? uuid) === undefined, 'The option "userId" is missing.'],
    [areBoth(userId, uuid) && userId !== uuid, 'The options "userId" and "uuid" differ; they are one thing.'],
    [areBoth(cipherKey, cryptoModule), 'Only one of the options "cipherKey" and "cryptoModule" can be used.'],
    [
      (secretKey ?? cipherKey) !== undefined && globalThis.crypto?.subtle === undefined,
      'The options "secretKey" and "cipherKey" need WebCrypto, which web pages have over HTTPS and on localhost only.',
    ],
    [
      leaveOnPageHide === true && suppressLeaveEvents === true,
      'Only one of the options "leaveOnPageHide" and "suppressLeaveEvents" can be true.',
    ],
    [areBoth(fetch, transport), 'Only one of the options "fetch" and "transport" can be used.'],
  ];
}

/** The error of a wrong configuration. */
export function invalid(what: string, cause?: unknown): PubNubError {
  return new PubNubError('PN-1007', what, { cause });
}

/** Throws `PN-1007`: something needs a feature that the client's class does not have. */
export function missingFeature(what: string, feature: string): never {
  throw invalid(
    `${what} needs the feature ${feature}: make the client with PubNub.with(${feature}), from "timetoken/features".`,
  );
}
