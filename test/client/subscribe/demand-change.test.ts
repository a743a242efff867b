import { describe, expect, test } from 'vitest';
import { Demand } from '../../../src/client/subscribe/demand.ts';
import { names, tt } from '../../support/loop-machine.ts';
import { acceptedAt, subscriptionOf } from '../../support/loop-subscription.ts';

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
