import { describe, expect, test } from 'vitest';
import type { Entry } from '../../../../src/origin/store/entry.ts';
import { announcementOf } from '../../../../src/origin/store/redis/entries.ts';
import { publish } from '../../../support/redis-load.ts';
import { startRedis, until } from '../../../support/redis-server.ts';
import { forTest, hasRedis, openedShard } from '../../../support/redis-store.ts';

describe.skipIf(!(await hasRedis()))('announcements', () => {
  test('of long entries wake those who follow, who read them in their order', async () => {
    const server = await forTest(startRedis());
    const { log } = openedShard({ url: server.url });
    const heard: Entry[] = [];
    const end = await openedShard({ url: server.url }).log.tail({
      onEntry: (entry) => heard.push(entry),
      onState: () => undefined,
    });
    for (let count = 0; count < 30; count++) {
      const payload = JSON.stringify('x'.repeat(count % 3 === 0 ? 30_000 : 10));
      void log.append([{ kind: 'message', channel: `${count}`, data: { payload } }]);
      if (count % 5 === 0) await log.fence();
    }
    await until(() => heard.length >= 30, 'all entries');
    expect(heard.map(({ channel }) => Number(channel))).toEqual([...Array(30).keys()]);
    const { entries } = await log.readAfter('0'.repeat(17), 100);
    expect(heard).toEqual(entries);
    end();
  });

  test('of a log that has begun anew are not told under the number of the one before', async () => {
    const server = await forTest(startRedis());
    const [one, two] = [openedShard({ url: server.url }), openedShard({ url: server.url })];
    const epochs: number[] = [];
    const heard: string[] = [];
    const end = await two.log.tail({
      onEntry: ({ channel }) => heard.push(`${channel} of log ${epochs.length}`),
      onState: ({ epoch }) => {
        if (epochs.at(-1) !== epoch) epochs.push(epoch);
      },
    });
    const publishOn = (channel: string) =>
      one.log.append([{ kind: 'message', channel, data: { payload: '1' } }]);
    await publishOn('before');
    await until(() => heard.length > 0, 'an entry');
    await server.command('FLUSHALL');
    await publishOn('after');
    await until(() => epochs.length > 1, 'another log');
    await publishOn('last');
    await until(() => heard.some((text) => text.startsWith('last')), 'an entry of it');
    expect(heard).toEqual(['before of log 1', 'last of log 2']);
    end();
  });

  test('of another database of the server are not heard', async () => {
    const server = await forTest(startRedis());
    const [one, two] = [openedShard({ url: `${server.url}/1` }), openedShard({ url: `${server.url}/2` })];
    const heard: string[] = [];
    const end = await two.log.tail({
      onEntry: ({ channel }) => heard.push(channel),
      onState: () => undefined,
    });
    await publish(one.log, 'there');
    await two.log.append([{ kind: 'message', channel: 'here', data: { payload: '1' } }]);
    await until(() => heard.length > 0, 'an entry');
    expect(heard).toEqual(['here']);
    end();
  });
});

test.each([['a'], ['a\nb'], ['a\\nb'], ['\\'], ['\n\\\n']])('the channel %j is read as it was', (channel) => {
  const escaped = channel.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  const announcement = announcementOf(['7', '1', '2', 'message', escaped, '{"payload":"\\\\n"}'].join('\n'));
  expect(announcement).toEqual({
    epoch: 7,
    prev: '1',
    entries: [{ tt: '2', prev: '1', kind: 'message', channel, data: { payload: '\\n' } }],
  });
});
