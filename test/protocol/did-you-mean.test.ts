import { describe, expect, it } from 'vitest';
import { EVENT_NAMES } from '../../src/client/listeners/events.ts';
import { didYouMean, nearest, oneOf } from '../../src/protocol/did-you-mean.ts';
import { kindOf } from '../../src/protocol/names.ts';

const OPTIONS = ['signal', 'timeout'];

describe('the nearest word', () => {
  it.each([
    ['mesage', 'message'],
    ['Message', 'message'],
    ['messages', 'message'],
    ['emssage', 'message'],
    ['mesaeg', 'message'],
    ['mesaegg', undefined],
    ['massages', 'message'],
    ['messageaction', 'messageAction'],
    ['messageActoin', 'messageAction'],
    ['stauts', 'status'],
    ['stats', 'status'],
    ['State', 'state'],
    ['files', 'file'],
    ['gaps', 'gap'],
    ['prescence', 'presence'],
    ['invalidMesage', 'invalidMessage'],
    ['', undefined],
    ['name', undefined],
    ['log', undefined],
    ['start', undefined],
    ['constructor', undefined],
    ['toString', undefined],
    ['x'.repeat(100_000), undefined],
  ])('to %s is %s', (word, expected) => {
    expect(nearest(word, EVENT_NAMES)).toBe(expected);
  });

  it('is the word itself before any other', () => {
    for (const name of EVENT_NAMES) expect(nearest(name, EVENT_NAMES)).toBe(name);
  });

  it('is found after a slip anywhere in a long word', () => {
    for (const name of EVENT_NAMES.filter(({ length }) => length > 5)) {
      for (let index = 0; index < name.length; index++) {
        for (const instead of ['', 'x', 'xy'])
          expect(nearest(name.slice(0, index) + instead + name.slice(index + 1), EVENT_NAMES)).toBe(name);
      }
    }
  });

  it('ends a sentence, or names them all', () => {
    expect(didYouMean('timeOut', OPTIONS)).toBe('; did you mean "timeout"?');
    expect(didYouMean('retrials', OPTIONS)).toBe('.');
    expect(oneOf('singal', OPTIONS)).toBe('; did you mean "signal"?');
    expect(oneOf('retrials', OPTIONS)).toBe('; it must be one of signal, timeout.');
    for (const word of [undefined, null, 7, Symbol('x'), {}])
      expect([didYouMean(word, OPTIONS), oneOf(word, OPTIONS)]).toEqual([
        '.',
        '; it must be one of signal, timeout.',
      ]);
  });
});

it('a value is told by its kind', () => {
  expect([undefined, null, 'x', 7, true, {}, () => 1, Symbol('x')].map(kindOf)).toEqual([
    ...['undefined', 'null', 'a string', 'a number', 'a boolean', 'an object', 'a function', 'a symbol'],
  ]);
});
