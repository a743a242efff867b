import { rest } from '../../builder/verbs.ts';
import { defineFeature } from '../../feature.ts';
import { audit } from './audit.ts';
import { grant } from './grant.ts';
import { grantToken } from './grant-token.ts';
import { revokeToken } from './revoke-token.ts';
import { signerOf } from './signature.ts';

/** The operations of access control, for servers that hold the secret key. */
export const access = defineFeature({
  name: 'access',
  signer: signerOf,
  builders: {
    /** Makes an access token for somebody. */
    grantToken: rest(grantToken),
    /** Ends an access token before its time. */
    revokeToken: rest(revokeToken),
    /** Gives rights to auth keys, for keysets that have no tokens. */
    grant: rest(grant),
    /** Asks which rights auth keys have. */
    audit: rest(audit),
  },
});
