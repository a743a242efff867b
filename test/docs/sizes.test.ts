import * as exported from 'timetoken/features';
import { expect, it } from 'vitest';
import { readProjectFile } from '../../scripts/docs-page.ts';
import { FEATURES, sizesPage } from '../../scripts/docs-sizes.ts';

/** The figures of tables, by the first cell of their rows. */
function figures(text: string): Readonly<Record<string, number>> {
  const rows = [...text.matchAll(/^\| ([^|]+) \| (\d+\.\d)(?: \|.*)? \|$/gm)];
  return Object.fromEntries(rows.map(([, what = '', figure]) => [what, Number(figure)]));
}

it('the page on small bundles tells what the build weighs, to a few tenths of a kilobyte', async () => {
  const { path, sections } = await sizesPage();
  const told = figures(readProjectFile(path));
  const measured = figures(Object.values(sections).join('\n'));
  expect(Object.keys(told)).toEqual(Object.keys(measured));
  for (const [what, size] of Object.entries(measured))
    expect(Math.abs((told[what] ?? 0) - size), what).toBeLessThan(0.5);
}, 60_000);

it('the page on small bundles lists every feature', () => {
  const features = Object.entries<object>(exported).filter(([, each]) => 'builders' in each);
  expect(Object.keys(FEATURES).sort()).toEqual(features.map(([name]) => name).sort());
});
