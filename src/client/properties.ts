import { kindOf } from './did-you-mean.ts';

/** Why an object with options or parameters cannot be used, to be read after what it is. */
export interface Unreadable {
  readonly problem: string;
  readonly cause?: unknown;
}

/** What an object holds, by name. */
export type Properties = Readonly<Record<string, unknown>>;

/**
 * Reads an object of options or parameters whole: each property once, own ones and inherited ones, so that class
 * instances, getters and proxies count like literals. Names that begin with `_` are left out, and of what is inherited
 * functions with an unknown name: they are methods and no options. The result has no prototype.
 */
export function readProperties(
  source: unknown,
  isKnown: (name: string) => boolean,
): { readonly values: Properties } | Unreadable {
  if (typeof source !== 'object' || source === null || Array.isArray(source))
    return { problem: `must be an object, not ${Array.isArray(source) ? 'an array' : kindOf(source)}` };
  try {
    return { values: valuesOf(source, isKnown) };
  } catch (cause) {
    return { problem: 'cannot be read', cause };
  }
}

function valuesOf(source: object, isKnown: (name: string) => boolean): Properties {
  const values: Record<string, unknown> = Object.create(null);
  for (let owner: object | null = source; owner !== null; owner = Object.getPrototypeOf(owner)) {
    for (const name of Object.getOwnPropertyNames(owner)) {
      // By convention these are private, and `__proto__`, which every object inherits, is none of its properties.
      if (name in values || name.startsWith('_')) continue;
      const value: unknown = Reflect.get(source, name);
      if (owner === source || typeof value !== 'function' || isKnown(name)) values[name] = value;
    }
  }
  return values;
}
