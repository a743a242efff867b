import { describe, expect, test } from 'vitest';
import { publicState } from '../../../src/client/subscribe/steps.ts';
import { failure, LoopMachine, policyOf } from '../../support/loop-machine.ts';
import { connected, hide, SITUATIONS } from '../../support/loop-phases.ts';

const EXPECTED: Readonly<Record<keyof typeof SITUATIONS, string>> = {
  idle: 'idle',
  'first handshake': 'connecting',
  'handshake for more': 'connected',
  'handshake after a loss': 'reconnecting',
  receiving: 'connected',
  'receiving, some refused': 'connected',
  'receiving, pausing': 'connected',
  'receiving, delivery held up': 'connected',
  'waiting for a delay': 'reconnecting',
  'waiting for a token': 'reconnecting',
  hidden: 'reconnecting',
  'hidden, left': 'reconnecting',
  stopped: 'stopped',
  failed: 'failed',
  closed: 'stopped',
  'idle, page hidden': 'idle',
  'hidden, never connected': 'connecting',
  'stopped, page hidden': 'stopped',
  'failed, page hidden': 'failed',
};

describe('the state that a program sees', () => {
  test.each(Object.entries(SITUATIONS))('in the situation "%s"', (situation, make) => {
    const expected: Readonly<Record<string, string>> = EXPECTED;
    expect(publicState(make().state)).toBe(expected[situation]);
  });

  test.each([
    [
      'a first handshake that follows a failure',
      () => new LoopMachine().demand('a').fail().fire(),
      'reconnecting',
    ],
    ['a handshake after disconnect() and reconnect()', () => restarted(), 'connecting'],
    ['a handshake after everything was unsubscribed', () => connected().demand('').demand('a'), 'connecting'],
    ['a handshake that a waking asks for', () => connected().send({ type: 'woke' }), 'connected'],
    [
      'a handshake of a failed loop',
      () => failed().wait(1_000).send({ type: 'reconnectRequested' }),
      'reconnecting',
    ],
    ['a handshake of a page that is back', () => back(connected()), 'reconnecting'],
    [
      'a handshake of a page that was never connected',
      () => back(new LoopMachine().demand('a')),
      'connecting',
    ],
    [
      'the first handshake of a page that was hidden before',
      () => hide(new LoopMachine()).demand('a').send({ type: 'pageChanged', shown: true }),
      'connecting',
    ],
    ['a handshake with a new token', () => waiting().send({ type: 'tokenChanged' }), 'reconnecting'],
  ])('in %s', (_, make, expected) => {
    const { state } = make();
    expect([state.phase.name, publicState(state)]).toEqual(['handshaking', expected]);
  });
});

function back(machine: LoopMachine): LoopMachine {
  return hide(machine).send({ type: 'pageChanged', shown: true });
}

function restarted(): LoopMachine {
  return connected().send({ type: 'disconnectRequested' }).send({ type: 'reconnectRequested' });
}

function failed(): LoopMachine {
  return new LoopMachine(policyOf(0)).demand('a').fail(failure());
}

function waiting(): LoopMachine {
  return connected('a').refuse('a').wait(1_000);
}
