import { kindOf } from '../../protocol/names.ts';

/** The problem of an object that cannot be used; follows its role in the message. */
export interface Unreadable {
  readonly problem: string;
  readonly cause?: unknown;
}

/** The properties of an object, by name. */
export type Properties = Readonly<Record<string, unknown>>;

/**
 * Reads each property of an object of options or parameters once, own and inherited, so that class instances, getters and
 * proxies count like literals. Names that begin with `_` are left out, and inherited functions with an unknown name: they
 * are methods. The result has no prototype.
 */
export function readProperties(
  source: unknown,
  isKnown: (name: string) => boolean,
): { readonly values: Properties } | Unreadable {
  let reading: string | undefined;
  try {
    if (!isObject(source)) return { problem: `must be an object, not ${kindOf(source)}` };
    const values: Record<string, unknown> = Object.create(null);
    for (const [owner, name] of namesOf(source)) {
      if (name in values) continue;
      reading = name;
      const value: unknown = Reflect.get(source, name);
      if (owner === source || typeof value !== 'function' || isKnown(name)) values[name] = value;
    }
    return { values };
  } catch (cause) {
    return {
      problem: reading === undefined ? 'cannot be read' : `cannot be read: "${reading}" throws`,
      cause,
    };
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Each name with the object that owns it, the nearest first. */
function* namesOf(source: object): Generator<readonly [owner: object, name: string]> {
  for (let owner: object | null = source; owner !== null; owner = Object.getPrototypeOf(owner)) {
    for (const name of Object.getOwnPropertyNames(owner)) {
      // Private by convention; `__proto__`, which every object inherits, is not a property of it.
      if (!name.startsWith('_')) yield [owner, name];
    }
  }
}
