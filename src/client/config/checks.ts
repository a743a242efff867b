import { didYouMean } from '../builder/did-you-mean.ts';
import {
  checkBoolean,
  checkFunction,
  checkName,
  checkNotEmpty,
  firstProblem,
  must,
} from '../builder/params.ts';
import { readProperties } from '../builder/properties.ts';
import type { Check } from '../endpoint.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import type { PubNubOptions } from './options.ts';
import { parseOrigin } from './origin.ts';
import { copyOfPolicy, policyProblem } from './reconnection.ts';

const object = must('be an object', (value) => typeof value === 'object' && value !== null);
const key = must(
  'be a string of letters, digits, "-" and "_"',
  (value) => typeof value === 'string' && /^[\w-]+$/.test(value),
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

/** One check for each option; what is not here is no option. */
const CHECKS: Readonly<Record<keyof PubNubOptions, Check>> = {
  subscribeKey: key,
  publishKey: key,
  userId: checkName,
  uuid: checkName,
  origin: (value) => {
    const list: readonly unknown[] = [value].flat();
    if (list.length > MOST_ORIGINS) return `must have at most ${MOST_ORIGINS} addresses`;
    return list.length === 0 ? 'must not be an empty list' : firstProblem(list, checkOrigin);
  },
  ssl: checkBoolean,
  secretKey: checkNotEmpty,
  cipherKey: checkNotEmpty,
  cryptoModule: methods('encrypt', 'decrypt', 'encryptFile', 'decryptFile'),
  token: must(
    'be a string that is not empty, or a function',
    (value) => typeof value === 'function' || checkNotEmpty(value) === undefined,
  ),
  authKey: checkNotEmpty,
  filterExpression: checkNotEmpty,
  reconnectionPolicy: policyProblem,
  presenceTimeout: between(20, 320),
  heartbeatInterval: between(0, 3_600),
  announceSuccessfulHeartbeats: checkBoolean,
  announceFailedHeartbeats: checkBoolean,
  suppressLeaveEvents: checkBoolean,
  maintainPresenceState: checkBoolean,
  transactionalRequestTimeout: between(0.001, 299),
  subscribeRequestTimeout: between(0.001, 299),
  fileRequestTimeout: between(0.001, Number.POSITIVE_INFINITY),
  fileUploadPublishRetryLimit: between(1, 100, 'attempts'),
  useRequestId: checkBoolean,
  dedupeOnSubscribe: checkBoolean,
  maximumCacheSize: between(1, 1_000_000, 'entries'),
  requestMessageCountThreshold: between(1, 1_000_000, 'entries'),
  liveRetention: between(1, 86_400_000),
  recovery: must('be "none" or "history"', (value) => value === 'none' || value === 'history'),
  listenToBrowserNetworkEvents: checkBoolean,
  logger: object,
  fetch: checkFunction,
  transport: checkFunction,
  clock: methods('now', 'setTimeout', 'clearTimeout'),
  random: checkFunction,
  networkEvents: checkFunction,
  freezePayloads: checkBoolean,
};

/** A copy of the options without those that are `undefined`. Throws the error of the first that is unknown or wrong. */
export function readOptions(source: unknown): PubNubOptions {
  const read = readProperties(source, isOption);
  if ('problem' in read) throw invalid(`The options ${read.problem}.`, read.cause);
  const options: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(read.values)) {
    if (!isOption(name)) throw invalid(`"${name}" is not an option${didYouMean(name, Object.keys(CHECKS))}`);
    if (value === undefined) continue;
    options[name] = readOption(name, value);
  }
  // Each of them has passed its check, and that none is missing is checked here.
  const checked = options as unknown as PubNubOptions;
  const problem = CONFLICTS.find(([conflicts]) => conflicts(checked))?.[1];
  if (problem !== undefined) throw invalid(problem);
  return checked;
}

/** Addresses in a list of origins. */
const MOST_ORIGINS = 1_000;

// What is checked is what is used: a list and a policy are read once, and copied.
const COPIES: { readonly [Name in keyof PubNubOptions]?: (value: unknown) => unknown } = {
  origin: (value) => (Array.isArray(value) ? value.slice(0, MOST_ORIGINS + 1) : value),
  reconnectionPolicy: copyOfPolicy,
};

function readOption(name: keyof PubNubOptions, value: unknown): unknown {
  let problem: string | undefined;
  let cause: unknown;
  try {
    const own = COPIES[name]?.(value) ?? value;
    problem = CHECKS[name](own);
    if (problem === undefined) return own;
  } catch (thrown) {
    problem = 'cannot be read';
    cause = thrown;
  }
  throw invalid(`The option "${name}" ${problem}.`, cause);
}

/** What cannot be together, or needs what is not there. */
const CONFLICTS: readonly (readonly [conflicts: (options: PubNubOptions) => boolean, problem: string])[] = [
  [({ subscribeKey }) => subscribeKey === undefined, 'The option "subscribeKey" is missing.'],
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

function isOption(name: string): name is keyof PubNubOptions {
  return Object.hasOwn(CHECKS, name);
}

/** The error of a wrong configuration. */
export function invalid(what: string, cause?: unknown): PubNubError {
  return new PubNubError('PN-1007', what, { cause });
}
