import { droppedEffects, forget, stop } from './ending.ts';
import { fail, refuse } from './failure.ts';
import { intersection, isEmpty, type Names, NO_NAMES, without } from './names.ts';
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
 * The reducer of the subscribe loop: gives the next state and the effects of an event. It uses no clock, promise or
 * connection, so that tests can try every order of events (docs/explanation/subscribe-loop.md).
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

// The whole defence against late answers: only the current request and timer may change the state.
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
    // A new subscription also retries refused names.
    refused: fresh ? NO_NAMES : intersection(before.refused, demand),
    newest: Math.max(newest ?? 0, before.newest),
    // A given cursor must not make the others skip entries.
    cursor: before.phase.name === 'idle' ? cursor : before.cursor,
  };
  const [next, effects] = follow(state, { fresh, removed, now });
  return [next, [...effects, ...droppedEffects(before, removed)]];
}

// Reacts to a change of demand in the current phase.
function follow(
  state: LoopState,
  { fresh, removed, now }: { readonly fresh: boolean; readonly removed: Names; readonly now: number },
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
      // A running timer decides, so that a burst of calls cannot hammer a dead server. Without a timer, the dropped name may
      // be the refused one: the others need not wait for its token.
      return phase.timer ? [state, []] : tryAgain(state, now);
    case 'failed':
      return fresh ? tryAgain({ ...state, attempt: 0 }, now) : [state, []];
    case 'stopped':
      return [state, []];
  }
}

// A handshake in flight is not replaced, so that there is progress however fast the names change. A delayed handshake asks
// for the names that are wanted when it is sent.
function followHandshake(state: LoopState, isSent: boolean, fresh: boolean): Step {
  return [{ ...state, owed: fresh && isSent ? 'handshake' : state.owed }, []];
}

function changeToken(before: LoopState, now: number): Step {
  const state = { ...before, refused: NO_NAMES };
  const { name } = state.phase;
  if (isEmpty(before.refused) || (name !== 'receiving' && name !== 'handshaking')) return askAnew(state, now);
  return name === 'receiving' ? owe(state, 'handshake', now) : askAnew({ ...state, owed: 'handshake' }, now);
}

// Only refused names waited for it.
function renewToken(before: LoopState, now: number): Step {
  const { phase } = before;
  if (phase.name === 'waiting')
    return mayHelp(phase) ? tryAgain({ ...before, refused: NO_NAMES }, now) : [before, []];
  if (isEmpty(before.refused)) return [before, []];
  const state: LoopState = { ...before, refused: NO_NAMES };
  return phase.name === 'handshaking' ? [{ ...state, owed: 'handshake' }, []] : owe(state, 'handshake', now);
}

// A poll with the old filter would skip messages that the new one passes.
function changeFilter(state: LoopState, now: number): Step {
  const { phase } = state;
  const isHeld = phase.name === 'receiving' && phase.poll && state.owed !== 'handshake';
  return isHeld ? pollOn(state, now) : askAnew(state, now);
}

// A request in flight carries the old token or filter: its refusal says nothing about the new one.
function askAnew(state: LoopState, now: number): Step {
  const { phase } = state;
  switch (phase.name) {
    case 'handshaking':
      return [{ ...state, phase: { ...phase, stale: phase.poll === true } }, []];
    case 'receiving':
      return phase.poll ? owe(state, 'poll', now) : [state, []];
    case 'waiting':
      // A listener may answer each refusal with the same token: the floor delay applies.
      return mayHelp(phase) ? tryAgain(state, now) : [state, []];
    default:
      return [state, []];
  }
}

// A new token or filter does not help against a dead server.
function mayHelp({ timer, error }: Extract<LoopState['phase'], { name: 'waiting' }>): boolean {
  return !timer || error.category === 'PNAccessDeniedCategory';
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
  const said = announce(online ? 'PNNetworkUpCategory' : 'PNNetworkDownCategory', state.demand, {});
  const waits = state.phase.name === 'waiting' && state.phase.timer;
  return after([said], online && waits ? tryAgain(state, now) : [state, []]);
}

// The connection may have been lost during sleep: a handshake tests it.
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
