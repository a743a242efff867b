import type { Keyset, OriginLimits } from '../origin/index.ts';
import type { Clock } from '../protocol/clock.ts';
import type { OperationName } from './operations.ts';
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

/** What happens to connections while the machine sleeps. */
export interface SleepOptions {
  /** `dead`: nothing ever comes back on them, and nobody is told. `reset`: they break when it wakes. @default 'dead' */
  readonly connections?: 'dead' | 'reset';
}
