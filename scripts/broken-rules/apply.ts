import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A rule, and how to break it: a text of the source, and what takes its place. */
export interface Rule {
  /** What the library promises, as a sentence. */
  readonly says: string;
  /** Stands exactly once in `src/client`; blanks and line ends do not matter. */
  readonly find: string;
  readonly replace: string;
}

/** A source file with a rule broken in it. */
export interface Broken {
  /** The address of the file. */
  readonly url: string;
  readonly text: string;
}

const CLIENT = new URL('../../src/client/', import.meta.url);

/** The source files in which rules may be broken, by address. */
export function clientSources(): ReadonlyMap<string, string> {
  const names = readdirSync(fileURLToPath(CLIENT), { recursive: true, encoding: 'utf8' });
  const urls = names.filter((name) => name.endsWith('.ts')).map((name) => new URL(name, CLIENT));
  return new Map(urls.map((url) => [url.href, readFileSync(url, 'utf8')]));
}

/** Breaks a rule; throws a `RangeError` unless its text stands there exactly once. */
export function breakRule({ says, find, replace }: Rule, sources: ReadonlyMap<string, string>): Broken {
  const pattern = new RegExp(find.trim().split(/\s+/).map(escaped).join('\\s+'), 'g');
  const found = [...sources].flatMap(([url, text]) => [...text.matchAll(pattern)].map(() => ({ url, text })));
  const [only] = found;
  if (!only || found.length > 1)
    throw new RangeError(
      `"${says}" cannot be broken: \`${find}\` stands ${found.length} times in src/client, not once. ` +
        'Bring it up to date in scripts/broken-rules/rules.ts.',
    );
  return { url: only.url, text: only.text.replace(pattern, () => replace) };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
