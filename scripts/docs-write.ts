// `node scripts/docs-write.ts` brings the generated parts of the documentation up to date.
import { errorPages } from './docs-errors.ts';
import { loopPage } from './docs-loop.ts';
import { operationsPage } from './docs-operations.ts';
import { optionsPages } from './docs-options.ts';
import { update } from './docs-page.ts';

const pages = [loopPage(), operationsPage(), ...optionsPages(), ...errorPages()];
for (const page of pages) if (update(page)) console.log(`${page.path} is up to date now.`);
