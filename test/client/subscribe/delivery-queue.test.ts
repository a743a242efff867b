import { describe, expect, test } from 'vitest';
import type { PNMessageResult } from '../../../src/index.ts';
import { entryAt } from '../../support/loop-machine.ts';
import { HandFedClient } from '../../support/loop-pending-transport.ts';

/** A client that waits for a reader with a buffer of one. */
async function stalled(logs: unknown[][] = []) {
  const log = (...line: unknown[]) => void logs.push(line);
  const fed = new HandFedClient({ logger: { warn: log } });
  const subscription = await fed.subscribed('a', 10);
  const reader = subscription.messages({ buffer: 1 });
  await fed.deliver(20, [entryAt(15)]);
  await fed.deliver(30, [entryAt(25)]);
  const said = () => fed.categories.filter((category) => category === 'SlowConsumer').length;
  return { fed, reader, said, logs, subscription };
}

const read = async (reader: AsyncIterableIterator<PNMessageResult>) => (await reader.next()).value?.message;

describe('a reader that makes the client wait', () => {
  test('is announced after half a minute, once, by a status and a line of the log', async () => {
    const { fed, said, logs } = await stalled();
    await using _ = fed;
    await fed.clock.advance(29_999);
    expect([said(), logs]).toEqual([0, []]);
    await fed.clock.advance(1);
    expect(said()).toBe(1);
    expect(fed.statuses.at(-1)).toMatchObject({ affectedChannels: ['a'], isError: false });
    expect(logs).toEqual([[expect.stringContaining('reader'), { channels: ['a'], milliseconds: 30_000 }]]);
    await fed.clock.advance(600_000);
    expect(said()).toBe(1);
  });

  test('is not announced if it reads in time, and anew if it stalls again', async () => {
    const { fed, reader, said } = await stalled();
    await using _ = fed;
    await fed.clock.advance(20_000);
    expect(await read(reader)).toBe(15);
    await fed.clock.advance(29_999);
    expect(said()).toBe(0);
    await fed.deliver(40, [entryAt(35)]);
    await fed.clock.advance(60_000);
    expect(said()).toBe(1);
    expect(await read(reader)).toBe(25);
    await fed.deliver(50, [entryAt(45)]);
    await fed.clock.advance(60_000);
    expect(said()).toBe(2);
  });

  test('is not announced once its subscription has ended, nor once it was left', async () => {
    for (const how of ['unsubscribe', 'return'] as const) {
      const { fed, reader, said, subscription } = await stalled();
      await using _ = fed;
      if (how === 'unsubscribe') subscription.unsubscribe();
      else await reader.return?.();
      await fed.clock.advance(600_000);
      expect(said()).toBe(0);
    }
  });
});
