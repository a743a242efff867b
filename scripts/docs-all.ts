import { cliPage } from './docs-cli.ts';
import { deployPage } from './docs-deploy.ts';
import { errorPages } from './docs-errors.ts';
import { eventsPage } from './docs-events.ts';
import { loopPage } from './docs-loop.ts';
import { operationsPages } from './docs-operations.ts';
import { optionsPages } from './docs-options.ts';
import type { GeneratedPage } from './docs-page.ts';
import { seedsPages } from './docs-seeds.ts';

/** Every page that has generated parts. */
export async function generatedPages(): Promise<readonly GeneratedPage[]> {
  return [
    loopPage(),
    eventsPage(),
    ...operationsPages(),
    ...(await optionsPages()),
    deployPage(),
    ...errorPages(),
    ...seedsPages(),
    await cliPage(),
  ];
}
