import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deepJson } from '../../src/cli/deep-json.ts';
import { jsonLine, jsonText, visible } from '../../src/cli/visible.ts';

const STEERING = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]/u;
const anyText = fc.string({
  unit: fc
    .oneof(
      fc.integer({ min: 0, max: 0xff }),
      fc.integer({ min: 0x2000, max: 0x206f }),
      fc.integer({ min: 0, max: 0xffff }),
    )
    .map((unit) => String.fromCharCode(unit)),
});

describe('what others wrote', () => {
  test.each([
    ['an escape sequence', '\u001b[2J', '\\u001b[2J'],
    ['a C1 control sequence', '\u009b2J', '\\u009b2J'],
    ['a line break', 'a\r\nb', 'a\\u000d\\u000ab'],
    ['a right-to-left override', 'a\u202egnp.exe', 'a\\u202egnp.exe'],
    ['a line separator', 'a\u2028b', 'a\\u2028b'],
    ['the Arabic letter mark', '\u061c', '\\u061c'],
    ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
    ['letters of any script, and emoji', 'Grüße, 日本, 👩‍👩‍👧', 'Grüße, 日本, 👩‍👩‍👧'],
  ])('%s is shown for what it is', (_name, text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test('nothing that steers a terminal is left in any text', () => {
    fc.assert(fc.property(anyText, (text) => !STEERING.test(visible(text))));
  });

  test.each([
    ['lists', (depth: number) => `${'['.repeat(depth)}1,"a\u009b"${']'.repeat(depth)}`],
    ['objects', (depth: number) => `${'{"a":'.repeat(depth)}null${'}'.repeat(depth)}`],
  ])('JSON of %s that are nested deeper than the platform can print is whole', (_, textOf) => {
    const text = textOf(16_000);
    const value: unknown = JSON.parse(text);
    expect(() => JSON.stringify(value)).toThrow(RangeError);
    expect(jsonText({ at: 1, value, none: undefined })).toBe(
      `{"at":1,"value":${text.replace('\u009b', '\\u009b')}}`,
    );
  });

  test('JSON of deep values is that of the platform', () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom({ a: undefined, b: [undefined, () => 1] }, new Date(0)),
    );
    fc.assert(fc.property(value, (any) => deepJson(any) === JSON.stringify(any)));
  });

  test('JSON keeps its value, on one line, and steers no terminal either', () => {
    const value = fc.oneof(fc.jsonValue(), anyText, fc.dictionary(anyText, anyText));
    fc.assert(
      fc.property(value, (any) => {
        const text = jsonText(any);
        expect(STEERING.test(text)).toBe(false);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(any)));
        expect(jsonLine(any)).toBe(`${text}\n`);
      }),
    );
  });
});
