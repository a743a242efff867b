import { compareTimetokens } from '../../protocol/timetoken.ts';
import { isOverdue, lossesIn } from './gaps.ts';
import { intersection, isEmpty, sameNames, without } from './names.ts';
import type { LoopAnswer, LoopCursor, LoopEffect, LoopEvent, LoopPolicy, LoopState, Step } from './state.ts';
import {
  announce,
  FLOOR_DELAY,
  haltTimer,
  isHandshakeDue,
  leaveEffects,
  MOST_FRUITLESS,
  proceed,
  proceedConnected,
  waitIn,
  wanted,
} from './steps.ts';

type Polled = Extract<LoopEvent, { type: 'polled' }>;

/** The handshake was answered: what it asked for is accepted, and the loop goes on from the cursor it kept. */
export function accept(policy: LoopPolicy, state: LoopState, { answer, newest, now }: Polled): Step {
  const { phase } = state;
  if (phase.name !== 'handshaking') return [state, []];
  // What was dropped while it was under way has no floor, and the server has to hear that the user is gone.
  const names = intersection(phase.names, state.demand);
  const cursor = startOf(state, answer.cursor);
  const next: LoopState = {
    ...withoutPoll(state, now),
    ...{ accepted: names, established: true, outage: false, provenAt: now },
    // Its timetoken counts only where there is none: the kept cursor still has to fetch what came in between.
    ...{ cursor, caughtUpAt: caughtUpAt(policy, state, { answer, now }), wasAway: false },
    roundTrip: now - phase.sentAt,
    // What was subscribed between the decision to ask and the request has been asked for as well.
    owed: newest >= state.newest && isEmpty(without(wanted(state), phase.names)) ? undefined : state.owed,
  };
  const said: LoopEffect[] = [...leaveEffects(without(phase.names, state.demand))];
  if (state.established && state.outage) said.push(announce('PNReconnectedCategory', names, {}));
  if (!state.established || !sameNames(state.accepted, names))
    said.push(announce('PNConnectedCategory', names, {}));
  const [after, effects] = proceedConnected(next, now);
  return [after, [{ type: 'accept', names, floor: answer.cursor, cursor, newest }, ...effects, ...said]];
}

// Where the loop goes on: where it was, or where the program wants it to start, but never ahead of the server's time.
function startOf({ cursor, provenAt }: LoopState, now: LoopAnswer['cursor']): LoopCursor {
  if (cursor === undefined) return now;
  const isOfProgram = provenAt === Number.NEGATIVE_INFINITY;
  const isAhead = compareTimetokens(cursor.timetoken, now.timetoken) > 0;
  const isOfRegion = cursor.region === undefined || cursor.region === now.region;
  return isOfProgram && isAhead && isOfRegion ? now : cursor;
}

// The server's time tells how old the cursor is where the client's own clock does not.
function caughtUpAt(
  { liveRetention }: LoopPolicy,
  { cursor, wasAway, caughtUpAt: before }: LoopState,
  { answer, now }: Pick<Polled, 'answer' | 'now'>,
): number {
  if (cursor === undefined) return now;
  const overdue = wasAway && isOverdue(cursor.timetoken, answer.cursor.timetoken, liveRetention);
  return overdue ? Number.NEGATIVE_INFINITY : Math.min(before, now);
}

/** A long poll was answered: deliver, move the cursor, go on. */
export function receive(policy: LoopPolicy, state: LoopState, { answer, now }: Polled): Step {
  const before = state.cursor ?? answer.cursor;
  const cursor = advance(before, answer.cursor);
  const sentAt = state.phase.name === 'receiving' ? state.phase.sentAt : now;
  const next: LoopState = {
    ...withoutPoll(state, now),
    ...{ cursor, attempt: 0, provenAt: now, caughtUpAt: now, undelivered: state.undelivered + 1 },
    // Whether it brought anything but copies is known when it is delivered.
    fruitless: now - sentAt < FLOOR_DELAY ? state.fruitless + 1 : 0,
  };
  const late = sentAt - state.caughtUpAt > policy.liveRetention;
  const full = answer.entries.length >= policy.countThreshold;
  const [from, to] = [before.timetoken, cursor.timetoken];
  const losses = lossesIn(answer, { asked: state.asked, from, to, late, full });
  const { entries, bytes = 0 } = answer;
  const batch = { entries, losses, cursor, names: state.asked, bytes };
  const effects: LoopEffect[] = [...haltTimer(state), { type: 'deliver', batch }];
  if (full && !answer.gaps)
    effects.push(announce('PNRequestMessageCountExceededCategory', state.accepted, {}));
  const isHurried = next.fruitless >= MOST_FRUITLESS && !isHandshakeDue(next, now);
  const [after, more] = isHurried ? pause(next, now) : proceed(next, now);
  return [after, [...effects, ...more]];
}

/** A batch has reached everybody: there is room for the next answer. */
export function deliverNext(
  state: LoopState,
  { fresh, now }: Extract<LoopEvent, { type: 'delivered' }>,
): Step {
  const next: LoopState = {
    ...state,
    undelivered: Math.max(0, state.undelivered - 1),
    fruitless: fresh ? 0 : state.fruitless,
  };
  const { phase } = next;
  const isHeld = phase.name === 'receiving' && !phase.poll && !phase.timer;
  return isHeld ? proceed(next, now) : [next, []];
}

// A server that answers at once with nothing new, or with copies, would otherwise be asked thousands of times a second.
function pause(state: LoopState, now: number): Step {
  return waitIn(state, { name: 'receiving', sentAt: now }, FLOOR_DELAY);
}

function withoutPoll(state: LoopState, now: number): LoopState {
  return { ...state, phase: { name: 'receiving', sentAt: now } };
}

// Within a region the cursor never goes back. Another region counts on its own: after a failover, the larger number of
// the old region would skip everything.
function advance(before: LoopCursor, after: LoopAnswer['cursor']): LoopCursor {
  const sameRegion = before.region === undefined || before.region === after.region;
  return sameRegion && compareTimetokens(after.timetoken, before.timetoken) < 0 ? before : after;
}
