import type { PNOperationType } from '../../protocol/status.ts';
import { intersection, isEmpty, type Names, NO_NAMES, union } from './names.ts';
import { COST } from './pace.ts';
import { IDLE, type LoopState } from './state.ts';
import { isGone } from './steps.ts';
import type { Turn } from './turn.ts';

/** Leaves and announces names that were dropped from a state. */
export function dropNames(turn: Turn, before: LoopState, removed: Names): void {
  if (isEmpty(removed)) return;
  // Names that only the handshake in flight has asked for are left when it ends: a leave before that would be undone.
  if (!isGone(before) && before.phase.name !== 'idle') turn.leave(intersection(removed, before.accepted));
  turn.announce('PNSubscriptionChangedCategory', removed, { operation: 'PNUnsubscribeOperation' });
}

/** Ends the loop with its last subscription, and forgets the cursor: the next subscription starts at the present. */
export function forget(turn: Turn): void {
  const { phase, hidden, task, undelivered, roundTrip, newest } = turn.state;
  if (phase.name !== 'idle') {
    end(turn, 'PNUnsubscribeOperation');
    turn.hasten(COST.stop);
  }
  turn.set({ ...IDLE, hidden, task, undelivered, roundTrip, newest, haste: turn.state.haste });
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

/** Phases that a page leaves alone: nothing is under way. */
const AT_REST: ReadonlySet<LoopState['phase']['name']> = new Set(['idle', 'hidden', 'stopped', 'failed']);

/** Rests while the page is hidden: nothing in it runs then, and what was under way may be lost. */
export function hide(turn: Turn): void {
  const { phase, established, outage } = turn.state;
  if (AT_REST.has(phase.name)) return;
  const leaves = turn.policy.leaveOnPageHide === true;
  const left = leaves || isGone(turn.state);
  end(turn, 'PNSubscribeOperation', leaves);
  turn.hasten(COST.stop);
  turn.set({
    outage: outage || established,
    wasAway: true,
    owed: undefined,
    phase: { name: 'hidden', left },
  });
}

function end(turn: Turn, operation: PNOperationType, leaves = true): void {
  const { phase, accepted, demand } = turn.state;
  const isAsked = phase.name === 'handshaking' && phase.poll;
  const asked = isAsked ? union(accepted, phase.names) : accepted;
  turn.halt();
  turn.leave(isGone(turn.state) || !leaves ? NO_NAMES : asked);
  turn.announce('PNDisconnectedCategory', demand, { operation });
}
