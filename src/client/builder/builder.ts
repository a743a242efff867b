import type {
  Alternatives,
  Apply,
  Flag,
  JsonOf,
  List,
  ParamKeys,
  Params,
  PayloadJson,
  RequiredKeys,
} from '../endpoint.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import type { AsJson } from '../wire/json.ts';
import { describe, titleOf } from './describe.ts';
import { add, type Given, gather, type ParamsByName } from './given.ts';

/** The type of `execute` until everything required is set. Its name and its argument are the compiler's message. */
export interface MissingParameter<Names extends string> {
  readonly 'set this first': Names;
}

/** The type of `execute` when parameters are set that do not go together. */
export interface DoNotGoTogether<Names> {
  readonly 'give one of them': Names;
}

/** The type of `execute` when the message does not fit the channel. */
export interface MessageDoesNotFit<Name> {
  readonly 'the message does not fit channel': Name;
}

/** The verbs of a builder, with the map and the given values filled in. */
export interface Verbs {
  readonly '~map': unknown;
  readonly '~given': object;
  readonly verbs: object;
}

type VerbsOf<T extends Verbs, C, G> = Apply<T, C, G>['verbs'];

type Flat<L extends readonly unknown[]> = L[number] extends infer X
  ? X extends readonly (infer Y)[]
    ? Y
    : X
  : never;

type With<G, K extends string, V> = Omit<G, K> & { readonly [X in K]: V };
type Already<G, K> = K extends keyof G ? G[K] : never;

type Setter<P extends Params, T extends Verbs, C, G extends object, K extends string, V> = [V] extends [
  List<infer N>,
]
  ? <const L extends readonly (N | readonly N[])[]>(
      ...names: L
    ) => Builder<P, T, C, With<G, K, Already<G, K> | Flat<L>>>
  : [V] extends [Flag]
    ? () => Builder<P, T, C, With<G, K, true>>
    : [V] extends [JsonOf<infer M>]
      ? <X extends M>(value: X & Fitting<X, V>) => Builder<P, T, C, With<G, K, X>>
      : <const X extends V>(value: X) => Builder<P, T, C, With<G, K, X>>;

/** The type of a value where the parameter can take it. */
type Fitting<X, V> = [V] extends [PayloadJson<unknown>] ? (X extends Uint8Array ? X : AsJson<X>) : AsJson<X>;

/**
 * An immutable, type-stated builder: every setter returns a new one, and the verbs are callable only when `G` (the given
 * values) holds every required parameter, and the message fits the channel.
 */
export type Builder<P extends Params, T extends Verbs, C, G extends object = object> = {
  readonly [K in keyof P as K extends keyof Params ? never : K]-?: Setter<
    P,
    T,
    C,
    G,
    K & string,
    Exclude<Apply<P, C, G>[K], undefined>
  >;
} & Gate<P, T, C, G> &
  Unsent;

/** Awaiting a builder sends nothing: the compiler refuses a `then` that takes no callback, and it rejects at run time. */
export interface Unsent {
  /** Not for calls: a builder that is awaited, or chained like a promise, fails with `PN-1008`. */
  readonly then: (missing: CallExecuteFirst) => never;
}

/** The compiler's message for a builder that is used as a promise. */
export interface CallExecuteFirst {
  readonly 'call .execute()': never;
}

// Looked up one by one: of a union of objects, a parameter is given only if all of them have it.
// What one of is needed may follow from what is given, so it is looked up in the parameters that are filled in.
type Missing<P, G> =
  | { [K in RequiredKeys<P>]: Absent<G, K> }[RequiredKeys<P>]
  | MissingOneOf<P & { readonly '~given': G }, G>;
type MissingOneOf<P, G> = P extends { readonly '~oneOf': infer O extends string }
  ? { [K in O]: Absent<G, K> }[O] extends infer A
    ? [O] extends [A]
      ? O
      : never
    : never
  : never;

// A value that may be `undefined` at run time counts as not given; `unknown` and `any` say nothing.
type Absent<G, K> = K extends keyof G
  ? unknown extends G[K]
    ? never
    : undefined extends G[K]
      ? K
      : never
  : K;

type Gate<P extends Params, T extends Verbs, C, G extends object> = [Missing<P, G>] extends [never]
  ? [Clashing<P, G>] extends [never]
    ? Fits<P, C, G> extends true
      ? VerbsOf<T, C, G>
      : {
          readonly [V in keyof T['verbs']]: MessageDoesNotFit<
            G extends { readonly channel: infer N } ? N : string
          >;
        }
    : { readonly [V in keyof T['verbs']]: DoNotGoTogether<Clashing<P, G>> }
  : // Looked up in a mapped type, the names are printed themselves, and not the alias that made them.
    { readonly [V in keyof T['verbs']]: MissingParameter<{ [K in Missing<P, G>]: K }[Missing<P, G>]> };

// Of what may be given once, what is given together. What may be `undefined` at run time may not be there.
type Clashing<P, G> = P extends { readonly '~atMostOne': infer A }
  ? A extends Alternatives<infer N>
    ? Several<{ [K in N & keyof G]: undefined extends G[K] ? never : K }[N & keyof G]>
    : never
  : never;
type Several<N, All = N> = N extends unknown ? ([Exclude<All, N>] extends [never] ? never : N) : never;

// The other contradiction of given values: the message was set first, and the channel has another payload.
type Fits<P, C, G> =
  Apply<P, C, G> extends { readonly message: JsonOf<infer M> }
    ? G extends { readonly message: infer X }
      ? X extends M
        ? true
        : false
      : true
    : true;

type Input<V> =
  V extends List<infer N> ? N | readonly N[] : V extends Flag ? boolean : V extends JsonOf<infer M> ? M : V;

/** The parameters as the optional object that may start a builder. */
export type Inputs<P extends Params, C, G extends object> = {
  readonly [K in keyof Apply<P, C, G> as K extends keyof Params ? never : K]?: Input<
    Exclude<Apply<P, C, G>[K], undefined>
  >;
};

/** Refuses unknown keys, and payloads that are not JSON. */
export type CheckedInputs<P extends Params, G> = {
  readonly [K in keyof G]: K extends ParamKeys<P>
    ? Exclude<P[K], undefined> extends JsonOf<unknown>
      ? Fitting<G[K], Exclude<P[K], undefined>>
      : G[K]
    : UnknownParameter<K>;
};

/** The names of the parameters. */
type Offered<P extends Params> = { readonly [K in keyof P as K extends keyof Params ? never : K]?: unknown };

/**
 * The starting object, checked. The second alternative accepts no more than the first: editors take from it the names that
 * they offer in an object that is being written. Alone it would keep unions of objects from being inferred.
 */
export type Started<P extends Params, G> = (G & CheckedInputs<P, G>) | (G & CheckedInputs<P, G> & Offered<P>);

/** The type of an unknown key of a starting object. Its name and its argument are the compiler's message. */
export interface UnknownParameter<Name> {
  readonly 'no such parameter': Name;
}

/** The given values of a starting object: lists count by their names. */
export type GivenBy<P extends Params, G> = {
  readonly [K in keyof G]: K extends ParamKeys<P>
    ? Exclude<P[K], undefined> extends List<unknown>
      ? G[K] extends readonly (infer N)[]
        ? N
        : G[K]
      : G[K]
    : never;
};

/** The verbs of a builder; `context` is the client's. */
export type VerbTable<Context> = Readonly<
  Record<string, (context: Context, given: Given, argument: unknown) => unknown>
>;

/**
 * Makes the function that starts the builders of an endpoint. Setters and verbs are on one prototype, so that a step costs
 * an object and a copy of the values, and no closures. Values are checked and copied when they are set; the verb throws the
 * error of a refused one. A builder as text, or awaited, says that nothing was sent; it is called by the name of the
 * function that starts it.
 */
export function defineBuilder<Context>(
  params: ParamsByName,
  verbs: VerbTable<Context>,
): (context: Context, source: unknown) => unknown {
  class Step {
    readonly #context: Context;
    readonly #given: Given;

    constructor(context: Context, given: Given) {
      this.#context = context;
      this.#given = given;
    }

    static {
      for (const name of Object.keys(params)) {
        method(Step.prototype, name, function (this: Step, ...values: readonly unknown[]) {
          return new Step(this.#context, add(params, this.#given, { name, values }));
        });
      }
      for (const [name, verb] of Object.entries(verbs)) {
        method(Step.prototype, name, function (this: Step, argument?: unknown) {
          return verb(this.#context, this.#given, argument);
        });
      }
      for (const name of ['toString', INSPECT])
        method(Step.prototype, name, function (this: Step) {
          return describe(start.name, params, this.#given);
        });
      method(Step.prototype, 'then', function (this: Step, _: unknown, reject?: unknown) {
        const error = new PubNubError(
          'PN-1008',
          `${titleOf(start.name, this.#given)} is not sent: a builder is no promise.`,
        );
        if (typeof reject !== 'function') throw error;
        reject(error);
      });
    }
  }
  const start = (context: Context, source: unknown = {}) => new Step(context, gather(params, source));
  return start;
}

/** The method by which Node, Deno and Bun print an object. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

function method(prototype: object, name: string | symbol, value: (...parameters: never) => unknown): void {
  Object.defineProperty(prototype, name, { value, enumerable: false, writable: false });
}
