import { nameProblem } from '../../protocol/names.ts';
import { isTimetoken } from '../../protocol/timetoken.ts';
import type { Check, Param } from '../endpoint.ts';
import { type Taken, takeJson } from '../wire/json.ts';
import { isRecord, isText } from '../wire/read.ts';
import { parseCursor } from '../wire/values.ts';

/** A parameter that must be given. */
export function required(check: Check): Param<true> {
  return { required: true, kind: 'value', check };
}

/** A parameter that may be given. */
export function optional(check: Check): Param<false> {
  return { required: false, kind: 'value', check };
}

/** A JSON value that must be given; it is copied. */
export const requiredJson: Param<true> = { ...required(anything), take: takeJson };

/** A JSON value that may be given; it is copied. */
export const optionalJson: Param<false> = { ...optional(anything), take: takeJson };

/** The parameter, with objects and arrays copied as JSON. */
export function copied<P extends Param>(param: P): P {
  return { ...param, take: takeObject };
}

/** A list of names. */
export function listOf(check: Check): Param<false> {
  return { required: false, kind: 'list', check };
}

/** A list of at least one name and at most `most`. */
export function requiredListOf(check: Check, most = Number.POSITIVE_INFINITY): Param<true> {
  return { required: true, kind: 'list', check, most };
}

/** The problem of a list that is empty, if a missing list stands for all; else `undefined`. */
export function emptyProblem(
  lists: Readonly<Record<string, readonly unknown[] | undefined>>,
): string | undefined {
  const empty = Object.entries(lists).find(([, names]) => names?.length === 0);
  return empty && `${empty[0]} is empty, and would stand for all: leave it out if that is meant`;
}

/** A check by a test; the message is `must` with the first argument. */
export function must(be: string, passes: (value: unknown) => boolean): Check {
  return (value) => (passes(value) ? undefined : `must ${be}`);
}

/** A switch with an argument. */
export const checkBoolean = must('be true or false', (value) => typeof value === 'boolean');

/** A callback. */
export const checkFunction = must('be a function', (value) => typeof value === 'function');

/** A switch without an argument. */
export const flag: Param<false> = { required: false, kind: 'flag', check: checkBoolean };

/** A name of a channel, group or user. */
export const checkName: Check = nameProblem;

/** A count: a whole number from zero. */
export const checkCount = must(
  'be a whole number, zero or more',
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
);

/** A number of items, one or more. */
export const checkAmount = must(
  'be a whole number, one or more',
  (value) => Number.isSafeInteger(value) && Number(value) > 0,
);

/** A timetoken: a string of digits, never a number. */
export const checkTimetoken: Check = (value) =>
  typeof value === 'number'
    ? 'must be a string of digits: a number cannot hold the 17 digits of a timetoken exactly'
    : checkDigits(value);

const checkDigits = must('be a string of 1 to 19 digits', isTimetoken);

/** A custom message type: 3 to 50 letters, digits, `-` or `_`, starting with a letter or digit. */
export const checkCustomType = must(
  'be 3 to 50 letters, digits, "-" or "_", starting with a letter or digit, and not with "pn_" or "pn-"',
  (value) => typeof value === 'string' && /^(?!pn[_-])[\p{L}\p{N}][\p{L}\p{N}_-]{2,49}$/u.test(value),
);

/** Text that can be encoded: a lone surrogate cannot. */
export const checkText: Check = (value) => {
  if (typeof value !== 'string') return 'must be a string';
  return value.isWellFormed() ? undefined : 'must not contain lone surrogates';
};

/** Text that is not empty. */
export const checkNotEmpty: Check = (value) =>
  isText(value) ? checkText(value) : 'must be a string that is not empty';

/** A cursor as text: the region and the timetoken, `2:17000000000000000`. */
export const checkCursor = must(
  'be a cursor, as `pubnub.cursor` gave it',
  (value) => parseCursor(value) !== undefined,
);

/** A JSON object. */
export const checkObject = must('be an object', isRecord);

/** The first problem of the values; `undefined` if there is none. */
export function firstProblem<T>(
  values: readonly T[],
  problemOf: (value: T) => string | undefined,
): string | undefined {
  for (const value of values) {
    const problem = problemOf(value);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function anything(): undefined {
  return;
}

function takeObject(value: unknown, name: string): Taken {
  return typeof value === 'object' ? takeJson(value, name) : { value };
}
