import { describe, expect, test } from 'vitest';
import { appContext, bodyOf } from '../../../support/app-context-calls.ts';

const STAMPED = { updated: expect.any(String), eTag: expect.any(String) };
const event = (type: string, verb: 'set' | 'delete', data: object) => ({
  source: 'objects',
  version: '2.0',
  event: verb,
  type,
  data,
});
const membership = (fields: object = {}) => ({ channel: { id: 'room' }, uuid: { id: 'alice' }, ...fields });

describe.each([
  ['uuid', 'uuids'],
  ['channel', 'channels'],
])('an event of the type %s', (type, path) => {
  test('tells on the channel of that name which fields have changed', async () => {
    const { patch, remove, told, now } = appContext();
    const since = await now();
    await patch(`${path}/x`, { name: 'X', status: 's', custom: { a: 1, b: 2 }, type: null });
    await patch(`${path}/x`, { name: 'X', status: null, custom: { a: 1 } });
    await patch(`${path}/x`, { name: 'X', custom: { a: 1 } });
    await patch(`${path}/empty`, {});
    await remove(`${path}/x`);
    await remove(`${path}/x`);
    const events = await told('x,empty', since);
    expect(events.map(({ c, e }) => [c, e])).toEqual([
      ['x', 2],
      ['x', 2],
      ['empty', 2],
      ['x', 2],
    ]);
    expect(events.map(({ d }) => d)).toEqual([
      event(type, 'set', { id: 'x', name: 'X', status: 's', custom: { a: 1, b: 2 }, ...STAMPED }),
      event(type, 'set', { id: 'x', status: null, custom: { a: 1 }, ...STAMPED }),
      event(type, 'set', { id: 'empty', ...STAMPED }),
      event(type, 'delete', { id: 'x' }),
    ]);
  });

  test('carries the version that is then read', async () => {
    const { patch, get, told, now } = appContext();
    const since = await now();
    await patch(`${path}/x`, { name: 'X' });
    const [{ d } = { d: undefined }] = await told('x', since);
    const { data } = d as { data: object };
    expect(bodyOf(await get(`${path}/x`)).data).toMatchObject(data);
  });
});

test.each([
  ['alice’s memberships', 'uuids/alice/channels', 'channel', 'room'],
  ['the room’s members', 'channels/room/uuids', 'uuid', 'alice'],
])('a change of %s is told on both channels', async (_, path, type, id) => {
  const { patch, told, now } = appContext();
  const since = await now();
  const to = (fields: object = {}) => ({ [type]: { id }, ...fields });
  await patch(path, { set: [to({ status: 's', custom: { a: 1 } })] });
  await patch(path, { set: [to({ status: 's' })] });
  await patch(path, { set: [to({ type: 't', status: null })] });
  await patch(path, { delete: [to()] });
  await patch(path, { delete: [to()] });
  for (const channel of ['alice', 'room']) {
    const events = await told(channel, since);
    expect(events.every(({ c, e }) => c === channel && e === 2)).toBe(true);
    expect(events.map(({ d }) => d)).toEqual([
      event('membership', 'set', membership({ status: 's', custom: { a: 1 }, ...STAMPED })),
      event('membership', 'set', membership({ status: null, type: 't', ...STAMPED })),
      event('membership', 'delete', membership()),
    ]);
  }
});

test('the removal of a channel is told to its members, and to those who listen to it once', async () => {
  const { patch, remove, told, now } = appContext();
  await patch('channels/room', { name: 'R' });
  await patch('channels/room/uuids', { set: [{ uuid: { id: 'alice' } }, { uuid: { id: 'bob' } }] });
  const since = await now();
  await remove('channels/room');
  expect((await told('room', since)).map(({ d }) => d)).toEqual([event('channel', 'delete', { id: 'room' })]);
  expect((await told('alice', since)).map(({ d }) => d)).toEqual([
    event('membership', 'delete', membership()),
  ]);
  expect(await told('bob', since)).toHaveLength(1);
});

test('memberships of a channel without metadata are told to be gone on both channels', async () => {
  const { patch, remove, told, now } = appContext();
  await patch('channels/room/uuids', { set: [{ uuid: { id: 'alice' } }] });
  const since = await now();
  await remove('channels/room');
  for (const channel of ['room', 'alice']) {
    expect((await told(channel, since)).map(({ d }) => d)).toEqual([
      event('membership', 'delete', membership()),
    ]);
  }
});

test('a user in the channel of the same name is told of once', async () => {
  const { patch, told, now } = appContext();
  const since = await now();
  await patch('uuids/x/channels', { set: [{ channel: { id: 'x' } }] });
  expect(await told('x', since)).toHaveLength(1);
});

test('events reach wildcards and groups, and wake polls that are held', async () => {
  const { patch, send, subscribe, now } = appContext();
  await send('/v1/channel-registration/sub-key/demo/channel-group/g?add=news.a');
  const since = await now();
  const polls = [subscribe('news.*', { tt: since }), subscribe(',', { tt: since, 'channel-group': 'g' })];
  await patch('channels/news.a', { name: 'A' });
  for (const { m } of await Promise.all(polls)) {
    expect(m).toMatchObject([{ c: 'news.a', e: 2, d: { type: 'channel' } }]);
  }
});

test('what is refused is told to nobody', async () => {
  const { patch, remove, told, now } = appContext({ limits: { objects: 1 } });
  const since = await now();
  await patch('channels/x', { name: 1 });
  await patch('channels/x', {}, {}, { 'if-match': 'old' });
  await patch('channels/x/uuids', { set: [{ uuid: { id: 'a' } }, { uuid: { id: 'b' } }] });
  await remove('channels/x');
  expect(await told('x,a,b', since)).toEqual([]);
});
