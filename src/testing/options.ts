import type { CryptoModule, PubNubOptions } from 'timetoken';
import {
  ANYTHING,
  BOOLEAN,
  check,
  checkOptions,
  type Kinds,
  kind,
  listOf,
  NAME,
  NOT_EMPTY,
  number,
  OBJECT,
  oneOf,
  STRING,
} from '../origin/checks.ts';
import type { Keyset, OriginLimits } from '../origin/index.ts';
import { resolveLimits } from '../origin/limits.ts';
import type { Clock } from '../protocol/clock.ts';
import { ADDRESS } from './addresses.ts';
import type { CipherOptions } from './ciphers.ts';
import { type OperationName, requestOf } from './operations.ts';
import type { TimeSource } from './test-clock.ts';

/** The options of a test network. */
export interface TestNetworkOptions {
  /** The keys that are served. @default all */
  readonly keysets?: readonly Keyset[];
  /** Limits of the origin that differ from the defaults. */
  readonly limits?: Partial<OriginLimits>;
  /**
   * `virtual`: time stands still until `clock.advance()`. Fake timers, such as `vi` of vitest or `jest`: the network uses
   * the time of `globalThis`, which they move, as do clients without a clock of their own. `global`: the same, without
   * `clock.advance()`. @default 'virtual'
   */
  readonly time?: TimeSource;
  /**
   * The cipher key of the clients: `network.options` and `network.client()` have it, what `network.publish()` sends is
   * encrypted with it, and `published()` and `received()` show messages in clear. @default none
   */
  readonly cipherKey?: string;
  /** The same for a crypto module. @default none */
  readonly cryptoModule?: CryptoModule;
  /** Further origins that the msw handlers answer for: `localhost:8090`, or `http://localhost:8090`. @default none */
  readonly origins?: readonly string[];
  /** The only operations that the code under test may use, with all that they send: any other is refused, and fails the test. @default all */
  readonly operations?: readonly OperationName[];
  /** Real milliseconds that `subscribed()`, `idle()` and similar calls wait at most. @default 2000 */
  readonly patience?: number;
  /** The seed of the random numbers, which are the same in every run. @default 1 */
  readonly seed?: number;
}

/** The options of a client on the network, to be spread into those of `new PubNub()`. */
export interface ClientOptions extends CipherOptions {
  readonly subscribeKey: string;
  readonly publishKey: string;
  readonly fetch: (input: Request) => Promise<Response>;
  readonly clock: Clock;
  readonly random: () => number;
  /** Listeners share payloads: one that changes them fails in the test. */
  readonly freezePayloads: boolean;
  /** Tells the network of failures that nothing else reports, such as that of a listener: they fail the test. */
  readonly logger: { error(message: string, fields?: Readonly<Record<string, unknown>>): void };
  /** Tells the network what reaches listeners. */
  readonly onDelivered: NonNullable<PubNubOptions['onDelivered']>;
}

/** The options of the end of a test. */
export interface EndOptions {
  /** The name of the test, for the report. */
  readonly test?: string | undefined;
}

/** The options of a reset between two tests. */
export interface ResetOptions extends EndOptions {
  /**
   * For clients that outlive a test: their polls stay open, and the origin keeps its data. Only faults, conditions,
   * transcript, and the published and received messages are cleared. @default false
   */
  readonly keepClients?: boolean;
}

/** The options of a wait for a subscription. */
export interface SubscribedOptions {
  /** The subscriber. @default any */
  readonly userId?: string;
}

/** The options of a sleep. */
export interface SleepOptions {
  /** `dead`: open connections never answer, without an error. `reset`: they break at wake-up. @default 'dead' */
  readonly connections?: 'dead' | 'reset';
}

const NETWORK = 'createTestNetwork()';

function isCryptoModule(value: unknown): boolean {
  const { encrypt, decrypt } = Object(value);
  return typeof encrypt === 'function' && typeof decrypt === 'function';
}

const NETWORK_OPTIONS: Kinds<TestNetworkOptions> = {
  keysets: listOf(OBJECT),
  limits: OBJECT,
  // `networkClock` checks it.
  time: ANYTHING,
  cipherKey: NOT_EMPTY,
  cryptoModule: kind('a crypto module', isCryptoModule),
  origins: listOf(ADDRESS),
  operations: listOf(STRING),
  patience: number('a number of milliseconds from 0 on', (value) => value >= 0),
  seed: number('a whole number', Number.isSafeInteger),
};
const KEYSET: Kinds<Keyset> = {
  subscribeKey: STRING,
  publishKey: STRING,
  secretKey: NOT_EMPTY,
  access: BOOLEAN,
  limits: OBJECT,
};

/** Checks the options of a network, and copies them. */
export function checkNetworkOptions(options: unknown): TestNetworkOptions {
  const { keysets, limits, origins, operations, ...given } = checkOptions(NETWORK, options, NETWORK_OPTIONS);
  for (const name of operations ?? []) requestOf(name);
  if (given.cipherKey !== undefined && given.cryptoModule !== undefined)
    throw new TypeError(`${NETWORK}: only one of the options "cipherKey" and "cryptoModule" can be used.`);
  return {
    ...given,
    ...(origins && { origins: [...origins] }),
    ...(operations && { operations: [...operations] }),
    ...(keysets && { keysets: keysets.map((keyset, index) => checkKeyset(keyset, index)) }),
    ...(limits && { limits: checkLimits(limits) }),
  };
}

function checkKeyset(keyset: Keyset, index: number): Keyset {
  const caller = `${NETWORK}: keysets[${index}]`;
  const { subscribeKey, ...keys } = checkOptions(caller, keyset, KEYSET);
  check(`${caller}: subscribeKey`, subscribeKey, STRING);
  // It has just been checked.
  return { subscribeKey: subscribeKey as string, ...keys };
}

// The origin checks the values.
function checkLimits(limits: object): Partial<OriginLimits> {
  const names = Object.keys(resolveLimits()).map((name) => [name, ANYTHING]);
  return checkOptions<OriginLimits>(`${NETWORK}: limits`, limits, Object.fromEntries(names));
}

const CLOSE: Kinds<EndOptions> = { test: STRING };
const RESET: Kinds<ResetOptions> = { ...CLOSE, keepClients: BOOLEAN };
const SLEEP: Kinds<SleepOptions> = { connections: oneOf(['dead', 'reset']) };
const SUBSCRIBED: Kinds<SubscribedOptions> = { userId: NAME };

/** The options of some methods of a network. */
export const KINDS = { close: CLOSE, reset: RESET, sleep: SLEEP, subscribed: SUBSCRIBED };
