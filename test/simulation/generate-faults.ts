import type { Dice } from './dice.ts';
import type { Fault, RequestKind, Step } from './plan.ts';

/** Bodies that are none of the protocol's. */
const GARBAGE = [
  '',
  '<!doctype html><title>Please log in</title>',
  '{"t":{"t":"1700',
  'null',
  '[]',
  '{}',
  '{"t":{"t":"17","r":1}}',
  '{"t":{"t":1.5,"r":1},"m":[]}',
  '{"t":{"t":"x","r":1},"m":[]}',
  '{"t":{"t":"17","r":"1"},"m":[]}',
] as const;

/** A step by which the network or the server fails. */
export function faultStep(dice: Dice): Step | readonly Step[] {
  if (dice.chance(0.15)) return { do: 'break-connections' };
  if (dice.chance(0.05)) return { do: 'latency', ms: dice.pick([0, 30, 300, 1_500]) };
  const kind = dice.weighted<RequestKind>([
    [8, 'poll'],
    [6, 'handshake'],
    [2, 'leave'],
    [1, 'heartbeat'],
    [2, 'history'],
    [1, 'groups'],
    [1, 'publish'],
  ]);
  const fault = faultOf(dice, kind);
  // A lasting failure is several in a row.
  const times = dice.chance(0.15) ? dice.int(2, 6) : 1;
  return Array.from({ length: times }, (): Step => ({ do: 'fault', kind, fault }));
}

function faultOf(dice: Dice, kind: RequestKind): Fault {
  const fault = dice.weighted<() => Fault>([
    [2, () => ({ with: 'refused' })],
    [2, () => ({ with: 'reset' })],
    [3, () => ({ with: 'lost' })],
    [2, () => ({ with: 'truncated' })],
    [3, () => ({ with: 'delayed', by: dice.pick([1, 500, 4_000, 20_000]) })],
    [1, () => ({ with: 'hanging' })],
    [2, () => ({ with: 'status', status: dice.pick([500, 502, 503, 404, 302, 403, 400]), body: '<html>' })],
    [
      1,
      () => ({ with: 'status', status: 429, body: '{}', retryAfter: dice.pick(['0', '3', '900', '100000']) }),
    ],
    [2, () => ({ with: 'status', status: 200, body: dice.pick(GARBAGE) })],
    [kind === 'poll' ? 2 : 0, () => ({ with: 'replayed' })],
  ])();
  // Half of `[1,"Sent"…` or of `{}` can be whole: what a program publishes is not the loop's matter.
  return kind === 'publish' && fault.with === 'truncated' ? { with: 'lost' } : fault;
}
