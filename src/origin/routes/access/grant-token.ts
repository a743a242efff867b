import { signerOf } from '../../access/signature.ts';
import { signToken } from '../../access/token.ts';
import { bodyText } from '../../http/body.ts';
import { needsNothing } from '../needs.ts';
import { shardOf } from '../read.ts';
import type { Route } from '../route.ts';
import { grantBodyOf } from './grant-body.ts';
import { tokenAnswer, tokenRefusal } from './refusals.ts';

const VERSION = 2;
// A token travels in the query of each request, whose line has a limit.
const MAX_TOKEN_LENGTH = 16_384;

/** Mints a token (docs/reference/protocol.md, "Access Manager"). */
export const grantToken: Route = {
  operation: 'grant-token',
  method: 'POST',
  path: '/v3/pam/{subscribeKey}/grant',
  needs: needsNothing,
  async handle(call) {
    await shardOf(call);
    const { secret } = await signerOf(call);
    const { clock, limits } = call.services;
    const body = await bodyText(call.request.body, limits.messageBytes);
    if (typeof body !== 'object') throw tooLarge();
    const granted = grantBodyOf(body.text);
    const issued = Math.floor(clock.now() / 1000);
    const token = await signToken({ version: VERSION, issued, ...granted }, secret);
    if (token.length > MAX_TOKEN_LENGTH) throw tooLarge();
    return tokenAnswer({ message: 'Success', token });
  },
};

function tooLarge() {
  const message = 'The token would be too long to be sent.';
  return tokenRefusal('grant', 'Invalid request body', { message, location: '', locationType: 'body' });
}
