/**
 * Imports a module that only runs on Node, when it is needed. The name is not written as a literal in the import, so
 * that bundlers for browsers and workers do not look for it. Rejects with a `TypeError` where there is no such module.
 */
export async function importOnNode(what: string, name: string): Promise<unknown> {
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
  } catch (cause) {
    throw new TypeError(`${what} needs Node, or a runtime with its modules.`, { cause });
  }
}
