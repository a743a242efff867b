// The page of mistakes: each is made, and the page shows what it says.
import { code, type GeneratedPage, table } from './docs-page.ts';
import { MISTAKES } from './mistakes/list.ts';
import { World } from './mistakes/world.ts';

/** The page of mistakes and their texts. It takes seconds: calls are repeated before they fail. */
export async function mistakesPage(): Promise<GeneratedPage> {
  await using world = await World.start();
  const sections: Record<string, string> = {};
  for (const [theme, mistakes] of Object.entries(MISTAKES)) {
    const rows: (readonly string[])[] = [];
    for (const mistake of mistakes) rows.push([code(mistake), codesLinked(await world.textOf(mistake))]);
    sections[theme] = table(['You write', 'It says'], rows);
  }
  return { path: 'docs/reference/mistakes.md', sections };
}

function codesLinked(text: string): string {
  return text.replaceAll(/\((PN-\d{4})\)/g, '([$1](errors/$1.md))');
}
