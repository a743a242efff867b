import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Demand } from '../../../src/client/subscribe/demand.ts';
import { LiveSubscription } from '../../../src/client/subscribe/live-subscription.ts';
import { type Mix, mixOf } from '../../../src/client/subscribe/mix.ts';
import { names, short } from '../../support/loop-machine.ts';

const NAMES = ['a', 'n.x', 'n.*', 'n.m.*', '@g', '@h'];
const mixes = fc.subarray(NAMES, { minLength: 1 }).map((list) => names(list.join(' ')));

function subscription(mix: Mix): LiveSubscription {
  return new LiveSubscription({ remove: () => {}, relieved: () => {}, failed: () => {} }, { mix });
}

function filled(list: readonly Mix[]): { demand: Demand; all: readonly LiveSubscription[] } {
  const demand = new Demand();
  const all = list.map(subscription);
  for (const one of all) demand.add(one);
  return { demand, all };
}

describe('what a program wants', () => {
  test('is what any of its subscriptions wants, until the last of them drops it', () => {
    fc.assert(
      fc.property(
        fc.array(mixes, { minLength: 1, maxLength: 5 }),
        fc.array(fc.tuple(fc.nat(), mixes)),
        (list, drops) => {
          const { demand, all } = filled(list);
          for (const [index, mix] of drops) {
            const victim = all[index % all.length];
            if (victim) demand.drop(victim, mix);
          }
          const left = all.map(({ interest }) => interest.mix);
          const expected = mixOf(
            left.flatMap(({ channels }) => channels),
            left.flatMap(({ groups }) => groups),
          );
          expect(demand.mix).toEqual(expected);
          expect([...demand.subscriptions]).toEqual(all.filter(({ interest }) => short(interest.mix) !== ''));
        },
      ),
    );
  });

  test('finds for an entry exactly the subscriptions whose names cover it', () => {
    const entries = fc.tuple(
      fc.constantFrom('a', 'b', 'n.x', 'n.m.y', 'n.'),
      fc.constantFrom(undefined, 'g', 'h', 'n.*', 'a'),
    );
    fc.assert(
      fc.property(fc.array(mixes, { maxLength: 5 }), entries, (list, [channel, match]) => {
        const { demand, all } = filled(list);
        const found = new Set(demand.candidates(channel, match));
        expect(found).toEqual(new Set(all.filter(({ interest }) => interest.covers(channel, match))));
      }),
      { numRuns: 300 },
    );
  });
});
