import { aesCbcCryptoModule, type CryptoModule, type PNMessageResult, PubNub } from 'timetoken';
import { createTestNetwork } from 'timetoken/testing';
import { describe, expect, it } from 'vitest';

/** A crypto module that fails for the first so many messages that it is to read. */
function failing(times: number): CryptoModule {
  const module = aesCbcCryptoModule({ cipherKey: 'k' });
  let left = times;
  const decrypt = async (data: Uint8Array) => {
    if (left-- > 0) throw new Error('the key service is down');
    return module.decrypt(data);
  };
  return { ...module, decrypt };
}

const seen = ({ message, error }: PNMessageResult) => error?.code ?? message;

describe('a message whose decryption fails for one of its copies', () => {
  it.each([
    ['of a channel and its wildcard', ['w.x', 'w.*'], 0],
    ['that the server repeats', ['w.x'], 1],
  ])('%s comes once: the copy that is first counts', async (_, channels, copies) => {
    await using network = createTestNetwork();
    // Not one of the network's own, which reads messages, too.
    await using bob = new PubNub({ ...network.options, userId: 'bob', cryptoModule: failing(1) });
    const got: unknown[] = [];
    const all: unknown[] = [];
    bob.on('message', (event) => void all.push(seen(event)));
    const room = bob.subscribe().channels(channels).execute();
    room.on('message', (event) => void got.push(seen(event)));
    await room.connected();
    await network.idle();
    if (copies > 0) network.duplicate(copies);
    const alice = network.client('alice', { cryptoModule: aesCbcCryptoModule({ cipherKey: 'k' }) });
    await alice.publish().channel('w.x').message('hello').execute();
    await network.clock.advance(10_000);
    expect([got, all]).toEqual([['PN-5001'], ['PN-5001']]);
  });
});
