import { aesCbcCryptoModule, legacyCryptoModule, PubNub } from 'timetoken';
import { assertPublished, createTestNetwork } from 'timetoken/testing';
import { describe, expect, it } from 'vitest';

const CIPHERTEXT = expect.stringMatching(/^[\w+/]{16,}=*$/);
const cipherKey = 'enigma';

const CLIENTS = [
  ['a cipher key', { cipherKey }],
  ['a crypto module', { cryptoModule: aesCbcCryptoModule({ cipherKey }) }],
  ['the legacy module', { cryptoModule: legacyCryptoModule({ cipherKey, useRandomIVs: false }) }],
] as const;

describe.each(CLIENTS)('what a client of the network with %s publishes', (_name, options) => {
  it('is shown in clear, beside what was on the wire', async () => {
    await using network = createTestNetwork();
    const alice = network.client('alice', options);
    await alice
      .publish()
      .channel('room')
      .message({ secret: [1, 'ü'] })
      .meta({ lang: 'en' })
      .execute();
    expect(network.published('room')).toMatchObject([
      { message: { secret: [1, 'ü'] }, raw: CIPHERTEXT, meta: { lang: 'en' } },
    ]);
    assertPublished(network, 'room', { secret: [1, 'ü'] });
  });

  it('is received in clear by whoever has the key, and as ciphertext by others', async () => {
    await using network = createTestNetwork();
    for (const receiver of [network.client('bob', options), network.client('eve')]) {
      receiver.on('message', () => undefined);
      await receiver.subscribe().channels('room').execute().connected();
    }
    await network.client('alice', options).publish().channel('room').message('hello').execute();
    await network.idle();
    const seen = network.received('room').map(({ receiver, message }) => ({ receiver, message }));
    // Who need not decrypt is first.
    expect(seen.toReversed()).toEqual([
      { receiver: 'bob', message: 'hello' },
      { receiver: 'eve', message: CIPHERTEXT },
    ]);
  });

  it('is shown in clear by a network that has the same, whoever made the client', async () => {
    const network = createTestNetwork(options);
    const { fetch, clock } = network;
    const keys = { subscribeKey: 'demo', publishKey: 'demo', userId: 'alice', fetch, clock };
    const alice = new PubNub({ ...keys, ...options });
    const messages: unknown[] = [];
    alice.on('message', ({ message }) => void messages.push(message));
    await alice.subscribe().channels('room').execute().connected();
    await alice.publish().channel('room').message({ n: 1 }).execute();
    await network.publish('room', { n: 2 });
    await network.idle();
    expect(messages).toEqual([{ n: 1 }, { n: 2 }]);
    expect(network.published('room')).toMatchObject([{ message: { n: 1 }, raw: CIPHERTEXT }]);
    expect(network.received('room')).toMatchObject([
      { message: { n: 1 }, raw: CIPHERTEXT },
      { message: { n: 2 }, raw: CIPHERTEXT },
    ]);
    await alice.close();
    await network.close();
  });
});

describe('a crypto module that waits for the clock of the network', () => {
  it('holds up nothing; its messages are shown in clear as soon as it has read them', async () => {
    await using network = createTestNetwork();
    const { clock } = network;
    const module = aesCbcCryptoModule({ cipherKey });
    const decrypt = async (data: Uint8Array) => {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 50));
      return module.decrypt(data);
    };
    const alice = network.client('alice', { cryptoModule: { ...module, decrypt } });
    await alice.publish().channel('room').message('hello').execute();
    expect(network.published()).toMatchObject([{ message: CIPHERTEXT, raw: CIPHERTEXT }]);
    await clock.advance(50);
    expect(network.published()).toMatchObject([{ message: 'hello', raw: CIPHERTEXT }]);
  });
});

describe('a network with a cipher key', () => {
  it('gives it to its clients, and its users write with it', async () => {
    await using network = createTestNetwork({ cipherKey });
    const clients = [new PubNub({ ...network.options, userId: 'alice' }), network.client('bob')];
    const heard: unknown[] = [];
    for (const client of clients) {
      client.on('message', ({ message, error }) => void heard.push(message, error));
      client.on('signal', ({ message }) => void heard.push(message));
      await client.subscribe().channels('room').execute().connected();
    }
    await network.publish('room', { n: 1 });
    await network.publish('room', 's', { signal: true });
    expect(heard).toEqual([{ n: 1 }, undefined, { n: 1 }, undefined, 's', 's']);
    await clients[0]?.close();
  });

  it('makes clients with another key, or another module', async () => {
    await using network = createTestNetwork({ cipherKey });
    await network.client('alice', { cipherKey: 'other' }).publish({ channel: 'room', message: 1 }).execute();
    const cryptoModule = legacyCryptoModule({ cipherKey: 'third' });
    await network.client('bob', { cryptoModule }).publish({ channel: 'room', message: 2 }).execute();
    expect(network.published().map(({ message }) => message)).toEqual([1, 2]);
  });

  it('shows a file and its message in clear', async () => {
    await using network = createTestNetwork({ cipherKey });
    const alice = network.client('alice');
    await alice.sendFile().channel('room').file('bytes').fileName('a.txt').message('look').execute();
    expect(network.published()).toMatchObject([
      { kind: 'file', message: { message: 'look', file: { name: 'a.txt' } }, raw: CIPHERTEXT },
    ]);
  });

  it('leaves alone what is not encrypted, and what is encrypted with an unknown key', async () => {
    await using network = createTestNetwork({ cipherKey });
    const plain = [
      '',
      'hello',
      'aGVsbG8=',
      'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      7,
      null,
      { pn_other: 'x' },
      ['a'],
    ];
    const { subscribeKey, publishKey, fetch, clock } = network.options;
    const keys = { subscribeKey, publishKey, fetch, clock, userId: 'alice' };
    const clients = [new PubNub(keys), new PubNub({ ...keys, cipherKey: 'unknown' })];
    for (const message of plain) await clients[0]?.publish({ channel: 'room', message }).execute();
    await clients[1]?.publish({ channel: 'room', message: 'x' }).execute();
    expect(network.published().map(({ message }) => message)).toEqual([...plain, CIPHERTEXT]);
    for (const client of clients) await client.close();
  });

  it('reads the encrypted part of a message with push payloads', async () => {
    await using network = createTestNetwork({ cipherKey });
    await network.client('alice').publish({ channel: 'room', message: 'x' }).execute();
    const [first] = network.published();
    const { subscribeKey, publishKey, fetch, clock } = network.options;
    const bob = new PubNub({ subscribeKey, publishKey, fetch, clock, userId: 'bob' });
    const message = { pn_other: String(first?.raw), pn_gcm: {} };
    await bob.publish({ channel: 'room', message }).execute();
    expect(network.published()[1]?.message).toEqual({ pn_other: 'x', pn_gcm: {} });
    await bob.close();
  });

  it('keeps its key over reset(), and forgets those of its clients', async () => {
    await using network = createTestNetwork({ cipherKey });
    const cryptoModule = aesCbcCryptoModule({ cipherKey: 'other' });
    network.client('alice', { cryptoModule });
    await network.reset();
    const { cipherKey: _, ...options } = network.options;
    await using bob = new PubNub({ ...options, cryptoModule, userId: 'bob' });
    await bob.publish({ channel: 'room', message: 1 }).execute();
    await network.client('carol').publish({ channel: 'room', message: 2 }).execute();
    expect(network.published().map(({ message }) => message)).toEqual([CIPHERTEXT, 2]);
  });

  it.each([
    [{ cipherKey: '' }, 'cipherKey must be a string that is not empty'],
    [{ cryptoModule: { encrypt: 1 } }, 'cryptoModule must be a crypto module, not an object'],
    [
      { cipherKey, cryptoModule: aesCbcCryptoModule({ cipherKey }) },
      'only one of the options "cipherKey" and',
    ],
  ])('refuses %o', (options, message) => {
    expect(() => createTestNetwork(options as object)).toThrow(message);
  });
});
