import type { Settings } from '../config/options.ts';
import type { Cancellation } from '../request/cancellation.ts';

/** The reason for a new token: there is none, it has expired or soon will, or the server refused it. */
export type TokenReason = 'first' | 'expiring' | 'refused';

/** The argument of a token provider. */
export interface TokenContext {
  readonly reason: TokenReason;
  /** The user of the client. */
  readonly userId: string;
  /** Aborted when the token is no longer wanted. */
  readonly signal: AbortSignal;
}

/** Gets a token, for example from your own server. Called once at a time, however many requests wait for it. */
export type TokenProvider = (context: TokenContext) => Promise<string>;

/** The parts of a client that a keeper of tokens uses. */
export interface KeeperNeeds {
  readonly provider: TokenProvider;
  readonly settings: Pick<Settings, 'clock' | 'random' | 'userId' | 'requestTimeout' | 'logger'>;
  readonly cancellation: Cancellation;
}
