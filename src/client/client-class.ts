import type { AnyChannels } from './channels.ts';
import type { PubNubOptions } from './config/options.ts';
import type { PubNub } from './core.ts';
import type { Feature, FeatureOperations } from './feature.ts';
import type { Transport } from './request/transport.ts';

/** `CoreOptions` that name the user by the old name of `userId`. */
// Its name comes before `CoreOptions` for the reason given at `OptionsWithUuid`.
export interface ClientOptionsWithUuid extends Omit<CoreOptions, 'userId'> {
  readonly uuid: string;
  readonly userId?: string;
}

/** Options of a client that has no transport of its own. */
export interface CoreOptions extends Omit<PubNubOptions, 'fetch' | 'transport'> {
  /** Sends the requests: `kyTransport()`, `fetchTransport()`, or `nodeTransport()` of `timetoken/node`. */
  readonly transport: Transport;
}

/** A class of clients that also have the operations of features `F`; `O` are the options of its constructor. */
export interface ClientClass<F extends readonly Feature[], O = ClientOptionsWithUuid | CoreOptions>
  extends Extensible<F> {
  /** Throws a `PubNubError` (`PN-1007`) that names the option that is missing or wrong. */
  new <Channels extends object = AnyChannels>(options: O): PubNub<Channels> & FeatureOperations<F, Channels>;
  /** The features that were added, in their order. */
  readonly features: readonly Feature[];
}

/** A class to which features can be added; `F` are those that it has. */
export interface Extensible<F extends readonly Feature[]> {
  /** A class that has further features. Throws `PN-1007` for what is no feature. */
  with<O, const M extends readonly Feature[]>(
    this: new <Channels extends object = AnyChannels>(
      options: O,
    ) => PubNub<Channels>,
    ...features: M
  ): ClientClass<readonly [...F, ...M], O>;
  /** A subclass that has further features: the constructor, the channels and all members stay. */
  with<This extends Constructor, const M extends readonly Feature[]>(
    this: This,
    ...features: M
  ): ExtendedClass<This, M>;
}

/** A subclass of a client class. */
export type Constructor = new (...given: never) => object;

/** A class with further features, and the constructor, channels and members of its own. */
export type ExtendedClass<This, M extends readonly Feature[]> = This extends new (
  ...given: infer A
) => infer T
  ? Omit<This, 'prototype' | 'with'> &
      Extensible<M> &
      (new (
        ...given: A
      ) => T & FeatureOperations<M, T extends PubNub<infer Channels> ? Channels : AnyChannels>)
  : never;
