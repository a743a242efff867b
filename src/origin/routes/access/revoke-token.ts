import { signerOf } from '../../access/signature.ts';
import { expiryOf, readToken } from '../../access/token.ts';
import { accessRefusal, type Refusal } from '../../http/refusals.ts';
import { needsNothing } from '../needs.ts';
import { shardOf } from '../read.ts';
import type { Route } from '../route.ts';
import { tokenAnswer, tokenRefusal } from './refusals.ts';

/** Ends a token before its time (docs/reference/protocol.md, "Access Manager"). */
export const revokeToken: Route = {
  operation: 'revoke-token',
  method: 'DELETE',
  path: '/v3/pam/{subscribeKey}/grant/{token}',
  needs: needsNothing,
  async handle(call) {
    const { access } = await shardOf(call);
    await signerOf(call);
    const signers = call.services.keysets.signersOf(call.segment('subscribeKey'));
    const secrets = signers.map(({ secret }) => secret);
    const signed = await readToken(call.segment('token'), secrets);
    if (!signed) throw invalidToken('Token is not one of this keyset.');
    const expires = expiryOf(signed.token);
    if (expires <= call.services.clock.now()) throw invalidToken('Token is expired.');
    if (!(await access.revoke(signed.id, expires))) throw accessRefusal(400, 'Too many revoked tokens');
    return tokenAnswer({ message: 'Success' });
  },
};

function invalidToken(message: string): Refusal {
  return tokenRefusal('revoke', 'Invalid token', { message, location: 'token', locationType: 'path' });
}
