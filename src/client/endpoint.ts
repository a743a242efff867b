import type { PNOperationType } from '../protocol/status.ts';
import type { AnyChannels } from './channels.ts';
import type { Taken } from './wire/json.ts';

/**
 * The type-level side of an endpoint's parameters: `'~map'` is the client's channel map, `'~given'` what has been set so
 * far, so that the type of one parameter may follow from another (`builder.ts` fills both in).
 */
export interface Params {
  readonly '~map': unknown;
  readonly '~given': object;
  /** Parameters of which at least one must be given. */
  readonly '~oneOf'?: string;
  /** Parameters of which at most one may be given: each set of them. */
  readonly '~atMostOne'?: Alternatives<string>;
}

/** Names of which at most one may be given. */
export interface Alternatives<Names extends string> {
  readonly '~names': Names;
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

/** A parameter that also takes bytes, as a whole. */
export interface PayloadJson<T> extends JsonOf<T> {
  readonly '~bytes': true;
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
  /** Checks the value; of a list, each entry. */
  readonly check: Check;
  /** How many different entries a list may have. @default any number */
  readonly most?: number;
  /** Copies a value that its owner may change later, or says why it cannot be had: then the error is a `PN-1004`. */
  readonly take?: (value: unknown, name: string) => Taken;
}

/** One entry for each parameter of `P`, required where `P` says so: a forgotten or mislabelled one does not compile. */
export type ParamTable<P> = {
  readonly [K in keyof Applied<P> as K extends keyof Params ? never : K]-?: Param<
    object extends Pick<Applied<P>, K> ? false : true
  >;
};

/** The methods that the protocol uses. */
export type HttpMethod = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** What an endpoint may read of the client. */
export interface Keyset {
  readonly subscribeKey: string;
  readonly publishKey: string;
  readonly userId: string;
  /** Seconds without a sign of life after which the server takes the user for gone. */
  readonly presenceTimeoutSeconds: number;
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
  /** Whether a client with a cipher key encrypts it. */
  readonly encrypted?: true;
}

/** `safe`: at will. `not-sent`: only when the first attempt certainly did not reach the server. */
export type Retry = 'safe' | 'not-sent';

/** The answer as `parse` sees it. */
export interface Answer {
  /** Parsed JSON. */
  readonly body: unknown;
  /** The text it was parsed from, for numbers that a double cannot hold. */
  readonly text: string;
  /** HTTP status: 200, or 207 where a part of the work failed. */
  readonly status: number;
}

/** Reads what a client with a cipher key has encrypted; rejects with `PN-5001` when it cannot be read. */
export type Decrypt = (message: unknown) => Promise<unknown>;

/** One request of the protocol and its answer, as data: what the executor needs. `P` are the parameters, `R` the result. */
export interface Exchange<P, R> {
  readonly operation: PNOperationType;
  /** `GET` unless said otherwise; a `payload` decides between `GET` and `POST` by itself. */
  readonly method?: HttpMethod;
  readonly path: (values: Values<P>, keys: Keyset) => string;
  readonly query?: (values: Values<P>, keys: Keyset) => Query;
  readonly payload?: PayloadRule<Values<P>>;
  /** A JSON value that goes as the body. */
  readonly body?: (values: Values<P>, keys: Keyset) => unknown;
  /** Further headers; `undefined` ones are left out. */
  readonly headers?: (values: Values<P>) => Readonly<Record<string, string | undefined>>;
  /** `signature`: without the token; `none`: without a signature as well. */
  readonly auth?: 'none' | 'signature';
  /** Browsers send it to its end even if the page goes away meanwhile. */
  readonly keepalive?: true;
  /** When it may be repeated after a failure; a function where it depends on what is asked for. */
  readonly retry: Retry | ((values: Values<P>) => Retry);
  /** A message whose parameter `id`, if it is given, makes repeating it safe. */
  readonly once?: true;
  /**
   * Narrows the answer; throws a `TypeError` that says what is wrong with its shape. Gets what was asked for where the
   * shape depends on it.
   */
  readonly parse: (answer: Answer, values?: Values<P>) => R;
  /** What becomes of the result in a client with a cipher key. */
  readonly decrypt?: (result: R, decrypt: Decrypt) => Promise<R>;
}

/**
 * One REST call, as data: an exchange, and the checks of what a program gives for it. The builder, the executor and the
 * reference page are derived from it.
 */
export interface Endpoint<P, R> extends Exchange<P, R> {
  readonly params: ParamTable<P>;
  /** Parameters of which at least one is needed. */
  readonly oneOf?: readonly ParamKeys<P>[];
  /** Keys the client must have, beyond the subscribe key. */
  readonly needs?: readonly ('publishKey' | 'secretKey')[];
  /** Why values that are fine by themselves do not go together, as a sentence without its end. */
  readonly conflict?: (values: Values<P>) => string | undefined;
  /** Completes values that have passed the checks; throws a `TypeError` that says what is wrong with them, without its end. */
  readonly complete?: (values: Values<P>, ownId: () => string | undefined) => Values<P>;
}

/** An endpoint as it is declared: its operation need not be in the public union yet. */
export type Declaration<P, R> = Omit<Endpoint<P, R>, 'operation'> & {
  readonly operation: PNOperationType | `PN${string}Operation`;
};

/** Freezes the declaration of an endpoint, and checks it against the interface of its parameters. */
export function defineEndpoint<P extends Params, R>(endpoint: Declaration<P, R>): Endpoint<P, R> {
  // The union is for programs that compare operations; at run time one name is as good as another.
  return Object.freeze(endpoint as Endpoint<P, R>);
}
