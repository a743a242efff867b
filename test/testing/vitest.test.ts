import { PubNub } from 'timetoken';
import type { TestNetwork } from 'timetoken/testing';
import { test } from 'timetoken/testing/vitest';
import { afterAll, describe, expect, expectTypeOf, onTestFinished, vi } from 'vitest';

const networks = new Set<TestNetwork>();
/** The failures of tests that are meant to fail. */
const failures = new Map<string, readonly string[]>();

function noteFailures(): void {
  onTestFinished(({ task }) => {
    failures.set(task.name, task.result?.errors?.map(({ message }) => message) ?? []);
  });
}

async function leaveOpen(network: TestNetwork): Promise<void> {
  const pubnub = new PubNub({ ...network.options, userId: 'alice' });
  await pubnub.subscribe().channels('room').execute().connected();
}

describe('the fixture', () => {
  test('is a network, and the matchers are there', async ({ network }) => {
    expectTypeOf(network).toEqualTypeOf<TestNetwork>();
    await network.client('alice').publish().channel('room').message({ text: 'hello' }).execute();
    expect(network).toHavePublished('room', { text: expect.stringContaining('hell') });
    expect(network).not.toHaveReceived('room');
    expectTypeOf(expect(network).toHavePublished).parameters.toEqualTypeOf<[string, unknown?]>();
  });

  test('closes the clients that it made', async ({ network }) => {
    networks.add(network);
    await network.client('alice').subscribe().channels('room').execute().connected();
    expect(network).toBeSubscribedTo('room');
  });

  test.concurrent.for(['a', 'b', 'c'])(
    'gives each of concurrent tests its own: %s',
    async (name, { network }) => {
      networks.add(network);
      await network.client(name).publish().channel('room').message(name).execute();
      expect(network.published().map(({ message }) => message)).toEqual([name]);
    },
  );

  test('may live in fake time beside it', async ({ network }) => {
    vi.useFakeTimers();
    await network.client('alice').subscribe().channels('room').execute().connected();
    await network.clock.advance(300_000);
    vi.useRealTimers();
  });

  test('is not made for a test that does not ask for it', ({ task }) => {
    expect(task.name).toContain('does not ask');
  });
});

describe('what a test leaves behind', () => {
  test.fails('fails it: an open poll', async ({ network }) => {
    noteFailures();
    networks.add(network);
    await leaveOpen(network);
  });

  test.fails('fails it: a request that is none', async ({ network }) => {
    noteFailures();
    await network.fetch('https://ps.pndsn.com/v9/teapot').catch(() => undefined);
  });

  test.fails('does not hide the failure of a test', async ({ network }) => {
    noteFailures();
    networks.add(network);
    await leaveOpen(network);
    expect('its own failure').toBe('to be seen');
  });
});

afterAll(() => {
  const [poll, none, own] = [...failures]
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([, messages]) => messages);
  expect(poll).toEqual([
    expect.stringContaining(
      'The test "fails it: an open poll" left something behind:\n- A request is still open: subscribe of alice on room.',
    ),
  ]);
  expect(none).toEqual([expect.stringContaining('Unexpected request of nobody: GET /v9/teapot.')]);
  expect(own).toEqual([expect.stringMatching(/^expected 'its own failure' to be/)]);
  for (const network of networks) expect(() => network.published()).toThrow('The test network is closed.');
  expect(networks.size).toBe(6);
});
