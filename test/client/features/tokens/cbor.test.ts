import { encode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCbor } from '../../../../src/client/features/tokens/cbor.ts';

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

describe('decodeCbor()', () => {
  // The examples of RFC 8949, appendix A, as far as they are of the subset.
  it.each([
    ['00', 0],
    ['17', 23],
    ['1818', 24],
    ['1903e8', 1000],
    ['1a000f4240', 1_000_000],
    ['1b000000e8d4a51000', 1_000_000_000_000],
    ['1bffffffffffffffff', 18_446_744_073_709_551_615n],
    ['20', -1],
    ['3903e7', -1000],
    ['3bffffffffffffffff', -18_446_744_073_709_551_616n],
    ['f90000', 0],
    ['f93c00', 1],
    ['f97bff', 65_504],
    ['f90001', 2 ** -24],
    ['f9c400', -4],
    ['f97c00', Number.POSITIVE_INFINITY],
    ['f97e00', Number.NaN],
    ['fa47c35000', 100_000],
    ['fb3ff199999999999a', 1.1],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['f7', undefined],
    ['40', new Uint8Array()],
    ['4401020304', Uint8Array.of(1, 2, 3, 4)],
    ['60', ''],
    ['62c3bc', null],
    ['63e6b0b4', '水'],
    ['80', []],
    ['8301820203820405', [1, [2, 3], [4, 5]]],
    ['a0', {}],
    ['a26161016162820203', { a: 1, b: [2, 3] }],
    ['a1417601', { v: 1 }],
  ])('reads %s', (hex, value) => {
    expect(decodeCbor(bytes(hex))).toEqual(hex === '62c3bc' ? 'ü' : value);
  });

  it.each([
    ['', 'nothing'],
    ['1a0000', 'half of a number'],
    ['5affffffff00', 'more bytes than there are'],
    ['7bffffffffffffffff00', 'a text longer than any'],
    ['9affffffff', 'a list longer than any'],
    ['bbffffffffffffffff', 'a map longer than any'],
    ['9f01ff', 'a list of open length'],
    ['5f4101ff', 'bytes of open length'],
    ['1c', 'a reserved length'],
    ['c074323031', 'a tag'],
    ['f8ff', 'a simple value'],
    ['ff', 'an end without a beginning'],
    ['62c328', 'a text that is not UTF-8'],
    ['a10102', 'a key that is a number'],
    ['a181010102', 'a key that is a list'],
    ['0001', 'two items'],
  ])('throws on %s: %s', (hex) => {
    expect(() => decodeCbor(bytes(hex))).toThrow(Error);
  });

  it.each([20, 100_000])('throws on %i lists in one another before the stack does', (depth) => {
    expect(() => decodeCbor(bytes(`${'81'.repeat(depth)}00`))).toThrow('nested too deep');
  });

  it('gives records without a prototype, whatever their keys are called', () => {
    const record = decodeCbor(
      encode(
        new Map([
          ['__proto__', 1],
          ['constructor', 2],
        ]),
      ),
    );
    expect(Object.getPrototypeOf(record)).toBe(null);
    expect(Object.entries(Object(record))).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
    ]);
  });

  it('reads what another library has written', () => {
    const value = fc.jsonValue({ maxDepth: 5 }).map((json) => JSON.parse(JSON.stringify(json)));
    fc.assert(
      fc.property(value, (json) => {
        expect(decodeCbor(encode(json))).toEqual(json);
      }),
    );
  });

  it('ends on any bytes, with a value or an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (input) => {
        try {
          decodeCbor(input);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
