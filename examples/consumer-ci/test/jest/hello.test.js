import { expect, test } from '@jest/globals';
import { createTestNetwork, matchers } from 'timetoken/testing';

expect.extend(matchers);

test('alice says hello', async () => {
  const network = createTestNetwork();
  const alice = network.client('alice');
  await alice.publish().channel('room').message({ text: 'hello' }).execute();
  expect(network).toHavePublished('room', { text: expect.stringContaining('hell') });
  await network.close();
});
