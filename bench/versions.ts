import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Names and versions of what was compared. */
export type Versions = Readonly<Record<string, string>>;

/** The versions as they are installed. */
export function versions(): Versions {
  const found: Record<string, string> = { Node: process.versions.node };
  const own = fileURLToPath(new URL('../package.json', import.meta.url));
  found['timetoken'] = versionIn(own);
  for (const name of ['pubnub', 'ky', 'esbuild']) found[name] = versionIn(manifestOf(name));
  return found;
}

// Some packages do not export their package.json: it is looked for where the package itself would be.
function manifestOf(name: string): string {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  const file = folders.map((folder) => `${folder}/${name}/package.json`).find((path) => existsSync(path));
  if (file === undefined) throw new Error(`${name} is not installed.`);
  return file;
}

function versionIn(file: string): string {
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}
