import type { Path } from './node.ts';

/** The value at a path within a JSON value: own properties and list items only, so that no prototype is reached. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (Array.isArray(value)) value = typeof key === 'number' ? value[key] : undefined;
    else if (typeof value === 'object' && value !== null && Object.hasOwn(value, key))
      value = Object.getOwnPropertyDescriptor(value, key)?.value;
    else return undefined;
  }
  return value;
}
