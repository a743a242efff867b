import fc from 'fast-check';
import {
  compareTimetokens,
  isTimetoken,
  timetokenFromBigInt,
  timetokenFromDate,
  timetokenToBigInt,
  timetokenToDate,
} from 'timetoken';
import { describe, expect, it } from 'vitest';

const digits = fc.stringMatching(/^\d{1,19}$/);
const ticks = fc.bigInt({ min: 0n, max: 10n ** 17n - 1n });

describe('timetokens', () => {
  it('fact 65: are added to and subtracted from as bigint', () => {
    const plus = (timetoken: string, by: bigint) => timetokenFromBigInt(timetokenToBigInt(timetoken) + by);
    expect(plus('17457898612467575', 1_000_000n)).toBe('17457898613467575');
    expect(plus('17457898692039206', -3_000_000n)).toBe('17457898689039206');
    expect(timetokenToBigInt('17525257097772389') - timetokenToBigInt('17525257156893384')).toBe(
      -59_120_995n,
    );
  });

  it('are ordered as numbers, whatever their length', () => {
    fc.assert(
      fc.property(digits, digits, (a, b) => {
        const expected = BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0;
        expect(compareTimetokens(a, b)).toBe(expected);
        expect(compareTimetokens(b, a)).toBe(expected === 0 ? 0 : -expected);
      }),
    );
  });

  it.each([
    ['9', '10', -1],
    ['007', '7', 0],
    ['17183967137027575', '17183967137027576', -1],
    ['9007199254740993', '9007199254740992', 1],
    ['0', '0', 0],
  ])('%s against %s is %d', (a, b, order) => {
    expect(compareTimetokens(a, b)).toBe(order);
  });

  it('survive bigint and back with every digit', () => {
    fc.assert(
      fc.property(ticks, (value) => {
        expect(timetokenToBigInt(timetokenFromBigInt(value))).toBe(value);
        expect(timetokenFromBigInt(value)).toHaveLength(17);
      }),
    );
  });

  it('are dates to the millisecond', () => {
    expect(timetokenToDate('17000000000000000')).toEqual(new Date(1_700_000_000_000));
    expect(timetokenToDate('17000000000009999')).toEqual(new Date(1_700_000_000_000));
    expect(timetokenFromDate(new Date(1_700_000_000_123))).toBe('17000000001230000');
    expect(timetokenFromDate(new Date(0))).toBe('00000000000000000');
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date(9_999_999_999_999), noInvalidDate: true }),
        (date) => {
          expect(timetokenToDate(timetokenFromDate(date))).toEqual(date);
        },
      ),
    );
  });

  it.each([
    0,
    '',
    '-1',
    '1.5',
    '1e5',
    '12345678901234567890',
    ' 1',
    '1n',
    null,
    undefined,
    17_000_000_000_000_000,
    1n,
  ])('are strings of one to nineteen digits, and not %s', (value) => {
    expect(isTimetoken(value)).toBe(false);
    if (typeof value === 'string') expect(() => timetokenToBigInt(value)).toThrow(RangeError);
  });

  it('cannot be made of what is no time', () => {
    expect(() => timetokenFromDate(new Date(Number.NaN))).toThrow(RangeError);
    expect(() => timetokenFromDate(new Date(-1))).toThrow(RangeError);
    expect(() => timetokenFromBigInt(-1n)).toThrow(RangeError);
    expect(() => timetokenToDate('soon')).toThrow(RangeError);
  });

  it.each([[undefined], [null], [5], [{ a: 1 }], [[]]] as never[][])(
    'cannot be made of %j, nor compared with it, and the error says what they are made of',
    (value) => {
      const aTimetoken = '17000000000000000' as never;
      for (const call of [
        () => timetokenFromDate(value),
        () => timetokenFromBigInt(value),
        () => timetokenToBigInt(value),
        () => timetokenToDate(value),
        () => compareTimetokens(value, value),
        () => compareTimetokens(value, aTimetoken),
        () => compareTimetokens(aTimetoken, value),
      ]) {
        expect(call).toThrow(RangeError);
        expect(call).toThrow(/^A timetoken (?:is|needs) /);
      }
    },
  );
});
