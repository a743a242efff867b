import { type Answer, APPLICATION_JSON, json } from '../http/answer.ts';
import { needsNothing } from './read.ts';
import type { Route } from './route.ts';

/** The path at which a balancer asks whether it may send requests. */
export const READY_PATH = '/readyz';

/** The process answers. */
const healthz: Route = {
  operation: 'healthz',
  method: 'GET',
  path: '/healthz',
  needs: needsNothing,
  handle: () => json(200, { status: 'ok' }, APPLICATION_JSON),
};

/** The origin takes traffic. */
const readyz: Route = {
  operation: 'readyz',
  method: 'GET',
  path: READY_PATH,
  needs: needsNothing,
  handle: async ({ services }) => {
    const reason = await services.readiness.check();
    return reason === undefined ? json(200, { status: 'ready' }, APPLICATION_JSON) : notReady(reason);
  },
};

/** What balancers ask, beside the protocol: each answer is short JSON (docs/reference/origin.md, "Health"). */
export const HEALTH: readonly Route[] = [healthz, readyz];

/** The answer to a balancer that has to send its requests elsewhere. */
export function notReady(reason: string): Answer {
  return {
    ...json(503, { status: 'unavailable', reason }, APPLICATION_JSON),
    headers: { 'retry-after': '1' },
  };
}
