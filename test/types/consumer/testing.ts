// What the tests of a service see of the packed test kit: its own entry, msw's and vitest's.
import { setupServer } from 'msw/node';
import type { PubNub } from 'timetoken';
import { createTestNetwork, type TestNetwork } from 'timetoken/testing';
import { handlers } from 'timetoken/testing/msw';
import { test } from 'timetoken/testing/vitest';
import { expect } from 'vitest';

interface Rooms {
  readonly room: { readonly text: string };
}

function clientOf(network: TestNetwork): PubNub<Rooms> {
  return network.client<Rooms>('alice', { presenceTimeout: 60 });
}

test('a message is published', async ({ network }) => {
  await clientOf(network).publish().channel('room').message({ text: 'hello' }).execute();
  expect(network).toHavePublished('room', { text: 'hello' });
  expect(network).not.toHaveReceived('room');
  expect(clientOf(network)).not.toBeSubscribedTo('room');
  setupServer(...handlers(createTestNetwork({ origins: ['localhost:8090'] }))).close();
  // @ts-expect-error: a channel has a name.
  expect(network).toHavePublished();
});
