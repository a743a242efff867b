import { defineFeature, type Feature } from '../../feature.ts';
import { memberships } from './memberships.ts';
import { metadata } from './metadata.ts';

type Builders = typeof metadata & typeof memberships;

/** The operations of App Context: users, channels, and memberships. */
export const appContext: Feature<Builders, Record<never, never>> = defineFeature({
  name: 'appContext',
  builders: { ...metadata, ...memberships },
});
