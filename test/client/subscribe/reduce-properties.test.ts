import { describe, expect, test } from 'vitest';
import { intersection, isEmpty, NO_NAMES, without } from '../../../src/client/subscribe/names.ts';
import { compareTimetokens } from '../../../src/protocol/timetoken.ts';
import { effectsOf } from '../../support/loop-machine.ts';
import { eachStep, scriptsWithEnd } from '../../support/loop-scripts.ts';

describe('whatever happens, in any order', () => {
  // LoopMachine throws where a poll or timer begins while another is under way, or the wrong one is cancelled.
  test('at most one poll and one timer are under way, and the state names them', () => {
    eachStep(() => ({ after: { phase, task }, machine: { poll, timer } }) => {
      expect('poll' in phase && phase.poll === true).toBe(poll !== undefined);
      expect('timer' in phase && phase.timer === true).toBe(timer !== undefined);
      for (const one of [poll, timer]) if (one) expect(one.task).toBe(task);
    });
  });

  test('a timer runs beside a long poll alone, and only where that keeps something from the program', () => {
    eachStep(() => ({ after: { phase, owed }, machine: { poll, timer } }) => {
      if (!poll || !timer) return;
      expect(phase.name).toBe('receiving');
      expect(poll.cursor).toBeDefined();
      expect(owed).toBeDefined();
    });
  });

  test('no id is given out twice, but to a timer beside its poll', () => {
    eachStep(() => {
      let last = 0;
      return ({ before, effects }) => {
        const isBeside = before.phase.name === 'receiving' && before.phase.poll === true;
        for (const { task } of effectsOf(effects, 'poll')) {
          expect(task).toBeGreaterThan(last);
          last = task;
        }
        for (const { task } of effectsOf(effects, 'startTimer')) {
          if (task === last) expect(isBeside || effectsOf(effects, 'poll').length === 1).toBe(true);
          else expect(task).toBeGreaterThan(last);
          last = task;
        }
      };
    });
  });

  test('a handshake asks for what is wanted and not refused, a poll for what of it is accepted, neither for nothing', () => {
    eachStep(() => ({ after, effects }) => {
      for (const { names, cursor } of effectsOf(effects, 'poll')) {
        const wanted = without(after.demand, after.refused);
        expect(names).toEqual(cursor ? intersection(wanted, after.accepted) : wanted);
        expect(isEmpty(names)).toBe(false);
      }
    });
  });

  test('what answers for another poll or timer changes nothing', () => {
    eachStep(() => {
      let current: readonly (number | undefined)[] = [];
      return ({ before, input, after, effects, machine }) => {
        const id = 'task' in input ? input.task : undefined;
        if (id !== undefined && !current.includes(id)) {
          expect(after).toBe(before);
          expect(effects).toEqual([]);
        }
        current = [machine.poll?.task, machine.timer?.task];
      };
    });
  });

  test('the loop is idle exactly while nothing is wanted', () => {
    eachStep(() => ({ after }) => {
      if (after.phase.name !== 'stopped') expect(after.phase.name === 'idle').toBe(isEmpty(after.demand));
    });
  });

  test('what was accepted and what was refused are parts of what is wanted, and apart', () => {
    eachStep(() => ({ after: { accepted, refused, demand } }) => {
      expect(without(accepted, demand)).toEqual(NO_NAMES);
      expect(without(refused, demand)).toEqual(NO_NAMES);
      expect(intersection(accepted, refused)).toEqual(NO_NAMES);
    });
  });
});

describe('after close()', () => {
  test('nothing is under way, and whatever happens changes nothing', () => {
    let ends = 0;
    eachStep(
      () => {
        let closed = false;
        return ({ before, input, after, effects, machine }) => {
          if (closed) {
            expect(after).toBe(before);
            expect(effects).toEqual([]);
          } else if (input.type === 'closed') {
            closed = true;
            ends++;
          }
          if (closed) expect([machine.poll, machine.timer]).toEqual([undefined, undefined]);
        };
      },
      { from: scriptsWithEnd },
    );
    expect(ends).toBeGreaterThan(10);
  });
});

describe('the cursor', () => {
  test('is forgotten only when nothing is wanted any more', () => {
    eachStep(() => ({ before, after }) => {
      if (before.cursor && !after.cursor) expect(after.demand).toEqual(NO_NAMES);
    });
  });

  test('never goes back within a region', () => {
    eachStep(() => ({ before, after }) => {
      if (!before.cursor || !after.cursor || before.cursor.region !== after.cursor.region) return;
      expect(compareTimetokens(after.cursor.timetoken, before.cursor.timetoken)).toBeGreaterThanOrEqual(0);
    });
  });

  test('is moved by answers alone, timetoken and region from the same one', () => {
    eachStep(() => ({ before, input, after }) => {
      if (after.cursor === before.cursor || !after.cursor) return;
      if (input.type === 'polled') expect(after.cursor).toEqual(input.answer.cursor);
      else expect(input).toMatchObject({ type: 'demandChanged', cursor: after.cursor });
    });
  });

  test('is where every long poll goes on, and a handshake never moves one that there is', () => {
    eachStep(() => ({ before, input, after, effects }) => {
      for (const { cursor } of effectsOf(effects, 'poll')) if (cursor) expect(cursor).toBe(after.cursor);
      if (before.phase.name !== 'handshaking' || !before.cursor || isEmpty(after.demand)) return;
      // Where the program wants to start may lie ahead of the server's time, which is not known before.
      const isGiven = before.cursor.region === undefined && input.type === 'polled';
      const ahead = isGiven ? input.answer.cursor.timetoken : before.cursor.timetoken;
      if (compareTimetokens(before.cursor.timetoken, ahead) <= 0) expect(after.cursor).toBe(before.cursor);
    });
  });

  test('that a batch carries is the one that the state has then', () => {
    eachStep(() => ({ after, effects }) => {
      for (const { batch } of effectsOf(effects, 'deliver')) expect(batch.cursor).toBe(after.cursor);
    });
  });
});
