import { compareTimetokens } from '../../protocol/timetoken.ts';
import { FLOOR_DELAY } from '../runtime/backoff.ts';
import { isOverdue, lossesIn } from './gaps.ts';
import { intersection, isEmpty, NO_NAMES, sameNames, without } from './names.ts';
import type { LoopAnswer, LoopCursor, LoopEvent, LoopState } from './state.ts';
import { isHandshakeDue, MOST_FRUITLESS, proceed, proceedConnected, wanted } from './steps.ts';
import type { Turn } from './turn.ts';

type Polled = Extract<LoopEvent, { type: 'polled' }>;

/** The handshake was answered: what it asked for is accepted, and the loop goes on from the cursor it kept. */
export function accept(turn: Turn, { answer, newest }: Polled): void {
  const { state, now } = turn;
  const { phase, established, outage } = state;
  if (phase.name !== 'handshaking') return;
  // What was dropped while it was under way has no floor, and the server has to hear that the user is gone.
  const names = intersection(phase.names, state.demand);
  const cursor = startOf(state, answer.cursor);
  const retries = state.retry && !isEmpty(state.refused);
  const isAsked = newest >= state.newest && isEmpty(without(wanted(state), phase.names));
  turn.set({
    ...{ phase: { name: 'receiving', sentAt: now }, accepted: names },
    ...{ established: true, outage: false, provenAt: now, roundTrip: now - phase.sentAt },
    // Its timetoken counts only where there is none: the kept cursor still has to fetch what came in between.
    ...{ cursor, caughtUpAt: caughtUpAt(turn, answer), wasAway: false },
    // What was subscribed between the decision to ask and the request has been asked for as well.
    owed: isAsked && !retries ? undefined : 'handshake',
    ...{ retry: false, refused: retries ? NO_NAMES : state.refused },
  });
  // Our origin says so by its feed.
  const tells = answer.feed !== undefined || answer.gaps !== undefined;
  turn.effects.push({ type: 'accept', names, floor: answer.cursor, tells, cursor, newest });
  proceedConnected(turn);
  turn.leave(without(phase.names, state.demand));
  if (established && outage) turn.announce('PNReconnectedCategory', names);
  if (!established || !sameNames(state.accepted, names)) turn.announce('PNConnectedCategory', names);
}

// Where the loop goes on: where it was, or where the program wants it to start, but never ahead of the server's time.
function startOf({ cursor, provenAt }: LoopState, now: LoopAnswer['cursor']): LoopCursor {
  if (cursor === undefined) return now;
  const isOfProgram = provenAt === Number.NEGATIVE_INFINITY;
  const isAhead = compareTimetokens(cursor.timetoken, now.timetoken) > 0;
  return isOfProgram && isAhead && isOfRegion(cursor, now) ? now : cursor;
}

function isOfRegion({ region }: LoopCursor, answer: LoopCursor): boolean {
  return region === undefined || region === answer.region;
}

// The server's time tells how old the cursor is where the client's own clock does not.
function caughtUpAt({ policy, state, now }: Turn, answer: LoopAnswer): number {
  const { cursor, wasAway, caughtUpAt: before } = state;
  if (cursor === undefined) return now;
  const overdue = wasAway && isOverdue(cursor.timetoken, answer.cursor.timetoken, policy.liveRetention);
  return overdue ? Number.NEGATIVE_INFINITY : Math.min(before, now);
}

/** A long poll was answered: deliver, move the cursor, go on. */
export function receive(turn: Turn, { answer }: Polled): void {
  const { policy, state, now } = turn;
  const { accepted, asked, caughtUpAt, cursor: before = answer.cursor, phase } = state;
  const { entries, bytes = 0 } = answer;
  const cursor = advance(before, answer.cursor);
  const sentAt = phase.name === 'receiving' ? phase.sentAt : now;
  const late = sentAt - caughtUpAt > policy.liveRetention;
  const full = entries.length >= policy.countThreshold;
  const losses = lossesIn(answer, { asked, from: before.timetoken, to: cursor.timetoken, late, full });
  turn.haltTimer();
  const moved = !isOfRegion(before, cursor);
  turn.effects.push({ type: 'deliver', batch: { entries, losses, cursor, names: asked, bytes, moved } });
  if (full && !answer.gaps) turn.announce('PNRequestMessageCountExceededCategory', accepted);
  // Whether it brought anything but copies is known when it is delivered.
  const fruitless = now - sentAt < FLOOR_DELAY ? state.fruitless + 1 : 0;
  turn.set({
    ...{ phase: { name: 'receiving', sentAt: now }, cursor, fruitless, undelivered: state.undelivered + 1 },
    ...{ attempt: 0, provenAt: now, caughtUpAt: now },
  });
  // A server that answers at once with nothing new, or with copies, would otherwise be asked thousands of times a second.
  if (fruitless >= MOST_FRUITLESS && !isHandshakeDue(turn))
    turn.waitIn({ name: 'receiving', sentAt: now }, FLOOR_DELAY);
  else proceed(turn);
}

/** A batch has reached everybody: there is room for the next answer. */
export function deliverNext(turn: Turn, { fresh }: Extract<LoopEvent, { type: 'delivered' }>): void {
  const { undelivered, fruitless, phase } = turn.state;
  turn.set({ undelivered: Math.max(0, undelivered - 1), fruitless: fresh ? 0 : fruitless });
  if (phase.name === 'receiving' && !phase.poll && !phase.timer) proceed(turn);
}

// Within a region the cursor never goes back. Another region counts on its own: after a failover, the larger number of
// the old region would skip everything. Zero is no place: a poll from there is a handshake, which skips everything, too.
function advance(before: LoopCursor, after: LoopAnswer['cursor']): LoopCursor {
  const least = isOfRegion(before, after) ? before.timetoken : '1';
  return compareTimetokens(after.timetoken, least) < 0 ? before : after;
}
