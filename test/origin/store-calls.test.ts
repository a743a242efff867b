import { describe, expect, test } from 'vitest';
import { BITS } from '../support/access.ts';
import { isPending } from '../support/origin-network.ts';
import { countedOrigin } from '../support/two-origins.ts';

const list = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`).join(',');

describe('a request asks a store once, whatever it names', () => {
  test('for the channels of its groups, and the next not at all', async () => {
    const { group, subscribe, counted } = countedOrigin();
    for (let index = 0; index < 10; index++) await group(`g${index}`, `a${index}`);
    counted('groups');
    const groups = { 'channel-group': list('g', 10) };
    const { t } = await subscribe('x', groups);
    expect(counted('groups')).toEqual({ 'groups.members': 1 });
    expect(await isPending(subscribe('x', { ...groups, tt: t.t }))).toBe(true);
    expect(counted('groups')).toEqual({});
  });

  test('a thousand polls that a change of their group has woken, too', async () => {
    const { group, subscribe, counted } = countedOrigin();
    await group('g', 'a');
    const { t } = await subscribe('x');
    const polls = Array.from({ length: 1_000 }, () => subscribe('x', { 'channel-group': 'g', tt: t.t }));
    await isPending(Promise.race(polls));
    counted('groups');
    await group('g', 'b');
    await isPending(Promise.race(polls));
    expect(counted('groups')).toEqual({ 'groups.change': 1, 'groups.members': 1 });
  });

  test.each([
    ['fetched messages', `/v3/history/sub-key/demo/channel/${list('c', 500)}`, { 'history.read': 1 }],
    [
      'message counts',
      `/v3/history/sub-key/demo/message-counts/${list('c', 500)}?timetoken=1`,
      { 'history.count': 1 },
    ],
    ['history', '/v2/history/sub-key/demo/channel/c0', { 'history.read': 1 }],
    [
      'messages with actions',
      '/v3/history-with-actions/sub-key/demo/channel/c0',
      { 'history.read': 1, 'actions.of': 1 },
    ],
  ])('for %s', async (_, target, calls) => {
    const { send, publish, counted } = countedOrigin();
    for (const channel of ['c0', 'c1', 'c2']) await publish(channel, 1);
    counted('history', 'actions');
    expect((await send(target)).status).toBe(200);
    expect(counted('history', 'actions')).toEqual(calls);
  });

  test('for its token and all grants that it could need, and the next not at all', async () => {
    const { token, revoke, sendAs, counted } = countedOrigin({ access: true });
    // A key without any data is closed again after each request.
    await revoke(await token({ ttl: 60, resources: { channels: { any: BITS.read } } }));
    counted('access');
    const auth = await token({ ttl: 60, resources: { channels: { c0: BITS.read } } });
    const names = list('c', 300);
    const refused = await sendAs(auth, `/v2/subscribe/demo/${names}/0?channel-group=g`);
    expect(refused.status).toBe(403);
    expect(refused.text).not.toContain('"c0"');
    expect(counted('access')).toEqual({ 'access.check': 1 });
    await sendAs(auth, `/v2/subscribe/demo/${names}/0?channel-group=g`);
    expect((await sendAs(auth, '/v2/subscribe/demo/c0/0')).status).toBe(200);
    expect(counted('access')).toEqual({});
  });

  test('not at all for keys to which nothing can be granted', async () => {
    const { token, revoke, sendAs, counted } = countedOrigin({ access: true });
    await revoke(await token({ ttl: 60, resources: { channels: { any: BITS.read } } }));
    counted('access');
    for (const auth of ['k'.repeat(513), 'l'.repeat(10_000)]) {
      expect((await sendAs(auth, '/v2/subscribe/demo/c0/0')).status).toBe(403);
    }
    // The grants to everybody are those of the first request.
    expect(counted('access')).toEqual({ 'access.check': 1 });
  });
});

describe('a list is read', () => {
  test.each([
    ['up to the end of the page in the order of names', '', 1],
    ['in pages, if it is sorted otherwise', '&sort=uuid.name', 3],
    ['in pages, if it is filtered', `&filter=${encodeURIComponent('uuid.name == "a"')}`, 3],
  ])('%s', async (_, query, times) => {
    const { send, counted } = countedOrigin();
    for (let index = 0; index < 1_100; index += 100) {
      const set = Array.from({ length: 100 }, (_, more) => ({ uuid: { id: `u${index + more}` } }));
      await send('/v2/objects/demo/channels/c/uuids', { method: 'PATCH', body: JSON.stringify({ set }) });
    }
    counted('objects');
    const reply = await send(`/v2/objects/demo/channels/c/uuids?limit=10&count=true${query}`);
    expect(reply.status).toBe(200);
    expect(counted('objects')['objects.list']).toBe(times);
  });
});
