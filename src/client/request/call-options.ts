import type { TransportResponse } from './transport.ts';

/** Options of `execute()` and `envelope()`. */
export interface CallOptions {
  /** Ends the call with `PN-2003`. */
  readonly signal?: AbortSignal;
  /** Milliseconds for each attempt, above 0; `Infinity` for no limit. @default the client's `transactionalRequestTimeout` */
  readonly timeout?: number;
}

/** Options of `Executor.call`. */
export interface InnerOptions extends CallOptions {
  /** Called with the answer that holds the result. */
  readonly onAnswer?: (answer: TransportResponse) => void;
}
