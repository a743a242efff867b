import { PNOperationType } from '../../../protocol/status.ts';
import { must, required } from '../../builder/params.ts';
import { defineEndpoint, type Params } from '../../endpoint.ts';
import { path } from '../../request/path.ts';
import { type Done, done } from '../../wire/read.ts';

/** Parameters of `revokeToken()`. */
export interface RevokeTokenParams extends Params {
  /** The token that is to hold no longer. */
  token: string;
}

/** Result of `revokeToken()`: it has no fields. */
export type RevokeTokenResult = Done;

/**
 * `DELETE /v3/pam/{sub}/grant/{token}` (docs/reference/protocol.md, "Tokens").
 *
 * @example
 * ```ts
 * await pubnub.revokeToken().token(token).execute();
 * ```
 */
export const revokeToken = defineEndpoint<RevokeTokenParams, RevokeTokenResult>({
  operation: PNOperationType.PNAccessManagerRevokeToken,
  method: 'DELETE',
  params: {
    token: required(
      must('be an access token', (value) => typeof value === 'string' && /^[\w+/-]+={0,2}$/.test(value)),
    ),
  },
  needs: ['publishKey', 'secretKey'],
  path: ({ token }, keys) => path`/v3/pam/${keys.subscribeKey}/grant/${token}`,
  auth: 'signature',
  retry: 'safe',
  parse: done,
});
