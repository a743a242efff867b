import { PNOperationType, type PNStatusCategory } from '../../protocol/status.ts';
import { intersection, isEmpty, type Mix, union, without } from './mix.ts';
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
  const effects: LoopEffect[] = [];
  if ('poll' in phase && phase.poll !== undefined) effects.push({ type: 'cancelPoll', id: phase.poll });
  if ('timer' in phase && phase.timer !== undefined) effects.push({ type: 'cancelTimer', id: phase.timer });
  return effects;
}

/** Ends the timer of a poll that has come to its end. */
export function haltTimer({ phase }: LoopState): readonly LoopEffect[] {
  return 'timer' in phase && phase.timer !== undefined ? [{ type: 'cancelTimer', id: phase.timer }] : [];
}

/** Tells the server of names that the user is gone from. */
export function leaveEffects(mix: Mix): readonly LoopEffect[] {
  return isEmpty(mix) ? [] : [{ type: 'leave', mix }];
}

/** What is asked of the server, and has been accepted. */
export function acceptedOf(state: LoopState): Mix {
  return intersection(wanted(state), state.accepted);
}

/** The names that the heartbeats keep the user present on: those that the server has accepted, or is being asked for. */
export function presence(state: LoopState): LoopEffect {
  const { phase, accepted } = state;
  const told = phase.name === 'handshaking' ? union(accepted, phase.mix) : accepted;
  return { type: 'present', mix: intersection(wanted(state), told) };
}

/** The same, unless nothing has been asked for since the user was said to be gone. */
export function stillPresent(state: LoopState): readonly LoopEffect[] {
  return isGone(state) ? [] : [presence(state)];
}

/** Whether the server has been told that the user is gone, and has not been asked for anything since. */
export function isGone({ phase, established }: LoopState): boolean {
  if (phase.name === 'handshaking') return phase.poll === undefined && !established;
  return phase.name === 'stopped';
}

/**
 * Asks the server, without a timetoken, whether it accepts the mix; it answers at once. Where it has refused every name,
 * there is nothing to ask until there is a new token. Handshakes that come too fast wait.
 */
export function handshake(state: LoopState, now: number): Step {
  const mix = wanted(state);
  const before: readonly LoopEffect[] = [...halt(state), { type: 'present', mix }];
  if (isEmpty(mix) && state.refusal) {
    const phase = { name: 'waiting', due: Number.POSITIVE_INFINITY, error: state.refusal } as const;
    return [{ ...state, owed: undefined, phase }, before];
  }
  const id = state.lastId + 1;
  const phase = { name: 'handshaking', mix, sentAt: now } as const;
  const delay = pauseOf(state.haste, now);
  if (delay > 0) {
    const next: LoopState = { ...state, lastId: id, phase: { ...phase, timer: id } };
    return [next, [...halt(state), ...stillPresent(next), { type: 'startTimer', id, delay }]];
  }
  const haste = hasten(state.haste, COST.handshake, now);
  const next: LoopState = {
    ...{ ...state, lastId: id, fruitless: 0, owed: undefined, haste },
    phase: { ...phase, poll: id },
  };
  return [next, [...before, { type: 'poll', id, mix, region: state.cursor?.region }]];
}

/** Holds a long poll at the cursor; or none, while two batches wait to be delivered. */
export function pollOn(state: LoopState, now: number): Step {
  // Only what a handshake has accepted: a name that is refused must not take the others along.
  const mix = acceptedOf(state);
  if (state.cursor === undefined || isEmpty(mix)) return handshake(state, now);
  const before = [...halt(state), presence(state)];
  const owed = state.owed === 'handshake' ? state.owed : undefined;
  if (state.undelivered > 1) return [{ ...state, owed, phase: { name: 'receiving', sentAt: now } }, before];
  const poll = state.lastId + 1;
  const next: LoopState = {
    ...{ ...state, lastId: poll, owed, asked: mix },
    phase: { name: 'receiving', poll, sentAt: now },
  };
  return [next, [...before, { type: 'poll', id: poll, mix, cursor: state.cursor }]];
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
  if (phase.poll !== undefined) return settleDebt([state, [presence(state)]], now);
  // A pause of a hurried server holds for polls; a handshake is another request, with a pace of its own.
  const mayGoOn = phase.timer === undefined || isHandshakeDue(state, now);
  return mayGoOn ? proceed(state, now) : [state, [presence(state)]];
}

/** What is owed, once the poll under way has had its time. */
export function settleDebt([state, effects]: Step, now: number): Step {
  const { phase, owed } = state;
  if (owed === undefined || phase.name !== 'receiving' || phase.poll === undefined) return [state, effects];
  const delay = Math.max(leftAlone(state, phase, now), owed === 'handshake' ? pauseOf(state.haste, now) : 0);
  if (delay <= 0) {
    const [next, more] = owed === 'handshake' ? handshake(state, now) : pollOn(state, now);
    return [next, [...effects, ...more]];
  }
  if (phase.timer !== undefined) return [state, effects];
  const timer = state.lastId + 1;
  const next: LoopState = { ...state, lastId: timer, phase: { ...phase, timer } };
  return [next, [...effects, { type: 'startTimer', id: timer, delay }]];
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
  const timer = state.lastId + 1;
  const next: LoopState = {
    ...state,
    lastId: timer,
    phase: { name: 'waiting', timer, due, error: phase.error },
  };
  return [next, [...halt(state), { type: 'startTimer', id: timer, delay: due - now }]];
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
