import { describe, expect, test } from 'vitest';
import { originNetwork } from '../../support/origin-network.ts';
import { parked, usersOn } from '../../support/presence-origins.ts';

const ONE = { uuid: 'u', instanceid: 'pn-1' };
const OTHER = { uuid: 'u', instanceid: 'pn-2' };
const LIMITS = { holdSeconds: 3_000, liveSeconds: 86_400, queueLength: 10_000 };

/** An origin, and what an observer of `c` is told: `action user occupancy`. */
async function observed(limits: Parameters<typeof originNetwork>[0] = {}) {
  const network = originNetwork({ ...limits, limits: { ...LIMITS, ...limits.limits } });
  let { tt: cursor } = { tt: (await network.subscribe('c-pnpres')).t.t };
  const told = async () => {
    const { m, t } = await network.drain('c-pnpres', cursor);
    cursor = t.t;
    return m.map(({ d }) => {
      const { action, uuid, occupancy } = d as { action: string; uuid: string; occupancy: number };
      return `${action} ${uuid} ${occupancy}`;
    });
  };
  return { ...network, told };
}

describe('a user with several clients', () => {
  test('is present as long as any of them polls, whoever leaves', async () => {
    const { clock, subscribe, presence, told, send } = await observed();
    for (const query of [ONE, OTHER]) await parked(subscribe('c,d', { ...query, heartbeat: 20, tt: 1 }));
    await presence('c', 'leave', ONE);
    await clock.advance(600_000);
    expect(await told()).toEqual(['join u 1']);
    expect((await send('/v2/presence/sub-key/demo/uuid/u')).json).toMatchObject({
      payload: { channels: ['c', 'd'] },
    });
    await presence('c', 'leave', OTHER);
    await clock.advance(600_000);
    expect(await told()).toEqual(['leave u 0']);
    expect((await send('/v2/presence/sub-key/demo/uuid/u')).json).toMatchObject({
      payload: { channels: ['d'] },
    });
  });

  test('is one user beside a client that does not say which it is, which leaves for itself alone', async () => {
    const { clock, presence, subscribe, told } = await observed();
    await presence('c', 'heartbeat', { uuid: 'u' });
    await parked(subscribe('c', { ...ONE, heartbeat: 20, tt: 1 }));
    await presence('c', 'leave', { uuid: 'u' });
    await clock.advance(600_000);
    expect(await told()).toEqual(['join u 1']);
    await presence('c', 'leave', { ...ONE, instanceid: '' });
    expect(await told()).toEqual([]);
  });

  test('leaves the channels of a group for one of them', async () => {
    const { presence, group, told } = await observed();
    await group('g', 'c,d');
    const query = { 'channel-group': 'g' };
    for (const one of [ONE, OTHER]) await presence(',', 'heartbeat', { ...one, ...query });
    await presence(',', 'leave', { ...ONE, ...query });
    expect(await told()).toEqual(['join u 1']);
    await presence(',', 'leave', { ...OTHER, ...query });
    expect(await told()).toEqual(['leave u 0']);
  });

  test('times out when the last lease ends, and has left when what ended it was a leave', async () => {
    const { clock, presence, told } = await observed();
    await presence('c', 'heartbeat', { ...ONE, heartbeat: 20 });
    await presence('c', 'heartbeat', { ...OTHER, heartbeat: 60 });
    await clock.advance(30_000);
    await presence('c', 'leave', OTHER);
    expect(await told()).toEqual(['join u 1', 'leave u 0']);
    for (const one of [ONE, OTHER]) await presence('c', 'heartbeat', { ...one, heartbeat: 20 });
    await presence('c', 'leave', ONE);
    await clock.advance(30_000);
    expect(await told()).toEqual(['join u 1', 'timeout u 0']);
  });

  test('has one state, which is there as long as any of them is', async () => {
    const { presence, send } = await observed();
    const state = async () => {
      const { json } = await send('/v2/presence/sub-key/demo/channel/c/uuid/u');
      return (json as { payload: unknown }).payload;
    };
    await presence('c', 'heartbeat', { ...ONE, state: '{"c":{"x":1}}' });
    await presence('c', 'heartbeat', OTHER);
    await presence('c', 'leave', ONE);
    expect(await state()).toEqual({ x: 1 });
    await presence('c', 'heartbeat', { ...OTHER, state: '{"c":{"x":2}}' });
    expect(await state()).toEqual({ x: 2 });
    await presence('c', 'leave', OTHER);
    expect(await state()).toEqual({});
  });
});

describe('the limits', () => {
  test('of a user count each instance, with its name', async () => {
    const { presence, told } = await observed({ limits: { userLeases: 100 } });
    for (let index = 0; index < 10_000; index++) {
      const { status, json } = await presence('c', 'heartbeat', { uuid: 'u', instanceid: `pn-${index}` });
      if (index < 100) expect(status).toBe(200);
      else {
        expect({ status, json }).toMatchObject({
          status: 400,
          json: { message: expect.stringContaining('Too many channels of one user: at most 100') },
        });
      }
    }
    expect((await presence('c', 'heartbeat', { uuid: 'v' })).status).toBe(200);
    expect((await presence('c', 'heartbeat', { uuid: 'u', instanceid: 'pn-99' })).status).toBe(200);
    expect(await told()).toEqual(['join u 1', 'join v 2']);
    const short = await observed({ limits: { userLeasesBytes: 100 } });
    const long = (index: number) => ({ uuid: 'u', instanceid: `${index}`.padEnd(40, 'x') });
    const statuses = [];
    for (const index of [1, 2, 3])
      statuses.push((await short.presence('c', 'heartbeat', long(index))).status);
    expect(statuses).toEqual([200, 200, 400]);
  });

  test('of a subscribe key count each instance', async () => {
    const { presence, subscribe } = await observed({ limits: { leases: 2 } });
    for (const one of [ONE, OTHER]) expect((await presence('c', 'heartbeat', one)).status).toBe(200);
    expect((await presence('c', 'heartbeat', { ...ONE, instanceid: 'pn-3' })).status).toBe(503);
    await subscribe('c', { ...ONE, instanceid: 'pn-3' });
    await presence('c', 'leave', ONE);
    expect((await presence('c', 'heartbeat', { ...ONE, instanceid: 'pn-3' })).status).toBe(200);
  });

  test('of a request count the instance with each channel', async () => {
    const { presence } = await observed({ limits: { requestLeasesBytes: 100 } });
    expect((await presence('c,d', 'heartbeat', { uuid: 'u', instanceid: 'x'.repeat(48) })).status).toBe(200);
    expect((await presence('c,d', 'heartbeat', { uuid: 'u', instanceid: 'x'.repeat(49) })).status).toBe(400);
  });

  test.each(['x'.repeat(93), 'a\u0000b', 'a\nb', '..'])(
    'of an id are those of names: %j',
    async (instanceid) => {
      const { presence, send, told } = await observed();
      for (const verb of ['heartbeat', 'leave'] as const) {
        expect(await presence('c', verb, { uuid: 'u', instanceid })).toMatchObject({
          status: 400,
          json: { message: expect.stringContaining('Invalid instanceid: it must') },
        });
      }
      const query = `uuid=u&instanceid=${encodeURIComponent(instanceid)}`;
      for (const tt of ['0', '1'])
        expect((await send(`/v2/subscribe/demo/c/0?tt=${tt}&${query}`)).status).toBe(400);
      expect((await send('/v2/subscribe/demo/c/0?tt=0&uuid=u&instanceid=%ff')).status).toBe(400);
      expect(await told()).toEqual([]);
    },
  );
});

test('requests that renew nothing take any instance', async () => {
  const { send, presence, origin } = await observed();
  await presence('c', 'heartbeat', ONE);
  const { status } = await send(`/time/0?instanceid=${'x'.repeat(1_000)}`);
  expect(status).toBe(200);
  expect(await usersOn({ ...originNetwork(), send }, 'c')).toEqual(['u']);
  await origin.close();
});
