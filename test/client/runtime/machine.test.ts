import { describe, expect, test } from 'vitest';
import { Machine, type MachineRules } from '../../../src/client/runtime/machine.ts';
import { steadyClock } from '../../../src/client/runtime/steady-clock.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

type Input =
  | { readonly type: 'said'; readonly words: readonly string[] }
  | { readonly type: 'begun' | 'ended' };
type Effect = { readonly type: 'say'; readonly word: string } | { readonly type: 'ask' };
type Rules = MachineRules<number, Input, Effect>;

/** A machine that says words, and whose requests are cancelled by name; the state counts its inputs. */
function machineWith(more: Partial<Rules> = {}) {
  const clock = new VirtualClock();
  const done: string[] = [];
  const failures: unknown[] = [];
  const answer = Promise.withResolvers<Input>();
  const machine = new Machine<number, Input, Effect>(0, {
    clock: steadyClock(clock),
    step: (count, input) => {
      const task = count + 1;
      switch (input.type) {
        case 'said':
          return [task, input.words.map((word) => ({ type: 'say', word }))];
        case 'begun':
          return [task, [{ type: 'ask' }, { type: 'startTimer', task, delay: 100 }]];
        case 'ended':
          return [task, [{ type: 'cancel' }]];
        case 'timerFired':
          return [task, [{ type: 'say', word: `fired ${input.task}` }]];
      }
    },
    perform: (effect) => {
      done.push(effect.type === 'say' ? effect.word : 'asked');
      if (effect.type === 'say') return;
      return ({ signal }) => {
        signal.addEventListener('abort', () => void done.push('cancelled'));
        return answer.promise;
      };
    },
    failed: (error) => void failures.push(error),
    ...more,
  });
  const say = (...words: string[]) => machine.dispatch({ type: 'said', words });
  return { machine, clock, done, failures, say, answer };
}

describe('a machine', () => {
  test('carries out what each step asks for, in its order', () => {
    const { machine, done, say } = machineWith();
    say('a', 'b');
    say('c');
    expect([machine.state, done]).toEqual([2, ['a', 'b', 'c']]);
  });

  test('never nests steps: what a listener asks for comes after the step that told it', () => {
    const order: string[] = [];
    const { say } = machineWith({
      perform: (effect) => {
        const word = effect.type === 'say' ? effect.word : '';
        order.push(`told ${word}`);
        if (word === 'a') say('c');
        order.push(`heard ${word}`);
        return;
      },
    });
    say('a', 'b');
    expect(order).toEqual(['told a', 'heard a', 'told b', 'heard b', 'told c', 'heard c']);
  });

  test('tells each change of its state ahead of the effects, with what caused it', () => {
    const order: unknown[] = [];
    const { say } = machineWith({
      entered: (state, before, input) => void order.push([before, state, input.type]),
      perform: () => void order.push('done'),
    });
    say('a');
    expect(order).toEqual([[0, 1, 'said'], 'done']);
  });

  test('carries out every other effect of a step of which one throws, and reports it', () => {
    const error = new Error('of a listener');
    const done: string[] = [];
    const { failures, say } = machineWith({
      entered: () => {
        throw error;
      },
      perform: (effect) => {
        if (effect.type === 'say' && effect.word === 'a') throw error;
        done.push(effect.type);
        return;
      },
    });
    say('a', 'b');
    expect([failures, done]).toEqual([[error, error], ['say']]);
  });

  test('fires its timer with the task that started it', async () => {
    const { machine, clock, done } = machineWith();
    machine.dispatch({ type: 'begun' });
    await clock.advance(100);
    expect(done).toEqual(['asked', 'fired 1']);
  });

  test('cancels the request and the timer that are under way, once', async () => {
    const { machine, clock, done } = machineWith();
    machine.dispatch({ type: 'begun' });
    machine.dispatch({ type: 'ended' });
    machine.dispatch({ type: 'ended' });
    expect(clock.pending).toBe(0);
    await clock.advance(100);
    expect(done).toEqual(['asked', 'cancelled']);
  });

  test('takes the outcome of a request as an input, and cancels no request that has ended', async () => {
    const { machine, done, answer } = machineWith();
    machine.dispatch({ type: 'begun' });
    answer.resolve({ type: 'said', words: ['answered'] });
    await answer.promise;
    machine.dispatch({ type: 'ended' });
    expect(done).toEqual(['asked', 'answered']);
  });

  test('takes steps that listeners answer with steps five hundred at a time, and rests between', async () => {
    let calls = 0;
    const { machine, clock, say } = machineWith({
      perform: () => {
        calls++;
        say('again');
        return;
      },
    });
    say('once');
    expect(calls).toBe(500);
    await clock.advance(999);
    expect(calls).toBe(500);
    await clock.advance(1);
    expect(calls).toBe(1_000);
    machine.dispatch({ type: 'ended' }, true);
    expect(calls).toBe(1_499);
  });

  test('does not rest where five hundred steps bring the queue to its end', () => {
    const { clock, say } = machineWith();
    for (let count = 0; count < 1_200; count++) say('a');
    expect(clock.pending).toBe(0);
  });
});
