import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PatternCache, PatternError } from '../../../src/origin/access/pattern.ts';
import { wildcardCovers } from '../../../src/protocol/names.ts';
import { accessNetwork, BITS } from '../../support/access.ts';

const compile = (text: string) => new PatternCache().compile(text);

test.each<[pattern: string, covered: readonly string[], others: readonly string[]]>([
  ['^inbox\\.[^.]+$', [], ['inbox.*', 'inbox.*-pnpres']],
  ['^inbox\\.\\*$', [], ['inbox.*']],
  ['^inbox\\..$', [], ['inbox.*']],
  ['^inbox\\.(?:.*)$', [], ['inbox.*']],
  ['^inbox\\..*$', ['inbox.*', 'inbox.a.*', 'inbox.*-pnpres'], ['outbox.*']],
  ['inbox\\..+', ['inbox.*', 'inbox.a.*'], ['outbox.*', 'in.*']],
  ['^in.*', ['inbox.*', 'in.*'], ['i.*']],
  ['.*', ['a.*', 'a.*-pnpres'], []],
  ['^.+$', ['a.*'], []],
  ['^(in|out)box\\..*$', ['inbox.*', 'outbox.*'], ['xbox.*']],
  ['inbox\\.|b.*', [], ['inbox.*']],
  ['^a$.*', [], ['a.*']],
  ['^a\\.$.*', [], ['a.*']],
  ['a\\.\\b.*', [], ['a.*']],
  ['a\\.\\Q.*', [], ['a.*']],
  ['a\\.\\.*', [], ['a.*']],
  ['a\\.x.*', [], ['a.*']],
  ['a\\.x?.+', ['a.*'], []],
  ['a\\..*-pnpres', ['a.*-pnpres'], ['a.*']],
  ['^a\\..+-pnpres$', ['a.*-pnpres', 'a.b.*-pnpres'], ['a.*']],
])('the pattern %j covers the wildcards %j, and not %j', async (text, covered, others) => {
  const pattern = await compile(text).catch(() => undefined);
  expect(covered.map((name) => [name, pattern?.covers(name)])).toEqual(covered.map((name) => [name, true]));
  expect(others.map((name) => [name, pattern?.covers(name)])).toEqual(others.map((name) => [name, false]));
});

test('a pattern that covers a wildcard matches every channel of it', async () => {
  const piece = fc.constantFrom(
    ...[
      'a',
      'b',
      '.',
      '*',
      '+',
      '?',
      '|',
      '^',
      '$',
      '(',
      ')',
      '(?:',
      '\\.',
      '\\*',
      '[^.]',
      '[a.]',
      '\\b',
      '\\B',
    ],
    ...[
      '.*',
      '.+',
      '.*$',
      'a\\.',
      '-pnpres',
      '(?i)',
      '\\z',
      '\\Q',
      '\\E',
      '{2}',
      '{0,1}',
      '(?-s)',
      '(?m)',
      '(?U)',
    ],
  );
  const text = fc
    .tuple(
      fc.array(piece, { maxLength: 6 }),
      fc.constantFrom('', '.*', '.+', '.*$', '.+-pnpres', '.*-pnpres$'),
    )
    .map(([pieces, end]) => pieces.join('') + end);
  const rest = fc
    .array(fc.constantFrom(...'abxB.*-'), { minLength: 1, maxLength: 5 })
    .map((all) => all.join(''));
  let found = 0;
  await fc.assert(
    fc.asyncProperty(text, rest, fc.boolean(), async (source, end, presence) => {
      const suffix = presence ? '-pnpres' : '';
      const wildcard = `a.*${suffix}`;
      const channel = `a.${end}${suffix}`;
      try {
        const pattern = await compile(source);
        if (!pattern.covers(wildcard)) return;
        found++;
        expect(wildcardCovers('a.*', channel) && pattern.matches(channel)).toBe(true);
      } catch (error) {
        if (!(error instanceof PatternError)) throw error;
      }
    }),
    { numRuns: 5_000 },
  );
  expect(found).toBeGreaterThan(100);
});

test('a token for the channels of one level does not read the private ones below', async () => {
  const { token, sendAs } = accessNetwork();
  const auth = await token({ patterns: { channels: { '^inbox\\.[^.]+$': BITS.read } } });
  const status = async (name: string) => (await sendAs(auth, `/v2/subscribe/demo/${name}/0`)).status;
  expect(
    await Promise.all(['inbox.alice', 'inbox.alice.private', 'inbox.*', 'inbox.*-pnpres'].map(status)),
  ).toEqual([200, 403, 403, 403]);
});
