import PeerClient, { type PeerStatus } from 'pubnub';
import { expect, test } from 'vitest';
import { Inbox } from '../support/integration-inbox.ts';
import { type ServedOrigin, serveOrigin } from '../support/integration-origin.ts';

const KEYS = { subscribeKey: 'sub', publishKey: 'pub', ssl: false } as const;
const SECRET = 'a-secret-of-the-keyset';

/** A client of another maker on an origin that asks for permissions. */
class Peer implements AsyncDisposable {
  readonly client: PeerClient;
  readonly statuses = new Inbox<PeerStatus>('statuses');
  readonly messages = new Inbox<unknown>('messages');

  constructor(
    { host }: ServedOrigin,
    userId: string,
    options: { secretKey?: string; authKey?: string } = {},
  ) {
    this.client = new PeerClient({ ...KEYS, origin: host, userId, ...options });
    this.client.addListener({
      status: this.statuses.put,
      message: ({ message }) => this.messages.put(message),
    });
  }

  /** What came of a call that should have been refused. */
  refusal(call: Promise<unknown>): Promise<PeerStatus> {
    return call.then(
      () => Promise.reject(new Error('The call was not refused.')),
      (error: unknown) => (error as { status: PeerStatus }).status,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.unsubscribeAll();
    this.client.stop();
  }
}

const serveRestricted = () =>
  serveOrigin({ keysets: [{ subscribeKey: 'sub', publishKey: 'pub', secretKey: SECRET, access: true }] });

const forbidden = (payload: object) => ({
  message: 'Forbidden',
  payload,
  error: true,
  service: 'Access Manager',
  status: 403,
});

test('a server with the secret key may call everything, by every method', async () => {
  await using origin = await serveRestricted();
  await using server = new Peer(origin, 'server', { secretKey: SECRET });
  const { client } = server;
  const channel = "odd ~!*'() #/?&=+";
  await client.publish({ channel, message: { text: "it's ~ fine" } });
  await client.publish({ channel, message: { by: 'POST' }, sendByPost: true, meta: { a: "~'" } });
  await client.signal({ channel, message: 'hi' });
  await client.channelGroups.addChannels({ channelGroup: 'g 1', channels: [channel, 'b'] });
  expect((await client.channelGroups.listChannels({ channelGroup: 'g 1' })).channels).toHaveLength(2);
  expect((await client.channelGroups.listGroups()).groups).toEqual(['g 1']);
  await client.setState({ channels: [channel], state: { mood: "~it's" } });
  await client.hereNow({});
  await client.objects.setUUIDMetadata({ uuid: 'u 1', data: { name: 'É ~' } });
  await client.objects.removeUUIDMetadata({ uuid: 'u 1' });
});

test('a token lets its user do what it says, and names what it does not', async () => {
  await using origin = await serveRestricted();
  await using server = new Peer(origin, 'server', { secretKey: SECRET });
  await using bob = new Peer(origin, 'bob');
  await using eve = new Peer(origin, 'eve');
  const token = await server.client.grantToken({
    ttl: 60,
    authorized_uuid: 'bob',
    resources: { channels: { room: { read: true, write: true } }, groups: { g: { read: true } } },
    patterns: { channels: { '^news\\.[a-z]+$': { read: true } } },
    meta: { level: 3, tags: 'x' },
  });
  expect(server.client.parseToken(token)).toMatchObject({
    version: 2,
    ttl: 60,
    authorized_uuid: 'bob',
    resources: {
      channels: { room: { read: true, write: true, manage: false } },
      groups: { g: { read: true } },
    },
    patterns: { channels: { '^news\\.[a-z]+$': { read: true, write: false } } },
    meta: { level: 3, tags: 'x' },
  });

  const before = await bob.refusal(bob.client.publish({ channel: 'room', message: 1 }));
  expect(before).toMatchObject({
    category: 'PNAccessDeniedCategory',
    statusCode: 403,
    errorData: forbidden({ channels: ['room'] }),
  });
  bob.client.setToken(token);
  await bob.client.publish({ channel: 'room', message: 1 });
  const other = await bob.refusal(bob.client.publish({ channel: 'news.sport', message: 1 }));
  expect(other.errorData).toEqual(forbidden({ channels: ['news.sport'] }));

  eve.client.setToken(token);
  const stolen = await eve.refusal(eve.client.publish({ channel: 'room', message: 1 }));
  expect(stolen).toMatchObject({ statusCode: 403, errorData: { message: 'Token is for another user' } });
});

test('who may subscribe hears, and who may not is told which names', async () => {
  await using origin = await serveRestricted();
  await using server = new Peer(origin, 'server', { secretKey: SECRET });
  await using bob = new Peer(origin, 'bob');
  await server.client.channelGroups.addChannels({ channelGroup: 'g', channels: ['member'] });
  const resources = { channels: { room: { read: true } }, groups: { g: { read: true } } };
  bob.client.setToken(await server.client.grantToken({ ttl: 60, resources }));
  bob.client.subscribe({ channels: ['room'], channelGroups: ['g'] });
  await bob.statuses.first(({ category }) => category === 'PNConnectedCategory');
  await server.client.publish({ channel: 'room', message: 'to the room' });
  await server.client.publish({ channel: 'member', message: 'to the group' });
  expect(await bob.messages.take(2)).toEqual(['to the room', 'to the group']);

  await using eve = new Peer(origin, 'eve');
  eve.client.setToken(await server.client.grantToken({ ttl: 60, resources }));
  eve.client.subscribe({ channels: ['room', 'secret'], channelGroups: ['g', 'h'], withPresence: true });
  const denied = await eve.statuses.first(({ category }) => category === 'PNAccessDeniedCategory');
  expect(denied.errorData).toEqual(
    forbidden({
      channels: ['secret', 'room-pnpres', 'secret-pnpres'],
      'channel-groups': ['h', 'g-pnpres', 'h-pnpres'],
    }),
  );
});

test('a token that is revoked is of no more use, and cannot be one that never was', async () => {
  await using origin = await serveRestricted();
  await using server = new Peer(origin, 'server', { secretKey: SECRET });
  await using bob = new Peer(origin, 'bob');
  const token = await server.client.grantToken({
    ttl: 60,
    resources: { channels: { room: { write: true } } },
  });
  bob.client.setToken(token);
  await bob.client.publish({ channel: 'room', message: 1 });
  expect(await server.client.revokeToken(token)).toMatchObject({ status: 200 });
  const refused = await bob.refusal(bob.client.publish({ channel: 'room', message: 2 }));
  expect(refused).toMatchObject({ statusCode: 403, errorData: { message: 'Token is revoked' } });
  const unknown = await server.refusal(server.client.revokeToken('bad-token'));
  expect(unknown).toMatchObject({
    category: 'PNBadRequestCategory',
    errorData: { error: { source: 'revoke' } },
  });
  const tooLong = server.client.grantToken({
    ttl: 43_201,
    resources: { channels: { room: { read: true } } },
  });
  expect((await server.refusal(tooLong)).errorData).toMatchObject({ error: { message: 'Invalid ttl' } });
});

test('an auth key has what was granted to it, until it is taken away', async () => {
  await using origin = await serveRestricted();
  await using server = new Peer(origin, 'server', { secretKey: SECRET });
  await using bob = new Peer(origin, 'bob', { authKey: 'key-1' });
  const rights = { channels: ['room', 'news.*'], authKeys: ['key-1'], write: true, ttl: 0 };
  await server.client.grant(rights);
  await bob.client.publish({ channel: 'room', message: 1 });
  await bob.client.publish({ channel: 'news.sport', message: 1 });
  const flags = { r: 0, w: 1, m: 0, d: 0, g: 0, u: 0, j: 0, ttl: 0 };
  expect(await server.client.audit({ channel: 'room', authKeys: ['key-1'] })).toEqual({
    level: 'user',
    subscribe_key: 'sub',
    channel: 'room',
    auths: { 'key-1': flags },
  });
  await server.client.grant({ ...rights, write: false });
  const refused = await bob.refusal(bob.client.publish({ channel: 'room', message: 2 }));
  expect(refused.errorData).toEqual(forbidden({ channels: ['room'] }));
});

test('who has another secret can do nothing', async () => {
  await using origin = await serveRestricted();
  await using mallory = new Peer(origin, 'mallory', { secretKey: 'another' });
  const calls = [
    mallory.client.grantToken({ ttl: 1, resources: { channels: { a: { read: true } } } }),
    mallory.client.revokeToken('p0F2AkF0'),
    mallory.client.grant({ channels: ['a'], read: true }),
    mallory.client.audit({}),
    mallory.client.publish({ channel: 'a', message: 1 }),
    mallory.client.publish({ channel: 'a', message: 1, sendByPost: true }),
  ];
  const statuses = await Promise.all(calls.map((call) => mallory.refusal(call)));
  for (const status of statuses)
    expect(status).toMatchObject({ statusCode: 403, errorData: { message: 'Invalid signature' } });
});
