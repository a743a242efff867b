import { ok } from '../http/answer.ts';
import { stampOf } from '../store/stamp.ts';
import { needsNothing } from './read.ts';
import type { Route } from './route.ts';

/** The time of the origin: one bare number in an array (docs/reference/protocol.md, "Time"). */
export const time: Route = {
  operation: 'time',
  method: 'GET',
  path: '/time/0',
  needs: needsNothing,
  handle: ({ services }) => ok(`[${stampOf(services.clock.now())}]`),
};
