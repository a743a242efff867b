import { createTestNetwork } from 'timetoken/testing';
import { expect, it } from 'vitest';

it('does not offer the stream, which it could not pass on: a client that may choose polls', async () => {
  await using network = createTestNetwork();
  const alice = network.client('alice', { receive: 'auto' });
  alice.on('message', () => undefined);
  alice.subscribe().channels('room').execute();
  await network.subscribed('room');
  await network.client('bob').publish().channel('room').message('hi').execute();
  await network.idle();
  expect(network.received('room')).toMatchObject([{ message: 'hi' }]);
  expect(network.transcript().map(({ operation }) => operation)).not.toContain('stream');
});
