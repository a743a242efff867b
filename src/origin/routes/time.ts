import { balancerRefusal, ok } from '../http/answer.ts';
import { stampOf } from '../store/stamp.ts';
import { needsNothing } from './read.ts';
import type { Route } from './route.ts';

/** The time of the origin: one bare number in an array (docs/reference/protocol.md, "Time"). */
export const time: Route = {
  operation: 'time',
  method: 'GET',
  path: '/time/0',
  needs: needsNothing,
  handle({ services: { clock, shards } }) {
    // Other operations find it in the shard of their subscribe key.
    if (shards.isClosed) throw balancerRefusal(503, 'Service Unavailable', { 'retry-after': '1' });
    return ok(`[${stampOf(clock.now())}]`);
  },
};
