import { defineFeature, type Feature, type None } from '../../feature.ts';
import { memberships } from './memberships.ts';
import { metadata } from './metadata.ts';

type Builders = typeof metadata & typeof memberships;

/** The operations of App Context: users, channels, and memberships. */
export const appContext: Feature<Builders, None, None> = defineFeature({
  name: 'appContext',
  builders: { ...metadata, ...memberships },
});
