import fc from 'fast-check';
import {
  aesCbcCryptoModule,
  type CryptoModule,
  legacyCryptoModule,
  type PNMessageResult,
  PubNub,
  type PubNubOptions,
} from 'timetoken';
import { createTestNetwork } from 'timetoken/testing';
import { describe, expect, it } from 'vitest';
import { decryptJson, encryptJson } from '../../../../src/client/features/encryption/messages.ts';
import { SENT, scriptedClient } from '../../../support/unit-client.ts';

const KEYS = { subscribeKey: 'demo', publishKey: 'demo' } as const;
const fixed = legacyCryptoModule({ cipherKey: 'myCipherKey', useRandomIVs: false });

describe('an encrypted message', () => {
  it('is published as the Base64 of its JSON, as a JSON string', async () => {
    const { pubnub, requests } = scriptedClient([SENT], { cryptoModule: fixed });
    await pubnub.publish().channel('ch1').message({ such: 'object' }).execute();
    expect(requests[0]?.url).toContain('/ch1/0/%22toDEeIZkmIyoiLpSojGu7n3%2B2t1rn7%2FDsrEZ1r8JKR4%3D%22?');
  });

  it('is in the body of a POST, and in a fire; a signal stays in clear, as does the meta', async () => {
    const { pubnub, requests } = scriptedClient([SENT], { cryptoModule: fixed });
    await pubnub
      .publish()
      .channel('a')
      .message({ such: 'object' })
      .meta({ in: 'clear' })
      .usePost(true)
      .execute();
    await pubnub.fire().channel('a').message({ such: 'object' }).execute();
    await pubnub.signal().channel('a').message('plain').execute();
    expect(requests[0]?.body).toBe('"toDEeIZkmIyoiLpSojGu7n3+2t1rn7/DsrEZ1r8JKR4="');
    expect(requests[0]?.url).toContain('meta=%7B%22in%22%3A%22clear%22%7D');
    expect(requests[1]?.url).toContain('toDEeIZkmIyoiLpSojGu7n3%2B');
    expect(requests[2]?.url).toContain('/a/0/%22plain%22?');
  });

  it('counts with its encrypted size against the limit', async () => {
    const { pubnub, requests } = scriptedClient([SENT], { cipherKey: 'secret' });
    const call = pubnub.publish().channel('a').message('x'.repeat(32_000)).execute();
    await expect(call).rejects.toMatchObject({ code: 'PN-1005' });
    expect(requests).toEqual([]);
  });

  it('is never sent in clear when encrypting fails', async () => {
    const broken: CryptoModule = { ...fixed, encrypt: () => Promise.reject(new Error('no key')) };
    const { pubnub, requests } = scriptedClient([SENT], { cryptoModule: broken });
    const call = pubnub.publish().channel('a').message('x').execute();
    await expect(call).rejects.toMatchObject({
      code: 'PN-5002',
      delivery: 'not-sent',
      cause: { message: 'no key' },
    });
    expect(requests).toEqual([]);
  });

  it('comes back as what was published, whatever JSON it is', async () => {
    const module = aesCbcCryptoModule({ cipherKey: 'k' });
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const text = await encryptJson(module, value);
        expect(JSON.stringify(await decryptJson(module, JSON.parse(text)))).toBe(JSON.stringify(value));
      }),
      { numRuns: 60 },
    );
  });
});

describe('reading', () => {
  it.each([
    [
      'text that is no JSON',
      'OtYBNABjeAZ9X4A91FQLFBo4th8et/pIAsiafUSw2+L8iWqJlte8x/eCL5cyjzQa',
      'Hello world encrypted with legacyModuleStaticIv',
    ],
    ['an object in clear', { in: 'clear' }, { in: 'clear' }],
    ['a number in clear', 7, 7],
    ['null', null, null],
  ])('%s gives it as it is', async (_name, given, expected) => {
    expect(await decryptJson(fixed, given)).toEqual(expected);
  });

  it('decrypts the encrypted part of a message for mobile push', async () => {
    const hello = legacyCryptoModule({ cipherKey: 'hello', useRandomIVs: false });
    const message = { pn_apns: { aps: {} }, pn_other: '6QoqmS9CnB3W9+I4mhmL7w==' };
    expect(await decryptJson(hello, message)).toEqual({ pn_apns: { aps: {} }, pn_other: { text: 'hey' } });
  });

  it.each(['not Base64 at all!', 'AAAA', 'UE5FRAFBQ1JIEA==', ''])(
    '%j is refused with PN-5001',
    async (given) => {
      await expect(decryptJson(fixed, given)).rejects.toMatchObject({
        code: 'PN-5001',
        category: 'PNDecryptionErrorCategory',
      });
    },
  );
});

function house() {
  const network = createTestNetwork();
  const client = (userId: string, more: Partial<PubNubOptions> = {}) =>
    new PubNub({ ...network.options, userId, ...more });
  const secret = { cipherKey: 'secret' };
  const clients = {
    alice: client('alice', secret),
    bob: client('bob', secret),
    eve: client('eve', { cipherKey: 'other' }),
    plain: client('plain'),
  };
  const end = async () => {
    await Promise.all(Object.values(clients).map((each) => each.close()));
    await network.close();
  };
  return { network, ...clients, [Symbol.asyncDispose]: end };
}

describe('a subscriber with a cipher key', () => {
  it('gets what can be read in clear, and what cannot as it came with the reason, in order', async () => {
    await using all = house();
    const { network, alice, bob, eve, plain } = all;
    const messages: PNMessageResult[] = [];
    bob.on('message', (event) => messages.push(event));
    await bob.subscribe().channels('room').execute().connected();
    await alice.publish().channel('room').message({ n: 1 }).execute();
    await eve.publish().channel('room').message({ n: 2 }).execute();
    await plain.publish().channel('room').message({ n: 3 }).execute();
    await plain.publish().channel('room').message('n: 4').execute();
    await alice.publish().channel('room').message('n: 5').execute();
    await network.idle();
    expect(messages).toHaveLength(5);
    const [first, second, third, fourth, fifth] = messages;
    expect(first).toMatchObject({ message: { n: 1 }, publisher: 'alice' });
    expect(second?.error).toMatchObject({ code: 'PN-5001', category: 'PNDecryptionErrorCategory' });
    expect(second?.message).toMatch(/^UE5FRAFBQ1JIE/);
    expect(third).toMatchObject({ message: { n: 3 } });
    expect(fourth).toMatchObject({ message: 'n: 4', error: { code: 'PN-5001' } });
    expect(fifth).toMatchObject({ message: 'n: 5' });
    for (const fine of [first, third, fifth]) expect(fine).not.toHaveProperty('error');
    expect(bob.state).toBe('connected');
  });

  it('gets signals and presence as they are', async () => {
    await using all = house();
    const { network, alice, bob } = all;
    const signals: unknown[] = [];
    const joins: unknown[] = [];
    bob.addListener({
      signal: (event) => void signals.push(event.message),
      presence: (event) => void joins.push(event.event),
    });
    await bob.subscribe().channels('room').withPresence().execute().connected();
    await alice.signal().channel('room').message('typing').execute();
    await network.idle();
    expect(signals).toEqual(['typing']);
    expect(joins).toEqual(['join']);
  });

  it('reads history with the same rules', async () => {
    await using all = house();
    const { alice, bob, eve } = all;
    await alice.publish().channel('room').message({ n: 1 }).execute();
    await eve.publish().channel('room').message({ n: 2 }).execute();
    const { channels } = await bob.fetchMessages().channels('room').execute();
    const { messages } = await bob.history().channel('room').execute();
    for (const [first, second] of [
      channels['room'] ?? [],
      messages.map(({ entry: message, ...rest }) => ({ message, ...rest })),
    ]) {
      expect(first).toMatchObject({ message: { n: 1 } });
      expect(first).not.toHaveProperty('error');
      expect(second).toMatchObject({
        message: expect.stringMatching(/^UE5F/),
        error: { code: 'PN-5001' },
      });
    }
  });
});

describe('the options', () => {
  it('refuse a cipher key beside a crypto module, and a module that is none', () => {
    const make = (options: object) => () => new PubNub({ ...KEYS, userId: 'a', ...options });
    expect(make({ cipherKey: 'x', cryptoModule: fixed })).toThrow('Only one of the options');
    expect(make({ cryptoModule: { encrypt() {} } })).toThrow('decrypt()');
    expect(make({ cipherKey: '' })).toThrow('cipherKey');
  });
});
