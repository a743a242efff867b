import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAnswer as read } from '../../../src/client/subscribe/endpoint.ts';
import { entryAt, tt } from '../../support/loop-machine.ts';
import { GARBAGE } from '../../support/loop-world-scripts.ts';

const readAnswer = (text: string) => read(JSON.parse(text), text);

describe('the answer of a subscribe request', () => {
  test('gives its cursor, its entries as they are, and the gaps that it tells of', () => {
    const entries = [entryAt(2), 'odd', null];
    const gaps = [{ c: 'a', from: '1', to: '2' }];
    const text = JSON.stringify({ t: { t: tt(1), r: 12 }, m: entries, g: gaps });
    expect(readAnswer(text)).toMatchObject({ cursor: { timetoken: tt(1), region: 12 }, entries, gaps });
  });

  test('without a region is of region 0, and without gaps tells of none', () => {
    expect(readAnswer('{"t":{"t":"17"},"m":[]}')).toMatchObject({
      cursor: { timetoken: '17', region: 0 },
      entries: [],
      gaps: undefined,
    });
  });

  test('is read around gaps that are none', () => {
    const odd = '[null,{},{"c":"a","from":1,"to":"2"},{"c":"a","from":"1","to":"2"}]';
    expect(readAnswer(`{"t":{"t":"17"},"m":[],"g":${odd}}`).gaps).toEqual([{ c: 'a', from: '1', to: '2' }]);
    expect(readAnswer('{"t":{"t":"17"},"m":[],"g":"x"}').gaps).toBe(undefined);
  });

  test.each([
    ...GARBAGE,
    '"text"',
    '7',
    '{"t":null,"m":[]}',
    '{"t":{"t":-5},"m":[]}',
    '{"t":{"t":1e30},"m":[]}',
  ])('is none where the server answers %j', (text) => {
    expect(() => readAnswer(text)).toThrow(/^(?!Maximum call stack)/);
  });

  test('is read or refused with an error that says why, never a failure of another kind', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        try {
          readAnswer(text);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      }),
    );
  });
});

describe('timetokens that come as bare numbers', () => {
  test('keep all their digits', () => {
    const text =
      '{"t":{"t":17000000000000001,"r":1},"m":[{"c":"a","d":1,"p":{"t":17000000000000003,"r":1},"o":{"t":16999999999999999}}]}';
    const { cursor, entries } = readAnswer(text);
    expect(cursor.timetoken).toBe('17000000000000001');
    expect(entries).toEqual([
      { c: 'a', d: 1, p: { t: '17000000000000003', r: 1 }, o: { t: '16999999999999999' } },
    ]);
  });

  test('are found also where only the entries have them', () => {
    const { entries } = readAnswer(
      '{"t":{"t":"17","r":1},"m":[{"c":"a","d":1,"p":{"t":17000000000000003,"r":1}}]}',
    );
    expect(entries).toEqual([{ c: 'a', d: 1, p: { t: '17000000000000003', r: 1 } }]);
  });

  test('do not change what a publisher sent, whatever it is called', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (payload, count) => {
        const d = `{"t":${count},"in":{"t":${count}},"any":${payload}}`;
        const text = `{"t":{"t":17000000000000001,"r":1},"m":[{"c":"a","u":${d},"d":${d},"p":{"t":17000000000000003,"r":1}}]}`;
        const [entry] = readAnswer(text).entries;
        expect(entry).toMatchObject({ d: JSON.parse(d), u: JSON.parse(d), p: { t: '17000000000000003' } });
      }),
    );
  });
});
