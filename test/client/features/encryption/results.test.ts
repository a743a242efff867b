import { aesCbcCryptoModule, type CryptoModule, type PNMessageResult, PubNub } from 'timetoken';
import { createTestNetwork } from 'timetoken/testing';
import { describe, expect, it } from 'vitest';
import { filesClient, sending } from '../../../support/files-transport.ts';
import { rejection, SENT, scriptedClient } from '../../../support/unit-client.ts';

const fine = aesCbcCryptoModule({ cipherKey: 'k' });
const PLAIN = 'attack at dawn';

/** What a crypto module may do that is none of a crypto module. */
const FAULTS: readonly (readonly [string, (data: Uint8Array) => unknown])[] = [
  ['gives nothing', async () => undefined],
  ['gives null', async () => null],
  ['gives a text', async () => 'text'],
  ['gives an empty text', async () => ''],
  ['gives an array', async (data) => [...data]],
  ['gives an empty array', async () => []],
  ['gives an object', async () => ({})],
  ['gives memory instead of an array', async (data) => data.slice().buffer],
  ['gives a view of another type', async (data) => new DataView(data.slice().buffer)],
  ['gives a number, and not in time', () => 7],
  [
    'throws',
    () => {
      throw new Error('no key');
    },
  ],
  ['throws later', () => Promise.reject(new Error('no key'))],
];
const EMPTY = ['gives no bytes', async () => new Uint8Array()] as const;

// The faults are those of programs without types.
const broken = (names: readonly (keyof CryptoModule)[], fault: unknown) =>
  ({ ...fine, ...Object.fromEntries(names.map((name) => [name, fault])) }) as CryptoModule;

describe('a crypto module', () => {
  it.each([...FAULTS, EMPTY])('that %s when it encrypts lets nothing out', async (_name, fault) => {
    const cryptoModule = broken(['encrypt', 'encryptFile'], fault);
    const client = scriptedClient([SENT], { cryptoModule });
    const { pubnub } = client;
    const file = { channel: 'a', fileId: 'i', fileName: 'n' };
    for (const call of [
      pubnub.publish({ channel: 'a', message: PLAIN }),
      pubnub.publish({ channel: 'a', message: PLAIN, usePost: true }),
      pubnub.fire({ channel: 'a', message: PLAIN }),
      pubnub.publishFileMessage({ ...file, message: PLAIN }),
      pubnub.sendFile({ channel: 'a', file: PLAIN, fileName: 'n' }),
    ]) {
      expect(await rejection(call.execute())).toMatchObject({ code: 'PN-5002', delivery: 'not-sent' });
      expect((await call.envelope()).status).toMatchObject({ errorData: { code: 'PN-5002' } });
    }
    expect(client.requests).toEqual([]);
    await client.close();
  });

  it.each([...FAULTS, EMPTY])('that %s when it encrypts a file lets nothing out', async (_name, fault) => {
    const client = filesClient(sending(), { cryptoModule: broken(['encryptFile'], fault) });
    const call = client.pubnub.sendFile({ channel: 'a', file: PLAIN, fileName: 'n' });
    expect(await rejection(call.execute())).toMatchObject({ code: 'PN-5002', delivery: 'not-sent' });
    expect(client.seen).toEqual([]);
    await client.close();
  });

  it.each(FAULTS)('that %s when it decrypts a file has not read it', async (_name, fault) => {
    const bytes = Uint8Array.from(await fine.encryptFile(new TextEncoder().encode(PLAIN)));
    const client = filesClient(() => ({ bytes }), { cryptoModule: broken(['decryptFile'], fault) });
    const call = client.pubnub.downloadFile({ channel: 'a', fileId: 'i', fileName: 'n' });
    expect(await rejection(call.execute())).toMatchObject({ code: 'PN-5001' });
    expect(client.clock.pending).toBe(0);
    await client.close();
  });

  it.each([...FAULTS, EMPTY])('that %s when it decrypts has not read a message', async (_name, fault) => {
    await using network = createTestNetwork();
    const alice = new PubNub({ ...network.options, userId: 'alice', cryptoModule: fine });
    const bob = new PubNub({ ...network.options, userId: 'bob', cryptoModule: broken(['decrypt'], fault) });
    const messages: PNMessageResult[] = [];
    bob.on('message', (event) => messages.push(event));
    await bob.subscribe().channels('room').execute().connected();
    await alice.publish().channel('room').message(PLAIN).execute();
    await network.idle();
    const unread = { message: expect.stringMatching(/^UE5F/), error: { code: 'PN-5001' } };
    expect(messages).toMatchObject([unread]);
    const { channels } = await bob.fetchMessages().channels('room').execute();
    expect(channels['room']).toMatchObject([unread]);
    await Promise.all([alice.close(), bob.close()]);
  });

  it('may make something of an empty file, and nothing of it', async () => {
    const cryptoModule: CryptoModule = {
      ...fine,
      encryptFile: async (data) => Uint8Array.of(1, ...data),
      decryptFile: async (data) => data.subarray(1),
    };
    const client = filesClient(() => ({ bytes: Uint8Array.of(1) }), { cryptoModule });
    const file = await client.pubnub.downloadFile({ channel: 'a', fileId: 'i', fileName: 'n' }).execute();
    expect(await file.bytes()).toEqual(new Uint8Array());
    await client.close();
  });
});
