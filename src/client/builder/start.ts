import type { Params } from '../endpoint.ts';
import type { Executor } from '../request/execute.ts';
import type { SubscribeEngine } from '../subscribe/engine.ts';
import type { Builder, CheckedInputs, GivenBy, Inputs, Verbs } from './builder.ts';

/** Starts a builder, empty or with some parameters as an object. */
export type Start<P extends Params, T extends Verbs, C> = <const G extends Inputs<P, C, G> = object>(
  given?: G & CheckedInputs<P, G>,
) => Builder<P, T, C, GivenBy<P, G>>;

/** What the verbs of a client's builders need. */
export interface Context {
  readonly executor: Executor;
  readonly engine: SubscribeEngine<unknown>;
}

/** Starts the builder of an operation, with an object of parameters or without. */
export type StartBuilder = (context: Context, source: unknown) => unknown;
