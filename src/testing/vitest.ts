/**
 * The test kit on [vitest](https://vitest.dev): importing this registers the matchers and their types.
 *
 * @module
 */
import { test as base, expect, type TestAPI } from 'vitest';
import { createTestNetwork } from './create.ts';
import { matchers, type NetworkMatchers } from './matchers.ts';
import type { TestNetwork } from './network.ts';

declare module 'vitest' {
  // All declarations of an interface have the same type parameters: these are vitest's.
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown>
    extends NetworkMatchers<R> {}
}

expect.extend(matchers);

/**
 * The `test` of vitest with a fixture `network`: each test that asks for it gets a network of its own, which is closed
 * after the test. What the test left behind fails it: open requests, unexpected requests, failed listeners, unhandled rejections. A test that
 * has failed may leave its requests open, so that its own failure stays visible.
 *
 * @example
 * ```ts fragment
 * import { test } from 'timetoken/testing/vitest';
 * import { expect } from 'vitest';
 *
 * test('alice says hello', async ({ network }) => {
 *   const alice = network.client('alice');
 *   await alice.publish().channel('room').message('hello').execute();
 *   expect(network).toHavePublished('room', 'hello');
 * });
 * ```
 */
export const test: TestAPI<{ network: TestNetwork }> = base.extend<{ network: TestNetwork }>({
  network: async ({ task }, use) => {
    const network = createTestNetwork();
    await use(network);
    if (task.result?.state === 'pass') await network.close({ test: task.name });
    else await network[Symbol.asyncDispose]();
  },
});
