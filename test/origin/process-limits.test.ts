import { expect, test } from 'vitest';
import type { OriginLimits } from '../../src/origin/index.ts';
import { originNetwork } from '../support/origin-network.ts';

function keys(limits: Partial<OriginLimits>) {
  const { send } = originNetwork({ limits });
  const publish = (key: string, channel: string, text: string) =>
    send(`/publish/demo/${key}/0/${channel}/0/${encodeURIComponent(JSON.stringify(text))}`);
  const live = async (key: string, names: string) =>
    (await send(`/v2/subscribe/${key}/${names}/0?tt=1`)).json as { m: unknown[]; g?: unknown[] };
  const heartbeat = async (key: string, names: string) =>
    (await send(`/v2/presence/sub-key/${key}/channel/${names}/heartbeat?uuid=u`)).status;
  return { send, publish, live, heartbeat };
}

test('keys that publish without end take nothing from one that holds little', async () => {
  const { publish, live } = keys({ processEntries: 300, processBytes: 100_000 });
  await publish('small', 'a', 'here');
  for (let index = 0; index < 1_000; index++) await publish(`k${index % 3}`, `c${index}`, 'x'.repeat(500));
  expect((await live('small', 'a')).m).toHaveLength(1);
  const { m, g } = await live('k0', 'c0');
  expect([m, g]).toMatchObject([[], [{ c: 'c0' }]]);
});

test('presences of all keys together are limited, and a key that ends some makes room for others', async () => {
  const { heartbeat, send } = keys({ processEntries: 20 });
  const names = (from: number) => Array.from({ length: 5 }, (_, index) => `c${from + index}`).join(',');
  expect([await heartbeat('k', names(0)), await heartbeat('l', names(0))]).toEqual([200, 200]);
  expect(await heartbeat('m', 'a')).toBe(503);
  await send(`/v2/presence/sub-key/k/channel/${names(0)}/leave?uuid=u`);
  expect(await heartbeat('m', 'a')).toBe(200);
});

test('groups of all keys together are limited', async () => {
  const { send } = keys({ processBytes: 2_000 });
  const statuses = [];
  for (let index = 0; index < 4; index++) {
    const names = Array.from({ length: 5 }, (_, at) => `${at}${'x'.repeat(60)}`).join(',');
    statuses.push(
      (await send(`/v1/channel-registration/sub-key/k${index}/channel-group/g?add=${names}`)).status,
    );
  }
  expect(statuses).toEqual([200, 200, 200, 400]);
});

test('large messages of one channel obey the characters of the live entries', async () => {
  const { live, send } = keys({ liveBytes: 100_000, historyHours: 0 });
  for (let index = 0; index < 20; index++)
    await send('/v2/publish/demo/demo/0/a/0', { method: 'POST', body: JSON.stringify('x'.repeat(30_000)) });
  const { m, g = [] } = await live('demo', 'a');
  expect([m.length, g.length]).toEqual([3, 1]);
});
