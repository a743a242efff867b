import { expect, test } from 'vitest';
import { originNetwork } from '../../support/origin-network.ts';

const names = (count: number, prefix = 'c') =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`).join(',');
const service = (status: number, message: unknown) => ({
  status,
  json: { status, error: 1, message, service: 'Presence' },
});

test('a user is present on so many channels at most, and goes on where they are present', async () => {
  const { presence, send } = originNetwork({ limits: { userLeases: 3 } });
  expect((await presence(names(3), 'heartbeat', { uuid: 'u' })).status).toBe(200);
  expect(await presence(names(5), 'heartbeat', { uuid: 'u' })).toMatchObject(
    service(400, expect.stringContaining('Too many channels of one user: at most 3')),
  );
  expect((await presence(names(5), 'heartbeat', { uuid: 'other' })).status).toBe(400);
  expect((await presence(names(3), 'heartbeat', { uuid: 'u' })).status).toBe(200);
  const { json } = await send('/v2/presence/sub-key/demo/uuid/u');
  expect(json).toMatchObject({ payload: { channels: ['c0', 'c1', 'c2'] } });
});

test('beyond the presences of a subscribe key heartbeats are refused, and polls go on without', async () => {
  const { presence, subscribe, publish, send } = originNetwork({ limits: { leases: 4 } });
  await presence(names(4), 'heartbeat', { uuid: 'u' });
  expect(await presence('x', 'heartbeat', { uuid: 'v' })).toMatchObject(service(503, 'Service Unavailable'));
  const { t } = await subscribe('x', { uuid: 'v' });
  await publish('x', 1);
  expect((await subscribe('x', { uuid: 'v', tt: t.t })).m).toMatchObject([{ d: 1 }]);
  expect((await send('/v2/presence/sub-key/demo/channel/x')).json).toMatchObject({ occupancy: 0 });
  await presence('c0', 'leave', { uuid: 'u' });
  expect((await presence('x', 'heartbeat', { uuid: 'v' })).status).toBe(200);
});

test('one request announces so many channels, and so much state, at most', async () => {
  const { presence, subscribe, group } = originNetwork({
    limits: { requestLeases: 5, requestLeasesBytes: 200 },
  });
  for (const one of ['g', 'h']) await group(one, names(3, one));
  const query = { uuid: 'u', 'channel-group': 'g,h' };
  const tooMany = service(400, 'Too many channels: at most 5 in a request');
  expect(await presence(',', 'heartbeat', query)).toMatchObject(tooMany);
  await expect(subscribe(',', query)).rejects.toThrow('at most 5 in a request');
  const state = JSON.stringify({ g: { text: 'x'.repeat(60) } });
  expect(await presence(',', 'heartbeat', { ...query, 'channel-group': 'g', state })).toMatchObject(
    service(400, 'Too much state: at most 200 characters on all channels'),
  );
});

test('a heartbeat names as many groups as a subscription, and so does a state', async () => {
  const { presence, send } = originNetwork();
  const groups = names(11, 'g');
  const refusal = { status: 400, json: { message: 'Maximum channel group count exceeded.' } };
  expect(await presence(',', 'heartbeat', { uuid: 'u', 'channel-group': groups })).toMatchObject(refusal);
  const target = `/v2/presence/sub-key/demo/channel/%2C/uuid/u/data?state=%7B%7D&channel-group=${encodeURIComponent(groups)}`;
  expect(await send(target)).toMatchObject(refusal);
});

test('a state that all channels of a group have counts once', async () => {
  const { presence, group, send } = originNetwork({ limits: { leasesBytes: 2_000 } });
  await group('g', names(100));
  const state = JSON.stringify({ g: { text: 'x'.repeat(1_000) } });
  expect((await presence(',', 'heartbeat', { uuid: 'u', 'channel-group': 'g', state })).status).toBe(200);
  const { json } = await send('/v2/presence/sub-key/demo/channel/c99/uuid/u');
  expect(json).toMatchObject({ payload: { text: 'x'.repeat(1_000) } });
  const other = JSON.stringify({ c0: { text: 'y'.repeat(1_000) } });
  expect((await presence('c0', 'heartbeat', { uuid: 'u', state: other })).status).toBe(503);
});

test('states of users who are not present count as well', async () => {
  const { send } = originNetwork({ limits: { userLeases: 2 } });
  const set = (channel: string) =>
    send(`/v2/presence/sub-key/demo/channel/${channel}/uuid/u/data?state=%7B%22a%22%3A1%7D`);
  const statuses = [];
  for (const channel of ['a', 'b', 'c']) statuses.push((await set(channel)).status);
  expect(statuses).toEqual([200, 200, 400]);
});

test('what everybody leaves gives its room back', async () => {
  const { presence, send, clock } = originNetwork({ limits: { leases: 4, leasesBytes: 400, userLeases: 4 } });
  const state = encodeURIComponent('{"a":"b"}');
  for (let round = 0; round < 50; round++) {
    await send(`/v2/presence/sub-key/demo/channel/c0/uuid/u/data?state=${state}`);
    expect(
      (await presence(names(4), 'heartbeat', { uuid: 'u', heartbeat: 10, state: '{"c1":{"a":"b"}}' })).status,
    ).toBe(200);
    if (round % 2) await presence(names(4), 'leave', { uuid: 'u' });
    else await clock.advance(11_000);
  }
});

test('a here-now of all channels ends where its answer is full, and counts all', async () => {
  const { presence, send } = originNetwork({ limits: { answerBytes: 1_000 } });
  for (const uuid of ['u', 'v']) await presence(names(200), 'heartbeat', { uuid });
  const { text, json } = await send('/v2/presence/sub-key/demo');
  expect(text.length).toBeLessThan(2_000);
  expect(json).toMatchObject({ payload: { total_channels: 200, total_occupancy: 400 } });
});

test('thousands of leases of as many lengths fall due in order', async () => {
  const { presence, send, clock } = originNetwork();
  for (let index = 0; index < 3_000; index++)
    await presence('a', 'heartbeat', { uuid: `u${index}`, heartbeat: 10 + ((index * 7) % 3_000) });
  const occupancy = async () => (await send('/v2/presence/sub-key/demo/channel/a?limit=0')).json;
  await clock.advance(1_009_500);
  expect(await occupancy()).toMatchObject({ occupancy: 2_000 });
  await clock.advance(2_000_000);
  expect(await occupancy()).toMatchObject({ occupancy: 0 });
});
