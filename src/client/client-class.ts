import type { AnyChannels } from './channels.ts';
import type { PubNubOptions } from './config/options.ts';
import type { PubNub } from './core.ts';
import type { Feature, FeatureOperations } from './feature.ts';
import type { Transport } from './request/transport.ts';

/** Options of a client that has no transport of its own. */
export interface CoreOptions extends Omit<PubNubOptions, 'fetch' | 'transport'> {
  /** Sends the requests: `kyTransport()`, `fetchTransport()`, or `nodeTransport()` of `timetoken/node`. */
  readonly transport: Transport;
}

/** A class of clients that also have the operations of features `F`, and members `Own` of a subclass. */
export interface ClientClass<F extends readonly Feature[], Own = object> {
  /** Throws a `PubNubError` (`PN-1007`) that names the option that is missing or wrong. */
  new <Channels extends object = AnyChannels>(
    options: CoreOptions,
  ): PubNub<Channels> & FeatureOperations<F, Channels> & Own;
  /** The features that were added, in their order. */
  readonly features: readonly Feature[];
  /** A class that has further features. Throws `PN-1007` for what is no feature. */
  with<T extends object, const M extends readonly Feature[]>(
    this: new (
      options: never,
    ) => T,
    ...features: M
  ): ClientClass<readonly [...F, ...M], Omit<T, keyof PubNub | keyof FeatureOperations<F, unknown>>>;
}
