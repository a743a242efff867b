import { didYouMean } from '../../protocol/did-you-mean.ts';
import type { Param } from '../endpoint.ts';
import type { ErrorCode } from '../errors/codes.ts';
import type { Hints } from '../errors/hints.ts';
import { readProperties } from './properties.ts';

/** Values by name: a copy of each, or its refusal. */
export type Given = Readonly<Record<string, unknown>>;

/** The parameters of an endpoint, or the options of a call, by name; any other name is unknown. */
export type ParamsByName = Readonly<Record<string, Param>>;

/** The role of a value; errors name it. */
export type Role = 'parameter' | 'option';

/** Takes the place of a refused value; a call with it fails. */
export class Refused {
  readonly code: ErrorCode;
  /** The problem, as a sentence. */
  readonly what: string;
  readonly cause: unknown;
  /** A name that is unknown. */
  readonly #unknown: string | undefined;
  readonly #isRefused = true;

  constructor(
    code: ErrorCode,
    what: string,
    { cause, unknown }: { readonly cause?: unknown; readonly unknown?: string | undefined } = {},
  ) {
    this.code = code;
    this.what = what;
    this.cause = cause;
    this.#unknown = unknown;
  }

  /** The problem, with what takes the place of an unknown name. */
  hinted(hints: Hints | undefined): string {
    const name = this.#unknown;
    const instead = name === undefined ? name : hints?.instead(name);
    return instead === undefined ? this.what : this.what.replace(/(; did.*|\.)$/, `; ${instead}.`);
  }

  /** `true` for a refusal. A value's prototype is not read: the value may be a proxy. */
  static is(value: unknown): value is Refused {
    return typeof value === 'object' && value !== null && #isRefused in value;
  }
}

/** Entries that a list takes from one array. */
const MOST_ENTRIES = 100_000;

/** A call of a setter. */
interface Setting {
  readonly name: string;
  readonly values: readonly unknown[];
  readonly role?: Role;
}

/**
 * Reads an object of parameters or options: each value is copied and checked once, so that later changes of the object have
 * no effect. A value that is `undefined` is left out.
 */
export function gather(params: ParamsByName, source: unknown, role: Role = 'parameter'): Given {
  const read = readProperties(source, (name) => Object.hasOwn(params, name));
  const whole = `the ${role}s`;
  if ('problem' in read) return { [whole]: new Refused('PN-1002', `${whole} ${read.problem}.`, read) };
  const given: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(read.values)) {
    const param = Object.hasOwn(params, name) ? params[name] : undefined;
    if (!param && (value !== undefined || role === 'option')) given[name] = unknownName(name, params, role);
    else if (param && value !== undefined) given[name] = taken(param, { name, values: [value], role });
  }
  return given;
}

/** The values with those of a setter. A list grows: `.channels('a').channels('b')` selects both. */
export function add(params: ParamsByName, given: Given, setting: Setting): Given {
  const { name } = setting;
  const param = params[name];
  return param ? { ...given, [name]: taken(param, setting, given[name]) } : given;
}

/** The first fault of the values: one that was refused or is missing, or a list that is too long. */
export function faultIn(params: ParamsByName, given: Given, role: Role = 'parameter'): Refused | undefined {
  const refused = Object.values(given).find(Refused.is);
  if (refused) return refused;
  for (const [name, param] of Object.entries(params)) {
    const fault = faultOf(param, { name, values: [given[name]], role });
    if (fault) return fault;
  }
  return undefined;
}

function faultOf(
  { required, kind, most = Number.POSITIVE_INFINITY }: Param,
  setting: Setting,
): Refused | undefined {
  const { name, values, role } = setting;
  const [value] = values;
  const isThere = kind === 'list' ? isGiven(value) : value !== undefined;
  if (required && !isThere)
    return new Refused('PN-1001', `${labelOf(setting)} ${role === 'option' ? 'is ' : ''}missing.`);
  const count = kind === 'list' && Array.isArray(value) && value.length > most ? new Set(value).size : 0;
  return count > most
    ? new Refused('PN-1002', `${name} must have at most ${most} names, not ${count}.`)
    : undefined;
}

/** `true` for a value that is set; an empty list is not. */
export function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}

function unknownName(name: string, params: ParamsByName, role: Role): Refused {
  const what = `"${name}" is no ${role}${didYouMean(name, Object.keys(params))}`;
  return new Refused('PN-1003', what, { unknown: name });
}

function labelOf({ name, role }: Pick<Setting, 'name' | 'role'>): string {
  return role === 'option' ? `the option "${name}"` : name;
}

function taken(param: Param, setting: Setting, before?: unknown): unknown {
  const { name, values } = setting;
  const [first] = values;
  try {
    if (param.kind === 'list') return takenList(param, setting, before);
    if (values.length > 1) return new Refused('PN-1002', `${name} takes one value, not ${values.length}.`);
    if (first === undefined) return param.kind === 'flag' || undefined;
    return takenValue(param, setting, first);
  } catch (cause) {
    // A getter, a proxy or a `toJSON()` of the caller has thrown.
    return new Refused('PN-1002', `${labelOf(setting)} cannot be read: reading it throws.`, { cause });
  }
}

function takenList(param: Param, setting: Setting, before: unknown): unknown {
  if (Refused.is(before)) return before;
  const { name, values } = setting;
  const list: unknown[] = Array.isArray(before) ? [...before] : [];
  // Checked before the entries are read: a sparse array may have any length.
  if (values.some((value) => Array.isArray(value) && value.length > MOST_ENTRIES))
    return new Refused('PN-1002', `${name} must have at most ${MOST_ENTRIES} entries at a time.`);
  // One level deep; holes of an array count as missing entries.
  for (const entry of values.flatMap((value) => (Array.isArray(value) ? Array.from(value) : [value]))) {
    const one = takenValue(param, setting, entry);
    if (Refused.is(one)) return one;
    list.push(one);
  }
  return list;
}

function takenValue({ take, check }: Param, setting: Setting, value: unknown): unknown {
  const read = take ? take(value, setting.name) : { value };
  if ('problem' in read) return new Refused('PN-1004', `${setting.name} ${read.problem}.`);
  const problem = check(read.value);
  if (problem === undefined) return read.value;
  // An object in place of a text: a hint may know what it is.
  const unknown = setting.role === 'option' && typeof value === 'object' ? setting.name : undefined;
  return new Refused('PN-1002', `${labelOf(setting)} ${problem}.`, { unknown });
}
