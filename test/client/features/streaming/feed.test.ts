import { expect, test } from 'vitest';
import { Feed } from '../../../../src/client/features/streaming/feed.ts';
import { steadyClock } from '../../../../src/client/runtime/steady-clock.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

test('a stream that was closed gives its reason, and leaves no timer', async () => {
  const clock = new VirtualClock();
  const feed = new Feed({
    bytes: new ReadableStream<Uint8Array>().getReader(),
    first: new Uint8Array(),
    cursor: { timetoken: '17000000000000000', region: 1 },
    clock: steadyClock(clock),
    room: { entries: 100, bytes: 1_000 },
    read: () => Promise.reject(new Error('nothing is read')),
    silence: { most: 40_000, error: () => expect.unreachable() },
    end: () => undefined,
  });
  feed.close('of no use');
  await expect(feed.next()).rejects.toBe('of no use');
  expect(clock.pending).toBe(0);
});
