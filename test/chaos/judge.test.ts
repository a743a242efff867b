import { describe, expect, test } from 'vitest';
import { Ear, judge, Ledger, type Named, NOTHING } from '../support/chaos-ledger.ts';

// Messages 0, 1, 3 and 4 are acknowledged; of 2 nobody knows, and 5 was not sent.
function ledgerOf(keptSince = '0'): Ledger {
  const ledger = new Ledger(['a']);
  for (const fate of ['10', '11', 'unknown', '13', '14', 'not sent'] as const) ledger.note('a', fate);
  ledger.keptSince = keptSince;
  return ledger;
}

function earOf(numbers: readonly number[], gaps: readonly Partial<Named>[] = []): Ear {
  const ear = new Ear('somebody', ['a', 'everything', 'a*']);
  for (const number of numbers) ear.put('a', number);
  for (const gap of gaps) ear.gaps.push({ presence: false, from: '10', to: '13', ...gap });
  return ear;
}

describe('the judge of a storm', () => {
  test.each([
    ['everything, and the one of unknown fate', [0, 1, 2, 3, 4], {}],
    ['everything but the one of unknown fate', [0, 1, 3, 4], {}],
    ['the one of unknown fate late', [0, 1, 3, 4, 2], {}],
    ['a message twice', [0, 1, 1, 3, 4], { doubled: 1 }],
    ['two in the wrong order', [0, 3, 1, 4], { disordered: 1 }],
    ['one less', [0, 1, 3], { lost: 1 }],
    ['one that was not sent', [0, 1, 3, 4, 5], { invented: 1 }],
    ['one that nobody published', [0, 1, 3, 4, 9], { invented: 1 }],
  ])('sees %s', (_, numbers, expected) =>
    expect(judge(earOf(numbers), ledgerOf())).toEqual({ ...NOTHING, ...expected }),
  );

  test.each([
    ['its channel', { channel: 'a' }, { named: 2 }],
    ['its group', { channelGroup: 'everything' }, { named: 2 }],
    ['its wildcard', { wildcard: 'a*' }, { named: 2 }],
    ['another channel', { channel: 'b' }, { lost: 2 }],
    ['another group', { channelGroup: 'other' }, { lost: 2 }],
    ['the presence of its channel', { channel: 'a', presence: true }, { lost: 2 }],
    ['an earlier range', { channel: 'a', from: '0', to: '10' }, { lost: 2 }],
    ['a range that ends too early', { channel: 'a', to: '11' }, { named: 1, lost: 1 }],
  ])('takes what a gap of %s covers for named, and nothing else', (_, gap, expected) =>
    expect(judge(earOf([0, 4], [gap]), ledgerOf('99'))).toEqual({ ...NOTHING, gaps: 1, ...expected }),
  );

  test('takes no gap for an excuse when the log still has the message', () =>
    expect(judge(earOf([0, 4], [{ channel: 'a' }]), ledgerOf('11'))).toMatchObject({ named: 1, lost: 1 }));
});
