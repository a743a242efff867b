import { PNOperationType, PNStatusCategory } from '../../protocol/status.ts';
import { fail, refuse } from './failure.ts';
import { EMPTY_MIX, intersection, isEmpty, type Mix, union, without } from './mix.ts';
import { accept, receive } from './receive.ts';
import {
  IDLE,
  type LoopEffect,
  type LoopEvent,
  type LoopPolicy,
  type LoopState,
  type Step,
} from './state.ts';
import { announce, halt, handshake, pollOn, presence, tryAgain } from './steps.ts';

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
      return state.phase.name === 'handshaking' ? accept(state, event) : receive(policy, state, event);
    case 'pollFailed':
      return event.refusal ? refuse(policy, state, event) : fail(policy, state, event);
    case 'timerFired':
      return state.phase.name === 'waiting' ? handshake(state) : pollOn(state, event.now);
    case 'delivered':
      return deliverNext(state, event.now);
    case 'tokenChanged':
      return changeToken(state, event.now);
    case 'filterChanged':
      return askAnew(state, event.now);
    case 'reconnectRequested':
      return reconnect(state, event.now);
    case 'disconnectRequested':
      return state.phase.name === 'idle' ? [state, []] : stop(state, false);
    case 'networkChanged':
      return changeNetwork(state, event);
    case 'woke':
      return wake(state, event.now);
    case 'closed':
      return stop(state, true);
    default:
      return event satisfies never;
  }
}

// The whole defence against late answers: only the poll or timer that the state names may change it.
function isStale({ phase }: LoopState, event: LoopEvent): boolean {
  if (event.type === 'polled' || event.type === 'pollFailed')
    return !('poll' in phase) || phase.poll !== event.poll;
  if (event.type === 'timerFired') return !('timer' in phase) || phase.timer !== event.timer;
  return false;
}

function isClosed({ phase }: LoopState): boolean {
  return phase.name === 'stopped' && phase.closed;
}

function changeDemand(before: LoopState, event: Extract<LoopEvent, { type: 'demandChanged' }>): Step {
  const { demand, fresh, cursor } = event;
  if (isEmpty(demand)) return forget(before);
  const removed = without(before.demand, demand);
  const state: LoopState = {
    ...before,
    demand,
    accepted: intersection(before.accepted, demand),
    // A new subscription is also a new attempt at what was refused.
    refused: fresh ? EMPTY_MIX : intersection(before.refused, demand),
    cursor: before.cursor ?? cursor,
  };
  const [next, effects] = follow(state, { changed: fresh || !isEmpty(removed), ...event });
  return [next, [...effects, ...farewell(before, removed)]];
}

// What a change of demand means for what is under way.
function follow(
  state: LoopState,
  event: { readonly changed: boolean; readonly fresh: boolean; readonly now: number },
): Step {
  const { changed, fresh, now } = event;
  switch (state.phase.name) {
    case 'idle':
      return handshake(state);
    case 'handshaking':
      return changed ? handshake(state) : [state, []];
    case 'receiving':
      if (fresh) return handshake(state);
      // A mix that only shrinks needs no proof: the poll goes on with the same cursor.
      return changed ? pollOn(state, now) : [state, []];
    case 'waiting':
      // With a timer, the timer decides, so that a burst of calls cannot hammer a dead server. Without one, the name
      // that is refused may be the one that was dropped: the others need not wait for its token.
      return changed && state.phase.timer === undefined ? tryAgain(state, now) : [state, [presence(state)]];
    case 'failed':
      return fresh ? tryAgain({ ...state, attempt: 0 }, now) : [state, []];
    case 'stopped':
      return [state, []];
  }
}

// What the server and the program are told of names that were dropped.
function farewell(before: LoopState, removed: Mix): readonly LoopEffect[] {
  if (isEmpty(removed)) return [];
  const operation = PNOperationType.PNUnsubscribeOperation;
  return [
    ...leave(before, removed),
    announce(PNStatusCategory.PNSubscriptionChangedCategory, removed, { operation }),
  ];
}

// Only names that the server has heard of are left.
function leave({ phase, accepted }: LoopState, removed: Mix): readonly LoopEffect[] {
  if (phase.name === 'stopped' || phase.name === 'idle') return [];
  const mix = intersection(removed, phase.name === 'handshaking' ? union(accepted, phase.mix) : accepted);
  return isEmpty(mix) ? [] : [{ type: 'leave', mix }];
}

// Nothing is subscribed any more: the cursor goes too, so that the next subscription starts afresh.
function forget(state: LoopState): Step {
  const next: LoopState = { ...IDLE, lastId: state.lastId, undelivered: state.undelivered };
  if (state.phase.name === 'idle') return [next, []];
  return [next, ending(state, PNOperationType.PNUnsubscribeOperation)];
}

function stop(state: LoopState, closed: boolean): Step {
  const { phase } = state;
  if (phase.name === 'stopped' && !closed) return [state, []];
  const fresh = { established: false, outage: false, attempt: 0, fruitless: 0 };
  const next: LoopState = { ...state, ...fresh, phase: { name: 'stopped', closed } };
  const quiet = phase.name === 'idle' || phase.name === 'stopped';
  return [next, quiet ? [] : ending(state, PNOperationType.PNSubscribeOperation)];
}

function ending(state: LoopState, operation: PNOperationType): readonly LoopEffect[] {
  const said = announce(PNStatusCategory.PNDisconnectedCategory, state.demand, { operation });
  return [...halt(state), { type: 'present', mix: EMPTY_MIX }, ...leave(state, state.demand), said];
}

function deliverNext(state: LoopState, now: number): Step {
  const next = { ...state, undelivered: Math.max(0, state.undelivered - 1) };
  const { phase } = next;
  const held = phase.name === 'receiving' && phase.poll === undefined && phase.timer === undefined;
  return held ? pollOn(next, now) : [next, []];
}

function changeToken(before: LoopState, now: number): Step {
  const state = { ...before, refused: EMPTY_MIX };
  const asksMore = state.phase.name === 'receiving' && !isEmpty(before.refused);
  return asksMore ? handshake(state) : askAnew(state, now);
}

// Whatever is under way carries the old token or filter: its refusal must not be taken for one of the new.
function askAnew(state: LoopState, now: number): Step {
  switch (state.phase.name) {
    case 'handshaking':
      return handshake(state);
    case 'receiving':
      return state.phase.poll === undefined ? [state, []] : pollOn(state, now);
    case 'waiting':
      // A listener may answer each refusal with the token it has: the floor delay holds here too.
      return mayHelp(state.phase) ? tryAgain(state, now) : [state, []];
    default:
      return [state, []];
  }
}

// A new token or filter brings no dead server back.
function mayHelp({ timer, error }: Extract<LoopState['phase'], { name: 'waiting' }>): boolean {
  return timer === undefined || error.category === PNStatusCategory.PNAccessDeniedCategory;
}

function reconnect(state: LoopState, now: number): Step {
  switch (state.phase.name) {
    case 'waiting':
      return tryAgain(state, now);
    case 'failed':
      return tryAgain({ ...state, attempt: 0 }, now);
    case 'stopped':
      return isEmpty(state.demand) ? [{ ...state, phase: { name: 'idle' } }, []] : handshake(state);
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
  const waits = state.phase.name === 'waiting' && state.phase.timer !== undefined;
  const [next, effects] = online && waits ? tryAgain(state, now) : ([state, []] as const);
  return [next, [said, ...effects]];
}

// The machine has slept: the connection may be gone without a word, so it is proved anew.
function wake(state: LoopState, now: number): Step {
  switch (state.phase.name) {
    case 'handshaking':
    case 'receiving':
      return handshake(state);
    case 'waiting':
      return state.phase.timer === undefined ? [state, []] : tryAgain(state, now);
    default:
      return [state, []];
  }
}
