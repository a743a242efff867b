import { cliPage } from './docs-cli.ts';
import { errorPages } from './docs-errors.ts';
import { loopPage } from './docs-loop.ts';
import { operationsPage } from './docs-operations.ts';
import { optionsPages } from './docs-options.ts';
import type { GeneratedPage } from './docs-page.ts';

/** Every page that has generated parts. */
export async function generatedPages(): Promise<readonly GeneratedPage[]> {
  return [loopPage(), operationsPage(), ...optionsPages(), ...errorPages(), await cliPage()];
}
