import type { PNOperationType } from '../../protocol/status.ts';
import { intersection, isEmpty, type Names, NO_NAMES, union } from './names.ts';
import { COST } from './pace.ts';
import { IDLE, type LoopState } from './state.ts';
import { isGone } from './steps.ts';
import type { Turn } from './turn.ts';

/** Leaves and announces names that were dropped from a state. */
export function dropNames(turn: Turn, { phase, accepted }: LoopState, removed: Names): void {
  if (isEmpty(removed)) return;
  // Names that only the handshake in flight has asked for are left when it ends: a leave before that would be undone.
  if (phase.name !== 'stopped' && phase.name !== 'idle') turn.leave(intersection(removed, accepted));
  turn.announce('PNSubscriptionChangedCategory', removed, { operation: 'PNUnsubscribeOperation' });
}

/** Ends the loop with its last subscription, and forgets the cursor: the next subscription starts at the present. */
export function forget(turn: Turn): void {
  const { phase, task, undelivered, roundTrip, newest } = turn.state;
  if (phase.name !== 'idle') {
    end(turn, 'PNUnsubscribeOperation');
    turn.hasten(COST.stop);
  }
  turn.set({ ...IDLE, task, undelivered, roundTrip, newest, haste: turn.state.haste });
}

/** Stops the loop for `disconnect()` or `close()`. */
export function stop(turn: Turn, closed: boolean): void {
  const { name } = turn.state.phase;
  const isQuiet = name === 'stopped' || name === 'idle';
  if (isQuiet && !closed) return;
  if (!isQuiet) end(turn, 'PNSubscribeOperation');
  turn.hasten(COST.stop);
  turn.set({
    ...{ established: false, outage: false, wasAway: true, attempt: 0, fruitless: 0 },
    ...{ owed: undefined, phase: { name: 'stopped', closed } },
  });
}

function end(turn: Turn, operation: PNOperationType): void {
  const { phase, accepted, demand } = turn.state;
  const isAsked = phase.name === 'handshaking' && phase.poll;
  const asked = isAsked ? union(accepted, phase.names) : accepted;
  turn.halt();
  turn.leave(isGone(turn.state) ? NO_NAMES : asked);
  turn.announce('PNDisconnectedCategory', demand, { operation });
}
