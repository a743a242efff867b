import { describe, expect, test } from 'vitest';
import { valueAt } from '../../../src/origin/filter/evaluate.ts';
import { parseFilter } from '../../../src/origin/filter/parse.ts';
import { FilterSyntaxError } from '../../../src/origin/filter/tokens.ts';

const MESSAGE = {
  meta: {
    lang: 'en',
    age: 30,
    urgent: true,
    tags: ['red', 'blue'],
    nothing: null,
    'odd-name': 'x',
    empty: '',
  },
  data: { text: 'Hello World', user: { role: 'admin' }, list: [{ id: 7 }, 'b'], zero: 0 },
};

const matches = (text: string) => parseFilter(text).matches((path) => valueAt(MESSAGE, path));

describe('a filter holds for', () => {
  test.each([
    'meta.lang == "en"',
    "meta.lang == 'en'",
    "'en' == meta.lang",
    'meta.lang != "de"',
    'meta.age == 30',
    'meta.age > 29 && meta.age < 31 && meta.age >= 30 && meta.age <= 30',
    'meta.lang > "de"',
    'meta.urgent',
    'meta.urgent == true',
    '!meta.missing',
    '!!meta.urgent',
    'meta.missing == null',
    'meta.nothing == null',
    'meta.lang != null',
    'meta.missing != "x"',
    'data.user["role"] == "admin"',
    "data['user'].role == 'admin'",
    'data.list[0].id == 7',
    'data.list[1] == "b"',
    'meta["odd-name"] == "x"',
    'meta.age + 1 == 31',
    'meta.age - 1 - 1 == 28',
    'meta.age + 2 * 3 == 36',
    '(meta.age + 2) * 3 == 96',
    'meta.age % 7 == 2',
    'meta.age / 4 == 7.5',
    '-meta.age == -30',
    '3e1 == meta.age',
    'meta.lang LIKE "EN"',
    'data.text LIKE "hello*"',
    'data.text LIKE "*WORLD"',
    'data.text like "h*o w*d"',
    'data.text LIKE "*"',
    'meta.empty LIKE "*"',
    'meta.empty LIKE ""',
    '"a*b" LIKE "a\\*b"',
    '"a*b" LIKE "a*b"',
    'data.text CONTAINS "lo Wo"',
    'data.text contains ""',
    'meta.tags CONTAINS "red"',
    'meta.lang == "de" || meta.lang == "en" && meta.age == 30',
    '(meta.lang == "de" || meta.lang == "en") && meta.age == 30',
    '"\\u0041\\n\\"" == "A\\n\\""',
    ' \n\tmeta.lang\r=="en" ',
    'true',
  ])('%s', (text) => expect(matches(text)).toBe(true));
});

describe('a filter does not hold for', () => {
  test.each([
    'meta.lang == "EN"',
    'meta.missing == "x"',
    'meta.missing > 0',
    'meta.missing <= 0',
    'meta.missing == meta.absent',
    'meta.missing LIKE "*"',
    'meta.missing CONTAINS ""',
    'meta.missing + 1 == 1',
    'meta.missing.deeper.still == "x"',
    'meta.nothing == false',
    'meta.age == "30"',
    'meta.age > "3"',
    'meta.lang + meta.lang == "enen"',
    'meta.age / 0 == meta.age / 0',
    'meta.tags == meta.tags',
    'meta.tags LIKE "red"',
    'data.user CONTAINS "role"',
    'meta.empty',
    'data.zero',
    'null',
    'data.text LIKE "hello"',
    'data.text LIKE "*x*"',
    'data.text LIKE "hello*hello world"',
    '"ab" LIKE "ab*b"',
    '"aXb" LIKE "a\\*b"',
    'data.text CONTAINS "lo wo"',
    'meta.tags CONTAINS "re"',
    'data.list["0"] == "b"',
    '!(meta.lang == "en")',
    '(meta.lang == "de" || meta.lang == "en") && meta.age == 31',
  ])('%s', (text) => expect(matches(text)).toBe(false));
});

describe('what every object inherits is not there:', () => {
  test.each([
    'meta.__proto__',
    'meta.constructor',
    'meta["constructor"].name == "Object"',
    'meta.lang.length == 2',
    'meta.tags.length == 2',
    'data.list["push"]',
    'toString',
  ])('%s', (text) => expect(matches(text)).toBe(false));

  test('an own property of such a name is', () => {
    const message: unknown = JSON.parse('{"__proto__":{"constructor":"x"}}');
    const filter = parseFilter('__proto__.constructor == "x"');
    expect(filter.matches((path) => valueAt(message, path))).toBe(true);
  });
});

describe('a text that is no expression is refused, with what is wrong and where:', () => {
  test.each([
    ['', 'expected a value, found the end at character 1'],
    ['   ', 'expected a value, found the end at character 4'],
    ['a ==', 'expected a value, found the end at character 5'],
    ['a = 1', 'unexpected "=" at character 3'],
    ['a & b', 'unexpected "&" at character 3'],
    ['a b', 'expected an operator, found "b" at character 3'],
    ['a == b == c', 'expected an operator, found "==" at character 8'],
    ['(a', 'expected ")", found the end at character 3'],
    ['a)', 'expected an operator, found ")" at character 2'],
    ['a.', 'expected a name, found the end at character 3'],
    ['a.1', 'expected a name, found "1" at character 3'],
    ['a[b]', 'expected an index or a quoted name, found "b" at character 3'],
    ['a[1.5]', 'expected an index or a quoted name, found "1.5" at character 3'],
    ['a[1', 'expected "]", found the end at character 4'],
    ['a == "x', 'a string without an end at character 6'],
    ['a == "\\x"', 'an unknown escape at character 7'],
    ['a == "\\u12"', 'an unknown escape at character 7'],
    ['a == "\\', 'an unknown escape at character 7'],
    ['a LIKE b', 'expected a quoted pattern, found "b" at character 8'],
    ['a LIKE 1', 'expected a quoted pattern, found "1" at character 8'],
    [`a LIKE "${'x'.repeat(257)}"`, 'a pattern of more than 256 characters at character 8'],
    [`${'('.repeat(33)}a${')'.repeat(33)}`, 'more than 32 levels at character 34'],
    [`${'!'.repeat(33)}a`, 'more than 32 levels at character 34'],
    [Array(65).fill('a CONTAINS "b"').join('||'), 'more than 64 times LIKE or CONTAINS at character 1036'],
  ])('%s', (text, problem) => {
    expect(() => parseFilter(text)).toThrow(
      new FilterSyntaxError(problem.replace(/ at character .*/, ''), at(problem)),
    );
  });
});

const at = (problem: string) => Number(/\d+$/.exec(problem)?.[0]) - 1;

test('as many levels, characters and searches as the limits say are allowed', () => {
  const deep = `${'('.repeat(32)}meta.lang LIKE "${'*'.repeat(256)}"${')'.repeat(32)}`;
  expect(matches(deep)).toBe(true);
  expect(matches(Array(64).fill('data.text CONTAINS "b"').join('||'))).toBe(false);
  expect(() => parseFilter('((a))', { depth: 1 })).toThrow(FilterSyntaxError);
});

test('the paths are told as they are written', () => {
  const { paths } = parseFilter('name LIKE "J*" && custom.x > 1 || uuid["name"] == list[0] && 1');
  expect(paths).toEqual([['name'], ['custom', 'x'], ['uuid', 'name'], ['list', 0]]);
});
