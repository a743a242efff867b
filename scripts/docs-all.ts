import { cliPage } from './docs-cli.ts';
import { errorPages } from './docs-errors.ts';
import { eventsPage } from './docs-events.ts';
import { loopPage } from './docs-loop.ts';
import { operationsPages } from './docs-operations.ts';
import { optionsPages } from './docs-options.ts';
import type { GeneratedPage } from './docs-page.ts';

/** Every page that has generated parts. */
export async function generatedPages(): Promise<readonly GeneratedPage[]> {
  return [
    loopPage(),
    eventsPage(),
    ...operationsPages(),
    ...optionsPages(),
    ...errorPages(),
    await cliPage(),
  ];
}
