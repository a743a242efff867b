import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

type Own = typeof import('timetoken/origin') & typeof import('timetoken/origin/node');

/** Our origin as anybody would start it, from the built package in a folder. */
export async function listen(folder: string): Promise<number> {
  const { resolve } = createRequire(join(folder, 'package.json'));
  const [{ createOrigin }, { serve }] = await Promise.all([
    load(resolve('timetoken/origin')),
    load(resolve('timetoken/origin/node')),
  ]);
  const { port } = await serve(createOrigin());
  return port;
}

// The entries of the package, whatever checkout it is of.
async function load(file: string): Promise<Own> {
  return (await import(pathToFileURL(file).href)) as Own;
}
