import { defineFeature, type Feature, type None } from '../../feature.ts';
import { authKeys } from './auth-keys.ts';
import { signerOf } from './signature.ts';
import { tokens } from './tokens.ts';

type Builders = typeof tokens & typeof authKeys;

/** The operations of access control, for servers that hold the secret key. */
export const access: Feature<Builders, None, None> = defineFeature({
  name: 'access',
  signer: signerOf,
  builders: { ...tokens, ...authKeys },
});
