import { describe, expect, test } from 'vitest';
import { Demand } from '../../../src/client/subscribe/demand.ts';
import { type DemandChange, DemandChanges } from '../../../src/client/subscribe/demand-changes.ts';
import type { LiveSubscription } from '../../../src/client/subscribe/live-subscription.ts';
import type { Names } from '../../../src/client/subscribe/names.ts';
import { names, short, tt } from '../../support/loop-machine.ts';
import { acceptedAt, subscriptionOf } from '../../support/loop-subscription.ts';

function changesOf() {
  const demand = new Demand();
  const told: DemandChange[] = [];
  const leaving = new Map<string, Promise<unknown>>();
  const leaves = ({ channels }: Names) =>
    channels.map((name) => leaving.get(name)).find((one) => one !== undefined);
  const changes = new DemandChanges(demand, { leaves }, (change) => void told.push(change));
  const add = (subscription: LiveSubscription) => {
    demand.add(subscription);
    return changes.add(subscription);
  };
  const texts = () => told.map((change) => short(change.demand));
  return { demand, changes, told, texts, leaving, add };
}

const startingAt = (text: string, at: number) =>
  subscriptionOf(text, { start: { timetoken: tt(at), region: undefined } });

describe('what changes in one turn', () => {
  test('is one change, with the newest subscription and the oldest start', async () => {
    const { told, texts, add } = changesOf();
    const last = startingAt('c', 9);
    const done = [add(startingAt('a', 8)), add(startingAt('b', 3)), add(last)];
    expect(told).toEqual([]);
    await Promise.all(done);
    expect(texts()).toEqual(['a b c']);
    expect(told[0]).toMatchObject({ newest: last.id, cursor: { timetoken: tt(3), region: undefined } });
  });

  test('has no newest subscription and no start where something was only dropped', async () => {
    const { demand, changes, told, add } = changesOf();
    const one = startingAt('a b', 3);
    await add(one);
    demand.drop(one, names('b'));
    await changes.note();
    expect(told[1]).toEqual({ demand: names('a') });
  });

  test('leaves out what was ended in the same turn', async () => {
    const { demand, told, texts, add } = changesOf();
    const kept = subscriptionOf('a');
    void add(kept);
    const ended = startingAt('b', 3);
    const done = add(ended);
    demand.drop(ended, names('b'));
    ended.end();
    await done;
    expect(texts()).toEqual(['a']);
    expect(told[0]).toEqual({ demand: names('a'), newest: kept.id });
  });

  test('leaves out whom a handshake has accepted already', async () => {
    const { told, add } = changesOf();
    await add(acceptedAt('a', tt(5)));
    expect(told).toEqual([{ demand: names('a') }]);
  });
});

describe('a subscription to a name that is being left', () => {
  test('waits for the leave, while the others go on', async () => {
    const { told, texts, leaving, add } = changesOf();
    let left = () => {};
    leaving.set(
      'a',
      new Promise<void>((resolve) => {
        left = resolve;
      }),
    );
    const late = startingAt('a', 3);
    void add(late);
    await add(subscriptionOf('b'));
    expect(texts()).toEqual(['b']);
    expect(told[0]?.cursor).toBe(undefined);
    leaving.delete('a');
    left();
    for (let count = 0; count < 5; count++) await Promise.resolve();
    expect(texts()).toEqual(['b', 'a b']);
    expect(told[1]).toMatchObject({ newest: late.id, cursor: { timetoken: tt(3) } });
  });
});
