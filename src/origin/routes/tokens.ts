import { signerOf } from '../access/signature.ts';
import { expiryOf, readToken, signToken } from '../access/token.ts';
import { type Answer, accessAnswer, accessRefusal, type Refusal } from '../http/answer.ts';
import { bodyText } from '../http/body.ts';
import { grantBodyOf, tokenRefusal } from './grant-body.ts';
import { needsNothing, shardOf } from './read.ts';
import type { Route } from './route.ts';

const VERSION = 2;
// A token is sent in the query of each request, whose line has a limit.
const MAX_TOKEN_LENGTH = 16_384;
// A revoked token is remembered for so much longer: on the clock of another origin it has not expired yet.
const CLOCKS_MS = 60_000;

/** Makes a token (docs/reference/protocol.md, "Access Manager"). */
export const grantToken: Route = {
  operation: 'grant-token',
  method: 'POST',
  path: '/v3/pam/{subscribeKey}/grant',
  needs: needsNothing,
  async handle(call) {
    await shardOf(call);
    const { secret } = await signerOf(call);
    const { clock, limits, patterns } = call.services;
    const body = await bodyText(call.request.body, limits.messageBytes);
    if (typeof body !== 'object') throw tooLarge();
    const granted = await grantBodyOf(body.text, patterns);
    const issued = Math.floor(clock.now() / 1000);
    const token = await signToken({ version: VERSION, issued, ...granted }, secret);
    if (token.length > MAX_TOKEN_LENGTH) throw tooLarge();
    return tokenAnswer({ message: 'Success', token });
  },
};

/** Revokes a token (docs/reference/protocol.md, "Access Manager"). */
export const revokeToken: Route = {
  operation: 'revoke-token',
  method: 'DELETE',
  path: '/v3/pam/{subscribeKey}/grant/{token}',
  needs: needsNothing,
  async handle(call) {
    const { access } = await shardOf(call);
    await signerOf(call);
    const signers = call.services.keysets.signersOf(call.subscribeKey);
    const secrets = signers.map(({ secret }) => secret);
    const signed = await readToken(call.segment('token'), secrets);
    if (!signed) throw invalidToken('Token is not one of this keyset.');
    const leftMs = expiryOf(signed.token) - call.services.clock.now();
    if (leftMs <= 0) throw invalidToken('Token is expired.');
    if (!(await access.revoke(signed.id, leftMs + CLOCKS_MS)))
      throw accessRefusal(400, 'Too many revoked tokens');
    return tokenAnswer({ message: 'Success' });
  },
};

function tokenAnswer(data: object): Answer {
  return accessAnswer(200, { data, service: 'Access Manager', status: 200 });
}

function tooLarge() {
  const message = 'The token would be too long to be sent.';
  return tokenRefusal('grant', 'Invalid request body', { message, location: '', locationType: 'body' });
}

function invalidToken(message: string): Refusal {
  return tokenRefusal('revoke', 'Invalid token', { message, location: 'token', locationType: 'path' });
}
