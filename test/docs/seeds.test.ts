import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SEEDS } from '../../scripts/seeds/rows.ts';
import { stateOf, testCounts } from '../../scripts/seeds/tests.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

describe.each(SEEDS)('what the document of $title names', (seed) => {
  it.each(seed.rows)('has one test of this name, or is answered in words: $capability', (row) => {
    const { capability, prose, here } = row;
    expect(testCounts(seed).get(capability) ?? 0).toBe(prose ? 0 : 1);
    expect(stateOf(seed, row)).toBe(prose ? 'in words' : 'tested');
    expect(here).not.toBe('');
  });

  it('names nothing twice', () => {
    const names = seed.rows.map(({ capability }) => capability);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

it('every file of test/seeds belongs to a document', () => {
  const files = globSync('test/seeds/*.ts', { cwd: ROOT }).map((file) => basename(file, '.test.ts'));
  expect(files.toSorted()).toEqual(SEEDS.map(({ name }) => name).toSorted());
});
