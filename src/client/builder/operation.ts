import type { Endpoint, Params } from '../endpoint.ts';
import type { Executor } from '../request/execute.ts';
import type { SubscribeEngine } from '../subscribe/engine.ts';
import {
  type Builder,
  defineBuilder,
  type GivenBy,
  type Inputs,
  type Started,
  type Verbs,
  type VerbTable,
} from './builder.ts';
import type { ParamsByName } from './given.ts';

/** Starts a builder, empty or with some parameters as an object. */
export type Start<P extends Params, T extends Verbs, C> = <const G extends Inputs<P, C, G> = object>(
  given?: Started<P, G>,
) => Builder<P, T, C, GivenBy<P, G>>;

/** The parts of a client that verbs use. */
export interface Context {
  readonly executor: Executor;
  readonly engine: SubscribeEngine;
}

/** An endpoint without its types. */
export interface Described extends Pick<Endpoint<never, unknown>, 'operation' | 'needs' | 'auth'> {
  readonly params: ParamsByName;
  readonly oneOf?: readonly string[];
  readonly retry?: 'safe' | 'not-sent' | ((values: never) => unknown);
}

/** Starts the builder of an endpoint. `P` (parameters) and `T` (verbs) exist for the compiler only. */
export interface Operation<P extends Params = Params, T extends Verbs = Verbs> {
  (context: Context, source: unknown): unknown;
  readonly endpoint: Described;
  readonly '~params'?: P;
  readonly '~verbs'?: T;
}

/** The methods that start the builders of a catalogue; `C` is the client's channel map. */
export type Operations<B, C> = {
  readonly [Name in keyof B]: B[Name] extends Operation<infer P, infer T> ? Start<P, T, C> : never;
};

/** The operation of an endpoint, with these verbs. */
export function operation<P extends Params, T extends Verbs>(
  endpoint: Described,
  verbs: VerbTable<Context>,
): Operation<P, T> {
  return Object.assign(defineBuilder(endpoint.params, verbs), { endpoint });
}
