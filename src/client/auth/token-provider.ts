import type { Settings } from '../config/options.ts';
import type { Cancellation } from '../request/cancellation.ts';

/** Why a token is asked for: there is none, its time is over or nearly so, or the server refused it. */
export type TokenReason = 'first' | 'expiring' | 'refused';

/** What a token provider is told. */
export interface TokenContext {
  readonly reason: TokenReason;
  /** Who the token is for. */
  readonly userId: string;
  /** Aborted when nobody waits for the token any more. */
  readonly signal: AbortSignal;
}

/** Gets a token, for example from your own server. Called once at a time, however many requests wait for it. */
export type TokenProvider = (context: TokenContext) => Promise<string>;

/** What a keeper of tokens works with. */
export interface KeeperNeeds {
  readonly provider: TokenProvider;
  readonly settings: Pick<Settings, 'clock' | 'random' | 'userId' | 'requestTimeout' | 'logger'>;
  readonly cancellation: Cancellation;
}
