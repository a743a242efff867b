import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseKeysets } from '../../src/origin/index.ts';
import { findJsonProblem } from '../../src/origin/json-problem.ts';

const SECRET = 'hush-hush';
const KEYS = { subscribeKey: 's', publishKey: 'p' } as const;

function problemOf(json: string): string {
  try {
    parseKeysets(json);
    return 'none';
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : 'no error';
  }
}

describe('the keysets of a text', () => {
  test('are those of createOrigin, in a list', () => {
    const given = [
      { ...KEYS, secretKey: SECRET, access: true, limits: { messageBytes: 1_000, historyHours: 0 } },
      { ...KEYS, secretKey: 'the next one' },
      { subscribeKey: 'another' },
    ];
    expect(parseKeysets(`\ufeff${JSON.stringify(given)}\n`)).toEqual(given);
  });

  test.each<[string, unknown, string]>([
    ['no list', { keysets: [] }, 'TypeError: keysets must be a list of keysets, not an object.'],
    ['an empty list', [], 'TypeError: keysets is an empty list: no key would be served.'],
    ['a text', [SECRET], 'TypeError: keysets[0] must be an object with a subscribeKey, not a string.'],
    ['nothing', [KEYS, null], 'TypeError: keysets[1] must be an object with a subscribeKey, not null.'],
    ['no key', [{}], 'TypeError: keysets[0].subscribeKey is missing.'],
    ['a number', [{ subscribeKey: 7 }], 'TypeError: keysets[0].subscribeKey must be a string, not a number.'],
    [
      'a brace',
      [{ subscribeKey: '{' }],
      'keysets[0].subscribeKey must have 1 to 128 letters, digits, "-" and "_"',
    ],
    [
      'a long key',
      [{ ...KEYS, publishKey: 'p'.repeat(129) }],
      'keysets[0].publishKey must have 1 to 128 letters',
    ],
    [
      'an unknown member',
      [KEYS, { ...KEYS, secret: SECRET }],
      'keysets[1].secret is not a member of a keyset. A keyset has',
    ],
    [
      'a secret for a name',
      [{ ...KEYS, [`sec-${SECRET}`]: 1 }],
      'keysets[0] has a member that a keyset does not have.',
    ],
    [
      'a secret in a list',
      [{ ...KEYS, secretKey: [SECRET] }],
      'keysets[0].secretKey must be a string that is not empty, not a list.',
    ],
    [
      'an empty secret',
      [{ ...KEYS, secretKey: '' }],
      'keysets[0].secretKey must be a string that is not empty, not an empty one.',
    ],
    ['a secret alone', [{ subscribeKey: 's', secretKey: SECRET }], 'keysets[0].secretKey needs a publishKey'],
    [
      'access as a text',
      [{ ...KEYS, secretKey: SECRET, access: SECRET }],
      'keysets[0].access must be true or false, not a string.',
    ],
    ['access alone', [{ ...KEYS, access: true }], 'keysets[0].access needs a secretKey'],
    [
      'the same twice',
      [{ ...KEYS, secretKey: SECRET }, { subscribeKey: 'x' }, { ...KEYS, secretKey: SECRET }],
      'keysets[2] has the same keys as keysets[0].',
    ],
    [
      'limits as a list',
      [{ ...KEYS, limits: [] }],
      'keysets[0].limits must be an object of limits by name, not a list.',
    ],
    [
      'an unknown limit',
      [{ ...KEYS, limits: { mesages: 1 } }],
      'RangeError: keysets[0].limits.mesages is not a limit of the origin.',
    ],
    [
      'a limit as a text',
      [{ ...KEYS, limits: { names: SECRET } }],
      'keysets[0].limits.names must be a number of zero or more, not a string.',
    ],
    [
      'a limit below zero',
      [KEYS, { subscribeKey: 'x', limits: { files: -1 } }],
      'keysets[1].limits.files must be a number of zero or more, not -1.',
    ],
    [
      'a day too many',
      [{ ...KEYS, limits: { holdSeconds: 1e6 } }],
      'keysets[0].limits.holdSeconds must be at most 86400',
    ],
    [
      'a limit of the process',
      [{ ...KEYS, limits: { processBytes: 1 } }],
      'keysets[0].limits.processBytes cannot differ between keysets: it counts all keysets together.',
    ],
    [
      'a limit before the key',
      [{ ...KEYS, limits: { uriBytes: 1 } }],
      'keysets[0].limits.uriBytes cannot differ between keysets: a request is measured before',
    ],
    [
      'limits twice',
      [
        { ...KEYS, limits: { files: 1 } },
        { ...KEYS, publishKey: 'q', limits: { files: 1 } },
      ],
      'keysets[1].limits: keysets[0] has limits for the same subscribe key already',
    ],
  ])('with %s are refused at their place, and no value is told', (_name, given, expected) => {
    const problem = problemOf(JSON.stringify(given));
    expect(problem).toContain(expected);
    expect(problem).not.toContain('hush');
    expect(problem).not.toContain('\n');
  });

  test.each([
    ['', 'line 1, column 1: it ends too early'],
    ['[{"secretKey":"hush-hush"', 'line 1, column 26: it ends too early'],
    ['[\n  {"secretKey": "hush-hush",}\n]', 'line 2, column 29: the name of a member is missing'],
    ['[{"secretKey": hush-hush}]', 'line 1, column 16: this is not JSON'],
    ["[{'secretKey': 'hush-hush'}]", 'line 1, column 3: this is not JSON'],
    ['[{"secretKey" "hush-hush"}]', 'line 1, column 15: a colon is missing'],
    ['[{"secretKey": "hush\nhush"}]', 'line 1, column 21: a string must not go over the end of a line'],
    ['[{"a": 1} {"b": 2}]', 'line 1, column 11: a comma or the end of the list is missing'],
    ['[{"a": 1 "hush": 2}]', 'line 1, column 10: a comma or the end of the object is missing'],
    ['[,]', 'line 1, column 2: a value is missing'],
    ['[]\n"hush"', 'line 2, column 1: something follows its end'],
    ['[{"access": true, "access": false}]', 'line 1, column 19: the object has this name already'],
    ['[{"access": true, "\\u0061ccess": false}]', 'line 1, column 19: the object has this name already'],
    [`${'['.repeat(40)}`, 'line 1, column 34: it is nested too deeply'],
    ['SECRET_KEY=hush', 'line 1, column 1: this is not JSON'],
  ])('that are not JSON, as in %j, are refused by line and column', (json, place) => {
    const problem = problemOf(json);
    expect(problem).toContain(`SyntaxError: Not JSON at ${place}`);
    expect(problem).not.toContain('hush');
  });
});

test('a text is JSON if the platform says so', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"b\\n"',
    '"\\x"',
    '1',
    '01',
    '-',
    '1e5',
    'true',
    'nul',
    ' ',
    '\n',
    '\u00a0',
    '"\t"',
    '"\u007f"',
  );
  const texts = fc.oneof(
    fc.json({ maxDepth: 4 }),
    fc.array(pieces, { maxLength: 8 }).map((some) => some.join('')),
    fc
      .tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.string({ maxLength: 2 }))
      .map(
        ([json, at, more]) =>
          json.slice(0, at % (json.length + 1)) + more + json.slice(at % (json.length + 1)),
      ),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const problem = findJsonProblem(text);
      // A name that comes twice is a problem of its own, whatever follows it.
      if (!problem?.includes('already')) expect(problem === undefined).toBe(isParsed(text));
    }),
    { numRuns: 2_000 },
  );
});

function isParsed(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
