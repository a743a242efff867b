import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, test } from 'node:test';
import { assertPublished, assertSubscribedTo, createTestNetwork } from 'timetoken/testing';
import { Desk } from '../../src/desk.ts';

// Time stands still unless a test moves it.
const network = createTestNetwork();
let desk: Desk;

beforeEach(async () => {
  desk = new Desk(network.options);
  await desk.open();
});
afterEach(async () => {
  await desk.close();
  await network.reset();
});
after(() => network.close());

test('the desk listens for questions', () => {
  assertSubscribedTo(network, 'questions');
  assert.equal(desk.health.up, true);
});

test('a question is answered to whoever asked', async () => {
  const question = await network.publish('questions', { topic: 'hours' }, { userId: 'bob' });
  const text = 'We are here from nine to five.';
  assertPublished(network, 'answers.bob', { topic: 'hours', text, question });
  const [answer] = network.published('answers.bob');
  assert.deepEqual(answer?.meta, { from: 'desk' });
});

test('the desk knows who is there', async () => {
  await network.join('questions', 'bob');
  await network.join('questions', 'carol');
  await network.timeout('questions', 'bob');
  assert.deepEqual(desk.attendance.users, ['carol', 'desk']);
});

test('a laptop that slept hears what was asked meanwhile', async () => {
  await network.sleep(600_000);
  await network.publish('questions', { topic: 'refund' }, { userId: 'bob' });
  await network.clock.advance(60_000);
  assert.equal(network.published('answers.bob').length, 1);
});

test('what was recorded is answered as if it were live', async () => {
  const line = (timetoken: string, publisher: string, topic: string) =>
    JSON.stringify({ type: 'message', channel: 'questions', timetoken, publisher, message: { topic } });
  const lines = [line('17000000000000000', 'bob', 'hours'), line('17000000600000000', 'carol', 'refund')];
  const replay = await network.replay(['{"type":"recording","version":1}', ...lines], { speed: 10 });
  assert.equal(network.published().length, 1);
  await network.clock.advance(replay.duration);
  assert.deepEqual(
    network.published().map(({ channel }) => channel),
    ['answers.bob', 'answers.carol'],
  );
});
