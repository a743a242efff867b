import { describe, expect, test } from 'vitest';
import { effectsOf, failure, LoopMachine, policyOf, short } from '../../support/loop-machine.ts';
import { connected } from '../../support/loop-phases.ts';

const categories = (machine: LoopMachine) =>
  machine.announced.map(({ category }) => category.replace(/^PN(.*)Category$/, '$1'));

describe('a long poll that is never answered', () => {
  test('says little: a handshake proves the connection, without an outage', () => {
    const machine = connected();
    machine.now += 290_000;
    machine.fail(failure('PN-2002'));
    expect(machine.told).toBe('handshaking (poll): cancelPoll present handshake');
    machine.answer(9);
    expect(machine.announced).toEqual([]);
    expect(machine.poll?.cursor).toBeDefined();
  });

  test('or that "times out" at once, is a failure: the server would be asked without a pause', () => {
    const machine = connected();
    machine.now += 999;
    machine.fail(failure('PN-2002'));
    expect(machine.state.phase.name).toBe('waiting');
  });
});

describe('the count of attempts', () => {
  test('goes on through handshakes that succeed and polls that fail at once', () => {
    const machine = connected();
    const attempts: number[] = [];
    for (let count = 0; count < 4; count++) {
      attempts.push(machine.fail().state.attempt);
      machine.fire().answer(9);
    }
    expect(attempts).toEqual([1, 2, 3, 4]);
  });

  test.each([
    ['a poll was answered', (machine: LoopMachine) => machine.answer(9)],
    ['the connection held for ten seconds', (machine: LoopMachine) => machine.wait(10_000)],
  ])('begins anew after %s', (_, hold) => {
    const machine = connected().fail().fire().fail().fire().answer(5);
    hold(machine);
    expect(machine.fail().state.attempt).toBe(1);
  });

  test('is not reset by reconnect()', () => {
    const machine = connected().fail().fire().fail();
    machine.send({ type: 'reconnectRequested' });
    machine.fire();
    expect(machine.fail().state.attempt).toBe(3);
  });
});

describe('statuses of an outage', () => {
  test('are one PNUnexpectedDisconnect, the cause of each further failure, and PNReconnected', () => {
    const machine = connected();
    const said = [categories(machine.fail())];
    for (const code of ['PN-3006', 'PN-4001', 'PN-2002'] as const) {
      machine.fire();
      said.push(categories(machine.fail(failure(code))));
    }
    machine.fire();
    said.push(categories(machine.answer(9)));
    expect(said).toEqual([
      ...[['UnexpectedDisconnect'], ['ServerError'], ['MalformedResponse'], ['Timeout'], ['Reconnected']],
    ]);
  });

  test('before any connection are the causes, and PNConnected ends them', () => {
    const machine = new LoopMachine().demand('a');
    const said = [categories(machine.fail())];
    machine.fire();
    said.push(categories(machine.answer(9)));
    expect(said).toEqual([['NetworkIssues'], ['Connected']]);
  });

  test('with names that were added meanwhile end in both', () => {
    const machine = connected('a').fail().demand('a b').fire().answer(9);
    expect(categories(machine)).toEqual(['Reconnected', 'Connected']);
  });
});

describe('a refusal', () => {
  test.each([
    ['the names it blames', 'b', 'a', 'b'],
    ['all that is new, if it blames nobody', '', 'a', 'b c'],
    ['of those it blames only what is new', 'a c', 'a b', 'c'],
    ['all that is new, if it blames what was not asked for', 'x', 'a', 'b c'],
  ])('refuses %s', (_, blamed, accepted, refused) => {
    const machine = connected(accepted).demand('a b c').refuse(blamed);
    expect(effectsOf(machine.effects, 'refuse').map(({ mix }) => short(mix))).toEqual([refused]);
    expect(machine.state.phase.name).toBe('handshaking');
  });

  test('with 403 that blames accepted names alone makes the loop wait for a token, with its cursor', () => {
    const machine = connected('a').answer(5).demand('a b').refuse('a');
    expect(machine.told).toBe('waiting: !UnexpectedDisconnect !AccessDenied');
    machine.wait(5_000).send({ type: 'tokenChanged' }).answer(90);
    expect(machine.poll?.cursor?.timetoken).toMatch(/5$/);
  });

  test.each(['PN-3001', 'PN-3004', 'PN-3008'] as const)(
    'with %s of what was accepted is a failure',
    (code) => {
      const machine = connected('a').refuse('a', code);
      expect(machine.told).toMatch(/^waiting \(timer\)/);
    },
  );

  test('does not count as an attempt, and is not bounded by the policy', () => {
    const machine = new LoopMachine(policyOf(0)).demand('a').answer(1).demand('a b').refuse('b');
    expect([machine.state.phase.name, machine.state.attempt]).toEqual(['handshaking', 0]);
  });
});
