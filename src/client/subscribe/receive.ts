import { PNStatusCategory } from '../../protocol/status.ts';
import { compareTimetokens } from '../../protocol/timetoken.ts';
import { gapsIn } from './gaps.ts';
import { sameMix } from './mix.ts';
import type { LoopAnswer, LoopCursor, LoopEffect, LoopEvent, LoopPolicy, LoopState, Step } from './state.ts';
import { announce, FLOOR_DELAY, pollOn, wanted } from './steps.ts';

type Polled = Extract<LoopEvent, { type: 'polled' }>;

/** Fruitless answers in a row after which the next poll waits for the floor delay. */
const PATIENCE = 3;

const { PNConnectedCategory, PNReconnectedCategory, PNRequestMessageCountExceededCategory } =
  PNStatusCategory;

/** The handshake was answered: the mix is accepted, and the loop goes on from the cursor it kept. */
export function accept(state: LoopState, { answer, now }: Polled): Step {
  const mix = state.phase.name === 'handshaking' ? state.phase.mix : wanted(state);
  const next: LoopState = {
    ...withoutPoll(state, now),
    ...{ accepted: mix, established: true, outage: false, provenAt: now },
    // Its timetoken counts only where there is none: the kept cursor still has to fetch what came in between.
    cursor: state.cursor ?? answer.cursor,
    caughtUpAt: state.cursor ? state.caughtUpAt : now,
  };
  const said: LoopEffect[] = [];
  if (state.established && state.outage) said.push(announce(PNReconnectedCategory, mix, {}));
  if (!state.established || !sameMix(state.accepted, mix)) said.push(announce(PNConnectedCategory, mix, {}));
  const [after, effects] = pollOn(next, now);
  return [after, [{ type: 'accept', mix, floor: answer.cursor }, ...effects, ...said]];
}

/** A long poll was answered: deliver, move the cursor, poll on. */
export function receive(policy: LoopPolicy, state: LoopState, { answer, now }: Polled): Step {
  const before = state.cursor ?? answer.cursor;
  const cursor = advance(before, answer.cursor);
  const sentAt = state.phase.name === 'receiving' ? state.phase.sentAt : now;
  const brought = cursor.timetoken !== before.timetoken && answer.entries.length > 0;
  const next: LoopState = {
    ...withoutPoll(state, now),
    ...{ cursor, attempt: 0, provenAt: now, caughtUpAt: now, undelivered: state.undelivered + 1 },
    fruitless: brought || now - sentAt >= FLOOR_DELAY ? 0 : state.fruitless + 1,
  };
  const late = sentAt - state.caughtUpAt > policy.liveRetention;
  const gaps = gapsIn({ answer, before, cursor, late, full: answer.entries.length >= policy.countThreshold });
  const effects: LoopEffect[] = [{ type: 'deliver', batch: { entries: answer.entries, gaps, cursor } }];
  if (gaps.some((gap) => gap.reason === 'count-exceeded')) {
    effects.push(announce(PNRequestMessageCountExceededCategory, state.accepted, {}));
  }
  const [after, more] = next.fruitless < PATIENCE ? pollOn(next, now) : pause(next, now);
  return [after, [...effects, ...more]];
}

// A server that answers at once with nothing new would otherwise be asked thousands of times a second.
function pause(state: LoopState, now: number): Step {
  const timer = state.lastId + 1;
  const next: LoopState = { ...state, lastId: timer, phase: { name: 'receiving', timer, sentAt: now } };
  return [next, [{ type: 'startTimer', id: timer, delay: FLOOR_DELAY }]];
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
