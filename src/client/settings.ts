import { DEFAULT_PRESENCE_TIMEOUT } from '../protocol/limits.ts';
import { nameProblem } from '../protocol/names.ts';
import {
  type CustomReconnectionPolicy,
  PNReconnectionPolicy,
  type PubNubOptions,
  type Settings,
} from './config.ts';
import type { Check } from './endpoint.ts';
import { PubNubError } from './errors/pubnub-error.ts';
import type { BackoffPolicy } from './runtime/backoff.ts';
import { systemClock } from './runtime/clock.ts';
import { browserNetworkEvents } from './runtime/connectivity.ts';
import { fetchTransport } from './transport/fetch-transport.ts';

const DEFAULT_ORIGIN = 'ps.pndsn.com';
/** No reconnection is attempted sooner than this after the last attempt, whatever asks for it. */
export const FLOOR_DELAY = 1_000;
const LONGEST_DELAY = 150_000;

const boolean: Check = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
const func: Check = (value) => (typeof value === 'function' ? undefined : 'must be a function');
const key: Check = (value) =>
  typeof value === 'string' && /^[\w-]+$/.test(value)
    ? undefined
    : 'must be a string of letters, digits, "-" and "_"';
const text: Check = (value) =>
  typeof value === 'string' && value !== '' ? undefined : 'must be a string that is not empty';
const object: Check = (value) =>
  typeof value === 'object' && value !== null ? undefined : 'must be an object';

function between(low: number, high: number, unit = 'seconds'): Check {
  return (value) =>
    typeof value === 'number' && value >= low && value <= high
      ? undefined
      : `must be from ${low} to ${high} ${unit}`;
}

function methods(...names: readonly string[]): Check {
  return (value) => {
    const missing = names.find((name) => typeof Object(value)[name] !== 'function');
    return missing === undefined ? undefined : `must have a method ${missing}()`;
  };
}

/** One check for each option; what is not here is no option. */
const CHECKS: Readonly<Record<keyof PubNubOptions, Check>> = {
  subscribeKey: key,
  publishKey: key,
  userId: nameProblem,
  uuid: nameProblem,
  origin: (value) => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (list.length === 0) return 'must not be an empty list';
    return list.every((entry) => parseOrigin(entry, true) !== undefined)
      ? undefined
      : 'must be host, host:port or an http(s) URL without a path';
  },
  ssl: boolean,
  token: text,
  authKey: text,
  reconnectionPolicy: (value) => policyProblem(value),
  presenceTimeout: between(20, 320),
  heartbeatInterval: between(0, 3_600),
  announceSuccessfulHeartbeats: boolean,
  announceFailedHeartbeats: boolean,
  suppressLeaveEvents: boolean,
  maintainPresenceState: boolean,
  transactionalRequestTimeout: between(0.001, 299),
  subscribeRequestTimeout: between(0.001, 299),
  useRequestId: boolean,
  dedupeOnSubscribe: boolean,
  maximumCacheSize: between(1, 1_000_000, 'entries'),
  requestMessageCountThreshold: between(1, 1_000_000, 'entries'),
  liveRetention: between(1, 86_400_000),
  listenToBrowserNetworkEvents: boolean,
  logger: object,
  fetch: func,
  transport: func,
  clock: methods('now', 'setTimeout', 'clearTimeout'),
  random: func,
  networkEvents: func,
};

/**
 * Checks the options and completes them. Throws a `PubNubError` (`PN-1007`) that names the option and what it must be;
 * the value itself is not repeated, since it may be a secret.
 */
export function settingsFrom(options: PubNubOptions): Settings {
  if (typeof options !== 'object' || options === null) throw invalid('The options must be an object.');
  check(options);
  const { clock = systemClock, random = Math.random } = options;
  const seconds = (value: number | undefined, fallback: number) => (value ?? fallback) * 1_000;
  const network = options.listenToBrowserNetworkEvents === false ? undefined : browserNetworkEvents();
  return Object.freeze({
    subscribeKey: options.subscribeKey,
    publishKey: options.publishKey ?? '',
    userId: userIdOf(options),
    baseUrl: baseUrlOf(options, random),
    token: options.token ?? options.authKey,
    reconnection: policyOf(options.reconnectionPolicy ?? PNReconnectionPolicy.EXPONENTIAL),
    presenceTimeoutSeconds: options.presenceTimeout ?? DEFAULT_PRESENCE_TIMEOUT,
    heartbeatInterval: heartbeatIntervalOf(options),
    announceSuccessfulHeartbeats: options.announceSuccessfulHeartbeats ?? false,
    announceFailedHeartbeats: options.announceFailedHeartbeats ?? true,
    suppressLeaveEvents: options.suppressLeaveEvents ?? false,
    maintainPresenceState: options.maintainPresenceState ?? true,
    requestTimeout: seconds(options.transactionalRequestTimeout, 15),
    pollTimeout: seconds(options.subscribeRequestTimeout, 290),
    useRequestId: options.useRequestId ?? true,
    dedupeEntries: options.dedupeOnSubscribe === false ? 0 : (options.maximumCacheSize ?? 1_000),
    countThreshold: options.requestMessageCountThreshold ?? 100,
    liveRetention: seconds(options.liveRetention, 600),
    logger: options.logger,
    transport: options.transport ?? fetchTransport(options.fetch),
    clock,
    random,
    networkEvents: options.networkEvents ?? network,
  });
}

function check(options: PubNubOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (!isOption(name)) throw invalid(`"${name}" is not an option.`);
    const problem = value === undefined ? undefined : CHECKS[name](value);
    if (problem !== undefined) throw invalid(`The option "${name}" ${problem}.`);
  }
  if (options.subscribeKey === undefined) throw invalid('The option "subscribeKey" is missing.');
  if (options.fetch && options.transport)
    throw invalid('Only one of the options "fetch" and "transport" can be used.');
}

function isOption(name: string): name is keyof PubNubOptions {
  return Object.hasOwn(CHECKS, name);
}

function userIdOf({ userId, uuid }: PubNubOptions): string {
  const id = userId ?? uuid;
  if (id === undefined) throw invalid('The option "userId" is missing.');
  if (userId !== undefined && uuid !== undefined && userId !== uuid) {
    throw invalid('The options "userId" and "uuid" differ; they are one thing.');
  }
  return id;
}

function heartbeatIntervalOf({ heartbeatInterval, presenceTimeout }: PubNubOptions): number {
  if (heartbeatInterval === undefined)
    return presenceTimeout === undefined ? 0 : (presenceTimeout / 2 - 1) * 1_000;
  const limit = presenceTimeout ?? DEFAULT_PRESENCE_TIMEOUT;
  if (heartbeatInterval >= limit) {
    throw invalid(`The option "heartbeatInterval" must be below the presence timeout of ${limit} seconds.`);
  }
  return heartbeatInterval * 1_000;
}

function baseUrlOf({ origin = DEFAULT_ORIGIN, ssl = true }: PubNubOptions, random: () => number): string {
  const list = typeof origin === 'string' ? [origin] : origin;
  return parseOrigin(list[Math.floor(random() * list.length)], ssl) ?? '';
}

function parseOrigin(origin: unknown, ssl: boolean): string | undefined {
  if (typeof origin !== 'string' || origin === '') return undefined;
  const address = /^https?:\/\//.test(origin) ? origin : `${ssl ? 'https' : 'http'}://${origin}`;
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const bare =
    url.pathname === '/' &&
    url.search === '' &&
    url.hash === '' &&
    url.username === '' &&
    url.password === '';
  return bare ? url.origin : undefined;
}

function policyProblem(value: unknown): string | undefined {
  if (typeof value === 'string') {
    return Object.hasOwn(PNReconnectionPolicy, value)
      ? undefined
      : 'must be NONE, LINEAR, EXPONENTIAL or an object';
  }
  if (typeof Object(value).delay !== 'function')
    return 'must be NONE, LINEAR, EXPONENTIAL or an object with delay(attempt)';
  const {
    maximumRetries,
    minimumDelay = FLOOR_DELAY,
    maximumDelay = LONGEST_DELAY,
  } = value as CustomReconnectionPolicy;
  if (maximumRetries !== undefined && !(maximumRetries >= 0))
    return 'must have maximumRetries of zero or more';
  if (!(minimumDelay > 0))
    return 'must have a minimumDelay above zero: without one a dead server would be hammered';
  if (!(maximumDelay >= minimumDelay)) return 'must have a maximumDelay of at least its minimumDelay';
  return undefined;
}

function policyOf(policy: PNReconnectionPolicy | CustomReconnectionPolicy): BackoffPolicy {
  const usual = {
    minimumDelay: FLOOR_DELAY,
    maximumDelay: LONGEST_DELAY,
    maximumRetries: Number.POSITIVE_INFINITY,
  };
  if (typeof policy === 'object') {
    const {
      maximumRetries = usual.maximumRetries,
      minimumDelay = FLOOR_DELAY,
      maximumDelay = LONGEST_DELAY,
    } = policy;
    return { delay: (attempt) => policy.delay(attempt), maximumRetries, minimumDelay, maximumDelay };
  }
  if (policy === PNReconnectionPolicy.LINEAR) return { ...usual, delay: () => 3_000 };
  const exponential = { ...usual, delay: (attempt: number) => FLOOR_DELAY * 2 ** attempt };
  return policy === PNReconnectionPolicy.NONE ? { ...exponential, maximumRetries: 0 } : exponential;
}

function invalid(what: string): PubNubError {
  return new PubNubError('PN-1007', what);
}
