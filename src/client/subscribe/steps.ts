import { PNOperationType, type PNStatusCategory } from '../../protocol/status.ts';
import type { ClientState } from '../listeners/events.ts';
import { EMPTY_MIX, intersection, isEmpty, type Mix, union, without } from './mix.ts';
import { COST, hasten, pauseOf } from './pace.ts';
import type { Announcement, LoopEffect, LoopState, Phase, Step } from './state.ts';

/** No attempt follows a failed one sooner than this, in milliseconds, whatever asks for it. */
export const FLOOR_DELAY = 1_000;
/** Answers in a row that came at once and brought nothing, after which the next poll waits for the floor delay. */
export const MOST_FRUITLESS = 3;

/** For how many round trips a long poll is left alone before something else takes its place. */
const LEAVE_ALONE = 1.5;
/** A handshake that took longer than this, in milliseconds, says nothing about round trips. */
const LONGEST_ROUND_TRIP = 4_000;

/** What is asked of the server: the demand without what it refused. */
export function wanted({ demand, refused }: LoopState): Mix {
  return without(demand, refused);
}

/** Ends what is under way. */
export function halt({ phase }: LoopState): readonly LoopEffect[] {
  return hasTimer(phase) || hasPoll(phase) ? [{ type: 'cancel' }] : [];
}

/** Ends the timer of a poll that has come to its end. */
export function haltTimer({ phase }: LoopState): readonly LoopEffect[] {
  return hasTimer(phase) ? [{ type: 'cancel' }] : [];
}

/** Whether a request is under way. */
export function hasPoll(phase: Phase): boolean {
  return 'poll' in phase && phase.poll === true;
}

/** Whether a timer runs. */
export function hasTimer(phase: Phase): boolean {
  return 'timer' in phase && phase.timer === true;
}

/** Enters a phase that a timer ends. */
export function waitIn(state: LoopState, phase: Extract<Phase, { timer?: boolean }>, delay: number): Step {
  const task = state.task + 1;
  return [{ ...state, task, phase: { ...phase, timer: true } }, [{ type: 'startTimer', task, delay }]];
}

/** Tells the server of names that the user is gone from. */
export function leaveEffects(mix: Mix): readonly LoopEffect[] {
  return isEmpty(mix) ? [] : [{ type: 'leave', mix }];
}

/**
 * Asks the server, without a timetoken, whether it accepts the mix; it answers at once. Where it has refused every name,
 * there is nothing to ask until there is a new token. Handshakes that come too fast wait.
 */
export function handshake(state: LoopState, now: number): Step {
  const mix = wanted(state);
  const before = halt(state);
  if (isEmpty(mix) && state.refusal) {
    const phase = { name: 'waiting', due: Number.POSITIVE_INFINITY, error: state.refusal } as const;
    return [{ ...state, owed: undefined, phase }, before];
  }
  const phase = { name: 'handshaking', mix, sentAt: now } as const;
  const delay = pauseOf(state.haste, now);
  if (delay > 0) return after(before, waitIn(state, phase, delay));
  const task = state.task + 1;
  const haste = hasten(state.haste, COST.handshake, now);
  return [
    { ...state, task, fruitless: 0, owed: undefined, haste, phase: { ...phase, poll: true } },
    [...before, { type: 'poll', task, mix, region: state.cursor?.region }],
  ];
}

/** Holds a long poll at the cursor; or none, while two batches wait to be delivered. */
export function pollOn(state: LoopState, now: number): Step {
  // Only what a handshake has accepted: a name that is refused must not take the others along.
  const { accepted: mix, cursor } = state;
  if (cursor === undefined || isEmpty(mix)) return handshake(state, now);
  const before = halt(state);
  const owed = state.owed === 'handshake' ? state.owed : undefined;
  if (state.undelivered > 1) return [{ ...state, owed, phase: { name: 'receiving', sentAt: now } }, before];
  const task = state.task + 1;
  return [
    { ...state, task, owed, asked: mix, phase: { name: 'receiving', poll: true, sentAt: now } },
    [...before, { type: 'poll', task, mix, cursor }],
  ];
}

/** Goes on after a handshake: a poll comes next, so that who is subscribed already receives between two handshakes. */
export function proceedConnected(state: LoopState, now: number): Step {
  return state.roundTrip === 0 ? proceed(state, now) : settleDebt(pollOn(state, now), now);
}

/** Goes on after the answer to a poll: with the handshake that is owed, else with the next poll. */
export function proceed(state: LoopState, now: number): Step {
  return isHandshakeDue(state, now) ? handshake(state, now) : settleDebt(pollOn(state, now), now);
}

/** Whether a handshake is owed, and the pace allows one. */
export function isHandshakeDue({ owed, haste }: LoopState, now: number): boolean {
  return owed === 'handshake' && pauseOf(haste, now) === 0;
}

/**
 * Owes something to the program: takes it up at once if the poll has been left alone for long enough, or if there is no
 * poll; otherwise as soon as it has.
 */
export function owe(before: LoopState, owed: 'handshake' | 'poll', now: number): Step {
  const state = { ...before, owed: before.owed === 'handshake' ? before.owed : owed };
  const { phase } = state;
  if (phase.name !== 'receiving') return [state, []];
  if (phase.poll) return settleDebt([state, []], now);
  // A pause of a hurried server holds for polls; a handshake is another request, with a pace of its own.
  return !phase.timer || isHandshakeDue(state, now) ? proceed(state, now) : [state, []];
}

/** What is owed, once the poll under way has had its time. */
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
  // Whole milliseconds: a clock may be too coarse to pass a fraction of one.
  return Math.ceil(sentAt + Math.min(roundTrip, LONGEST_ROUND_TRIP) * LEAVE_ALONE - now);
}

/** Tries again now, or as soon as the floor delay after the last failure has passed. */
export function tryAgain(state: LoopState, now: number): Step {
  const { phase } = state;
  const due = state.failedAt + FLOOR_DELAY;
  if (due <= now || (phase.name !== 'waiting' && phase.name !== 'failed')) return handshake(state, now);
  if (phase.name === 'waiting' && phase.due <= due) return [state, []];
  return after(halt(state), waitIn(state, { name: 'waiting', due, error: phase.error }, due - now));
}

/** A step with effects ahead of its own. */
export function after(effects: readonly LoopEffect[], [state, more]: Step): Step {
  return [state, [...effects, ...more]];
}

/** Something to tell the program about some names. */
export function announce(
  category: PNStatusCategory,
  mix: Mix,
  more: Partial<Omit<Announcement, 'category' | 'mix'>>,
): LoopEffect {
  const operation = PNOperationType.PNSubscribeOperation;
  return { type: 'announce', announcement: { operation, ...more, category, mix } };
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

/** The names that heartbeats keep the user present on: those that are accepted, or are being asked for. */
export function presentIn(state: LoopState): Mix {
  const { phase, accepted, demand } = state;
  if (phase.name === 'handshaking')
    return isGone(state) ? EMPTY_MIX : intersection(demand, union(accepted, phase.mix));
  return phase.name === 'receiving' || phase.name === 'waiting' ? accepted : EMPTY_MIX;
}

/** Whether the server has been told that the user is gone, and has not been asked for anything since. */
export function isGone({ phase, established }: LoopState): boolean {
  return phase.name === 'stopped' || (phase.name === 'handshaking' && !phase.poll && !established);
}
