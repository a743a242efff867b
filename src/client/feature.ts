import type { Keeper, Sign } from './auth/authorizer.ts';
import type { KeeperNeeds } from './auth/token-provider.ts';
import type { Context, Operation, Operations } from './builder/operation.ts';
import type { Encryption } from './config/crypto-module.ts';
import type { Hints } from './errors/hints.ts';
import type { Executor } from './request/execute.ts';
import type { LookUp } from './request/once.ts';
import type { Fetch, Transport } from './request/transport.ts';
import type { Poller, Receiver } from './subscribe/poller.ts';
import type { Recovery } from './subscribe/recovery.ts';

/** The operations of a feature, by name. */
export type Builders = Readonly<Record<string, Operation>>;

/** Plain methods of a feature, by name: those that send nothing. */
export type Methods = Readonly<Record<string, (...values: never) => unknown>>;

/**
 * The type-level side of a part: `start` is the method of the client, `'~map'` the client's channel map, which its types may
 * follow.
 */
export interface PartType {
  readonly '~map': unknown;
  readonly start: (...given: never) => unknown;
}

/** Starts something that lives in a client: what a program gets from it is no call, but has members of its own. */
export interface Part<T extends PartType = PartType> {
  (context: Context, ...given: readonly unknown[]): unknown;
  readonly '~type'?: T;
}

/** The parts of a feature, by name. */
export type Parts = Readonly<Record<string, Part>>;

/** What options of a client need, each from one feature. Without it the option throws `PN-1007`. */
export interface Abilities {
  /** Behind `cipherKey` and `cryptoModule`. */
  readonly encryption: Encryption;
  /** Behind `secretKey`. */
  readonly signer: (keys: { readonly publishKey: string; readonly secretKey: string }) => Sign;
  /** Behind a `token` that is a function. */
  readonly keeper: (needs: KeeperNeeds, onRenewed: () => void) => Keeper;
  /** Behind `recovery` and `withLast()`. */
  readonly history: (executor: Executor) => Recovery;
  /** Behind the `id` of a message. */
  readonly lookUp: LookUp;
  /** Behind `receive`: answers the loop in place of the poller; nothing where the loop is to poll. */
  readonly receiver: (executor: Executor, poller: Poller) => Receiver | undefined;
  /** In the messages of errors. */
  readonly hints: Hints;
  /** Behind `fetch`, and in place of a `transport` that is not given. */
  readonly transport: (options: { readonly fetch?: Fetch | undefined }) => Transport;
}

/** Sees a client begin. */
export type Begin = (context: Context) => void;

/** A part of a client that a program may leave out: operations, methods, and what options need. */
export interface Feature<B extends Builders = Builders, M extends Methods = Methods, P extends Parts = Parts>
  extends Partial<Abilities> {
  /** Tells a feature from other objects, also a feature of another copy of the package. */
  readonly '~feature': true;
  /** Called with each client, when it is made: for what is to watch it. It must not throw. */
  readonly begin?: Begin;
  /** Its name in `timetoken/features`. */
  readonly name: string;
  readonly builders: B;
  readonly methods: M;
  readonly parts: P;
}

/** What a feature is declared with. */
interface Declared<B, M, P> extends Partial<Abilities> {
  readonly name: string;
  readonly begin?: Begin;
  readonly builders?: B;
  readonly methods?: M;
  readonly parts?: P;
}

/** No operations, methods or parts. */
export type None = Readonly<Record<never, never>>;

/** Freezes the declaration of a feature: classes that are made of it later have the same operations. */
export function defineFeature<B extends Builders = None, M extends Methods = None, P extends Parts = None>({
  // The defaults of the types are what is there when they are left out.
  builders = {} as B,
  methods = {} as M,
  parts = {} as P,
  ...rest
}: Declared<B, M, P>): Feature<B, M, P> {
  // A builder that is printed tells its call by this name.
  for (const [name, start] of Object.entries(builders))
    Object.freeze(Object.defineProperty(start, 'name', { value: name }));
  for (const members of [builders, methods, parts]) Object.freeze(members);
  return Object.freeze({ ...rest, builders, methods, parts, '~feature': true });
}

type All<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void ? I : never;
type StartOf<T, C> = T extends Part<infer L> ? (L & { readonly '~map': C })['start'] : never;
type PartStarts<P, C> = { readonly [Name in keyof P]: StartOf<P[Name], C> };
type OneOperations<F, C> =
  F extends Feature<infer B, infer M, infer P> ? Operations<B, C> & M & PartStarts<P, C> : never;

/** The operations, methods and parts of features; `C` is the client's channel map. */
export type FeatureOperations<F extends readonly Feature[], C> = [F[number]] extends [never]
  ? object
  : All<OneOperations<F[number], C>>;
