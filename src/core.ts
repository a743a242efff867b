/**
 * A client that publishes and subscribes, to which features are added one by one.
 *
 * @module
 */

export type {
  ClientClass,
  ClientOptionsWithUuid,
  Constructor,
  CoreOptions,
  ExtendedClass,
  Extensible,
} from './client/client-class.ts';
export { PubNub } from './client/core.ts';
export * from './client/exports.ts';
export type { Feature, FeatureOperations } from './client/feature.ts';
export { fetchTransport } from './client/request/fetch-transport.ts';
export { kyTransport } from './client/request/ky-transport.ts';
export type { FetchTransportOptions } from './client/request/over-fetch.ts';
