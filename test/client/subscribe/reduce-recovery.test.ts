import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { intersection, isEmpty, without } from '../../../src/client/subscribe/names.ts';
import { publicState } from '../../../src/client/subscribe/steps.ts';
import { PNStatusCategory } from '../../../src/protocol/status.ts';
import {
  effectsOf,
  failure,
  LoopMachine,
  POLICY,
  policyOf,
  short,
  WALL,
} from '../../support/loop-machine.ts';
import { connected } from '../../support/loop-phases.ts';
import { eachStep, machineAfter, scripts } from '../../support/loop-scripts.ts';

const FLOOR = 1_000;
const LONGEST = 150_000;
const LONGEST_ASKED_FOR = 3_600_000;
const MENDABLE = [
  PNStatusCategory.PNAccessDeniedCategory,
  PNStatusCategory.PNMalformedFilterExpressionCategory,
];

describe('under the default policy', () => {
  test('there is always something that will bring the loop on, whatever failed before', () => {
    eachStep(() => ({ after, machine: { poll, timer } }) => {
      const { phase, demand, undelivered } = after;
      expect(phase.name).not.toBe('failed');
      if (isEmpty(demand) || phase.name === 'stopped' || poll || timer) return;
      if (phase.name === 'receiving') expect(undelivered).toBeGreaterThan(1);
      // A page that comes back brings a hidden loop on, a token one that waits.
      else expect(['waiting', 'hidden']).toContain(phase.name);
    });
  });

  test('nothing but a refused name or filter expression makes the loop wait for the program', () => {
    eachStep(() => ({ after: { phase, refused, demand, refusal } }) => {
      if (phase.name !== 'waiting' || phase.timer !== undefined) return;
      if (isEmpty(without(demand, refused))) expect(phase.error).toBe(refusal);
      else expect(MENDABLE).toContain(phase.error.category);
    });
  });

  test('the loop is connected again as soon as the page is shown, the server and the token are good', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const machine = machineAfter(script);
        machine.send({ type: 'pageChanged', shown: true }).demand('a b');
        machine.send({ type: 'reconnectRequested' }).send({ type: 'tokenChanged' });
        for (let turn = 0; turn < 10 && publicState(machine.state) !== 'connected'; turn++) {
          if (machine.poll) machine.answer(1_000);
          else machine.fire();
        }
        expect(publicState(machine.state)).toBe('connected');
      }),
      { numRuns: 150 },
    );
  });

  test('fifty failures in a row change nothing of that, nor of the cursor', () => {
    const machine = connected().answer(7);
    for (let count = 0; count < 50; count++) machine.fail().fire();
    machine.answer(90);
    expect(publicState(machine.state)).toBe('connected');
    expect(machine.poll?.cursor).toEqual({ timetoken: machine.state.cursor?.timetoken, region: 1 });
    expect(machine.state.cursor?.timetoken).toMatch(/7$/);
  });
});

describe('with a limit of attempts', () => {
  test.each([0, 1, 3])('of %i, no delay follows a failure beyond it', (limit) => {
    eachStep(
      () =>
        ({ input, before, after }) => {
          if (input.type !== 'pollFailed' || before === after) return;
          const { phase, attempt } = after;
          if (phase.name === 'waiting' && phase.timer !== undefined)
            expect(attempt).toBeLessThanOrEqual(limit);
          if (phase.name === 'failed') expect(attempt).toBeGreaterThan(limit);
        },
      { policy: policyOf(limit) },
    );
  });

  test('each failure in a row counts, and the one after the last attempt ends in failed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), fc.boolean(), (limit, wasConnected) => {
        const machine = new LoopMachine(policyOf(limit)).demand('a');
        if (wasConnected) machine.answer(1).answer(2);
        for (let failures = 0; failures < limit; failures++) machine.fail().fire();
        expect(machine.state.phase.name).not.toBe('failed');
        machine.fail();
        expect(machine.state.phase.name).toBe('failed');
        expect([machine.poll, machine.timer]).toEqual([undefined, undefined]);
        expect(machine.announced.at(-1)?.category).toBe(
          wasConnected && limit === 0 ? 'PNUnexpectedDisconnectCategory' : 'PNConnectionErrorCategory',
        );
      }),
    );
  });

  test.each([
    ['reconnect()', (machine: LoopMachine) => machine.send({ type: 'reconnectRequested' })],
    ['a new subscription', (machine: LoopMachine) => machine.demand('a b')],
  ])('a failed loop starts again, with all its attempts, by %s', (_, start) => {
    const machine = new LoopMachine(policyOf(1)).demand('a').answer(5).fail().fire().fail();
    expect(machine.state.phase.name).toBe('failed');
    start(machine.wait(FLOOR));
    expect(machine.told).toMatch(/^handshaking/);
    expect(machine.fail().state.phase.name).toBe('waiting');
    expect(machine.state.cursor?.timetoken).toMatch(/5$/);
  });
});

describe('delays', () => {
  test('after a failure lie between the floor and the cap, whatever chance or the server says', () => {
    eachStep(() => ({ input, effects, machine, after: { phase } }) => {
      // In another phase the timer is one of pace: nothing is tried again, it goes on.
      if (input.type !== 'pollFailed' || phase.name !== 'waiting') return;
      for (const { delay } of effectsOf(effects, 'startTimer')) {
        expect(delay).toBeGreaterThanOrEqual(FLOOR);
        const asked = input.error.retryAfter !== undefined;
        expect(delay).toBeLessThanOrEqual(asked ? LONGEST_ASKED_FOR : LONGEST);
        expect(machine.announced.at(-1)?.nextRetryAt).toBe(WALL + machine.now + delay);
      }
    });
  });

  test('are kept by everything that asks for another attempt: none begins within the floor delay', () => {
    eachStep(() => ({ before: { phase, failedAt }, effects, machine }) => {
      if (phase.name !== 'waiting' && phase.name !== 'failed') return;
      if (effectsOf(effects, 'poll').length > 0) expect(machine.now - failedAt).toBeGreaterThanOrEqual(FLOOR);
    });
  });

  // What is refused costs more than what fails: a token for each refusal brings one attempt in two and a half seconds.
  test.each([
    ['reconnectRequested', 50],
    ['tokenChanged', 20],
    ['woke', 50],
  ] as const)(
    'hold in a storm of %s: one attempt in each floor delay at the most, and no fewer than %i in a minute',
    (type, least) => {
      const machine = connected();
      const start = machine.now;
      const error = failure(type === 'tokenChanged' ? 'PN-3002' : 'PN-2001', { channels: ['a'] });
      let failures = 0;
      while (machine.now - start < 60_000) {
        if (machine.poll) {
          machine.fail(error, { refusal: type === 'tokenChanged' });
          failures++;
          // What the documents' own sample does: a status listener that calls back at once.
          machine.send({ type });
        }
        machine.wait(10);
        if (!machine.poll) machine.send({ type });
      }
      expect(failures).toBeLessThanOrEqual(61);
      expect(failures).toBeGreaterThan(least);
    },
  );
});

test('asking for another attempt puts off none that comes sooner under a policy with short delays', () => {
  const reconnection = { ...POLICY.reconnection, delay: () => 100, minimumDelay: 100 };
  const machine = new LoopMachine({ ...POLICY, reconnection }).demand('a').answer(1).fail();
  const { due } = machine.timer ?? { due: Number.NaN };
  expect(due - machine.now).toBe(100);
  for (const type of ['reconnectRequested', 'woke'] as const) {
    machine.send({ type });
    expect(machine.timer?.due).toBe(due);
  }
});

describe('a server that answers at once and has nothing new', () => {
  test('is asked no more than once in each floor delay, after three times', () => {
    const answers = fc.array(
      fc.record({ step: fc.integer({ min: -2, max: 5 }), takes: fc.integer({ min: 0, max: 999 }) }),
      {
        minLength: 10,
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(answers, (script) => {
        const machine = connected();
        const start = machine.now;
        let at = 1;
        for (const { step, takes } of script) {
          if (!machine.poll) machine.fire();
          machine.now += takes;
          at += step;
          machine.answer(at).send({ type: 'delivered', fresh: false });
        }
        expect(machine.now - start).toBeGreaterThanOrEqual((script.length - 3) * FLOOR);
      }),
    );
  });

  test('is not held up once it brings something, or takes its time', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 5, maxLength: 40 }), (script) => {
        const machine = connected();
        let at = 1;
        for (const brings of script) {
          if (!brings) machine.now += FLOOR;
          machine
            .answer(++at, { entries: brings ? [{ any: 'entry' }] : [] })
            .send({ type: 'delivered', fresh: brings });
          expect(machine.poll).toBeDefined();
        }
      }),
    );
  });
});

describe('refused names', () => {
  test('are never all that were accepted, stop at the cursor, and what else was accepted goes on', () => {
    eachStep(() => ({ input, before, after, effects }) => {
      // A filter expression is refused on account of no name.
      if (input.type === 'pollFailed' && input.refusal === 'filter') return;
      for (const { names, cursor } of effectsOf(effects, 'refuse')) {
        const asked = before.phase.name === 'handshaking' ? before.phase.names : before.asked;
        const stopped = intersection(names, before.accepted);
        if (!isEmpty(stopped)) expect(isEmpty(without(asked, names))).toBe(false);
        expect(cursor).toEqual(before.cursor);
        expect(short(after.accepted)).toBe(short(without(before.accepted, names)));
        expect(isEmpty(names)).toBe(false);
      }
    });
  });

  test('cost one handshake each at the most, and one more for a subscription that came meanwhile: the wrangling ends', () => {
    eachStep(() => {
      let refusals = 0;
      let most = 1;
      return ({ input, effects, before, after }) => {
        if (input.type !== 'pollFailed') refusals = 0;
        else if (refusals === 0) {
          const isLeft = input.newest < before.newest || !isEmpty(before.refused);
          most = before.retry && isLeft ? 2 : 1;
        }
        refusals += effectsOf(effects, 'refuse').length;
        const { channels, groups } = after.demand;
        expect(refusals).toBeLessThanOrEqual(most * (channels.length + groups.length));
      };
    });
  });
});
