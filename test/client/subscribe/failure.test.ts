import { describe, expect, test } from 'vitest';
import { publicState } from '../../../src/client/subscribe/steps.ts';
import {
  effectsOf,
  failure,
  LoopMachine,
  names,
  POLICY,
  policyOf,
  short,
} from '../../support/loop-machine.ts';
import { connected } from '../../support/loop-phases.ts';

const categories = (machine: LoopMachine) =>
  machine.announced.map(({ category }) => category.replace(/^PN(.*)Category$/, '$1'));

describe('a long poll that is never answered', () => {
  test('says little: a handshake proves the connection, without an outage', () => {
    const machine = connected();
    machine.now += 290_000;
    machine.fail(failure('PN-2002'));
    expect(machine.told).toBe('handshaking (poll): cancel handshake');
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
    ['what it blames of the new and the accepted ones', 'a c', 'a b', 'a c'],
    ['all that is new, if it blames everything', 'a b c', 'a', 'b c'],
    ['all that is new, if it blames what was not asked for', 'x', 'a', 'b c'],
  ])('refuses %s', (_, blamed, accepted, refused) => {
    const machine = connected(accepted).demand('a b c').refuse(blamed);
    expect(effectsOf(machine.effects, 'refuse').map(({ names }) => short(names))).toEqual([refused]);
    expect(machine.state.phase.name).toBe('handshaking');
  });

  test('of an accepted name stops it at the cursor, and the others go on', () => {
    const machine = connected('a b').answer(5).refuse('b');
    const { cursor } = machine.state;
    expect(effectsOf(machine.effects, 'refuse')).toMatchObject([{ names: names('b'), cursor }]);
    expect(machine.told).toBe('handshaking (poll): refuse !AccessDenied cancel handshake');
    expect(publicState(machine.state)).toBe('connected');
    machine.answer(7);
    expect(machine.poll).toMatchObject({ names: names('a'), cursor });
  });

  test.each(['a', 'a b'])(
    'of %s in a poll that still has the old token makes it ask with the new one',
    (blamed) => {
      const machine = new LoopMachine().demand('a b').wait(100).answer(1).send({ type: 'tokenChanged' });
      expect(machine.effects).toMatchObject([{ type: 'startTimer' }]);
      machine.refuse(blamed);
      expect(machine.told).toBe('handshaking (poll): cancel handshake');
      machine.refuse('a b');
      expect(machine.told).toBe('waiting: !UnexpectedDisconnect !AccessDenied');
    },
  );

  test('with 403 that blames all names makes the loop wait for a token, with its cursor', () => {
    const machine = connected('a b').answer(5).refuse('a b');
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

  test('of everything asks again for a subscription to the same names that came meanwhile', () => {
    const machine = new LoopMachine().demand('a').demand('a').refuse('a');
    expect(machine.told).toBe('handshaking (poll): refuse !AccessDenied cancel handshake');
    machine.refuse('a');
    expect(machine.told).toBe('waiting: refuse !AccessDenied cancel');
  });

  test('does not count as an attempt, and is not bounded by the policy', () => {
    const machine = new LoopMachine(policyOf(0)).demand('a').answer(1).demand('a b').refuse('b');
    expect([machine.state.phase.name, machine.state.attempt]).toEqual(['handshaking', 0]);
  });
});

describe('a refusal of what has been replaced meanwhile', () => {
  test.each(['tokenChanged', 'filterChanged'] as const)(
    'says nothing about the new one: after %s the handshake is asked anew, and nobody is told',
    (type) => {
      for (const refusal of [true, 'filter'] as const) {
        const machine = connected('a').demand('a b').send({ type });
        machine.fail(failure('PN-3002', { channels: ['b'] }), { refusal });
        expect(machine.told).toBe('handshaking (poll): cancel handshake');
        expect(short(machine.poll?.names ?? names(''))).toBe('a b');
        // The next one is of the new token.
        expect(effectsOf(machine.refuse('b').effects, 'refuse')).toHaveLength(1);
      }
    },
  );

  test('counts against the pace, so that a token for each one ends in a pause', () => {
    const machine = connected('a').demand('a b');
    let count = 0;
    for (; machine.poll?.cursor === undefined; count++) machine.send({ type: 'tokenChanged' }).refuse('b');
    expect(count).toBe(4);
    // Who is accepted receives meanwhile.
    expect(short(machine.poll.names)).toBe('a');
    expect(machine.timer).toBeDefined();
  });

  test('of names that nobody wants any more asks anew without them, and tells nobody', () => {
    const machine = connected('a').demand('a b').demand('a', { fresh: false }).refuse('b');
    expect(effectsOf(machine.effects, 'refuse')).toEqual([]);
    expect(machine.announced).toEqual([]);
    expect(short(machine.poll?.names ?? names(''))).toBe('a');
  });
});

describe('a refusal on account of the length', () => {
  test('refuses what is new, and goes on with the rest', () => {
    const machine = connected('a').demand('a b c').fail(failure('PN-3004'), { refusal: 'length' });
    expect(effectsOf(machine.effects, 'refuse').map(({ names }) => short(names))).toEqual(['b c']);
    expect(short(machine.poll?.names ?? names(''))).toBe('a');
  });

  test('of everything is a failure too: all is asked for again after the delay', () => {
    const machine = new LoopMachine().demand('a b').fail(failure('PN-3004'), { refusal: 'length' });
    expect(machine.told).toBe('waiting (timer): refuse !BadRequest startTimer(1500) !BadRequest');
    machine.fire();
    expect(machine.state.phase.name).toBe('handshaking');
  });
});

describe('with a provider of tokens', () => {
  const renewing = (maximumRetries = 5) =>
    new LoopMachine({ ...policyOf(maximumRetries), tokenProvider: () => 'token' });

  test('a refusal of what was accepted is a failure: the next attempt may have another token', () => {
    const machine = renewing().demand('a').answer(1).refuse('a');
    expect(machine.told).toMatch(/^waiting \(timer\): startTimer\(1500\)/);
    machine.fire().answer(2);
    expect(categories(machine)).toEqual(['Reconnected']);
  });

  test('refused names with nothing left are asked for again after a delay, as often as the policy allows', () => {
    const machine = renewing(2).demand('a');
    for (let count = 0; count < 2; count++) machine.refuse('a').fire();
    expect(machine.refuse('a').state.phase.name).toBe('failed');
  });

  test.each([
    ['receiving', (m: LoopMachine) => m.answer(2)],
    ['handshaking without them', (m: LoopMachine) => m],
  ])('a renewed token asks for refused names again: %s', (_, act) => {
    const machine = act(renewing().demand('a').answer(1).demand('a b').refuse('b'));
    machine.send({ type: 'tokenRenewed' });
    if (machine.poll && short(machine.poll.names) === 'a') machine.answer(3);
    expect(short(machine.poll?.names ?? names(''))).toBe('a b');
    expect(machine.poll?.cursor).toBe(undefined);
  });

  test('a renewed token changes nothing where nothing was refused', () => {
    for (const machine of [renewing().demand('a'), renewing().demand('a').answer(1)]) {
      const before = machine.state;
      expect(machine.send({ type: 'tokenRenewed' }).state).toEqual(before);
      expect(machine.effects).toEqual([]);
    }
  });

  test('a renewed token shortens the wait after a refusal, and no other', () => {
    const refused = renewing().demand('a').answer(1).fail().fire().fail().fire().refuse('a');
    refused.wait(1_000).send({ type: 'tokenRenewed' });
    expect(refused.state.phase.name).toBe('handshaking');
    const broken = renewing().demand('a').answer(1).fail().fire().fail().fire().fail();
    broken.wait(1_000).send({ type: 'tokenRenewed' });
    expect(broken.effects).toEqual([]);
  });
});

describe('a refusal of names that nobody wants any more', () => {
  test.each([
    ['names', 'PN-3002', true],
    ['the filter expression', 'PN-3008', 'filter'],
  ] as const)('of %s is not what the loop waits for', (_, code, refusal) => {
    const machine = new LoopMachine().demand('a b').refuse('b');
    const refused = machine.state.refusal;
    // The handshake for the others is under way.
    machine.demand('b', { fresh: false }).fail(failure(code), { refusal });
    expect(machine.state.phase).toMatchObject({ name: 'waiting', error: refused });
    expect(machine.announced).toEqual([]);
  });
});

describe('restore: false', () => {
  const lost = () => new LoopMachine({ ...POLICY, restore: false }).demand('a').answer(1);

  test('leaves a lost connection lost, with its cursor, until reconnect()', () => {
    const machine = lost().fail();
    expect(machine.state.phase.name).toBe('failed');
    expect(categories(machine)).toEqual(['UnexpectedDisconnect']);
    const { cursor } = machine.state;
    machine.send({ type: 'networkChanged', online: true });
    expect(machine.state.phase.name).toBe('failed');
    machine.send({ type: 'reconnectRequested' });
    machine.fire();
    // From there on the policy decides.
    machine.fail();
    expect(machine.state.phase.name).toBe('waiting');
    machine.fire();
    expect(categories(machine.answer(9))).toEqual(['Reconnected']);
    expect(machine.poll?.cursor).toEqual(cursor);
    expect(machine.answer(10).fail().state.phase.name).toBe('failed');
  });

  test('does not concern a connection that is still to be made', () => {
    const machine = new LoopMachine({ ...POLICY, restore: false }).demand('a');
    expect(machine.fail().state.phase.name).toBe('waiting');
  });
});
