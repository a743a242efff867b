import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COST, hasten, NO_HASTE, pauseOf } from '../../../src/client/subscribe/pace.ts';
import { effectsOf, failure, LoopMachine, type Observed } from '../../support/loop-machine.ts';
import { connected } from '../../support/loop-phases.ts';

const LEAK = 100;

describe('the bucket', () => {
  test.each([
    ['handshakes', COST.handshake, 100],
    ['returns after a stop', COST.stop + COST.handshake, 17],
    ['refusals, each with its handshake', COST.refusal + COST.handshake, 4],
  ])('takes so many %s at once, and no more', (_, cost, most) => {
    let haste = NO_HASTE;
    for (let count = 0; count < most; count++) {
      expect(pauseOf(haste, 0)).toBe(0);
      haste = hasten(haste, cost, 0);
    }
    expect(pauseOf(haste, 0)).toBeGreaterThan(0);
  });

  test('leaks: after the pause there is room for exactly one more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 100, max: 125 }), (at, level) => {
        const haste = hasten(NO_HASTE, level, at);
        const pause = pauseOf(haste, at);
        expect(pause).toBe((level + 1 - 100) * LEAK);
        expect(pauseOf(haste, at + pause - 2)).toBeGreaterThan(0);
        expect(pauseOf(haste, at + pause + 1)).toBe(0);
        expect(pauseOf(hasten(haste, 1, at + pause), at + pause)).toBeGreaterThan(LEAK - 2);
      }),
    );
  });

  test('is never fuller than full, and a little: who stops asking waits for seconds, not hours', () => {
    let haste = NO_HASTE;
    for (let count = 0; count < 100_000; count++) haste = hasten(haste, COST.stop, 0);
    expect(pauseOf(haste, 0)).toBeGreaterThan(0);
    expect(pauseOf(haste, 0)).toBeLessThanOrEqual(10_000);
  });

  test('is empty after a while, however full it was', () => {
    const haste = hasten(NO_HASTE, 125, 0);
    for (let count = 0, level = haste; count < 100; count++, level = hasten(level, 1, 60_000))
      expect(pauseOf(level, 60_000)).toBe(0);
  });
});

type Move = (machine: LoopMachine, random: number) => unknown;

// What a program can do to the loop, at the worst moment each time.
const MOVES: Readonly<Record<string, Move>> = {
  subscribe: (m, random) => m.demand(`a n${Math.floor(random * 5)}`),
  drop: (m) => m.demand('a', { fresh: false }),
  'drop all and come back': (m) => m.demand('').demand('a'),
  'stop and come back': (m) => m.send({ type: 'disconnectRequested' }).send({ type: 'reconnectRequested' }),
  'reconnect()': (m) => m.send({ type: 'reconnectRequested' }),
  'a token': (m) => m.send({ type: 'tokenChanged' }),
  'a renewed token': (m) => m.send({ type: 'tokenRenewed' }),
  'a filter': (m) => m.send({ type: 'filterChanged' }),
  wake: (m) => m.send({ type: 'woke' }),
};
const ANSWERS: Readonly<Record<string, Move>> = {
  answered: (m) => m.poll && m.answer(1),
  delivered: (m) => m.state.undelivered > 0 && m.send({ type: 'delivered', fresh: true }),
  refused: (m) => m.poll && m.refuse(''),
  failed: (m) => m.poll && m.fail(failure()),
};
const kinds = fc.constantFrom(...Object.keys(MOVES), ...Object.keys(ANSWERS));
const scripts = fc.array(
  fc.record({
    kind: kinds,
    after: fc.constantFrom(0, 0, 0, 1, 20),
    random: fc.double({ min: 0, max: 0.99 }),
  }),
  { minLength: 500, maxLength: 1_500, size: 'max' },
);

function timesOf(pick: (step: Observed) => number) {
  const times: number[] = [];
  const look = (step: Observed) => {
    for (let count = pick(step); count > 0; count--) times.push(step.machine.now);
  };
  return { times, look };
}

// In any window there are no more than the bucket holds, and what has leaked meanwhile.
function expectBounded(times: readonly number[], most: number, every: number): void {
  let worst = 0;
  for (const [first, from] of times.entries())
    for (let last = first; last < times.length; last++) {
      const to = times[last] ?? from;
      worst = Math.max(worst, last - first + 1 - (to - from) / every);
    }
  expect(worst).toBeLessThanOrEqual(most);
}

describe('whatever a program does, and whenever', () => {
  test('handshakes are bounded in every window of time', () => {
    let most = 0;
    fc.assert(
      fc.property(scripts, (script) => {
        const { times, look } = timesOf(
          ({ effects }) => effectsOf(effects, 'poll').filter(({ cursor }) => !cursor).length,
        );
        const machine = new LoopMachine(undefined, look).demand('a');
        for (const { kind, after, random } of script) {
          machine.wait(after);
          (MOVES[kind] ?? ANSWERS[kind])?.(machine, random);
        }
        most = Math.max(most, times.length);
        expectBounded(times, 101, LEAK);
      }),
      { numRuns: 15 },
    );
    // The scripts do reach the bound.
    expect(most).toBeGreaterThan(10);
  });

  test.each(Object.entries(MOVES))(
    '%s, ten thousand times at once, costs at most a hundred handshakes',
    (_, act) => {
      const { times, look } = timesOf(
        ({ effects }) => effectsOf(effects, 'poll').filter(({ cursor }) => !cursor).length,
      );
      const machine = new LoopMachine(undefined, look).demand('a').answer(1);
      for (let count = 0; count < 10_000; count++) {
        act(machine, (count % 10) / 10);
        if (machine.poll) machine.answer(1).send({ type: 'delivered', fresh: true });
      }
      expect(times.length).toBeLessThanOrEqual(101);
    },
  );

  test('a token for every refusal: the fifth waits, and then one in two and a half seconds', () => {
    const machine = connected('a').demand('a b');
    let refusals = 0;
    const serve = () => {
      while (machine.poll && !machine.poll.cursor) {
        if (!machine.poll.names.channels.includes('b')) machine.answer(1);
        else {
          machine.refuse('b').send({ type: 'tokenChanged' });
          refusals++;
        }
      }
    };
    serve();
    expect(refusals).toBe(4);
    const start = machine.now;
    while (machine.now - start < 60_000) {
      machine.wait(50);
      if (machine.poll?.cursor) machine.answer(1).send({ type: 'delivered', fresh: true });
      serve();
    }
    expect(refusals).toBeGreaterThan(20);
    expect(refusals).toBeLessThanOrEqual(4 + 60_000 / 2_500 + 1);
  });

  test('a loop that was hurried is connected within seconds of the last call', () => {
    for (const act of Object.values(MOVES)) {
      const machine = new LoopMachine().demand('a').answer(1);
      for (let count = 0; count < 5_000; count++) act(machine, 0);
      const end = machine.now + 15_000;
      while (machine.now < end) {
        if (machine.poll && !machine.poll.cursor) machine.answer(1);
        machine.wait(100);
      }
      expect(machine.state.phase.name).toBe('receiving');
    }
  });
});

describe('who is told to have left', () => {
  test.each([
    ['disconnect() and reconnect()', MOVES['stop and come back']],
    ['unsubscribeAll() and subscribe()', MOVES['drop all and come back']],
  ])('hears of it once for each time it was asked for, whatever %s do', (_, act) => {
    const { times: left, look: lookAtLeaves } = timesOf(({ effects }) => effectsOf(effects, 'leave').length);
    const { times: asked, look } = timesOf(({ effects }) => effectsOf(effects, 'poll').length);
    const both = (step: Observed) => {
      look(step);
      lookAtLeaves(step);
    };
    const machine = new LoopMachine(undefined, both).demand('a').answer(1);
    for (let count = 0; count < 1_000; count++) act?.(machine, 0);
    expect(left.length).toBeLessThanOrEqual(asked.length);
  });
});
