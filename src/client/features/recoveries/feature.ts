import { defineFeature } from '../../feature.ts';
import { Returns } from './returns.ts';

/** The status `PNRecoveredCategory`: after a loss, everything was delivered, or the server has said that there was nothing. */
export const recoveries = defineFeature({
  name: 'recoveries',
  begin: ({ engine }) => new Returns(engine),
});
