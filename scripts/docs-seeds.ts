// The pages for users of other systems: every row of what their documents name, and its state.
import { type GeneratedPage, table } from './docs-page.ts';
import { SEEDS } from './seeds/rows.ts';
import type { Seed } from './seeds/seed.ts';
import { stateOf } from './seeds/tests.ts';

/** The page of all rows, and the tables of those pages that have one. */
export function seedsPages(): readonly GeneratedPage[] {
  const sections = Object.fromEntries(SEEDS.map((seed) => [seed.name, states(seed)]));
  const counts = table(['Document', 'Rows', 'Tested', 'In words', 'Open'], SEEDS.map(counted));
  return [
    { path: 'docs/reference/seeds.md', sections: { counts, ...sections } },
    ...SEEDS.flatMap((seed) => pageOf(seed)),
  ];
}

function states(seed: Seed): string {
  const rows = seed.rows.map((row) => [row.capability, row.detail, stateOf(seed, row)]);
  return table(['Capability', 'Detail', 'State'], rows);
}

function counted(seed: Seed): readonly string[] {
  const all = seed.rows.map((row) => stateOf(seed, row));
  const count = (state: string) => String(all.filter((each) => each === state).length);
  const link = `[${seed.title}](../${seed.page.slice('docs/'.length)})`;
  return [link, String(all.length), count('tested'), count('in words'), count('open')];
}

function pageOf({ page, rows }: Seed): readonly GeneratedPage[] {
  const answered = rows.flatMap(({ capability, here }) => (here === undefined ? [] : [[capability, here]]));
  if (answered.length === 0) return [];
  return [{ path: page, sections: { rows: table(['There', 'Here'], answered) } }];
}
