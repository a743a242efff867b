/**
 * A transport for Node services with high rates: keep-alive `node:http`, at a fraction of the CPU time of `fetch`.
 *
 * @example
 * ```ts
 * import { PubNub } from 'timetoken';
 * import { nodeTransport } from 'timetoken/node';
 *
 * const pubnub = new PubNub({ subscribeKey: 'demo', userId: 'service', transport: nodeTransport() });
 * ```
 *
 * @module
 */
export { type NodeTransportOptions, nodeTransport } from './node-transport.ts';
