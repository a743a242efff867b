import type { Route } from '../route.ts';
import { entityRoutes } from './entities.ts';
import { CHANNELS, MEMBERS, MEMBERSHIPS, USERS } from './kinds.ts';
import { relationRoutes } from './relations.ts';

/** Every operation of App Context (docs/reference/protocol.md, "App Context"). */
export const APP_CONTEXT: readonly Route[] = [
  ...[USERS, CHANNELS].flatMap(entityRoutes),
  ...[MEMBERSHIPS, MEMBERS].flatMap(relationRoutes),
];
