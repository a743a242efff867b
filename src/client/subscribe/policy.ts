import type { BackoffPolicy } from '../runtime/backoff.ts';

/** Settings of the reducer. Times in milliseconds. */
export interface LoopPolicy {
  readonly reconnection: BackoffPolicy;
  /** An answer with this number of entries may lack others. */
  readonly countThreshold: number;
  /** How long the server keeps entries for a client that does not poll. */
  readonly liveRetention: number;
  /** With a token provider, a refusal may end without the program. */
  readonly tokenProvider?: unknown;
  /** Whether the loop goes on by itself after it has lost its connection. @default true */
  readonly restore?: boolean;
  /** Whether the user leaves with the page. */
  readonly leaveOnPageHide?: boolean;
}
