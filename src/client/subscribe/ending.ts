import type { PNOperationType } from '../../protocol/status.ts';
import { intersection, isEmpty, type Names, NO_NAMES, union } from './names.ts';
import { COST, hasten } from './pace.ts';
import { IDLE, type LoopEffect, type LoopState, type Step } from './state.ts';
import { announce, halt, isGone, leaveEffects } from './steps.ts';

/** The leave and the status for names that were dropped. */
export function droppedEffects({ phase, accepted }: LoopState, removed: Names): readonly LoopEffect[] {
  if (isEmpty(removed)) return [];
  const operation = 'PNUnsubscribeOperation';
  const quiet = phase.name === 'stopped' || phase.name === 'idle';
  // Names that only the handshake in flight has asked for are left when it ends: a leave before that would be undone.
  return [
    ...leaveEffects(quiet ? NO_NAMES : intersection(removed, accepted)),
    announce('PNSubscriptionChangedCategory', removed, { operation }),
  ];
}

/** Ends the loop with its last subscription, and forgets the cursor: the next subscription starts at the present. */
export function forget(state: LoopState, now: number): Step {
  const { task, undelivered, roundTrip, newest } = state;
  const haste = hasten(state.haste, COST.stop, now);
  const next: LoopState = { ...IDLE, task, undelivered, roundTrip, newest, haste };
  if (state.phase.name === 'idle') return [{ ...next, haste: state.haste }, []];
  return [next, ending(state, 'PNUnsubscribeOperation')];
}

/** Stops the loop for `disconnect()` or `close()`. */
export function stop(state: LoopState, closed: boolean, now: number): Step {
  const { phase } = state;
  if (phase.name === 'stopped' && !closed) return [state, []];
  const fresh = { established: false, outage: false, wasAway: true, attempt: 0, fruitless: 0 };
  const haste = hasten(state.haste, COST.stop, now);
  const next: LoopState = { ...state, ...fresh, owed: undefined, haste, phase: { name: 'stopped', closed } };
  const quiet = phase.name === 'idle' || phase.name === 'stopped';
  return [next, quiet ? [] : ending(state, 'PNSubscribeOperation')];
}

function ending(state: LoopState, operation: PNOperationType): readonly LoopEffect[] {
  const { phase, accepted, demand } = state;
  const said = announce('PNDisconnectedCategory', demand, { operation });
  const isAsked = phase.name === 'handshaking' && phase.poll;
  const asked = isAsked ? union(accepted, phase.names) : accepted;
  const left = isGone(state) ? NO_NAMES : asked;
  return [...halt(state), ...leaveEffects(left), said];
}
