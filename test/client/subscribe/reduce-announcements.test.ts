import { describe, expect, test } from 'vitest';
import { type Names, sameNames, without } from '../../../src/client/subscribe/names.ts';
import { effectsOf, type Observed, policyOf, WALL } from '../../support/loop-machine.ts';
import { eachStep, scriptsWithEnd } from '../../support/loop-scripts.ts';

const ENDINGS = ['disconnectRequested', 'closed'];

function isEnding({ input, after }: Observed): boolean {
  return ENDINGS.includes(input.type) || after.phase.name === 'idle';
}

// What it loses is told of as PNDisconnected.
function isPageGone({ after }: Observed): boolean {
  return after.phase.name === 'hidden' && after.established;
}

describe('an outage', () => {
  test('is announced by one PNUnexpectedDisconnect, and ended by PNReconnected or by the program', () => {
    eachStep(
      () => {
        let lost = false;
        return (step) => {
          for (const { category } of step.machine.announced) {
            if (category === 'PNUnexpectedDisconnectCategory') {
              expect(lost).toBe(false);
              lost = true;
            }
            if (category === 'PNReconnectedCategory') {
              expect(lost).toBe(true);
              lost = false;
            }
          }
          lost = !isEnding(step) && (lost || isPageGone(step));
          // No connection counts as one while its loss is not over.
          if (step.after.phase.name === 'receiving') expect(lost).toBe(false);
        };
      },
      { from: scriptsWithEnd },
    );
  });

  test('is announced only where there was a connection', () => {
    eachStep(() => {
      let connected = false;
      return (step) => {
        for (const { category } of step.machine.announced) {
          if (category === 'PNConnectedCategory') connected = true;
          if (/Unexpected|Reconnected/.test(category)) expect(connected).toBe(true);
        }
        if (isEnding(step)) connected = false;
      };
    });
  });

  test('names its attempt and its next one with each failure', () => {
    eachStep(() => ({ input, before, after, machine }) => {
      if (input.type !== 'pollFailed' || before === after) return;
      if (after.phase.name !== 'waiting' || !after.phase.timer) return;
      expect(after.attempt).toBeGreaterThanOrEqual(1);
      expect(after.attempt).toBeLessThanOrEqual(before.attempt + 1);
      const { error, due } = after.phase;
      // The delay is measured on a clock that does not jump, and told as the time of day.
      const nextRetryAt = WALL + due;
      expect(machine.announced.at(-1)).toMatchObject({ attempt: after.attempt, nextRetryAt, error });
    });
  });

  test('that the policy ends is announced as such', () => {
    eachStep(
      () =>
        ({ before, after, machine }) => {
          if (after.phase.name !== 'failed' || before.phase.name === 'failed') return;
          expect(machine.announced.map(({ category }) => category)).toEqual([
            before.established && !before.outage
              ? 'PNUnexpectedDisconnectCategory'
              : 'PNConnectionErrorCategory',
          ]);
        },
      { policy: policyOf(1) },
    );
  });
});

describe('PNConnected', () => {
  test('is announced exactly when the server accepted another names than before, or the first one', () => {
    eachStep(() => {
      let standing: Names | undefined;
      return (step) => {
        const { after, effects, machine } = step;
        for (const { names } of effectsOf(effects, 'accept')) {
          const said = machine.announced.some(({ category }) => category === 'PNConnectedCategory');
          expect(said).toBe(standing === undefined || !sameNames(standing, names));
          standing = names;
        }
        if (isEnding(step)) standing = undefined;
        // What was dropped or refused since counts no more: taking it back is a change.
        for (const { names } of effectsOf(effects, 'refuse'))
          if (standing && step.after.phase.name !== 'waiting') standing = without(standing, names);
        if (standing) standing = without(standing, without(standing, after.demand));
      };
    });
  });

  test('and PNReconnected name the names that was accepted', () => {
    eachStep(() => ({ effects, machine }) => {
      for (const { category, names } of machine.announced) {
        if (!/^PN(Rec|C)onnectedCategory$/.test(category)) continue;
        expect(effectsOf(effects, 'accept').map((effect) => effect.names)).toEqual([names]);
      }
    });
  });
});

describe('the others', () => {
  test('PNDisconnected comes with every stop of a loop that ran, with the names it had', () => {
    eachStep(
      () => (step) => {
        const { before, after, machine } = step;
        const ran = !['idle', 'stopped'].includes(before.phase.name);
        const ended = ['idle', 'stopped'].includes(after.phase.name);
        const said = machine.announced.filter(({ category }) => category === 'PNDisconnectedCategory');
        if (ran && ended) expect(said.map(({ names }) => names)).toEqual([before.demand]);
      },
      { from: scriptsWithEnd },
    );
  });

  test('a refusal comes with the names that were refused and its error', () => {
    eachStep(() => ({ effects, machine }) => {
      for (const { names, error } of effectsOf(effects, 'refuse'))
        expect(machine.announced).toContainEqual(
          expect.objectContaining({ category: error.category, names, error }),
        );
    });
  });

  test('PNSubscriptionChanged comes with the names that were dropped, while others stay', () => {
    eachStep(() => ({ before, after, input, machine }) => {
      if (input.type !== 'demandChanged' || after.phase.name === 'idle') return;
      const gone = without(before.demand, after.demand);
      const said = machine.announced.filter(({ category }) => category === 'PNSubscriptionChangedCategory');
      expect(said.map(({ names }) => names)).toEqual(
        gone.channels.length + gone.groups.length > 0 ? [gone] : [],
      );
    });
  });
});
