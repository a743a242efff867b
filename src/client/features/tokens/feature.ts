import { defineFeature } from '../../feature.ts';
import { TokenRenewal } from './renewal.ts';
import { parseToken } from './token.ts';

/** A `token` that is a function, which is asked again in time; and reading tokens. */
export const tokens = defineFeature({
  name: 'tokens',
  keeper: (needs, onRenewed) => new TokenRenewal(needs, onRenewed),
  methods: {
    /** Reads an access token, without asking the server. Throws `PN-1002` for what is none. */
    parseToken,
  },
});
