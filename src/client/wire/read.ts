import { isTimetoken, type Timetoken } from '../../protocol/timetoken.ts';
import type { Answer } from '../endpoint.ts';

/** Keys and indexes on the way to a value; `*` is any of them. */
export type Place = readonly (string | number)[];

/** `true` for a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `true` for a string that is not empty. */
export function isText(value: unknown): value is string {
  return isString(value) && value !== '';
}

/** Throws the `TypeError` of an answer of the wrong shape. */
export function expected(what: string): never {
  throw new TypeError(`expected ${what}`);
}

/** The value at a place in an answer; `undefined` if absent. */
export function at(body: unknown, ...place: Place): unknown {
  let value = body;
  // The characters of a string are not places.
  for (const key of place) value = typeof value === 'object' ? Object(value)[key] : undefined;
  return value;
}

type Guard<T> = (value: unknown) => value is T;

/** Reads a value that an answer must have at a place; throws a `TypeError` if it does not. */
function reader<T>(what: string, isWhat: Guard<T>): (body: unknown, ...place: Place) => T {
  return (body, ...place) => {
    const value = at(body, ...place);
    return isWhat(value) ? value : expected(place.length === 0 ? what : `${what} at ${place.join('.')}`);
  };
}

// Marked as pure calls, so that bundlers leave out the readers that nobody uses.

/** The object at a place in an answer; throws a `TypeError` if absent. */
export const recordAt = /* @__PURE__ */ reader('an object', isRecord);

/** The list at a place in an answer; throws a `TypeError` if absent. */
export const listAt = /* @__PURE__ */ reader('a list', isList);

/** The list of strings at a place in an answer; throws a `TypeError` if absent. */
export const stringsAt = /* @__PURE__ */ reader(
  'a list of strings',
  (value): value is readonly string[] => isList(value) && value.every(isString),
);

/** The string at a place in an answer; throws a `TypeError` if absent. */
export const stringAt = /* @__PURE__ */ reader('a string', isString);

/** The number at a place in an answer; throws a `TypeError` if absent. */
export const numberAt = /* @__PURE__ */ reader('a number', isNumber);

/** The timetoken at a place in an answer, as a string; throws a `TypeError` if absent. */
export const timetokenAt = /* @__PURE__ */ reader('a timetoken', isTimetoken);

/** A timetoken of the wire, a string or an exact number, as a string; throws a `TypeError` for any other value. */
export function timetokenOf(value: unknown): Timetoken {
  return timetokenAt(Number.isSafeInteger(value) ? String(value) : value);
}

/** About the length of a value's JSON text, in characters. At any depth: `JSON.stringify` needs a stack. */
export function sizeOf(value: unknown): number {
  const left = [value];
  let size = 0;
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === 'string') size += next.length;
    else if (typeof next === 'object' && next !== null)
      for (const [key, member] of Object.entries(next)) left.push(key, member);
    // Quotes, a comma, or a number.
    size += 3;
  }
  return size;
}

/** A record without a prototype, with the result of `read` for each member of another. */
export function mapped<T>(
  members: Readonly<Record<string, unknown>>,
  read: (member: unknown, name: string) => T,
): Record<string, T> {
  const result: Record<string, T> = Object.create(null);
  for (const [name, member] of Object.entries(members)) result[name] = read(member, name);
  return result;
}

function members<T>(isOne: Guard<T>) {
  return <Name extends string>(body: unknown, ...names: readonly Name[]) => {
    const fitting = names.map((name) => [name, at(body, name)]).filter(([, value]) => isOne(value));
    // Made of these names, with the values that passed the guard.
    return Object.fromEntries(fitting) as { readonly [N in Name]?: T };
  };
}

/** The members that are strings. */
export const stringsOf = /* @__PURE__ */ members(isString);

/** The members that are numbers. */
export const numbersOf = /* @__PURE__ */ members(isNumber);

/** Checks an answer that says only that the call succeeded; throws a `TypeError` otherwise. */
export function serviceStatus(body: unknown): void {
  if (at(body, 'status') !== 200) expected('an object with status 200');
}

/** The result of a call whose answer says only that it succeeded. */
export type Done = Readonly<Record<string, never>>;

/** Reads an answer that says only that the call succeeded; throws a `TypeError` for any other. */
export function done({ body }: Answer): Done {
  serviceStatus(body);
  return {};
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
