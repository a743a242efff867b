import { nameProblem } from '../../protocol/names.ts';
import type { Check } from '../endpoint.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import type { PubNubOptions } from './options.ts';
import { parseOrigin } from './origin.ts';
import { policyProblem } from './reconnection.ts';

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
  secretKey: text,
  cipherKey: text,
  cryptoModule: methods('encrypt', 'decrypt', 'encryptFile', 'decryptFile'),
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

/** Throws the error of the first option that is unknown or wrong. */
export function checkOptions(options: PubNubOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (!isOption(name)) throw invalid(`"${name}" is not an option.`);
    const problem = value === undefined ? undefined : CHECKS[name](value);
    if (problem !== undefined) throw invalid(`The option "${name}" ${problem}.`);
  }
  if (options.subscribeKey === undefined) throw invalid('The option "subscribeKey" is missing.');
  if (options.cipherKey !== undefined && options.cryptoModule)
    throw invalid('Only one of the options "cipherKey" and "cryptoModule" can be used.');
  if (options.fetch && options.transport)
    throw invalid('Only one of the options "fetch" and "transport" can be used.');
}

function isOption(name: string): name is keyof PubNubOptions {
  return Object.hasOwn(CHECKS, name);
}

/** The error of a wrong configuration. */
export function invalid(what: string): PubNubError {
  return new PubNubError('PN-1007', what);
}
