import { didYouMean } from '../protocol/did-you-mean.ts';
import { kindOf, nameProblem } from '../protocol/names.ts';

/** A check of a value that a test passes in. */
export interface Kind {
  /** The reason to refuse a value, to be read after its name ("must be …"); `undefined` if it is valid. */
  readonly problem: (value: unknown) => string | undefined;
  /** The kind is a number, so that an invalid number is a `RangeError`. */
  readonly numeric?: true;
}

/** The kind of each option; any other name is refused. */
export type Kinds<T extends object> = { readonly [Name in keyof T]-?: Kind };

/** Makes a kind of a description and a predicate. */
export function kind(be: string, fits: (value: unknown) => boolean): Kind {
  return { problem: (value) => (fits(value) ? undefined : `must be ${be}, not ${described(value)}`) };
}

export const ANYTHING: Kind = { problem: () => undefined };

export const STRING = kind('a string', (value) => typeof value === 'string');

/** Also for secrets: the message never holds a string's value. */
export const NOT_EMPTY = kind(
  'a string that is not empty',
  (value) => typeof value === 'string' && value !== '',
);

export const BOOLEAN = kind('true or false', (value) => typeof value === 'boolean');

export const FUNCTION = kind('a function', (value) => typeof value === 'function');

/** A name of a channel, group or user. */
export const NAME: Kind = { problem: nameProblem };

/** An object of names and values: not a list, a promise, a `Map` or another object of the platform. */
export const OBJECT = kind('an object', isRecord);

/** A delay that the timers of every platform can hold. */
export const MILLISECONDS = number(
  'a number of milliseconds from 0 to 2147483647',
  (value) => value >= 0 && value <= 2_147_483_647,
);

/** Milliseconds by which time can move forward. */
export const DURATION = number(
  'a number of milliseconds from 0 on',
  (value) => value >= 0 && Number.isFinite(value),
);

/** Milliseconds in either direction. */
export const FINITE = number('a number of milliseconds', Number.isFinite);

/** An object with methods, of any class. */
export const INSTANCE = kind('an object', (value) => typeof value === 'object' && value !== null);

export const CLOCK = having('a clock', ['now', 'setTimeout', 'clearTimeout']);

/** An object that has methods. */
export function having(be: string, methods: readonly string[]): Kind {
  const names = methods.map((name) => `${name}()`).join(', ');
  return kind(`${be}, with ${names}`, (value) =>
    methods.every((name) => typeof Object(value)[name] === 'function'),
  );
}

export function number(be: string, fits: (value: number) => boolean): Kind {
  return { ...kind(be, (value) => typeof value === 'number' && fits(value)), numeric: true };
}

/** A whole number in a range. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): Kind {
  const end = most === Number.MAX_SAFE_INTEGER ? 'on' : `to ${most}`;
  const be = `a whole number from ${least} ${end}`;
  return number(be, (value) => Number.isSafeInteger(value) && value >= least && value <= most);
}

/** A whole number from `least` on, or `Infinity`. */
export function wholeOrInfinite(least: number): Kind {
  const { problem } = whole(least);
  return {
    problem: (value) => (value === Number.POSITIVE_INFINITY ? undefined : problem(value)),
    numeric: true,
  };
}

export const PROMISE = kind('a promise, as a call returns it', isThenable);

/** The same kind, or `undefined`. */
export function optional({ problem, ...rest }: Kind): Kind {
  return { ...rest, problem: (value) => (value === undefined ? undefined : problem(value)) };
}

/** One of the given words. */
export function oneOf(words: readonly string[]): Kind {
  const be = `must be ${words.map((word) => `"${word}"`).join(' or ')}`;
  return {
    problem: (value) => {
      if (words.some((word) => word === value)) return;
      const what = typeof value === 'string' ? JSON.stringify(value) : described(value);
      return `${be}, not ${what}${suggestion(value, words)}`;
    },
  };
}

/** A list whose entries are all of one kind. */
export function listOf(each: Kind): Kind {
  return {
    problem: (value) => {
      if (!Array.isArray(value)) return `must be a list, not ${described(value)}`;
      const index = value.findIndex((entry) => each.problem(entry) !== undefined);
      return index < 0 ? undefined : `[${index}] ${each.problem(value[index])}`;
    },
  };
}

/**
 * Checks an argument at run time as well: a test in plain JavaScript would otherwise pass for the wrong reason. Throws a
 * `RangeError` for a number that is out of range, and a `TypeError` for anything else.
 */
export function check(name: string, value: unknown, { problem, numeric }: Kind): void {
  const found = problem(value);
  if (found === undefined) return;
  const message = sentence(`${name}${found.startsWith('[') ? '' : ' '}${found}`);
  throw numeric && typeof value === 'number' ? new RangeError(message) : new TypeError(message);
}

/** Checks options and copies them, so that later changes of the test's own object have no effect. */
export function checkOptions<T extends object>(
  caller: string,
  options: unknown,
  kinds: Kinds<T>,
): Partial<T> {
  if (options === undefined) return {};
  check(`The options of ${caller}`, options, OBJECT);
  const unknown = unknownName(Object(options), Object.keys(kinds), 'an option');
  if (unknown !== undefined) throw new TypeError(sentence(`${caller}: ${unknown}`));
  const entries = Object.entries<Kind>(kinds).flatMap(([name, each]) => {
    // Inherited options count as well.
    const value: unknown = Reflect.get(Object(options), name);
    if (value === undefined) return [];
    check(`${caller}: ${name}`, value, each);
    return [[name, value] as const];
  });
  // The names are those of the kinds, and each value is of its kind.
  return Object.fromEntries(entries) as Partial<T>;
}

/** Reports the first own name of an object that is not a known one, as a clause: `"x" is not an option`. */
export function unknownName(object: object, known: readonly string[], what: string): string | undefined {
  const name = Object.keys(object).find((each) => !known.includes(each));
  return name === undefined ? undefined : `"${name}" is not ${what}${suggestion(name, known)}`;
}

/** Ends a clause with a full stop, unless it is a sentence already. */
export function sentence(clause: string): string {
  return /[.?]$/.test(clause) ? clause : `${clause}.`;
}

// The likely intended word, as the end of a clause; empty if none is near.
function suggestion(word: unknown, words: readonly string[]): string {
  return didYouMean(word, words).replace(/\.$/, '');
}

/** The JSON text of a value. Throws a `TypeError` if it has none. */
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

/** Tests that a value is an object of names and values: see `OBJECT`. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && RECORD_TAGS.has(tagOf(value)) && !isThenable(value);
}

export function isThenable(value: unknown): boolean {
  return typeof Object(value).then === 'function';
}

/** Names the type of a value for an error message; a number or boolean by its value. */
export function described(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === '') return 'an empty string';
  if (isThenable(value)) return 'a promise';
  if (['number', 'boolean', 'bigint'].includes(typeof value)) return String(value);
  const named = typeof value === 'object' && value !== null && !RECORD_TAGS.has(tagOf(value));
  return named ? `an object of type ${tagOf(value)}` : kindOf(value);
}

// Options may come from a module: `import * as options from '../testing/options.ts'`.
const RECORD_TAGS: ReadonlySet<string> = new Set(['Object', 'Module']);

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}
