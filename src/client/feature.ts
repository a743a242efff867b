import type { Keeper, Sign } from './auth/authorizer.ts';
import type { KeeperNeeds } from './auth/token-provider.ts';
import type { Operation, Operations } from './builder/operation.ts';
import type { Encryption } from './config/crypto-module.ts';
import type { Hints } from './errors/hints.ts';
import type { Executor } from './request/execute.ts';
import type { Fetch, Transport } from './request/transport.ts';
import type { Recovery } from './subscribe/recovery.ts';

/** The operations of a feature, by name. */
export type Builders = Readonly<Record<string, Operation>>;

/** Plain methods of a feature, by name: those that send nothing. */
export type Methods = Readonly<Record<string, (...values: never) => unknown>>;

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
  /** In the messages of errors. */
  readonly hints: Hints;
  /** Behind `fetch`, and in place of a `transport` that is not given. */
  readonly transport: (options: { readonly fetch?: Fetch | undefined }) => Transport;
}

/** A part of a client that a program may leave out: operations, methods, and what options need. */
export interface Feature<B extends Builders = Builders, M extends Methods = Methods>
  extends Partial<Abilities> {
  /** Tells a feature from other objects, also a feature of another copy of the package. */
  readonly '~feature': true;
  /** Its name in `timetoken/features`. */
  readonly name: string;
  readonly builders: B;
  readonly methods: M;
}

type None = Readonly<Record<never, never>>;

/** Freezes the declaration of a feature: classes that are made of it later have the same operations. */
export function defineFeature<B extends Builders = None, M extends Methods = None>({
  // The defaults of both types are what is there when they are left out.
  builders = {} as B,
  methods = {} as M,
  ...rest
}: { readonly name: string; readonly builders?: B; readonly methods?: M } & Partial<Abilities>): Feature<
  B,
  M
> {
  // A builder that is printed tells its call by this name.
  for (const [name, start] of Object.entries(builders))
    Object.freeze(Object.defineProperty(start, 'name', { value: name }));
  const parts = { builders: Object.freeze(builders), methods: Object.freeze(methods) };
  return Object.freeze({ ...rest, ...parts, '~feature': true });
}

type All<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void ? I : never;
type OneOperations<F, C> = F extends Feature<infer B, infer M> ? Operations<B, C> & M : never;

/** The operations and methods of features; `C` is the client's channel map. */
export type FeatureOperations<F extends readonly Feature[], C> = [F[number]] extends [never]
  ? object
  : All<OneOperations<F[number], C>>;
