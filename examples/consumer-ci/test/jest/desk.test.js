import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { PubNub } from 'timetoken';
import { createTestNetwork, matchers } from 'timetoken/testing';
import { Desk } from '../../src/desk.ts';

expect.extend(matchers);

let network;
let desk;

beforeEach(async () => {
  network = createTestNetwork();
  desk = new Desk(network.options);
  await desk.open();
});
afterEach(async () => {
  await desk.close();
  await network.close({ test: expect.getState().currentTestName });
});

test('the desk listens for questions', () => {
  expect(network).toBeSubscribedTo('questions');
  expect(desk.health.up).toBe(true);
});

test('who asks gets an answer', async () => {
  const bob = network.client('bob');
  expect(bob).toBeInstanceOf(PubNub);
  bob.on('message', () => undefined);
  await bob.subscribe().channels('answers.bob').execute().connected();
  await bob.publish().channel('questions').message({ topic: 'hours' }).execute();
  await network.idle();
  expect(network).toHaveReceived('answers.bob', expect.objectContaining({ topic: 'hours' }));
  expect(network).not.toHavePublished('answers.carol');
});

test('an encrypted question is read, and its answer encrypted', async () => {
  const cipherKey = 'of the desk';
  const secret = new Desk({ ...network.options, subscribeKey: 'secret', cipherKey });
  await secret.open();
  const bob = network.client('bob', { subscribeKey: 'secret', cipherKey });
  await bob.publish().channel('questions').message({ topic: 'refund' }).execute();
  await network.idle();
  const text = 'Money comes back within a week.';
  expect(network).toHavePublished('answers.bob', expect.objectContaining({ text }));
  await secret.close();
});

test('a question that is asked while the network is gone is answered when it is back', async () => {
  network.offline();
  await network.clock.advance(1_000);
  expect(desk.health).toMatchObject({ up: false, losses: 1 });
  await network.publish('questions', { topic: 'refund' }, { userId: 'bob' });
  network.online();
  await network.clock.advance(60_000);
  expect(network.published('answers.bob')).toHaveLength(1);
});

test('the fake timers of jest move the network as well', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance'] });
  const faked = createTestNetwork({ time: jest });
  const alice = faked.client('alice');
  alice.on('message', () => undefined);
  await alice.subscribe().channels('room').execute().connected();
  await faked.clock.advance(300_000);
  await faked.publish('room', 'still there?');
  expect(faked).toHaveReceived('room', 'still there?');
  await faked.close();
  jest.useRealTimers();
});

test('a client that nobody closes is reported', async () => {
  const forgetful = createTestNetwork();
  const pubnub = new PubNub({ ...forgetful.options, userId: 'bob' });
  await pubnub.subscribe().channels('room').execute().connected();
  await expect(forgetful.close()).rejects.toThrow('A request is still open: subscribe of bob on room.');
});
