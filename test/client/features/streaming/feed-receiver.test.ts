import { expect, it } from 'vitest';
import type { PubNubOptions } from '../../../../src/client/config/options.ts';
import { settingsFrom } from '../../../../src/client/config/settings.ts';
import { streaming } from '../../../../src/client/features/streaming/feature.ts';
import { Executor } from '../../../../src/client/request/execute.ts';
import { Poller } from '../../../../src/client/subscribe/poller.ts';
import type { LoopCursor } from '../../../../src/client/subscribe/state.ts';
import { answered, answerText, type OpenStream, opened } from '../../../support/feed-server.ts';
import { settle, VirtualClock } from '../../../support/virtual-clock.ts';

const NAMES = { channels: ['room'], groups: [] };
const START: LoopCursor = { timetoken: '17000000000000000', region: 1 };

async function receiving() {
  const streams: OpenStream[] = [];
  const options: PubNubOptions = {
    ...{ subscribeKey: 'demo', userId: 'alice', receive: 'stream', clock: new VirtualClock() },
    transport: async (request: Parameters<typeof opened>[0]) =>
      request.accept ? opened(request, streams) : answered(answerText(START.timetoken, [], { s: 1 })),
  };
  const executor = new Executor(settingsFrom(options, [streaming]));
  const receiver = streaming.receiver?.(executor, new Poller(executor));
  if (!receiver) throw new Error('there is no receiver');
  const poll = async (cursor?: LoopCursor) => {
    const outcome = await receiver.poll({ names: NAMES, cursor }, new AbortController());
    if ('error' in outcome) throw outcome.error;
    return outcome.answer;
  };
  await poll();
  return { poll, streams };
}

const asked = (streams: readonly OpenStream[]) => streams.map(({ url }) => url.searchParams.get('tt'));

it('goes on with the stream when the last answer was taken', async () => {
  const { poll, streams } = await receiving();
  const first = poll(START);
  await settle();
  streams[0]?.event('17000000000000001', ['one']);
  const { cursor } = await first;
  const second = poll(cursor);
  await settle();
  streams[0]?.event('17000000000000002', ['two']);
  expect((await second).entries).toMatchObject([{ d: 'two' }]);
  expect(streams).toHaveLength(1);
});

it.each([START, { ...START }])(
  'asks again from where the loop is when an answer was not taken',
  async (again) => {
    const { poll, streams } = await receiving();
    const first = poll(START);
    await settle();
    // The cursor of the answer is equal to that of the poll, and yet the loop has not got its entry.
    streams[0]?.event(START.timetoken, ['one']);
    await first;
    const second = poll(again);
    await settle();
    expect(asked(streams)).toEqual([START.timetoken, START.timetoken]);
    expect(streams[0]?.isOver).toBe(true);
    streams[1]?.event('17000000000000001', ['one']);
    expect((await second).entries).toMatchObject([{ d: 'one' }]);
  },
);

it('takes together what has arrived together, as far as a poll would hold it', async () => {
  const { poll, streams } = await receiving();
  const first = poll(START);
  await settle();
  streams[0]?.event('17000000000000001', ['first']);
  let { cursor } = await first;
  const waiting = poll(cursor);
  await settle();
  const text = (count: number, more?: object) =>
    `data: ${answerText(String(17_000_000_000_000_001n + BigInt(count)), [count], more)}\n\n`;
  const all = Array.from({ length: 150 }, (_, index) =>
    text(index + 1, index === 120 ? { g: [] } : undefined),
  );
  streams[0]?.write(all.join(''));
  const sizes: number[] = [];
  const got: unknown[] = [];
  for (let answer = await waiting; ; answer = await poll(cursor)) {
    sizes.push(answer.entries.length);
    got.push(...answer.entries.map((entry) => Object(entry).d));
    cursor = answer.cursor;
    if (got.length === 150) break;
  }
  expect(got).toEqual(Array.from({ length: 150 }, (_, index) => index + 1));
  // Fewer than the hundred that make the loop suspect a loss; what tells of gaps stays apart.
  expect(sizes).toEqual([99, 21, 1, 29]);
  expect(streams).toHaveLength(1);
});
