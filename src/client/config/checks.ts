import { DEFAULT_PRESENCE_TIMEOUT, LIVE_QUEUE_LENGTH } from '../../protocol/limits.ts';
import {
  checkBoolean,
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
import { PubNubError } from '../errors/pubnub-error.ts';
import { systemRandom } from '../runtime/random.ts';
import { systemClock } from '../runtime/steady-clock.ts';
import { PNReconnectionPolicy, type PubNubOptions } from './options.ts';
import { copyOfPolicy, policyProblem } from './reconnection.ts';

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
  // Whatever else an address holds is before or after its origin.
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

/** Each option: what it must be, and its default. What is not here is no option. */
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
    ...by<NonNullable<PubNubOptions['reconnectionPolicy']>>(PNReconnectionPolicy.EXPONENTIAL, policyProblem),
    take: (value: unknown) => ({ value: copyOfPolicy(value) }),
  },
  presenceTimeout: by(DEFAULT_PRESENCE_TIMEOUT, between(20, 320)),
  heartbeatInterval: optional(between(0, 3_600)),
  announceSuccessfulHeartbeats: flag(false),
  announceFailedHeartbeats: flag(true),
  suppressLeaveEvents: flag(false),
  maintainPresenceState: flag(true),
  transactionalRequestTimeout: by(15, between(0.001, 299)),
  subscribeRequestTimeout: by(290, between(0.001, 299)),
  fileRequestTimeout: by(300, between(0.001, Number.POSITIVE_INFINITY)),
  fileUploadPublishRetryLimit: by(5, between(1, 100, 'attempts')),
  useRequestId: flag(true),
  dedupeOnSubscribe: flag(true),
  maximumCacheSize: by(1_000, between(1, 1_000_000, 'entries')),
  requestMessageCountThreshold: by(LIVE_QUEUE_LENGTH, between(1, 1_000_000, 'entries')),
  liveRetention: by(600, between(1, 86_400_000)),
  recovery: by<'none' | 'history'>('none', checkRecovery),
  listenToBrowserNetworkEvents: flag(true),
  logger: optional(object),
  fetch: optional(checkFunction),
  transport: optional(checkFunction),
  clock: by(systemClock, methods('now', 'setTimeout', 'clearTimeout')),
  random: by(systemRandom, checkFunction),
  networkEvents: optional(checkFunction),
  freezePayloads: flag(false),
} satisfies OptionTable<PubNubOptions>);

type FallbackOf<O> = O extends Defaulted<infer T> ? T : undefined;

/** The defaults of the options that have one. */
// Made of the very fallbacks that the type is read from.
export const DEFAULTS = Object.fromEntries(
  Object.entries<Param>(OPTIONS).flatMap(([name, option]) =>
    'fallback' in option ? [[name, option.fallback]] : [],
  ),
) as { readonly [K in keyof typeof OPTIONS]: FallbackOf<(typeof OPTIONS)[K]> };

/** A copy of the options. Throws `PN-1007` for the first that is missing, unknown or wrong. */
export function readPubNubOptions(source: unknown): PubNubOptions {
  const options = readOptions<PubNubOptions>(source, OPTIONS, ({ what, cause }) =>
    invalid(what.charAt(0).toUpperCase() + what.slice(1), cause),
  );
  const problem = CONFLICTS.find(([conflicts]) => conflicts(options))?.[1];
  if (problem !== undefined) throw invalid(problem);
  return options;
}

/** What cannot be together, or needs what is not there. */
const CONFLICTS: readonly (readonly [conflicts: (options: PubNubOptions) => boolean, problem: string])[] = [
  [({ userId, uuid }) => (userId ?? uuid) === undefined, 'The option "userId" is missing.'],
  [
    ({ userId, uuid }) => userId !== undefined && uuid !== undefined && userId !== uuid,
    'The options "userId" and "uuid" differ; they are one thing.',
  ],
  [
    ({ cipherKey, cryptoModule }) => cipherKey !== undefined && cryptoModule !== undefined,
    'Only one of the options "cipherKey" and "cryptoModule" can be used.',
  ],
  [
    ({ secretKey, cipherKey }) => (secretKey ?? cipherKey) !== undefined && !hasWebCrypto(),
    'The options "secretKey" and "cipherKey" need WebCrypto, which web pages have over HTTPS and on localhost only.',
  ],
  [
    ({ fetch, transport }) => fetch !== undefined && transport !== undefined,
    'Only one of the options "fetch" and "transport" can be used.',
  ],
];

function hasWebCrypto(): boolean {
  const { crypto } = globalThis as { readonly crypto?: { readonly subtle?: unknown } };
  return crypto?.subtle !== undefined;
}

/** The error of a wrong configuration. */
export function invalid(what: string, cause?: unknown): PubNubError {
  return new PubNubError('PN-1007', what, { cause });
}
