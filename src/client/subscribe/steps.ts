import type { PNStatusCategory } from '../../protocol/status.ts';
import type { ClientState } from '../listeners/events.ts';
import { intersection, isEmpty, type Names, NO_NAMES, union, without } from './names.ts';
import { COST, hasten, pauseOf } from './pace.ts';
import type { Announcement, LoopEffect, LoopState, Phase, Step } from './state.ts';

/** The shortest delay between a failure and the next attempt, in milliseconds. */
export const FLOOR_DELAY = 1_000;
/** After so many successive answers that came at once and held nothing new, the next poll waits for the floor delay. */
export const MOST_FRUITLESS = 3;

/** Round trips before a long poll may be replaced. */
const LEAVE_ALONE = 1.5;
/** The longest round trip that counts, in milliseconds. */
const LONGEST_ROUND_TRIP = 4_000;

/** The names to ask for: the demand without the refused names. */
export function wanted({ demand, refused }: LoopState): Names {
  return without(demand, refused);
}

/** Cancels the request and the timer. */
export function halt({ phase }: LoopState): readonly LoopEffect[] {
  return hasTimer(phase) || hasPoll(phase) ? [{ type: 'cancel' }] : [];
}

/** Cancels the timer beside a request that has ended. */
export function haltTimer({ phase }: LoopState): readonly LoopEffect[] {
  return hasTimer(phase) ? [{ type: 'cancel' }] : [];
}

/** Whether a request is in flight. */
export function hasPoll(phase: Phase): boolean {
  return 'poll' in phase && phase.poll === true;
}

/** Whether a timer runs. */
export function hasTimer(phase: Phase): boolean {
  return 'timer' in phase && phase.timer === true;
}

/** Enters a phase with a timer. */
export function waitIn(state: LoopState, phase: Extract<Phase, { timer?: boolean }>, delay: number): Step {
  const task = state.task + 1;
  return [{ ...state, task, phase: { ...phase, timer: true } }, [{ type: 'startTimer', task, delay }]];
}

/** A leave for names, if there are any. */
export function leaveEffects(names: Names): readonly LoopEffect[] {
  return isEmpty(names) ? [] : [{ type: 'leave', names }];
}

/**
 * Sends a handshake, which the server answers at once: does it accept the names? If it has refused all of them, the loop
 * waits for a new token. Handshakes that follow too fast are delayed.
 */
export function handshake(state: LoopState, now: number): Step {
  const names = wanted(state);
  const before = halt(state);
  if (isEmpty(names) && state.refusal) {
    const phase = { name: 'waiting', due: Number.POSITIVE_INFINITY, error: state.refusal } as const;
    return [{ ...state, owed: undefined, phase }, before];
  }
  const phase = { name: 'handshaking', names, sentAt: now } as const;
  const delay = pauseOf(state.haste, now);
  if (delay > 0) return after(before, waitIn(state, phase, delay));
  const task = state.task + 1;
  const haste = hasten(state.haste, COST.handshake, now);
  return [
    { ...state, task, fruitless: 0, owed: undefined, haste, phase: { ...phase, poll: true } },
    [...before, { type: 'poll', task, names, region: state.cursor?.region }],
  ];
}

/** Sends a long poll at the cursor, unless two batches wait for delivery. */
export function pollOn(state: LoopState, now: number): Step {
  // Only accepted names: a refused name must not affect the others.
  const { accepted: names, cursor } = state;
  if (cursor === undefined || isEmpty(names)) return handshake(state, now);
  const before = halt(state);
  const owed = state.owed === 'handshake' ? state.owed : undefined;
  if (state.undelivered > 1) return [{ ...state, owed, phase: { name: 'receiving', sentAt: now } }, before];
  const task = state.task + 1;
  return [
    { ...state, task, owed, asked: names, phase: { name: 'receiving', poll: true, sentAt: now } },
    [...before, { type: 'poll', task, names, cursor }],
  ];
}

/** Continues after a handshake: a poll comes first, so that accepted names receive between two handshakes. */
export function proceedConnected(state: LoopState, now: number): Step {
  return state.roundTrip === 0 ? proceed(state, now) : settleDebt(pollOn(state, now), now);
}

/** Continues after a poll: with the handshake that is owed, else with the next poll. */
export function proceed(state: LoopState, now: number): Step {
  return isHandshakeDue(state, now) ? handshake(state, now) : settleDebt(pollOn(state, now), now);
}

/** Whether a handshake is owed, and the pace allows one. */
export function isHandshakeDue({ owed, haste }: LoopState, now: number): boolean {
  return owed === 'handshake' && pauseOf(haste, now) === 0;
}

/**
 * Notes a request that is due. It is sent at once if there is no poll, or if the poll has lasted for one and a half round
 * trips; otherwise as soon as it has.
 */
export function owe(before: LoopState, owed: 'handshake' | 'poll', now: number): Step {
  const state = { ...before, owed: before.owed === 'handshake' ? before.owed : owed };
  const { phase } = state;
  if (phase.name !== 'receiving') return [state, []];
  if (phase.poll) return settleDebt([state, []], now);
  // The pause after fruitless answers concerns polls only; the pace limits handshakes.
  return !phase.timer || isHandshakeDue(state, now) ? proceed(state, now) : [state, []];
}

/** Replaces the poll by the request that is owed, once the poll has lasted long enough. */
export function settleDebt([state, effects]: Step, now: number): Step {
  const { phase, owed } = state;
  if (owed === undefined || phase.name !== 'receiving' || !phase.poll) return [state, effects];
  const delay = Math.max(leftAlone(state, phase, now), owed === 'handshake' ? pauseOf(state.haste, now) : 0);
  if (delay <= 0) return after(effects, owed === 'handshake' ? handshake(state, now) : pollOn(state, now));
  if (phase.timer) return [state, effects];
  const { task } = state;
  return [{ ...state, phase: { ...phase, timer: true } }, [...effects, { type: 'startTimer', task, delay }]];
}

function leftAlone(
  { roundTrip }: LoopState,
  { sentAt }: Extract<Phase, { name: 'receiving' }>,
  now: number,
): number {
  // Whole milliseconds: some clocks have no fractions.
  return Math.ceil(sentAt + Math.min(roundTrip, LONGEST_ROUND_TRIP) * LEAVE_ALONE - now);
}

/** Sends a handshake, at the soonest one floor delay after the last failure. */
export function tryAgain(state: LoopState, now: number): Step {
  const { phase } = state;
  const due = state.failedAt + FLOOR_DELAY;
  if (due <= now || (phase.name !== 'waiting' && phase.name !== 'failed')) return handshake(state, now);
  if (phase.name === 'waiting' && phase.due <= due) return [state, []];
  return after(halt(state), waitIn(state, { name: 'waiting', due, error: phase.error }, due - now));
}

/** A step with further effects ahead of its own. */
export function after(effects: readonly LoopEffect[], [state, more]: Step): Step {
  return [state, [...effects, ...more]];
}

/** The effect that announces a status. */
export function announce(
  category: PNStatusCategory,
  names: Names,
  more: Partial<Omit<Announcement, 'category' | 'names'>>,
): LoopEffect {
  const operation = 'PNSubscribeOperation';
  return { type: 'announce', announcement: { operation, ...more, category, names } };
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
export function isGone({ phase, established }: LoopState): boolean {
  return phase.name === 'stopped' || (phase.name === 'handshaking' && !phase.poll && !established);
}
