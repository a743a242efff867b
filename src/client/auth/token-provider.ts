import type { Settings } from '../config/options.ts';
import type { Cancellation } from '../request/cancellation.ts';

/**
 * The reason for a new token: there is none, it has expired or soon will, or the server refused it; `unreachable`: the origin
 * that came with it did not answer.
 */
export type TokenReason = 'first' | 'expiring' | 'refused' | 'unreachable';

/** The argument of a token provider. */
export interface TokenContext {
  readonly reason: TokenReason;
  /** The user of the client. */
  readonly userId: string;
  /** Aborted when the token is no longer wanted. */
  readonly signal: AbortSignal;
}

/** A token, and where it is good. */
export interface ClientAccess {
  readonly token: string;
  /** `host`, `host:port` or a full URL: where requests go from now on, in place of the option `origin`. */
  readonly origin?: string;
}

/**
 * Gets a token, for example from your own server; with an origin, where that server decides on it too. Called once at a time,
 * however many requests wait for it.
 */
export type TokenProvider = (context: TokenContext) => string | ClientAccess | Promise<string | ClientAccess>;

/** The parts of a client that a keeper of tokens uses. */
export interface KeeperNeeds {
  readonly provider: TokenProvider;
  readonly settings: Pick<Settings, 'baseUrl' | 'clock' | 'random' | 'userId' | 'requestTimeout' | 'logger'>;
  readonly cancellation: Cancellation;
}
