import { beforeAll, describe, expect, it } from 'vitest';
import { mistakesPage } from '../../scripts/docs-mistakes.ts';
import { type GeneratedPage, readProjectFile, rendered } from '../../scripts/docs-page.ts';
import { MISTAKES } from '../../scripts/mistakes/list.ts';

describe('the page of mistakes', () => {
  let page: GeneratedPage;
  beforeAll(async () => {
    page = await mistakesPage();
  });

  it('shows what each mistake says now', () => {
    expect(rendered(page), 'run: npx node scripts/docs-write.ts').toBe(readProjectFile(page.path));
  });

  it('has no mistake that is silent, or that says nothing of what to do', () => {
    const rows = Object.values(page.sections).flatMap((section) => section.split('\n').slice(2));
    expect(rows).toHaveLength(Object.values(MISTAKES).flat().length);
    for (const row of rows) expect(row).toMatch(/PN-\d{4}\.md\)\) \|$|In the log: |\.execute\(\) \|$/);
  });
});
