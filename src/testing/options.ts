import type { Keyset, OriginLimits } from '../origin/index.ts';
import { resolveLimits } from '../origin/limits.ts';
import type { Clock } from '../protocol/clock.ts';
import {
  ANYTHING,
  BOOLEAN,
  check,
  checkOptions,
  type Kinds,
  listOf,
  NAME,
  NOT_EMPTY,
  number,
  OBJECT,
  oneOf,
  STRING,
} from './checks.ts';
import { type OperationName, requestOf } from './operations.ts';
import type { TimeSource } from './test-clock.ts';

/** How a test network is made. */
export interface TestNetworkOptions {
  /** Keys that are served; without them any are. */
  readonly keysets?: readonly Keyset[];
  /** What the origin accepts and keeps, where it differs from the defaults. */
  readonly limits?: Partial<OriginLimits>;
  /**
   * `virtual`: time stands still until `clock.advance()`. Fake timers, as `vi` of vitest or `jest`: the network lives in
   * the time of `globalThis`, which they move, and so do clients that are given no clock. `global`: the same, without
   * `clock.advance()`. @default 'virtual'
   */
  readonly time?: TimeSource;
  /** Further origins that the msw handlers answer for: `localhost:8090`, or `http://localhost:8090`. @default none */
  readonly origins?: readonly string[];
  /** The only operations that the code under test may use: any other fails the test. @default all */
  readonly operations?: readonly OperationName[];
  /** Real milliseconds that `subscribed()`, `idle()` and the like wait at most. @default 2000 */
  readonly patience?: number;
  /** What the random numbers begin with, which are the same in every run. @default 1 */
  readonly seed?: number;
}

/** What a client on the network is made with: spread it into the options of `new PubNub()`. */
export interface ClientOptions {
  readonly subscribeKey: string;
  readonly publishKey: string;
  readonly fetch: (input: Request) => Promise<Response>;
  readonly clock: Clock;
  readonly random: () => number;
  /** Listeners share payloads: one that changes what others get fails in the test. */
  readonly freezePayloads: boolean;
}

/** How a test ends. */
export interface EndOptions {
  /** The name of the test, for what is said of it. */
  readonly test?: string | undefined;
}

/** How the network is made ready for the next test. */
export interface ResetOptions extends EndOptions {
  /**
   * For clients that outlive a test: their polls stay open, and the origin keeps what it knows. Only faults, conditions,
   * transcript and what was published and received are forgotten. @default false
   */
  readonly keepClients?: boolean;
}

/** Whose subscription is waited for. */
export interface SubscribedOptions {
  /** @default anybody's */
  readonly userId?: string;
}

/** What happens to connections while the machine sleeps. */
export interface SleepOptions {
  /** `dead`: nothing ever comes back on them, and nobody is told. `reset`: they break when it wakes. @default 'dead' */
  readonly connections?: 'dead' | 'reset';
}

const NETWORK = 'createTestNetwork()';
const NETWORK_OPTIONS: Kinds<TestNetworkOptions> = {
  keysets: listOf(OBJECT),
  limits: OBJECT,
  // The clock says itself what it can be.
  time: ANYTHING,
  origins: listOf(STRING),
  operations: listOf(STRING),
  patience: number('a number of milliseconds from 0 on', (value) => value >= 0),
  seed: number('a whole number', Number.isSafeInteger),
};
const KEYSET: Kinds<Keyset> = {
  subscribeKey: STRING,
  publishKey: STRING,
  secretKey: NOT_EMPTY,
  access: BOOLEAN,
};

/** Checks how a network is to be made, and returns a copy of it. */
export function checkNetworkOptions(options: unknown): TestNetworkOptions {
  const { keysets, limits, origins, operations, ...given } = checkOptions(NETWORK, options, NETWORK_OPTIONS);
  for (const name of operations ?? []) requestOf(name);
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
  // It has just been found to be one.
  return { subscribeKey: subscribeKey as string, ...keys };
}

// What the values must be, the origin says itself.
function checkLimits(limits: object): Partial<OriginLimits> {
  const names = Object.keys(resolveLimits()).map((name) => [name, ANYTHING]);
  return checkOptions<OriginLimits>(`${NETWORK}: limits`, limits, Object.fromEntries(names));
}

const SUBSCRIBED_OPTIONS: Kinds<SubscribedOptions> = { userId: NAME };
const SLEEP_OPTIONS: Kinds<SleepOptions> = { connections: oneOf(['dead', 'reset']) };
const END_OPTIONS: Kinds<EndOptions> = { test: STRING };
const RESET_OPTIONS: Kinds<ResetOptions> = { ...END_OPTIONS, keepClients: BOOLEAN };

/** Checks what `network.subscribed()` waits for, and returns the options. */
export function checkSubscribed(name: string, options: unknown): SubscribedOptions {
  check('network.subscribed(): name', name, NAME);
  return checkOptions('network.subscribed()', options, SUBSCRIBED_OPTIONS);
}

/** Checks the options of `network.sleep()`. */
export function checkSleepOptions(options: unknown): SleepOptions {
  return checkOptions('network.sleep()', options, SLEEP_OPTIONS);
}

/** Checks the options of `network.reset()`. */
export function checkResetOptions(options: unknown): ResetOptions {
  return checkOptions('network.reset()', options, RESET_OPTIONS);
}

/** Checks the options of `network.close()`. */
export function checkEndOptions(options: unknown): EndOptions {
  return checkOptions('network.close()', options, END_OPTIONS);
}
