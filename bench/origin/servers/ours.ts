import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openStore, type StoreKind } from './stores.ts';

type Own = typeof import('timetoken/origin') & typeof import('timetoken/origin/node');

/** Our origin as anybody would start it, from the built package in a folder, in memory or on another store. */
export async function listen(folder: string, kind?: StoreKind): Promise<number> {
  const { resolve } = createRequire(join(folder, 'package.json'));
  const [{ createOrigin }, { serve }] = await Promise.all([
    load(resolve('timetoken/origin')),
    load(resolve('timetoken/origin/node')),
  ]);
  const store = kind && (await openStore(kind, folder)).engine;
  const { port } = await serve(createOrigin({ store }));
  return port;
}

// The entries of the package, whatever checkout it is of.
async function load(file: string): Promise<Own> {
  return (await import(pathToFileURL(file).href)) as Own;
}
