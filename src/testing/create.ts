import { TestNetwork } from './network.ts';
import type { TestNetworkOptions } from './options.ts';

/**
 * Makes a network for tests: an origin in memory, a virtual clock, and faults on demand. No real time passes, no port is
 * opened, no request leaves the process.
 *
 * @example
 * ```ts
 * const network = createTestNetwork();
 * const pubnub = new PubNub({ ...network.options, userId: 'alice' });
 * await pubnub.publish().channel('room').message('hello').execute();
 * network.published('room'); // [{ message: 'hello', userId: 'alice', … }]
 * ```
 */
export function createTestNetwork(options?: TestNetworkOptions): TestNetwork {
  return new TestNetwork(options);
}
