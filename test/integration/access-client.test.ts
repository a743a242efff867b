import PeerClient from 'pubnub';
import { describe, expect, test } from 'vitest';
import { PubNub, type TokenContext, type Transport } from '../../src/index.ts';
import { nodeTransport } from '../../src/node/index.ts';
import { Inbox } from '../support/integration-inbox.ts';
import { type ServedOrigin, serveOrigin } from '../support/integration-origin.ts';

const KEYS = { subscribeKey: 'sub', publishKey: 'pub', ssl: false } as const;
const SECRET = 'a-secret-of-the-keyset';
const KEYSETS = [{ subscribeKey: 'sub', publishKey: 'pub', secretKey: SECRET, access: true }];

const TRANSPORTS: readonly (readonly [name: string, options: () => { readonly transport?: Transport }])[] = [
  ['fetch', () => ({})],
  ['node:http', () => ({ transport: nodeTransport() })],
];

const serveRestricted = () => serveOrigin({ keysets: KEYSETS });
const adminOf = ({ host }: ServedOrigin, options: { readonly transport?: Transport } = {}) =>
  new PubNub({ ...KEYS, origin: host, userId: 'admin', secretKey: SECRET, ...options });

describe.each(TRANSPORTS)('over %s', (_, transport) => {
  test('who holds the secret key may do everything, and what is granted by token is allowed', async () => {
    await using system = await serveRestricted();
    await using admin = adminOf(system, transport());
    const odd = "a b!'()*~/ü #";
    await admin.publish().channel(odd).message("it's ~ fine").execute();
    await admin.publish().channel(odd).message({ by: 'POST' }).usePost(true).execute();
    expect((await admin.fetchMessages().channels(odd).execute()).channels[odd]).toHaveLength(2);
    const token = await admin
      .grantToken()
      .ttl(60)
      .authorizedUuid('bob')
      .channels({ [odd]: ['read', 'write'] })
      .patterns({ channels: { '^room-[0-9]+$': { read: true } } })
      .meta({ level: 3 })
      .execute();
    await using bob = new PubNub({ ...KEYS, origin: system.host, userId: 'bob', token, ...transport() });
    expect(bob.parseToken(token)).toMatchObject({
      ttl: 60,
      authorized_uuid: 'bob',
      resources: { channels: { [odd]: { read: true, write: true, join: false } } },
      patterns: { channels: { '^room-[0-9]+$': { read: true, write: false } } },
      meta: { level: 3 },
    });
    await bob.publish().channel(odd).message('hello').execute();
    const refused = bob.publish().channel('room-1').message('hello').execute();
    await expect(refused).rejects.toMatchObject({
      code: 'PN-3002',
      channels: ['room-1'],
      delivery: 'rejected',
    });
    await admin.revokeToken().token(token).execute();
    await expect(bob.publish().channel(odd).message('late').execute()).rejects.toMatchObject({
      code: 'PN-3002',
      message: expect.stringContaining('revoked'),
    });
  });

  test('a wrong secret is refused, and not told', async () => {
    await using system = await serveRestricted();
    const options = { ...KEYS, origin: system.host, userId: 'mallory', ...transport() };
    await using mallory = new PubNub({ ...options, secretKey: 'another-secret-key' });
    const { status } = await mallory.grantToken({ ttl: 1, channels: { a: ['read'] } }).envelope();
    expect(status).toMatchObject({ category: 'PNAccessDeniedCategory', statusCode: 403 });
    expect(JSON.stringify(status)).not.toContain('another-secret-key');
  });

  test('a provider keeps a subscription alive when its token is revoked, and loses nothing', async () => {
    await using system = await serveRestricted();
    await using admin = adminOf(system, transport());
    const asked: TokenContext[] = [];
    const tokens: string[] = [];
    await using bob = new PubNub({
      ...{ ...KEYS, origin: system.host, userId: 'bob', ...transport() },
      token: async (context) => {
        asked.push(context);
        // Two tokens of one second would be the same without it.
        const meta = { number: asked.length };
        const channels = { a: ['read'], b: ['read'] } as const;
        const token = await admin.grantToken({ ttl: 60, channels, meta }).execute();
        tokens.push(token);
        return token;
      },
    });
    const messages = new Inbox<unknown>('messages');
    const statuses = new Inbox<string>('statuses');
    bob.addListener({
      message: ({ message }) => messages.put(message),
      status: ({ category }) => statuses.put(category),
    });
    const first = bob.subscribe().channels('a').execute();
    await first.connected();
    await admin.publish().channel('a').message(1).execute();
    await messages.take(1);
    await admin.revokeToken({ token: tokens[0] ?? '' }).execute();
    // The next poll carries the revoked token; it is repeated with another one.
    await admin.publish().channel('a').message(2).execute();
    await messages.take(2);
    await admin.publish().channel('a').message(3).execute();
    expect(await messages.take(3)).toEqual([1, 2, 3]);
    expect(asked.map(({ reason, userId }) => `${reason} ${userId}`)).toEqual(['first bob', 'refused bob']);

    // A channel that no token allows does not stop the others.
    const other = bob.subscribe().channels(['b', 'forbidden']).execute();
    await expect(other.connected()).rejects.toMatchObject({ code: 'PN-3002', channels: ['forbidden'] });
    await admin.publish().channel('a').message(4).execute();
    expect(await messages.take(4)).toEqual([1, 2, 3, 4]);
    await admin.publish().channel('b').message(5).execute();
    expect(await messages.take(5)).toEqual([1, 2, 3, 4, 5]);
    expect(statuses.all.filter((category) => category.includes('Disconnect'))).toEqual([]);
  });
});

test("another maker's client grants what ours uses, and reads what ours was granted", async () => {
  await using system = await serveRestricted();
  await using admin = adminOf(system);
  const peer = new PeerClient({ ...KEYS, origin: system.host, userId: 'peer-admin', secretKey: SECRET });
  const theirs = await peer.grantToken({
    ttl: 15,
    authorized_uuid: 'bob',
    resources: { channels: { a: { read: true, write: true } }, groups: { g: { read: true, manage: true } } },
    patterns: { uuids: { '^u': { get: true } } },
    meta: { k: 'v' },
  });
  const ours = await admin
    .grantToken({ ttl: 15, authorizedUuid: 'bob', channels: { a: ['read', 'write'] }, meta: { k: 'v' } })
    .groups({ g: ['read', 'manage'] })
    .patterns({ uuids: { '^u': ['get'] } })
    .execute();
  for (const token of [theirs, ours]) {
    const { signature, timestamp, ...mine } = admin.parseToken(token);
    const { signature: _, timestamp: issued, ...yours } = peer.parseToken(token);
    expect(mine).toEqual(yours);
    expect(timestamp).toBe(issued);
    expect(signature).toHaveLength(32);
    await using bob = new PubNub({ ...KEYS, origin: system.host, userId: 'bob', token });
    await bob.publish().channel('a').message('hello').execute();
  }
  await admin.revokeToken({ token: theirs }).execute();
  await peer.revokeToken(ours);
  for (const token of [theirs, ours]) {
    await using bob = new PubNub({ ...KEYS, origin: system.host, userId: 'bob', token });
    await expect(bob.publish().channel('a').message('hello').execute()).rejects.toMatchObject({
      statusCode: 403,
    });
  }
  peer.stop();
});
