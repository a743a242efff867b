// `npm run build && npx node scripts/docs-write.ts` brings the generated parts of the documentation up to date.
import { generatedPages } from './docs-all.ts';
import { mistakesPage } from './docs-mistakes.ts';
import { update } from './docs-page.ts';
import { sizesPage } from './docs-sizes.ts';

for (const page of [...(await generatedPages()), await sizesPage(), await mistakesPage()])
  if (update(page)) console.log(`${page.path} is up to date now.`);
