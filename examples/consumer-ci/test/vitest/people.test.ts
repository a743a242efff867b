import { test } from 'timetoken/testing/vitest';
import { expect } from 'vitest';
import { Desk } from '../../src/desk.ts';

// Each test has a network of its own, which is closed after it, with the clients that it made.
test('who asks gets an answer', async ({ network }) => {
  const desk = new Desk(network.options);
  await desk.open();
  const bob = network.client('bob');
  bob.on('message', () => undefined);
  await bob.subscribe().channels('answers.bob').execute().connected();
  await bob.publish().channel('questions').message({ topic: 'hours' }).execute();
  await network.idle();
  expect(network).toHaveReceived('answers.bob', expect.objectContaining({ topic: 'hours' }));
  await desk.close();
});

test.concurrent.for(['bob', 'carol'])('%s asks in secret', async (name, { network, expect }) => {
  const cipherKey = 'of the desk';
  const desk = new Desk({ ...network.options, cipherKey });
  await desk.open();
  await network
    .client(name, { cipherKey })
    .publish()
    .channel('questions')
    .message({ topic: 'refund' })
    .execute();
  await network.idle();
  const text = 'Money comes back within a week.';
  expect(network).toHavePublished(`answers.${name}`, expect.objectContaining({ text }));
  await desk.close();
});
