import type { ClientState } from '../listeners/events.ts';
import { FLOOR_DELAY } from '../runtime/backoff.ts';
import { intersection, isEmpty, type Names, NO_NAMES, union, without } from './names.ts';
import { COST, pauseOf } from './pace.ts';
import type { LoopState } from './state.ts';
import type { Turn } from './turn.ts';

/** After so many successive answers that came at once and held nothing new, the next poll waits for the floor delay. */
export const MOST_FRUITLESS = 3;

/** Round trips before a long poll may be replaced. */
const LEAVE_ALONE = 1.5;
/** The longest round trip that counts, in milliseconds. */
const LONGEST_ROUND_TRIP = 4_000;

/** The names to ask for: the demand without the refused names. */
export function wanted({ demand, refused }: Pick<LoopState, 'demand' | 'refused'>): Names {
  return without(demand, refused);
}

/**
 * Sends a handshake, which the server answers at once: does it accept the names? If it has refused all of them, the loop
 * waits for a new token. Handshakes that follow too fast are delayed. While the page is hidden, there is none.
 */
export function handshake(turn: Turn): void {
  const { now, state } = turn;
  const names = wanted(state);
  turn.halt();
  if (state.hidden) {
    turn.set({ owed: undefined, phase: { name: 'hidden', left: isGone(state) } });
    return;
  }
  if (isEmpty(names) && state.refusal) {
    turn.set({
      owed: undefined,
      phase: { name: 'waiting', due: Number.POSITIVE_INFINITY, error: state.refusal },
    });
    return;
  }
  const phase = { name: 'handshaking', names, sentAt: now } as const;
  const delay = pauseOf(state.haste, now);
  if (delay > 0) {
    turn.waitIn({ ...phase, left: isGone(state) || !state.established }, delay);
    return;
  }
  const task = state.task + 1;
  turn.hasten(COST.handshake);
  turn.set({ task, fruitless: 0, owed: undefined, phase: { ...phase, poll: true } });
  turn.effects.push({ type: 'poll', task, names, region: state.cursor?.region });
}

/** Sends a long poll at the cursor, unless two batches wait for delivery. */
export function pollOn(turn: Turn): void {
  // Only accepted names: a refused name must not affect the others.
  const { accepted: names, cursor, owed, task: last, undelivered } = turn.state;
  if (cursor === undefined || isEmpty(names)) {
    handshake(turn);
    return;
  }
  const mayPoll = undelivered <= 1;
  turn.halt();
  turn.set({
    owed: owed === 'handshake' ? owed : undefined,
    phase: { name: 'receiving', sentAt: turn.now, ...(mayPoll && { poll: true }) },
  });
  if (!mayPoll) return;
  const task = last + 1;
  turn.set({ task, asked: names });
  turn.effects.push({ type: 'poll', task, names, cursor });
}

/** Continues after a handshake: a poll comes first, so that accepted names receive between two handshakes. */
export function proceedConnected(turn: Turn): void {
  if (turn.state.roundTrip === 0 && isHandshakeDue(turn)) handshake(turn);
  else pollAndSettle(turn);
}

function pollAndSettle(turn: Turn): void {
  pollOn(turn);
  settleDebt(turn);
}

/** Continues after a poll: with the handshake that is owed, else with the next poll. */
export function proceed(turn: Turn): void {
  (isHandshakeDue(turn) ? handshake : pollAndSettle)(turn);
}

/** Whether a handshake is owed, and the pace allows one. */
export function isHandshakeDue({ state: { owed, haste }, now }: Turn): boolean {
  return owed === 'handshake' && pauseOf(haste, now) === 0;
}

/**
 * Notes a request that is due. It is sent at once if there is no poll, or if the poll has lasted for one and a half round
 * trips; otherwise as soon as it has.
 */
export function owe(turn: Turn, owed: 'handshake' | 'poll'): void {
  const { phase, owed: before } = turn.state;
  turn.set({ owed: before === 'handshake' ? before : owed });
  if (phase.name !== 'receiving') return;
  if (phase.poll) settleDebt(turn);
  // The pause after fruitless answers concerns polls only; the pace limits handshakes.
  else if (!phase.timer || isHandshakeDue(turn)) proceed(turn);
}

/** Replaces the poll by the request that is owed, once the poll has lasted long enough. */
export function settleDebt(turn: Turn): void {
  const { phase, owed, haste, roundTrip, task } = turn.state;
  if (owed === undefined || phase.name !== 'receiving' || !phase.poll) return;
  // Whole milliseconds: some clocks have no fractions.
  const leftAlone = Math.ceil(
    phase.sentAt + Math.min(roundTrip, LONGEST_ROUND_TRIP) * LEAVE_ALONE - turn.now,
  );
  const delay = Math.max(leftAlone, owed === 'handshake' ? pauseOf(haste, turn.now) : 0);
  if (delay <= 0) {
    (owed === 'handshake' ? handshake : pollOn)(turn);
  } else if (!phase.timer) {
    turn.set({ phase: { ...phase, timer: true } });
    turn.effects.push({ type: 'startTimer', task, delay });
  }
}

/** Sends a handshake, at the soonest one floor delay after the last failure. */
export function tryAgain(turn: Turn): void {
  const { phase, failedAt, hidden } = turn.state;
  const due = failedAt + FLOOR_DELAY;
  if (hidden || due <= turn.now || (phase.name !== 'waiting' && phase.name !== 'failed')) {
    handshake(turn);
  } else if (phase.name === 'failed' || phase.due > due) {
    turn.halt();
    turn.waitIn({ name: 'waiting', due, error: phase.error }, due - turn.now);
  }
}

/** The state as a program sees it. */
export function publicState({ phase, established, outage }: LoopState): ClientState {
  switch (phase.name) {
    case 'handshaking':
      return outage ? 'reconnecting' : established ? 'connected' : 'connecting';
    case 'receiving':
      return 'connected';
    case 'waiting':
      return 'reconnecting';
    case 'hidden':
      return outage ? 'reconnecting' : 'connecting';
    default:
      return phase.name;
  }
}

/** The names that heartbeats are for: accepted names, and those of the handshake in flight. */
export function presentIn(state: LoopState): Names {
  const { phase, accepted, demand } = state;
  if (phase.name === 'handshaking')
    return isGone(state) ? NO_NAMES : intersection(demand, union(accepted, phase.names));
  return phase.name === 'receiving' || phase.name === 'waiting' ? accepted : NO_NAMES;
}

/** Whether the last thing that the server heard is a leave. */
export function isGone({ phase }: Pick<LoopState, 'phase'>): boolean {
  return phase.name === 'stopped' || ('left' in phase && phase.left === true);
}
