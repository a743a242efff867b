/** Any JSON value. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** The type of a place in a payload that is not JSON. Its name and its argument are the compiler's message. */
export interface NotJson<Why extends string> {
  readonly 'not JSON': Why;
}

/** The type itself where it is JSON (interfaces and `toJSON` objects included), else `NotJson` at the offending place. */
export type AsJson<T> = T extends Json | undefined
  ? T
  : T extends { toJSON(): infer R }
    ? R extends Json
      ? T
      : NotJson<'toJSON() result'>
    : T extends bigint
      ? NotJson<'bigint'>
      : T extends symbol
        ? NotJson<'symbol'>
        : T extends (...parameters: never) => unknown
          ? NotJson<'function'>
          : T extends ReadonlyMap<unknown, unknown>
            ? NotJson<'Map'>
            : T extends ReadonlySet<unknown>
              ? NotJson<'Set'>
              : T extends object
                ? { [K in keyof T]: AsJson<T[K]> }
                : T;

/** Deeper than this, `JSON.stringify` itself may exhaust the stack of some runtimes. */
const MAX_DEPTH = 1_000;

/** Class instances have the tag "Object" and serialise by their fields; a Map, a Promise or a typed array would become `{}`. */
const JSON_TAGS: ReadonlySet<string> = new Set(['Object', 'Number', 'String', 'Boolean']);

/** A copy of a value, or its problem, which follows the value's name in the message. */
export type Taken = { readonly value: unknown } | { readonly problem: string };

/**
 * A copy of a value as JSON, or the path to a place that JSON cannot hold. Later changes of the value have no effect, and
 * each getter and `toJSON` is called once: the checked value is sent. `JSON.stringify` would drop or change some values
 * silently: a `Map` becomes `{}`, `NaN` becomes `null`.
 */
export function takeJson(value: unknown, name: string): Taken {
  const copy = copyOf(value, []);
  return copy instanceof Unfit ? { problem: `is not JSON: ${name}${copy.place}` } : { value: copy };
}

/** The place in a value that is not JSON, and the reason: `.a[0] is undefined, …`. */
class Unfit {
  readonly place: string;

  constructor(place: string) {
    this.place = place;
  }
}

// Paths are built only on the way back from a problem: valid payloads, the usual case, pay nothing for them.
function copyOf(value: unknown, ancestors: object[]): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : notJson(String(value));
    case 'object':
      return value === null ? null : copyOfObject(value, ancestors);
    case 'undefined':
      return notJson('undefined');
    default:
      return notJson(`a ${typeof value}`);
  }
}

function copyOfObject(value: object, ancestors: object[]): unknown {
  if (ancestors.includes(value)) return new Unfit(' refers back to an object that contains it');
  if (ancestors.length >= MAX_DEPTH) return new Unfit(` is nested deeper than ${MAX_DEPTH} levels`);
  ancestors.push(value);
  const copy = copyInside(value, ancestors);
  ancestors.pop();
  return copy;
}

function copyInside(value: object, ancestors: object[]): unknown {
  const toJSON: unknown = 'toJSON' in value ? value.toJSON : undefined;
  if (typeof toJSON !== 'function') return copyMembers(value, ancestors);
  const result: unknown = Reflect.apply(toJSON, value, ['']);
  // The promise of an asynchronous `toJSON` is refused below; its rejection must not end the process.
  if (result instanceof Promise) result.catch(() => undefined);
  // It may return the object itself, which is then read without it.
  const copy = result === value ? copyMembers(value, ancestors) : copyOf(result, ancestors);
  return copy instanceof Unfit ? new Unfit(`.toJSON()${copy.place}`) : copy;
}

function copyMembers(value: object, ancestors: object[]): unknown {
  if (Array.isArray(value)) return copyItems(value, ancestors);
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (!JSON_TAGS.has(tag)) return notJson(`a ${tag}`);
  const primitive: unknown = tag === 'Object' ? value : value.valueOf();
  return typeof primitive === 'object' ? copyFields(value, ancestors) : copyOf(primitive, ancestors);
}

function copyItems(value: readonly unknown[], ancestors: object[]): unknown {
  const { length } = value;
  const items: unknown[] = [];
  for (let index = 0; index < length; index++) {
    const item = copyOf(value[index], ancestors);
    if (item instanceof Unfit) return new Unfit(`[${index}]${item.place}`);
    items.push(item);
  }
  return items;
}

function copyFields(value: object, ancestors: object[]): unknown {
  const fields: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const given: unknown = Reflect.get(value, key);
    // As in `JSON.stringify`, a property set to undefined is left out.
    if (given === undefined) continue;
    const field = copyOf(given, ancestors);
    if (field instanceof Unfit) {
      const place = /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
      return new Unfit(place + field.place);
    }
    // An assignment to this key would change the prototype.
    if (key === '__proto__') Object.defineProperty(fields, key, { value: field, enumerable: true });
    else fields[key] = field;
  }
  return fields;
}

function notJson(what: string): Unfit {
  return new Unfit(` is ${what}, which JSON cannot hold`);
}

/** The value of a JSON text; the text itself if it is not JSON. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
