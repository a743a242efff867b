import { describe, expect, test } from 'vitest';
import { type PNObjectsChange, PubNub, type Transport } from '../../src/index.ts';
import { nodeTransport } from '../../src/node/index.ts';
import { Inbox } from '../support/integration-inbox.ts';
import { serveOrigin } from '../support/integration-origin.ts';

const MAKERS: readonly (readonly [name: string, make: (() => Transport) | undefined])[] = [
  ['fetch', undefined],
  ['node:http', nodeTransport],
];

async function setUp(make?: () => Transport) {
  const system = await serveOrigin();
  const options = { subscribeKey: 'demo', publishKey: 'demo', origin: system.host, ssl: false };
  const clientOf = (userId: string) => new PubNub({ ...options, userId, ...(make && { transport: make() }) });
  const [alice, bob] = [clientOf('alice'), clientOf('bob')];
  const end = async () => {
    await Promise.all([alice.close(), bob.close()]);
    await system[Symbol.asyncDispose]();
  };
  return { alice, bob, [Symbol.asyncDispose]: end };
}

describe.each(MAKERS)('App Context over %s', (_, make) => {
  test('what one sets, the other reads, and null takes away', async () => {
    await using house = await setUp(make);
    const { alice, bob } = house;
    const name = 'Älice 😀';
    const set = await alice
      .setUuidMetadata({ name, email: 'a@b', type: 't', custom: { n: 1, z: null } })
      .execute();
    expect(set.data).toMatchObject({ id: 'alice', name, email: 'a@b', type: 't', custom: { n: 1, z: null } });
    expect(await bob.getUuidMetadata().uuid('alice').execute()).toEqual(set);
    const cleared = await alice.setUuidMetadata({ email: null, custom: null }).execute();
    expect(cleared.data).toMatchObject({ name, email: null, custom: null, type: 't' });
    expect(await alice.removeUuidMetadata().execute()).toEqual({ data: null });
    await expect(bob.getUuidMetadata().uuid('alice').execute()).rejects.toMatchObject({ code: 'PN-3003' });
  });

  test('of two who change the same, the second is told that it came too late', async () => {
    await using house = await setUp(make);
    const { alice, bob } = house;
    const { data } = await alice.setChannelMetadata({ channel: 'room/1 ü', name: 'one' }).execute();
    const change = { channel: 'room/1 ü', ifMatchesEtag: data.eTag };
    const second = await bob.setChannelMetadata({ ...change, name: 'two' }).execute();
    expect(second.data.eTag).not.toBe(data.eTag);
    const late = alice.setChannelMetadata({ ...change, name: 'three' }).execute();
    await expect(late).rejects.toMatchObject({ code: 'PN-3010', statusCode: 412, delivery: 'rejected' });
    expect((await alice.getChannelMetadata({ channel: 'room/1 ü' }).execute()).data.name).toBe('two');
  });

  test('pages bring everything once, in order, and end', async () => {
    await using house = await setUp(make);
    const { alice } = house;
    const ids = Array.from({ length: 7 }, (__, index) => `user-${index}`);
    await Promise.all(
      ids.map((uuid, at) => alice.setUuidMetadata({ uuid, name: `${9 - at}`, custom: { at } }).execute()),
    );
    await alice.setChannelMembers({ channel: 'room', uuids: ids }).execute();
    const users: string[] = [];
    for await (const { data, totalCount } of alice
      .getAllUuidMetadata({ limit: 3, sort: 'name:desc', includeTotalCount: true, filter: 'custom.at < 6' })
      .pages()) {
      expect(totalCount).toBe(6);
      users.push(...data.map(({ id }) => id));
    }
    expect(users).toEqual(ids.slice(0, 6));
    const sizes: number[] = [];
    for await (const { data } of alice.getChannelMembers({ channel: 'room', limit: 5 }).pages())
      sizes.push(data.length);
    expect(sizes).toEqual([5, 2]);
    const first = await alice.getAllUuidMetadata({ limit: 3, sort: 'id' }).execute();
    const second = await alice.getAllUuidMetadata({ limit: 3, sort: 'id', page: first }).execute();
    expect(second.data.map(({ id }) => id)).toEqual(ids.slice(3, 6));
    const { prev } = second;
    const back = await alice.getAllUuidMetadata({ limit: 3, sort: 'id' }).page({ prev }).execute();
    expect(back.data).toEqual(first.data);
  });

  test('memberships are the same from either side', async () => {
    await using house = await setUp(make);
    const { alice } = house;
    await alice.setChannelMetadata({ channel: 'a', name: 'A', status: 'open' }).execute();
    const set = await alice
      .setMemberships()
      .channelMemberships('b', { id: 'a', status: 'muted' })
      .sort('channel.id')
      .includeChannel(true)
      .execute();
    expect(set.data).toMatchObject([
      { channel: { id: 'a', status: 'open' }, status: 'muted' },
      { channel: { id: 'b' }, status: null, type: null },
    ]);
    const { data } = await alice
      .getMemberships({ includeChannel: true, filter: 'channel.name == "A"' })
      .execute();
    expect(data).toMatchObject([{ channel: { id: 'a', name: 'A' } }]);
    expect(data[0]).not.toHaveProperty('status');
    const members = await alice.getChannelMembers({ channel: 'a', includeStatus: true }).execute();
    expect(members.data).toMatchObject([{ uuid: { id: 'alice' }, status: 'muted' }]);
    const left = await alice.manageMemberships().set('c').remove('a', 'b', 'never').execute();
    expect(left.data.map(({ channel }) => channel.id)).toEqual(['c']);
    await alice.manageChannelMembers({ channel: 'c', set: ['x', 'y'], remove: ['alice'] }).execute();
    const rest = await alice.removeChannelMembers({ channel: 'c', uuids: 'y' }).execute();
    expect(rest.data.map(({ uuid }) => uuid.id)).toEqual(['x']);
    expect((await alice.getMemberships().execute()).data).toEqual([]);
  });

  test('changes come as events, to client and subscription, and delivery goes on after them', async () => {
    await using house = await setUp(make);
    const { alice, bob } = house;
    const heard = new Inbox<PNObjectsChange>('changes');
    const messages = new Inbox<unknown>('messages');
    bob.addListener({ objects: ({ message }) => heard.put(message) });
    const subscription = bob.subscribe().channels('room').execute();
    subscription.on('objects', ({ channel, message }) =>
      messages.put([channel, message.type, message.event]),
    );
    subscription.on('message', ({ message }) => messages.put(message));
    await subscription.connected();
    await alice.setChannelMetadata({ channel: 'room', name: 'Room' }).execute();
    await alice.setMemberships({ channelMemberships: 'room' }).execute();
    await alice.removeMemberships({ channelMemberships: 'room' }).execute();
    await alice.removeChannelMetadata({ channel: 'room' }).execute();
    await alice.publish({ channel: 'room', message: 'after' }).execute();
    expect(await messages.take(5)).toEqual([
      ['room', 'channel', 'set'],
      ['room', 'membership', 'set'],
      ['room', 'membership', 'delete'],
      ['room', 'channel', 'delete'],
      'after',
    ]);
    expect(heard.all.map(({ data }) => data)).toMatchObject([
      { id: 'room', name: 'Room' },
      { channel: { id: 'room' }, uuid: { id: 'alice' } },
      { channel: { id: 'room' }, uuid: { id: 'alice' } },
      { id: 'room' },
    ]);
  });

  test('a filter that the server cannot read is told as such', async () => {
    await using house = await setUp(make);
    const failure = house.alice.getAllUuidMetadata({ filter: 'name LIKE' }).execute();
    await expect(failure).rejects.toMatchObject({ code: 'PN-3001', statusCode: 400 });
  });
});
