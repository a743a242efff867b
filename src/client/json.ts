/** Any JSON value. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** What the compiler shows where a payload is not JSON; the argument says what is in the way. */
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

/** Class instances say "Object" and serialise by their fields; a Map, a Promise or a typed array would become `{}`. */
const JSON_TAGS: ReadonlySet<string> = new Set(['Object', 'Number', 'String', 'Boolean']);

/** Where a value stops being JSON, as a path below the value itself, and what stands there: `.a[0] is undefined, …`. */
type Problem = string | undefined;

/**
 * Why a value is not JSON, with the path to the place, or `undefined` when it is.
 * `JSON.stringify` would drop or change such values without a word: a `Map` becomes `{}`, `NaN` becomes `null`.
 */
export function jsonProblem(value: unknown, name: string): string | undefined {
  const problem = problemOf(value, []);
  return problem && `is not JSON: ${name}${problem}`;
}

// Paths are put together only on the way back from a problem: valid payloads, the usual case, pay nothing for them.
function problemOf(value: unknown, ancestors: object[]): Problem {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : notJson(String(value));
    case 'object':
      return value === null ? undefined : problemOfObject(value, ancestors);
    case 'undefined':
      return notJson('undefined');
    default:
      return notJson(`a ${typeof value}`);
  }
}

function problemOfObject(value: object, ancestors: object[]): Problem {
  if (ancestors.includes(value)) return ' refers back to an object that contains it';
  if (ancestors.length >= MAX_DEPTH) return ` is nested deeper than ${MAX_DEPTH} levels`;
  ancestors.push(value);
  const problem = problemInside(value, ancestors);
  ancestors.pop();
  return problem;
}

function problemInside(value: object, ancestors: object[]): Problem {
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    const problem = problemOf(value.toJSON(''), ancestors);
    return problem && `.toJSON()${problem}`;
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const problem = problemOf(value[index], ancestors);
      if (problem) return `[${index}]${problem}`;
    }
    return undefined;
  }
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (tag === 'Number') return problemOf(Number(value), ancestors);
  return JSON_TAGS.has(tag) ? problemInFields(value, ancestors) : notJson(`a ${tag}`);
}

function problemInFields(value: object, ancestors: object[]): Problem {
  for (const [key, field] of Object.entries(value)) {
    // As everywhere in JavaScript, a property set to undefined is a property left out.
    if (field === undefined) continue;
    const problem = problemOf(field, ancestors);
    if (problem)
      return `${/^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`}${problem}`;
  }
  return undefined;
}

function notJson(what: string): string {
  return ` is ${what}, which JSON cannot hold`;
}

/** The value of a JSON text; the text itself where it is none. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
