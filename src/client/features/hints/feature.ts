import { defineFeature } from '../../feature.ts';
import { causeOf } from './causes.ts';
import { equivalentOf } from './equivalents.ts';

/** Likely causes in the messages of errors, and the names that options and parameters of other clients have here. */
export const hints = defineFeature({
  name: 'hints',
  hints: { cause: causeOf, instead: equivalentOf },
});
