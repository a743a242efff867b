import { PNStatusCategory } from '../../protocol/status.ts';
import { droppedEffects, forget, stop } from './ending.ts';
import { fail, refuse } from './failure.ts';
import { EMPTY_MIX, intersection, isEmpty, type Mix, without } from './mix.ts';
import { accept, deliverNext, receive } from './receive.ts';
import type { LoopEvent, LoopPolicy, LoopState, Step } from './state.ts';
import {
  after,
  announce,
  handshake,
  hasPoll,
  hasTimer,
  owe,
  pollOn,
  proceed,
  settleDebt,
  tryAgain,
} from './steps.ts';

/**
 * The subscribe loop as a pure machine: every event is answered by the next state and by what the runner is to do. It
 * sees no clock, promise or connection, so that every order of events can be tried (docs/explanation/subscribe-loop.md).
 */
export function reduce(policy: LoopPolicy, state: LoopState, event: LoopEvent): Step {
  if (isStale(state, event) || isClosed(state)) return [state, []];
  switch (event.type) {
    case 'demandChanged':
      return changeDemand(state, event);
    case 'polled':
      return state.phase.name === 'handshaking'
        ? accept(policy, state, event)
        : receive(policy, state, event);
    case 'pollFailed':
      return event.refusal ? refuse(policy, state, event) : fail(policy, state, event);
    case 'timerFired':
      return fire(state, event.now);
    case 'delivered':
      return deliverNext(state, event);
    case 'tokenChanged':
      return changeToken(state, event.now);
    case 'tokenRenewed':
      return renewToken(state, event.now);
    case 'filterChanged':
      return changeFilter(state, event.now);
    case 'reconnectRequested':
      return reconnect(state, event.now);
    case 'disconnectRequested':
      return state.phase.name === 'idle' ? [state, []] : stop(state, false, event.now);
    case 'networkChanged':
      return changeNetwork(state, event);
    case 'woke':
      return wake({ ...state, wasAway: true }, event.now);
    case 'closed':
      return stop(state, true, event.now);
    default:
      return event satisfies never;
  }
}

// The whole defence against late answers: only the request or timer that the state names may change it.
function isStale({ phase, task }: LoopState, event: LoopEvent): boolean {
  if (!('task' in event)) return false;
  return event.task !== task || !(event.type === 'timerFired' ? hasTimer(phase) : hasPoll(phase));
}

function isClosed({ phase }: LoopState): boolean {
  return phase.name === 'stopped' && phase.closed;
}

function fire(state: LoopState, now: number): Step {
  const { phase } = state;
  if (phase.name !== 'receiving') return handshake(state, now);
  const { poll, sentAt } = phase;
  const next: LoopState = { ...state, phase: { name: 'receiving', ...(poll && { poll }), sentAt } };
  return poll ? settleDebt([next, []], now) : proceed(next, now);
}

function changeDemand(before: LoopState, event: Extract<LoopEvent, { type: 'demandChanged' }>): Step {
  const { demand, newest, cursor, now } = event;
  if (isEmpty(demand)) return forget(before, now);
  const removed = without(before.demand, demand);
  const fresh = newest !== undefined;
  const state: LoopState = {
    ...before,
    demand,
    accepted: intersection(before.accepted, demand),
    // A new subscription is also a new attempt at what was refused.
    refused: fresh ? EMPTY_MIX : intersection(before.refused, demand),
    newest: Math.max(newest ?? 0, before.newest),
    // A loop that has begun to ask for others must not skip what they are to get.
    cursor: before.phase.name === 'idle' ? cursor : before.cursor,
  };
  const [next, effects] = follow(state, { fresh, removed, now });
  return [next, [...effects, ...droppedEffects(before, removed)]];
}

// What a change of demand means for what is under way.
function follow(
  state: LoopState,
  { fresh, removed, now }: { readonly fresh: boolean; readonly removed: Mix; readonly now: number },
): Step {
  const { phase } = state;
  if (phase.name === 'idle') return handshake(state, now);
  if (!fresh && isEmpty(removed)) return [state, []];
  switch (phase.name) {
    case 'handshaking':
      return followHandshake(state, phase.poll === true, fresh);
    case 'receiving':
      return owe(state, fresh ? 'handshake' : 'poll', now);
    case 'waiting':
      // With a timer, the timer decides, so that a burst of calls cannot hammer a dead server. Without one, the name
      // that is refused may be the one that was dropped: the others need not wait for its token.
      return phase.timer ? [state, []] : tryAgain(state, now);
    case 'failed':
      return fresh ? tryAgain({ ...state, attempt: 0 }, now) : [state, []];
    case 'stopped':
      return [state, []];
  }
}

// A handshake that is under way comes to its end, so that there is progress however fast the names change; one that is
// held back asks for what is wanted when it goes out.
function followHandshake(state: LoopState, isSent: boolean, fresh: boolean): Step {
  return [{ ...state, owed: fresh && isSent ? 'handshake' : state.owed }, []];
}

function changeToken(before: LoopState, now: number): Step {
  const state = { ...before, refused: EMPTY_MIX };
  const { name } = state.phase;
  if (isEmpty(before.refused) || (name !== 'receiving' && name !== 'handshaking')) return askAnew(state, now);
  return name === 'receiving' ? owe(state, 'handshake', now) : askAnew({ ...state, owed: 'handshake' }, now);
}

// Only what was refused has waited for it.
function renewToken(before: LoopState, now: number): Step {
  const { phase } = before;
  if (phase.name === 'waiting')
    return mayHelp(phase) ? tryAgain({ ...before, refused: EMPTY_MIX }, now) : [before, []];
  if (isEmpty(before.refused)) return [before, []];
  const state: LoopState = { ...before, refused: EMPTY_MIX };
  return phase.name === 'handshaking' ? [{ ...state, owed: 'handshake' }, []] : owe(state, 'handshake', now);
}

// A poll with the old filter would pass over what the new one lets through.
function changeFilter(state: LoopState, now: number): Step {
  const { phase } = state;
  const isHeld = phase.name === 'receiving' && phase.poll && state.owed !== 'handshake';
  return isHeld ? pollOn(state, now) : askAnew(state, now);
}

// Whatever is under way carries the old token or filter: its refusal must not be taken for one of the new.
function askAnew(state: LoopState, now: number): Step {
  const { phase } = state;
  switch (phase.name) {
    case 'handshaking':
      return [{ ...state, phase: { ...phase, stale: phase.poll === true } }, []];
    case 'receiving':
      return phase.poll ? owe(state, 'poll', now) : [state, []];
    case 'waiting':
      // A listener may answer each refusal with the token it has: the floor delay holds here too.
      return mayHelp(phase) ? tryAgain(state, now) : [state, []];
    default:
      return [state, []];
  }
}

// A new token or filter brings no dead server back.
function mayHelp({ timer, error }: Extract<LoopState['phase'], { name: 'waiting' }>): boolean {
  return !timer || error.category === PNStatusCategory.PNAccessDeniedCategory;
}

function reconnect(state: LoopState, now: number): Step {
  switch (state.phase.name) {
    case 'waiting':
      return tryAgain(state, now);
    case 'failed':
      return tryAgain({ ...state, attempt: 0 }, now);
    case 'stopped':
      return isEmpty(state.demand) ? [{ ...state, phase: { name: 'idle' } }, []] : handshake(state, now);
    default:
      return [state, []];
  }
}

function changeNetwork(
  state: LoopState,
  { online, now }: Extract<LoopEvent, { type: 'networkChanged' }>,
): Step {
  const { PNNetworkUpCategory, PNNetworkDownCategory } = PNStatusCategory;
  const said = announce(online ? PNNetworkUpCategory : PNNetworkDownCategory, state.demand, {});
  const waits = state.phase.name === 'waiting' && state.phase.timer;
  return after([said], online && waits ? tryAgain(state, now) : [state, []]);
}

// The machine has slept: the connection may be gone without a word, so it is proved anew.
function wake(state: LoopState, now: number): Step {
  switch (state.phase.name) {
    case 'handshaking':
    case 'receiving':
      return handshake(state, now);
    case 'waiting':
      return state.phase.timer ? tryAgain(state, now) : [state, []];
    default:
      return [state, []];
  }
}
