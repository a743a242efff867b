import type { TransportResponse } from './transport.ts';

/** Options of `execute()` and `envelope()`. */
export interface CallOptions {
  /** Ends the call with `PN-2003`. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds for the whole call, above 0: the wait for a token, every attempt and the pauses between them; `Infinity`
   * for no limit. @default no limit for the call, and the client's `transactionalRequestTimeout` for each attempt
   */
  readonly timeout?: number;
  /** How often the call, if it may be repeated, is repeated after a failure. @default the client's `retries` */
  readonly retries?: number;
}

/** Options of `Executor.call`. */
export interface InnerOptions extends CallOptions {
  /** When the time of the call is over, in monotonic milliseconds. */
  readonly due?: number | undefined;
  /** When a repeated publish has to be answered at the latest, in monotonic milliseconds. @default no limit */
  readonly until?: number;
  /** Called with the answer that holds the result. */
  readonly onAnswer?: (answer: TransportResponse) => void;
}
