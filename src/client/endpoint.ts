import { nameProblem } from '../protocol/names.ts';
import type { PNOperationType } from '../protocol/status.ts';
import { isTimetoken } from '../protocol/timetoken.ts';
import type { AnyChannels } from './channels.ts';
import type { ErrorCode } from './errors/codes.ts';
import { jsonProblem } from './json.ts';

/**
 * The type-level side of an endpoint's parameters: `'~map'` is the client's channel map, `'~given'` what has been set so
 * far, so that the type of one parameter may follow from another (`builder.ts` fills both in).
 */
export interface Params {
  readonly '~map': unknown;
  readonly '~given': object;
  /** Parameters of which at least one must be given. */
  readonly '~oneOf'?: string;
}

/** A parameter that takes one value, several arguments or an array; further calls add to it. */
export interface List<T> {
  readonly '~list': T;
}

/** A parameter that is switched on by a call without arguments. */
export interface Flag {
  readonly '~flag': true;
}

/** A parameter that takes any JSON value of the given type. */
export interface JsonOf<T> {
  readonly '~json': T;
}

/** Parameters with the map and the given values filled in. */
export type Apply<P, C, G> = P & { readonly '~map': C; readonly '~given': G };

/** The names of the parameters. */
export type ParamKeys<P> = Exclude<keyof P, keyof Params> & string;

/** The names of the required parameters. */
export type RequiredKeys<P> = { [K in ParamKeys<P>]-?: object extends Pick<P, K> ? never : K }[ParamKeys<P>];

type Value<T> =
  T extends List<infer N> ? readonly N[] : T extends Flag ? boolean : T extends JsonOf<unknown> ? unknown : T;

type Applied<P> = Apply<P, AnyChannels, object>;

/** The parameters as an endpoint's functions receive them: checked, lists as arrays, required ones present. */
export type Values<P> = {
  readonly [K in keyof Applied<P> as K extends keyof Params ? never : K]: Value<Applied<P>[K]>;
};

/** Why a value is refused, to be read after the parameter's name ("must be …"), or `undefined` when it is fine. */
export type Check = (value: unknown) => string | undefined;

/** How a builder collects one parameter and what it accepts. */
export interface Param<Required extends boolean = boolean> {
  readonly required: Required;
  readonly kind: 'value' | 'list' | 'flag';
  readonly check: Check;
  /** Code of the error for a refused value; `PN-1002` unless said otherwise. */
  readonly code?: ErrorCode;
}

/** One entry for each parameter of `P`, required where `P` says so: a forgotten or mislabelled one does not compile. */
export type ParamTable<P> = {
  readonly [K in keyof Applied<P> as K extends keyof Params ? never : K]-?: Param<
    object extends Pick<Applied<P>, K> ? false : true
  >;
};

export type HttpMethod = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** What an endpoint may read of the client. */
export interface Keyset {
  readonly subscribeKey: string;
  readonly publishKey: string;
  readonly userId: string;
}

/** Query parameters in the order they are sent; `undefined` ones are left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** A JSON payload that travels in the path (GET) or, when large or asked for, in the body (POST). */
export interface PayloadRule<V> {
  readonly of: (values: V) => unknown;
  /** Largest JSON text, in bytes. */
  readonly limit: number;
  /** Whether it may go by POST; the program's choice, or `undefined` to decide by size. `false`: there is no POST. */
  readonly post: ((values: V) => boolean | undefined) | false;
}

/** The answer as `parse` sees it. */
export interface Answer {
  /** Parsed JSON. */
  readonly body: unknown;
  /** The text it was parsed from, for numbers that a double cannot hold. */
  readonly text: string;
}

/**
 * One REST call of the protocol, as data: the builder, the executor and the reference page are derived from it.
 * `P` are the parameters, `R` the result.
 */
export interface Endpoint<P, R> {
  readonly operation: PNOperationType;
  readonly params: ParamTable<P>;
  /** Parameters of which at least one is needed. */
  readonly oneOf?: readonly ParamKeys<P>[];
  /** Keys the client must have, beyond the subscribe key. */
  readonly needs?: readonly 'publishKey'[];
  readonly path: (values: Values<P>, keys: Keyset) => string;
  readonly query?: (values: Values<P>) => Query;
  readonly payload?: PayloadRule<Values<P>>;
  /** `none`: the token is not sent. */
  readonly auth?: 'none';
  /** `safe`: may be repeated at will. `not-sent`: only when the first attempt certainly did not reach the server. */
  readonly retry: 'safe' | 'not-sent';
  /** Narrows the answer; throws a `TypeError` that says what is wrong with its shape. */
  readonly parse: (answer: Answer) => R;
}

/** Freezes the declaration of an endpoint and checks it against its parameters' interface. */
export function defineEndpoint<P extends Params, R>(endpoint: Endpoint<P, R>): Endpoint<P, R> {
  return Object.freeze(endpoint);
}

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

function firstProblem(values: readonly unknown[], check: Check): string | undefined {
  for (const value of values) {
    const problem = check(value);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
