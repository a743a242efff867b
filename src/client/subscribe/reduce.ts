import { dropNames, forget, hide, stop } from './ending.ts';
import { fail, refuse } from './failure.ts';
import { intersection, isEmpty, type Names, NO_NAMES, without } from './names.ts';
import type { LoopPolicy } from './policy.ts';
import { accept, deliverNext, receive } from './receive.ts';
import type { LoopEvent, LoopState, Step } from './state.ts';
import { handshake, owe, pollOn, proceed, settleDebt, tryAgain, wanted } from './steps.ts';
import { hasPoll, hasTimer, Turn } from './turn.ts';

/**
 * The reducer of the subscribe loop: gives the next state and the effects of an event. It uses no clock, promise or
 * connection, so that tests can try every order of events (docs/explanation/subscribe-loop.md).
 */
export function reduce(policy: LoopPolicy, state: LoopState, event: LoopEvent): Step {
  const turn = new Turn(policy, state, event.now);
  // The handler of a type takes the events of this type.
  const handle = HANDLERS[event.type] as Handler<LoopEvent['type']>;
  if (!isStale(state, event) && !isClosed(state)) handle(turn, event);
  return [turn.state, turn.effects];
}

type Handler<Type> = (turn: Turn, event: Extract<LoopEvent, { type: Type }>) => void;

const HANDLERS: { readonly [Type in LoopEvent['type']]: Handler<Type> } = Object.freeze({
  demandChanged: changeDemand,
  polled: (turn, event) => (turn.state.phase.name === 'handshaking' ? accept : receive)(turn, event),
  pollFailed: (turn, event) => (event.refusal ? refuse : fail)(turn, event),
  timerFired: fire,
  delivered: deliverNext,
  tokenChanged: changeToken,
  tokenRenewed: renewToken,
  filterChanged: changeFilter,
  reconnectRequested: reconnect,
  disconnectRequested: (turn) => stop(turn, false),
  networkChanged: changeNetwork,
  pageChanged: changePage,
  woke: wake,
  closed: (turn) => stop(turn, true),
});

// The whole defence against late answers: only the current request and timer may change the state.
function isStale({ phase, task }: LoopState, event: LoopEvent): boolean {
  if (!('task' in event)) return false;
  return event.task !== task || !(event.type === 'timerFired' ? hasTimer(phase) : hasPoll(phase));
}

function isClosed({ phase }: LoopState): boolean {
  return phase.name === 'stopped' && phase.closed;
}

function fire(turn: Turn): void {
  const { phase } = turn.state;
  if (phase.name !== 'receiving') {
    handshake(turn);
    return;
  }
  turn.set({ phase: { ...phase, timer: false } });
  (phase.poll ? settleDebt : proceed)(turn);
}

function changeDemand(turn: Turn, event: Extract<LoopEvent, { type: 'demandChanged' }>): void {
  const { demand, newest, cursor } = event;
  if (isEmpty(demand)) {
    forget(turn);
    return;
  }
  const before = turn.state;
  const removed = without(before.demand, demand);
  const fresh = newest !== undefined;
  // A new subscription also retries refused names, but not before others that wait for their handshake.
  const retry = before.retry || fresh;
  const isFree = isEmpty(intersection(without(wanted(before), before.accepted), demand));
  turn.set({
    demand,
    accepted: intersection(before.accepted, demand),
    refused: retry && isFree ? NO_NAMES : intersection(before.refused, demand),
    retry: retry && !isFree,
    newest: Math.max(newest ?? 0, before.newest),
    // A given cursor must not make the others skip entries.
    cursor: before.phase.name === 'idle' ? cursor : before.cursor,
  });
  follow(turn, fresh, removed);
  dropNames(turn, before, removed);
}

// Reacts to a change of demand in the current phase.
function follow(turn: Turn, fresh: boolean, removed: Names): void {
  const { phase } = turn.state;
  if (phase.name === 'idle') handshake(turn);
  else if (!fresh && isEmpty(removed)) return;
  else if (phase.name === 'receiving') owe(turn, fresh ? 'handshake' : 'poll');
  // A handshake in flight is not replaced, so that there is progress however fast the names change. A delayed one asks for
  // the names that are wanted when it is sent.
  else if (phase.name === 'handshaking' && phase.poll && fresh) turn.set({ owed: 'handshake' });
  // A running timer decides, so that a burst of calls cannot hammer a dead server. Without a timer, the dropped name may be
  // the refused one: the others need not wait for its token.
  else if (phase.name === 'waiting' && !phase.timer) tryAgain(turn);
  else if (phase.name === 'failed' && fresh) startAgain(turn);
}

function startAgain(turn: Turn): void {
  turn.set({ attempt: 0 });
  tryAgain(turn);
}

function changeToken(turn: Turn): void {
  const { phase, refused } = turn.state;
  turn.set({ refused: NO_NAMES });
  if (!isEmpty(refused) && phase.name === 'receiving') {
    owe(turn, 'handshake');
    return;
  }
  if (!isEmpty(refused) && phase.name === 'handshaking') turn.set({ owed: 'handshake' });
  askAnew(turn);
}

// Only refused names waited for it.
function renewToken(turn: Turn): void {
  const { phase, refused } = turn.state;
  if (phase.name === 'waiting' ? !mayHelp(phase) : isEmpty(refused)) return;
  turn.set({ refused: NO_NAMES });
  if (phase.name === 'waiting') tryAgain(turn);
  else owe(turn, 'handshake');
}

// A poll with the old filter would skip messages that the new one passes.
function changeFilter(turn: Turn): void {
  const { phase, owed } = turn.state;
  const isHeld = phase.name === 'receiving' && phase.poll && owed !== 'handshake';
  (isHeld ? pollOn : askAnew)(turn);
}

// A request in flight carries the old token or filter: its refusal says nothing about the new one.
function askAnew(turn: Turn): void {
  const { phase } = turn.state;
  switch (phase.name) {
    case 'handshaking':
      turn.set({ phase: { ...phase, stale: phase.poll === true } });
      break;
    case 'receiving':
      if (phase.poll) owe(turn, 'poll');
      break;
    case 'waiting':
      // A listener may answer each refusal with the same token: the floor delay applies.
      if (mayHelp(phase)) tryAgain(turn);
      break;
  }
}

// A new token or filter does not help against a dead server.
function mayHelp({ timer, error }: Extract<LoopState['phase'], { name: 'waiting' }>): boolean {
  return !timer || error.category === 'PNAccessDeniedCategory';
}

// The program may know that the server allows what it has refused: permissions change also where the token does not.
function reconnect(turn: Turn): void {
  const { phase, refused } = turn.state;
  turn.set({ refused: NO_NAMES });
  if (phase.name === 'waiting') tryAgain(turn);
  else if (phase.name === 'failed') startAgain(turn);
  else if (phase.name === 'stopped') handshake(turn);
  else if (!isEmpty(refused)) owe(turn, 'handshake');
}

function changeNetwork(turn: Turn, { online }: Extract<LoopEvent, { type: 'networkChanged' }>): void {
  const { demand, phase } = turn.state;
  turn.announce(online ? 'PNNetworkUpCategory' : 'PNNetworkDownCategory', demand);
  if (online && phase.name === 'waiting' && phase.timer) tryAgain(turn);
}

function changePage(turn: Turn, { shown }: Extract<LoopEvent, { type: 'pageChanged' }>): void {
  turn.set({ hidden: !shown });
  if (!shown) hide(turn);
  else if (turn.state.phase.name === 'hidden') handshake(turn);
}

// The connection may have been lost during sleep: a handshake tests it.
function wake(turn: Turn): void {
  const { phase } = turn.state;
  turn.set({ wasAway: true });
  if (phase.name === 'handshaking' || phase.name === 'receiving') handshake(turn);
  else if (phase.name === 'waiting' && phase.timer) tryAgain(turn);
}
