import type { Param } from '../endpoint.ts';
import type { ErrorCode } from '../errors/codes.ts';
import { didYouMean } from './did-you-mean.ts';
import { readProperties } from './properties.ts';

/** The parameters set so far: each value as it was when it was given, or why it was refused. */
export type Given = Readonly<Record<string, unknown>>;

/** The parameters of an endpoint, by name. */
export type ParamsByName = Readonly<Record<string, Param>>;

/** Stands in the place of what was refused when it was given; a call with it fails. */
export class Refused {
  readonly code: ErrorCode;
  /** What is wrong, as a sentence. */
  readonly what: string;
  readonly cause: unknown;

  constructor(code: ErrorCode, what: string, cause?: unknown) {
    this.code = code;
    this.what = what;
    this.cause = cause;
  }
}

/** Entries that a list takes from one array. */
const MOST_ENTRIES = 100_000;

/** The name under which it is noted that the object with the parameters was refused as a whole. */
const ALL = 'the parameters';

/** A parameter by name, with what its setter was called with. */
interface Setting {
  readonly name: string;
  readonly values: readonly unknown[];
}

/** What an object gives, read and copied now: what happens to it later changes nothing. */
export function gather(params: ParamsByName, source: unknown): Given {
  if (source === undefined) return {};
  const read = readProperties(source, (name) => Object.hasOwn(params, name));
  if ('problem' in read) return { [ALL]: new Refused('PN-1002', `${ALL} ${read.problem}.`, read.cause) };
  const given: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(read.values)) {
    if (value === undefined) continue;
    const param = Object.hasOwn(params, name) ? params[name] : undefined;
    given[name] = param ? taken(param, { name, values: [value] }) : unknownParameter(name, params);
  }
  return given;
}

/** The same with what a setter was called with. A list grows: `.channels('a').channels('b')` selects both. */
export function add(params: ParamsByName, given: Given, setting: Setting): Given {
  const { name } = setting;
  const param = params[name];
  return param ? { ...given, [name]: taken(param, setting, given[name]) } : given;
}

function unknownParameter(name: string, params: ParamsByName): Refused {
  return new Refused('PN-1003', `"${name}" is no parameter${didYouMean(name, Object.keys(params))}`);
}

function taken(param: Param, setting: Setting, before?: unknown): unknown {
  const { name, values } = setting;
  const [first] = values;
  try {
    if (param.kind === 'list') return takenList(param, setting, before);
    if (first === undefined) return param.kind === 'flag' || undefined;
    return takenValue(param, name, first);
  } catch (cause) {
    // A getter, a proxy or a `toJSON()` of the caller's.
    return new Refused('PN-1002', `${name} cannot be read: reading it throws.`, cause);
  }
}

function takenList(param: Param, { name, values }: Setting, before: unknown): unknown {
  if (before instanceof Refused) return before;
  const list: unknown[] = Array.isArray(before) ? [...before] : [];
  // Before they are gone through: an array may have a length, and nothing in it.
  if (values.some((value) => Array.isArray(value) && value.length > MOST_ENTRIES))
    return new Refused('PN-1002', `${name} must have at most ${MOST_ENTRIES} entries at a time.`);
  for (const entry of entriesOf(values)) {
    const one = takenValue(param, name, entry);
    if (one instanceof Refused) return one;
    list.push(one);
  }
  return list;
}

// One level deep, and with the holes of an array as entries that are missing.
function* entriesOf(values: readonly unknown[]): Generator<unknown> {
  for (const value of values) {
    if (Array.isArray(value)) yield* value;
    else yield value;
  }
}

function takenValue({ take, check }: Param, name: string, value: unknown): unknown {
  const read = take ? take(value, name) : { value };
  if ('problem' in read) return new Refused('PN-1004', `${name} ${read.problem}.`);
  const problem = check(read.value);
  return problem === undefined ? read.value : new Refused('PN-1002', `${name} ${problem}.`);
}

/** The names of channels and groups that are asked about. */
export function namesIn({ channel, channels, channelGroup, channelGroups }: Given): ReadonlySet<unknown> {
  return new Set([channel, channels, channelGroup, channelGroups].flat());
}
