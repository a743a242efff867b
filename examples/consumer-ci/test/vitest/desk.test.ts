import { setupServer } from 'msw/node';
import { createTestNetwork } from 'timetoken/testing';
import { handlers } from 'timetoken/testing/msw';
import 'timetoken/testing/vitest';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { Desk } from '../../src/desk.ts';

// The network lives in the time of the fake timers, as the service does, which is given no clock.
const network = createTestNetwork({ time: vi });
const server = setupServer(...handlers(network));
let desk: Desk;

beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  desk = new Desk();
  await desk.open();
});
afterEach(async ({ task }) => {
  await desk.close();
  await network.reset({ test: task.name });
  vi.useRealTimers();
});
afterAll(async () => {
  await network.close();
  server.close();
});

test('a question is answered to whoever asked', async () => {
  const question = await network.publish('questions', { topic: 'hours' }, { userId: 'bob' });
  const text = 'We are here from nine to five.';
  expect(network).toHavePublished('answers.bob', { topic: 'hours', text, question });
});

test.each([[null], ['hours'], [{ topic: 7 }], [['hours']]])('%j is no question', async (message) => {
  await network.publish('questions', message, { userId: 'bob' });
  expect(network).not.toHavePublished('answers.bob');
});

test('the desk knows who is there', async () => {
  await network.join('questions', 'bob');
  await network.join('questions', 'carol');
  await network.leave('questions', 'bob');
  expect(desk.attendance.users).toEqual(['carol', 'desk']);
  await network.timeout('questions', 'carol');
  expect(desk.attendance.users).toEqual(['desk']);
});

test('a question that is asked while the network is gone is answered when it is back', async () => {
  network.offline();
  await network.clock.advance(1_000);
  expect(desk.health).toMatchObject({ up: false, losses: 1 });
  await network.publish('questions', { topic: 'refund' }, { userId: 'bob' });
  network.online();
  await network.clock.advance(60_000);
  expect(desk.health).toMatchObject({ up: true, losses: 1 });
  expect(network.published('answers.bob')).toHaveLength(1);
});

test.each(['html', 'empty', 'truncated', { status: 503 }] as const)(
  'an answer of the kind %j costs no question',
  async (fault) => {
    network.fail('subscribe', { with: fault, times: 3 });
    await network.publish('questions', { topic: 'hours' }, { userId: 'bob' });
    await network.clock.advance(120_000);
    await network.publish('questions', { topic: 'refund' }, { userId: 'carol' });
    await network.clock.advance(120_000);
    expect(network.published('answers.bob')).toHaveLength(1);
    expect(network.published('answers.carol')).toHaveLength(1);
  },
);

test('an entry that comes twice is answered once', async () => {
  network.duplicate();
  await network.publish('questions', { topic: 'hours' }, { userId: 'bob' });
  expect(network.published('answers.bob')).toHaveLength(1);
});
