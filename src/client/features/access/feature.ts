import type { Start } from '../../builder/start.ts';
import { type Rest, startRest } from '../../builder/verbs.ts';
import { type AuditParams, audit } from './audit.ts';
import type { AuthKeysResult } from './auth-keys.ts';
import { type GrantParams, grant } from './grant.ts';
import { type GrantTokenParams, grantToken } from './grant-token.ts';
import { type RevokeTokenParams, type RevokeTokenResult, revokeToken } from './revoke-token.ts';

/** The operations of access control, for servers that hold the secret key; `C` is the client's channel map. */
export interface AccessOperations<C> {
  /** Makes an access token for somebody. */
  readonly grantToken: Start<GrantTokenParams, Rest<string>, C>;
  /** Ends an access token before its time. */
  readonly revokeToken: Start<RevokeTokenParams, Rest<RevokeTokenResult>, C>;
  /** Gives rights to auth keys, for keysets that have no tokens. */
  readonly grant: Start<GrantParams, Rest<AuthKeysResult>, C>;
  /** Asks which rights auth keys have. */
  readonly audit: Start<AuditParams, Rest<AuthKeysResult>, C>;
}

/** How their builders start. */
export const ACCESS_BUILDERS = Object.freeze({
  grantToken: startRest(grantToken),
  revokeToken: startRest(revokeToken),
  grant: startRest(grant),
  audit: startRest(audit),
});
