import { defineFeature } from '../../feature.ts';
import { TokenRenewal } from './renewal.ts';
import { parseToken } from './token.ts';

/** A `token` that is a function, which is called again before the token expires; and `parseToken()`. */
export const tokens = defineFeature({
  name: 'tokens',
  keeper: (needs, onRenewed) => new TokenRenewal(needs, onRenewed),
  methods: {
    /** Parses an access token, without a request. Throws `PN-1002` for an invalid one. */
    parseToken,
  },
});
