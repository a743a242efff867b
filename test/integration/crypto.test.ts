import PeerClient from 'pubnub';
import { describe, expect, test } from 'vitest';
import { type CryptoModule, legacyCryptoModule, PubNub } from '../../src/index.ts';
import { nodeTransport } from '../../src/node/index.ts';
import { serveOrigin } from '../support/integration-origin.ts';

/** What the other maker's client says of storage, as far as it is called here. */
interface PeerStorage {
  history(parameters: object): Promise<{ readonly messages: readonly { readonly entry: unknown }[] }>;
}

const KEYS = { subscribeKey: 'demo', publishKey: 'demo', ssl: false } as const;
const cipherKey = 'a cipher key';

// The other maker's client of this version knows the legacy schemes only.
const SCHEMES: readonly (readonly [name: string, ours: CryptoModule, theirs: object])[] = [
  ['random vectors', legacyCryptoModule({ cipherKey }), { useRandomIVs: true }],
  ['one vector', legacyCryptoModule({ cipherKey, useRandomIVs: false }), { useRandomIVs: false }],
];

describe.each(SCHEMES)('messages encrypted by the legacy scheme with %s', (_name, ours, theirs) => {
  test('are read by either client, live and from history', async () => {
    await using system = await serveOrigin();
    await using alice = new PubNub({
      ...KEYS,
      origin: system.host,
      userId: 'alice',
      cryptoModule: ours,
      transport: nodeTransport(),
    });
    const bob = new PeerClient({ ...KEYS, origin: system.host, userId: 'bob', cipherKey, ...theirs });
    try {
      const subscription = alice.subscribe().channels('room').execute();
      await subscription.connected();
      const received = subscription.messages();
      await alice.publish().channel('room').message({ from: 'alice', text: 'grüß dich' }).execute();
      await bob.publish({ channel: 'room', message: { from: 'bob', text: '你好' } });
      const seen: unknown[] = [];
      for await (const { message } of received) if (seen.push(message) === 2) break;
      const expected = [
        { from: 'alice', text: 'grüß dich' },
        { from: 'bob', text: '你好' },
      ];
      expect(seen).toEqual(expected);
      const stored = await (bob as unknown as PeerStorage).history({ channel: 'room' });
      expect(stored.messages.map(({ entry }) => entry)).toEqual(expected);
      const { messages } = await alice.history().channel('room').execute();
      expect(messages.map(({ entry }) => entry)).toEqual(expected);
    } finally {
      bob.stop();
    }
  });
});
