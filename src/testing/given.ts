import { didYouMean, kindOf } from '../client/builder/did-you-mean.ts';
import { nameProblem } from '../protocol/names.ts';

/** What a value that a test hands in must be. */
export interface Kind {
  /** Why a value is none such, to be read after its name ("must be …"); `undefined` when it is. */
  readonly problem: (value: unknown) => string | undefined;
  /** Whether it is a number: another number is a `RangeError`. */
  readonly numeric?: true;
}

/** The kind of each option; what is not here is no option. */
export type Kinds<T extends object> = { readonly [Name in keyof T]-?: Kind };

/** A kind by what it must be, and by what fits. */
export function kind(be: string, fits: (value: unknown) => boolean): Kind {
  return { problem: (value) => (fits(value) ? undefined : `must be ${be}, not ${told(value)}`) };
}

/** Anything. */
export const ANYTHING: Kind = { problem: () => undefined };

export const TEXT = kind('a string', (value) => typeof value === 'string');

/** Text that is told to nobody. */
export const SECRET = kind(
  'a string that is not empty',
  (value) => typeof value === 'string' && value !== '',
);

export const SWITCH = kind('true or false', (value) => typeof value === 'boolean');

/** A name of a channel, group or user. */
export const NAME: Kind = { problem: nameProblem };

/** An object of names and values. */
export const RECORD = kind('an object', isRecord);

/** Milliseconds that can be waited: timers know no more than these. */
export const MILLISECONDS = number(
  'a number of milliseconds from 0 to 2147483647',
  (value) => value >= 0 && value <= 2_147_483_647,
);

/** Milliseconds by which time can be moved on. */
export const FORWARD = number(
  'a number of milliseconds from 0 on',
  (value) => value >= 0 && Number.isFinite(value),
);

/** Milliseconds in any direction. */
export const FINITE = number('a number of milliseconds', Number.isFinite);

/** A kind of number. */
export function number(be: string, fits: (value: number) => boolean): Kind {
  return { ...kind(be, (value) => typeof value === 'number' && fits(value)), numeric: true };
}

/** A whole number in a range. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): Kind {
  const end = most === Number.MAX_SAFE_INTEGER ? 'on' : `to ${most}`;
  const be = `a whole number from ${least} ${end}`;
  return number(be, (value) => Number.isSafeInteger(value) && value >= least && value <= most);
}

/** The same, or `Infinity`. */
export function wholeOrMore(least: number): Kind {
  const { problem } = whole(least);
  return {
    problem: (value) => (value === Number.POSITIVE_INFINITY ? undefined : problem(value)),
    numeric: true,
  };
}

/** Something that settles. */
export const PROMISE = kind(
  'a promise, as a call returns it',
  (value) => typeof Object(value).then === 'function',
);

/** The same kind, or nothing. */
export function optional({ problem, ...rest }: Kind): Kind {
  return { ...rest, problem: (value) => (value === undefined ? undefined : problem(value)) };
}

/** One of some words. */
export function wordOf(words: readonly string[]): Kind {
  const be = `must be ${words.map((word) => `"${word}"`).join(' or ')}`;
  return {
    problem: (value) => {
      if (words.some((word) => word === value)) return;
      const what = typeof value === 'string' ? JSON.stringify(value) : told(value);
      return `${be}, not ${what}${didYouMean(value, words).replace(/\.$/, '')}`;
    },
  };
}

/** A list, each entry of which is of a kind. */
export function listOf(each: Kind): Kind {
  return {
    problem: (value) => {
      if (!Array.isArray(value)) return `must be a list, not ${told(value)}`;
      const index = value.findIndex((entry) => each.problem(entry) !== undefined);
      return index < 0 ? undefined : `[${index}] ${each.problem(value[index])}`;
    },
  };
}

/**
 * Checks an argument. These checks are made although the types say the same: a test in plain JavaScript would pass for the
 * wrong reason. Throws a `RangeError` for a number that is out of range, and a `TypeError` for anything else.
 */
export function check(name: string, value: unknown, { problem, numeric }: Kind): void {
  const found = problem(value);
  if (found === undefined) return;
  const what = `${name}${found.startsWith('[') ? '' : ' '}${found}`;
  const message = /[.?]$/.test(what) ? what : `${what}.`;
  throw numeric && typeof value === 'number' ? new RangeError(message) : new TypeError(message);
}

/** Checks options, and returns a copy of them: what becomes of the test's own object later makes no difference. */
export function checkOptions<T extends object>(
  caller: string,
  options: unknown,
  kinds: Kinds<T>,
): Partial<T> {
  if (options === undefined) return {};
  check(`The options of ${caller}`, options, RECORD);
  const names = Object.keys(kinds);
  const unknown = Object.keys(Object(options)).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new TypeError(`${caller}: "${unknown}" is no option${didYouMean(unknown, names)}`);
  const entries = Object.entries<Kind>(kinds).flatMap(([name, each]) => {
    // Those of a prototype count as well.
    const value: unknown = Reflect.get(Object(options), name);
    if (value === undefined) return [];
    check(`${caller}: ${name}`, value, each);
    return [[name, value] as const];
  });
  // The names are those of the kinds, and each value is of its kind.
  return Object.fromEntries(entries) as Partial<T>;
}

/** The JSON text of a value that a test hands in. Throws a `TypeError` for what has none. */
export function jsonOf(what: string, value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new TypeError(`${what} must be a JSON value.`, { cause });
  }
  if (text === undefined) throw new TypeError(`${what} must be a JSON value.`);
  return text;
}

/** Whether a value is an object, and no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function told(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return ['number', 'boolean', 'bigint'].includes(typeof value) ? String(value) : kindOf(value);
}
