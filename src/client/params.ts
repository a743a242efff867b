import { nameProblem } from '../protocol/names.ts';
import { isTimetoken } from '../protocol/timetoken.ts';
import type { Check, Param } from './endpoint.ts';
import { jsonProblem } from './json.ts';
import { isRecord } from './read.ts';
import { parseCursor } from './values.ts';

/** A parameter that must be given. */
export function required(check: Check): Param<true> {
  return { required: true, kind: 'value', check };
}

/** A parameter that may be given. */
export function optional(check: Check): Param<false> {
  return { required: false, kind: 'value', check };
}

/** A JSON value that must be given. */
export function requiredJson(name: string): Param<true> {
  return { required: true, kind: 'value', check: (value) => jsonProblem(value, name), code: 'PN-1004' };
}

/** A JSON value that may be given. */
export function optionalJson(name: string): Param<false> {
  return { required: false, kind: 'value', check: (value) => jsonProblem(value, name), code: 'PN-1004' };
}

/** A list of names; one, several or an array. */
export function listOf(check: Check): Param<false> {
  return {
    required: false,
    kind: 'list',
    check: (value) => (Array.isArray(value) ? firstProblem(value, check) : 'must be a list'),
  };
}

/** A list of names of which at least one must be given, and at most so many. */
export function requiredListOf(check: Check, most = Number.POSITIVE_INFINITY): Param<true> {
  const { check: checkAll } = listOf(check);
  const excess = (value: unknown) =>
    Array.isArray(value) && new Set(value).size > most
      ? `must have at most ${most} names, not ${new Set(value).size}`
      : undefined;
  return { required: true, kind: 'list', check: (value) => checkAll(value) ?? excess(value) };
}

/** A switch without an argument. */
export const flag: Param<false> = { required: false, kind: 'flag', check: (value) => checkBoolean(value) };

/** A name of a channel, group or user. */
export const checkName: Check = nameProblem;

/** A switch with an argument. */
export const checkBoolean: Check = (value) =>
  typeof value === 'boolean' ? undefined : 'must be true or false';

/** A count: a whole number from zero. */
export const checkCount: Check = (value) =>
  Number.isInteger(value) && Number(value) >= 0 ? undefined : 'must be a whole number, zero or more';

/** A timetoken: a string of digits, never a number. */
export const checkTimetoken: Check = (value) =>
  isTimetoken(value)
    ? undefined
    : typeof value === 'number'
      ? 'must be a string of digits: a number cannot hold the 17 digits of a timetoken exactly'
      : 'must be a string of 1 to 19 digits';

/** A custom message type: 3 to 50 letters, digits, `-` or `_`, starting with a letter or digit. */
export const checkCustomType: Check = (value) =>
  typeof value === 'string' && /^(?!pn[_-])[\p{L}\p{N}][\p{L}\p{N}_-]{2,49}$/u.test(value)
    ? undefined
    : 'must be 3 to 50 letters, digits, "-" or "_", starting with a letter or digit, and not with "pn_" or "pn-"';

/** Text. */
export const checkText: Check = (value) => (typeof value === 'string' ? undefined : 'must be a string');

/** A cursor as text: the region and the timetoken, `2:17000000000000000`. */
export const checkCursor: Check = (value) =>
  parseCursor(value) ? undefined : 'must be a cursor, as `pubnub.cursor` gave it';

/** A presence state: a JSON object. */
export const checkState: Check = (value) =>
  isRecord(value) ? jsonProblem(value, 'state') : 'must be an object';

function firstProblem(values: readonly unknown[], check: Check): string | undefined {
  for (const value of values) {
    const problem = check(value);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
