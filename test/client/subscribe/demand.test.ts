import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Demand } from '../../../src/client/subscribe/demand.ts';
import type { LiveSubscription } from '../../../src/client/subscribe/live-subscription.ts';
import { namesOf } from '../../../src/client/subscribe/names.ts';
import { names, short, tt } from '../../support/loop-machine.ts';
import { acceptedAt, subscriptionOf } from '../../support/loop-subscription.ts';

const NAMES = ['a', 'n.x', 'n.*', 'n.m.*', '@g', '@h'];
const mixes = fc.subarray(NAMES, { minLength: 1 }).map((list) => list.join(' '));

function filled(list: readonly string[]): { demand: Demand; all: readonly LiveSubscription[] } {
  const demand = new Demand();
  const all = list.map((text) => subscriptionOf(text));
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
          for (const [index, text] of drops) {
            const victim = all[index % all.length];
            if (victim) demand.drop(victim, names(text));
          }
          expect(demand.names).toEqual(unionOf(all));
          expect([...demand.subscriptions]).toEqual(
            all.filter(({ interest }) => short(interest.names) !== ''),
          );
        },
      ),
    );
  });

  test('can be told without some of its subscriptions: what others want too stays', () => {
    fc.assert(
      fc.property(fc.array(mixes, { minLength: 1, maxLength: 5 }), fc.array(fc.nat()), (list, indices) => {
        const { demand, all } = filled(list);
        const out = all.filter((_, index) => indices.includes(index));
        expect(demand.namesWithout(out)).toEqual(unionOf(all.filter((one) => !out.includes(one))));
      }),
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
        expect(found).toEqual(
          new Set(all.filter(({ interest }) => interest.match(channel, match) !== undefined)),
        );
      }),
      { numRuns: 300 },
    );
  });
});

test('state is told for the channels that are asked for and still wanted, the last given wins', () => {
  const demand = new Demand();
  const states = [{ text: 'a b', state: { n: 1 } }, { text: 'b c', state: { n: 2 } }, { text: 'd' }];
  for (const { text, ...more } of states) demand.add(subscriptionOf(text, more));
  expect(JSON.parse(demand.stateText(names('a b d')) ?? '')).toEqual({ a: { n: 1 }, b: { n: 2 } });
  expect(demand.stateText(names('d'))).toBe(undefined);
});

const startingAt = (text: string, at: number) =>
  subscriptionOf(text, { start: { timetoken: tt(at), region: undefined } });

const never = () => false;

describe('what changes in one turn', () => {
  test('is one change, with the newest subscription and the oldest start', () => {
    const demand = new Demand();
    const all = [startingAt('a', 8), startingAt('b', 3), startingAt('c', 9)];
    for (const one of all) demand.add(one);
    const cursor = { timetoken: tt(3), region: undefined };
    expect(demand.takeChange(never)).toEqual({ demand: names('a b c'), newest: all[2]?.id, cursor });
  });

  test('has no newest subscription and no start where something was only dropped', () => {
    const demand = new Demand();
    const one = startingAt('a b', 3);
    demand.add(one);
    demand.takeChange(never);
    demand.drop(one, names('b'));
    expect(demand.takeChange(never)).toEqual({ demand: names('a') });
  });

  test('leaves out what was ended in the same turn', () => {
    const demand = new Demand();
    const [kept, ended] = [subscriptionOf('a'), startingAt('b', 3)];
    for (const one of [kept, ended]) demand.add(one);
    demand.drop(ended, names('b'));
    ended.end();
    expect(demand.takeChange(never)).toEqual({ demand: names('a'), newest: kept.id });
  });

  test('leaves out whom a handshake has accepted already', () => {
    const demand = new Demand();
    demand.add(acceptedAt('a', tt(5)));
    expect(demand.takeChange(never)).toEqual({ demand: names('a') });
  });

  test('is told later of a subscription that must wait, while the others go on', () => {
    const demand = new Demand();
    const [late, other] = [startingAt('a', 3), subscriptionOf('b')];
    for (const one of [late, other]) demand.add(one);
    expect(demand.takeChange((one) => one === late)).toEqual({ demand: names('b'), newest: other.id });
    expect(demand.takeChange(never)).toMatchObject({ demand: names('a b'), newest: late.id });
  });
});

function unionOf(all: readonly LiveSubscription[]) {
  const left = all.map(({ interest }) => interest.names);
  return namesOf(
    left.flatMap(({ channels }) => channels),
    left.flatMap(({ groups }) => groups),
  );
}
