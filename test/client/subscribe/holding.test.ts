import { describe, expect, test } from 'vitest';
import type { PNMessageResult } from '../../../src/client/listeners/events.ts';
import { Holding } from '../../../src/client/subscribe/holding.ts';
import { range } from '../../support/loop-history.ts';
import { tt } from '../../support/loop-machine.ts';

const MEGA = 1024 * 1024;

function messageAt(at: number): PNMessageResult {
  return {
    ...{ channel: 'a', subscription: null, timetoken: tt(at), publisher: 'bob' },
    ...{ message: at, userMetadata: undefined, customMessageType: undefined },
  };
}

function filled(ids: readonly number[], counts: readonly number[], bytes = 1): Holding {
  const holding = new Holding();
  for (const id of ids) holding.begin(id);
  for (const at of counts) holding.hold(messageAt(at), ids, bytes);
  return holding;
}

const taken = (holding: Holding, id: number) => holding.take(id).map(({ message }) => message);

describe('messages that are held', () => {
  test('are given in order, once, to each subscription that they are for', () => {
    const holding = filled([1, 2], [1, 2]);
    holding.hold(messageAt(3), [2], 1);
    expect(taken(holding, 1)).toEqual([1, 2]);
    expect([holding.has(1), taken(holding, 1)]).toEqual([false, []]);
    expect(taken(holding, 2)).toEqual([1, 2, 3]);
  });

  test('are none of a subscription that never waited', () => {
    expect(taken(filled([1], [1]), 2)).toEqual([]);
  });

  test('are the newest thousand, of all subscriptions together', () => {
    for (const more of [0, 1, 999, 1_000, 1_001, 5_000])
      expect(taken(filled([1, 2, 3], range(1, 1_000 + more)), 2)).toEqual(range(1 + more, 1_000 + more));
  });

  test('are the newest two megabytes', () => {
    expect(taken(filled([1], range(1, 10), MEGA), 1)).toEqual([9, 10]);
    expect(taken(filled([1], range(1, 10), 1.5 * MEGA), 1)).toEqual([10]);
    expect(taken(filled([1], range(1, 10), 3 * MEGA), 1)).toEqual([]);
  });

  test('make room again when they are taken: nothing of before counts against what comes', () => {
    const holding = filled([1], [1, 2], MEGA);
    expect(taken(holding, 1)).toEqual([1, 2]);
    holding.begin(2);
    for (const at of [3, 4]) holding.hold(messageAt(at), [2], MEGA);
    expect(taken(holding, 2)).toEqual([3, 4]);
  });
});
