import { expect, test } from 'vitest';
import { MemoryEngine } from '../../src/origin/index.ts';
import { originNetwork, queryText } from '../support/origin-network.ts';

type Network = ReturnType<typeof originNetwork>;

const publish = (send: Network['send'], key: string, message: unknown) =>
  send(`/publish/demo/${key}/0/a/0/${encodeURIComponent(JSON.stringify(message))}`);
const read = async ({ send }: Network, key: string, query = {}) =>
  (await send(`/v2/subscribe/${key}/a/0${queryText(query)}`)).json as {
    t: { t: string; r: number };
    m: { d: unknown }[];
    g?: { from: string; to: string }[];
  };
const history = async ({ send }: Network, key: string) =>
  (await send(`/v2/history/sub-key/${key}/channel/a`)).json;

test('reads of invented keys leave nothing behind, and turn no new key away', async () => {
  const network = originNetwork({ limits: { subscribeKeys: 10, holdSeconds: 0 } });
  const paths = [
    '/v2/subscribe/%/a/0',
    '/v2/presence/sub-key/%',
    '/v2/history/sub-key/%/channel/a',
    '/v2/subscribe/%/a/0?tt=1',
  ];
  const statuses = new Set<number>();
  for (let index = 0; index < 1_000; index++) {
    const path = paths[index % paths.length] ?? '';
    statuses.add((await network.send(path.replace('%', `k${index}`))).status);
  }
  expect([...statuses]).toEqual([200]);
  expect((await publish(network.send, 'new', 1)).status).toBe(200);
  expect(network.clock.pending).toBe(0);
});

test('keys with data that nobody uses make room for others, and what has to be kept is kept', async () => {
  const network = originNetwork({ limits: { subscribeKeys: 3 } });
  const { send } = network;
  await send('/v1/channel-registration/sub-key/grouped/channel-group/g?add=a,b');
  for (let index = 0; index < 20; index++) expect((await publish(send, `k${index}`, index)).status).toBe(200);
  expect(await history(network, 'k19')).toMatchObject([[19], {}, {}]);
  expect(await history(network, 'k0')).toMatchObject([[], 0, 0]);
  const { json } = await send('/v1/channel-registration/sub-key/grouped/channel-group/g');
  expect(json).toMatchObject({ payload: { channels: ['a', 'b'] } });
});

test('a key that was closed in between goes on where it was', async () => {
  const store = (clock: Network['clock']) => new MemoryEngine({ clock, random: () => 0.5 });
  const { clock } = originNetwork();
  const network = originNetwork({ clock, store: store(clock), limits: { subscribeKeys: 2 } });
  const cursor = (await read(network, 'one')).t;
  await publish(network.send, 'one', 1);
  for (const key of ['a', 'b', 'c']) await read(network, key, { uuid: 'u' });
  // It is closed, and its data has gone with the others.
  const { m, g } = await read(network, 'one', { tt: cursor.t, tr: cursor.r });
  expect([m.map(({ d }) => d), g?.length ?? 0]).toEqual(m.length > 0 ? [[1], 0] : [[], 1]);
});

test('a key that was forgotten tells of what was lost with it, and its timetokens do not go back', async () => {
  const network = originNetwork({ limits: { subscribeKeys: 1, holdSeconds: 0 } });
  const cursor = (await read(network, 'one')).t;
  await publish(network.send, 'one', 1);
  await publish(network.send, 'two', 2);
  const { t, m, g = [] } = await read(network, 'one', { tt: cursor.t, tr: cursor.r });
  expect(m).toEqual([]);
  expect(g).toMatchObject([{ c: 'a', from: cursor.t }]);
  expect(t.t >= cursor.t && t.r === cursor.r).toBe(true);
  const again = await read(network, 'one', { tt: t.t, tr: t.r });
  expect(again).not.toHaveProperty('g');
  const [, , stamp] = (await publish(network.send, 'one', 3)).json as [number, string, string];
  expect(stamp > t.t).toBe(true);
});

test('the timeouts of a closed key come when it is used again', async () => {
  const network = originNetwork({ limits: { subscribeKeys: 2 } });
  const { send, clock } = network;
  await send('/v1/channel-registration/sub-key/one/channel-group/g?add=a');
  await send('/v2/presence/sub-key/one/channel/a/heartbeat?uuid=u&heartbeat=10');
  for (const key of ['b', 'c']) await publish(send, key, 1);
  await clock.advance(20_000);
  await read(network, 'one');
  await clock.advance(1);
  expect((await send('/v2/presence/sub-key/one/channel/a')).json).toMatchObject({ occupancy: 0 });
});
