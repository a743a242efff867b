import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { API_SURFACE, PAINS, PEERS, type Places } from './index.ts';

const TESTS = fileURLToPath(new URL('../', import.meta.url));
const read = (file: string) => readFileSync(`${TESTS}${file}`, 'utf8');

/** The numbers of `api-surface.md`, section 9. */
const IDS = '1 2 3 3a 3b 3c 3d 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18'.split(' ');

/** Of what a file cites, what does not begin a text in that file. */
function missing(places: Places): readonly string[] {
  return Object.entries(places).flatMap(([file, names]) => {
    const text = read(file);
    const begins = (name: string) =>
      ["'", '"', '`', '/** ', '// '].some((mark) => text.includes(mark + name));
    return names.filter((name) => !begins(name)).map((name) => `${file}: ${name}`);
  });
}

describe('the list of what other SDKs got wrong', () => {
  test('has every number of the list of defects, and of the list of complaints', () => {
    expect(Object.keys(API_SURFACE).toSorted()).toEqual(IDS.toSorted());
    expect(Object.keys(PAINS)).toEqual(Array.from({ length: 40 }, (_, place) => `${place + 1}`));
  });

  test.each([
    ['api-surface', API_SURFACE],
    ['peers', PEERS],
    ['pains', PAINS],
  ])('names tests that there are: %s', (_, list) => {
    for (const [id, places] of Object.entries(list)) {
      expect([id, Object.keys(places).length > 0, missing(places)]).toEqual([id, true, []]);
    }
  });

  test('leaves out no number that a test of this folder bears', () => {
    const lists: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
      'api-surface': API_SURFACE,
      peers: Object.fromEntries(Object.keys(PEERS).map((id) => [id.split(':')[0], id])),
      pains: PAINS,
    };
    const borne = globSync('regressions/*.test.ts', { cwd: TESTS }).flatMap((file) => [
      ...read(file).matchAll(
        /(?<=['"`]|and )(api-surface|peers|pains) (?:9\.)?(\w+)(?: and (?:9\.)?(\w+))?/g,
      ),
    ]);
    expect(borne.length).toBeGreaterThan(40);
    for (const [, page = '', ...numbers] of borne) {
      for (const number of numbers) {
        if (number !== undefined && /^\d/.test(number)) expect(lists[page]).toHaveProperty([number]);
      }
    }
  });
});
