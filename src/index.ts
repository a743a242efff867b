/**
 * A fluent, typed pub/sub SDK that speaks PubNub's REST and long-poll protocol.
 *
 * @module
 */
export * from './client/exports.ts';
export * from './client/features/exports.ts';
export { PubNub } from './client/pubnub.ts';
