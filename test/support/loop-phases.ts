import type { LoopInput } from '../../src/client/subscribe/state.ts';
import { answerAt, failure, LoopMachine, names, POLICY } from './loop-machine.ts';

/** The machine in every situation that it can be in, subscribed to `a` and `b` unless nothing is. */
export const SITUATIONS = {
  idle: () => new LoopMachine(),
  'first handshake': () => new LoopMachine().demand('a b'),
  'handshake for more': () => connected('a').demand('a b'),
  'handshake after a loss': () => connected().fail().fire(),
  receiving: () => connected(),
  'receiving, some refused': () => connected('a').demand('a b').refuse('b').answer(2),
  'receiving, pausing': () => fruitless(connected(), 3),
  'receiving, delivery held up': () => connected().answer(2).answer(3),
  'waiting for a delay': () => connected().fail(),
  'waiting for a token': () => connected().fail().fire().refuse('a b'),
  hidden: () => hide(connected()),
  'hidden, left': () => hide(leaving()),
  stopped: () => connected().send({ type: 'disconnectRequested' }),
  failed: () => lost(),
  closed: () => connected().send({ type: 'closed' }),
  'idle, page hidden': () => hide(new LoopMachine()),
  'hidden, never connected': () => hide(new LoopMachine()).demand('a b'),
  'stopped, page hidden': () => hide(connected().send({ type: 'disconnectRequested' })),
  'failed, page hidden': () => hide(lost()),
} as const;

const NO_RETRIES = { ...POLICY.reconnection, maximumRetries: 0 };

function lost(): LoopMachine {
  return new LoopMachine({ ...POLICY, reconnection: NO_RETRIES }).demand('a b').fail();
}

/** The page is hidden. */
export function hide(machine: LoopMachine): LoopMachine {
  return machine.send({ type: 'pageChanged', shown: false });
}

/** A machine that receives: a handshake was answered at 1. */
export function connected(text = 'a b'): LoopMachine {
  return new LoopMachine().demand(text).answer(1);
}

/** A machine that receives, and leaves with its page. */
export function leaving(text = 'a b'): LoopMachine {
  return new LoopMachine({ ...POLICY, leaveOnPageHide: true }).demand(text).answer(1);
}

/** A server that answers at once and has nothing new, so many times. */
export function fruitless(machine: LoopMachine, times: number): LoopMachine {
  for (let count = 0; count < times; count++) machine.answer(1).send({ type: 'delivered', fresh: false });
  return machine;
}

/** Everything that can happen, as it would happen in a given situation. */
export const EVENTS = {
  'a subscription to a new name': ({ state }) =>
    demand(`${state.demand.channels.join(' ')} c`, state.newest + 1),
  'a subscription to the same names': ({ state }) =>
    demand(state.demand.channels.join(' '), state.newest + 1),
  'one of the names is dropped': ({ state }) => demand(state.demand.channels.slice(0, -1).join(' ')),
  'everything is dropped': () => demand(''),
  'the poll is answered': ({ poll, state }) => answered(poll?.task ?? -1, state.newest),
  'the poll fails': ({ poll }) => failed(poll?.task ?? -1),
  'the poll times out': ({ poll }) => ({ ...failed(poll?.task ?? -1), error: failure('PN-2002') }),
  'the poll is refused': ({ poll }) => refused(poll?.task ?? -1),
  'another poll is answered': ({ poll, state }) => answered(other(poll), state.newest),
  'another poll fails': ({ poll }) => failed(other(poll)),
  'another poll is refused': ({ poll }) => refused(other(poll)),
  'the timer fires': ({ timer }) => ({ type: 'timerFired', task: timer?.task ?? -1 }),
  'another timer fires': ({ timer }) => ({ type: 'timerFired', task: other(timer) }),
  'a batch was delivered': () => ({ type: 'delivered', fresh: true }),
  'a token was set': () => ({ type: 'tokenChanged' }),
  'the provider gave another token': () => ({ type: 'tokenRenewed' }),
  'a filter expression was set': () => ({ type: 'filterChanged' }),
  'reconnect()': () => ({ type: 'reconnectRequested' }),
  'disconnect()': () => ({ type: 'disconnectRequested' }),
  'the network is back': () => ({ type: 'networkChanged', online: true }),
  'the network is gone': () => ({ type: 'networkChanged', online: false }),
  'the machine woke up': () => ({ type: 'woke' }),
  'the page is hidden': () => ({ type: 'pageChanged', shown: false }),
  'the page is back': () => ({ type: 'pageChanged', shown: true }),
  'close()': () => ({ type: 'closed' }),
} as const satisfies Readonly<Record<string, (machine: LoopMachine) => LoopInput>>;

function demand(text: string, newest?: number): LoopInput {
  return { type: 'demandChanged', demand: names(text), ...(newest !== undefined && { newest }) };
}

function answered(task: number, newest: number): LoopInput {
  return { type: 'polled', task, answer: answerAt(9), newest };
}

function failed(task: number) {
  return { type: 'pollFailed', task, error: failure(), refusal: false, newest: 0 } as const;
}

function refused(task: number): LoopInput {
  const error = failure('PN-3002', { channels: ['b'] });
  return { type: 'pollFailed', task, error, refusal: true, newest: 0 };
}

function other(thing: { readonly task: number } | undefined): number {
  return (thing?.task ?? 0) + 1;
}
