import fc from 'fast-check';
import { aesCbcCryptoModule, type CryptoOptions, legacyCryptoModule } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { fromBase64, toBase64 } from '../../../../src/client/runtime/bytes.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const vector = (iv: string): Pick<CryptoOptions, 'randomBytes'> => ({
  randomBytes: (bytes) => {
    bytes.set(utf8(iv));
    return bytes;
  },
});

interface Vector {
  readonly scheme: 'fixed' | 'random' | 'aes-cbc';
  readonly key: string;
  readonly plain: string;
  readonly encrypted: string;
  /** The random vector, where the text is to come out the same when it is encrypted. */
  readonly iv?: string;
}

const fixed = (key: string, plain: string, encrypted: string): Vector => ({
  scheme: 'fixed',
  key,
  plain,
  encrypted,
});
const random = (key: string, plain: string, encrypted: string, iv?: string): Vector => ({
  scheme: 'random',
  key,
  plain,
  encrypted,
  ...(iv !== undefined && { iv }),
});
const aesCbc = (key: string, plain: string, encrypted: string, iv?: string): Vector => ({
  ...random(key, plain, encrypted, iv),
  scheme: 'aes-cbc',
});

const VECTORS: readonly Vector[] = [
  fixed('customKey', '{"hi":"there"}', 'TejX6F2JNqH/gIiGHWN4Cw=='),
  fixed('myCipherKey', '{"such":"object"}', 'toDEeIZkmIyoiLpSojGu7n3+2t1rn7/DsrEZ1r8JKR4='),
  fixed('cipherKey', '{"text":"hey"}', 'zFJeF9BVABL80GUiQEBjLg=='),
  fixed('cipherKey', '{"text2":"hey2"}', 'HIq4MTi9nk/KEYlHOKpMCaH78ZXppGynDHrgY9nAd3s='),
  fixed('testKey', '"hey-0"', 'QfD1NCBJCmt1aPPGU2cshw=='),
  fixed('testKey', '"hey"', 'D7oVjBCciNszAo/EROu5Jw=='),
  fixed('enigma', '"yay!"', 'Wi24KS4pcTzvyuGOHubiXg=='),
  fixed('enigma', '{}', 'IDjZE9BHSjcX67RddfCYYg=='),
  fixed('enigma', '[]', 'Ns4TB41JjT2NCXaGLWSPAQ=='),
  fixed(
    'myCipherKey',
    'Hello world encrypted with legacyModuleStaticIv',
    'OtYBNABjeAZ9X4A91FQLFBo4th8et/pIAsiafUSw2+L8iWqJlte8x/eCL5cyjzQa',
  ),
  random(
    'myCipherKey',
    'Hello world encrypted with legacyModuleRandomIv',
    'T3J9iXI87PG9YY/lhuwmGRZsJgA5y8sFLtUpdFmNgrU1IAitgAkVok6YP7lacBiVhBJSJw39lXCHOLxl2d98Bg==',
  ),
  random('testKey', '"hey-0"', 'a25pZ2h0c29mbmkxMjM0NYLqFAmzV6xEhv4befhT3U8=', 'knightsofni12345'),
  random('enigma', '"yay!"', 'MTIzNDU2Nzg5MDEyMzQ1Ntk5oi7/YsoO4z9gjn094Kc=', '1234567890123456'),
  fixed('myCipherKey', 'PHP can backwards Legacy static', 'KGc+SNJD7mIveY+KNIL/L9ZzAjC0dCJCju+HXRwSW2k='),
  random(
    'myCipherKey',
    'PHP can backwards Legacy random',
    'PXjHv0L05kgj0mqIE9s7n4LDPrLtjnfamMoHyiMoL0R1uzSMsYp7dDfqEWrnoaqS',
  ),
  aesCbc(
    'myCipherKey',
    'Hello world encrypted with aesCbcModule',
    'UE5FRAFBQ1JIEKzlyoyC/jB1hrjCPY7zm+X2f7skPd0LBocV74cRYdrkRQ2BPKeA22gX/98pMqvcZtFB6TCGp3Zf1M8F730nlfk=',
  ),
  aesCbc(
    'myCipherKey',
    'We are the knights who say NI!',
    'UE5FRAFBQ1JIEAAAAAAAAAAAAAAAAAAAAABbjKTFb0xLzByXntZkq2G7lHIGg5ZdQd73GwVG6o3ftw==',
    '\0'.repeat(16),
  ),
  aesCbc('enigma', '"yay!"', 'UE5FRAFBQ1JIEDAxMjM0NTY3ODkwMTIzNDU5OWpMMDjnxLs4V2EvPTB2', '0123456789012345'),
  aesCbc(
    'myCipherKey',
    'PHP can into space with headers and aes cbc and other shiny stuff',
    'UE5FRAFBQ1JIEHvl3cY3RYsHnbKm6VR51XG/Y7HodnkumKHxo+mrsxbIjZvFpVuILQ0oZysVwjNsDNMKiMfZteoJ8P1/mvPmbuQKLErBzS2l7vEohCwbmAJODPR2yNhJGB8989reTZ7Y7Q==',
  ),
];

const options = ({ key, scheme, iv }: Vector): CryptoOptions => ({
  cipherKey: key,
  useRandomIVs: scheme !== 'fixed',
  ...(iv !== undefined && vector(iv)),
});

describe('the vectors of the protocol', () => {
  it('are nineteen', () => {
    expect(VECTORS).toHaveLength(19);
  });

  it.each(VECTORS)('$scheme: $encrypted is read by both modules', async (given) => {
    for (const module of [aesCbcCryptoModule(options(given)), legacyCryptoModule(options(given))]) {
      expect(text(await module.decrypt(fromBase64(given.encrypted)))).toBe(given.plain);
    }
  });

  it.each(VECTORS.filter(({ scheme, iv }) => scheme === 'fixed' || iv !== undefined))(
    '$scheme: $plain is encrypted to the same text',
    async (given) => {
      const make = given.scheme === 'aes-cbc' ? aesCbcCryptoModule : legacyCryptoModule;
      expect(toBase64(await make(options(given)).encrypt(utf8(given.plain)))).toBe(given.encrypted);
    },
  );
});

const cipherKey = 'a key of some length';
const MODULES = [
  ['aesCbcCryptoModule', aesCbcCryptoModule({ cipherKey })],
  ['legacyCryptoModule', legacyCryptoModule({ cipherKey })],
  ['legacyCryptoModule, one vector for all', legacyCryptoModule({ cipherKey, useRandomIVs: false })],
] as const;

describe.each(MODULES)('%s', (_name, module) => {
  it('reads back whatever it has written, messages and files', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
        expect(await module.decrypt(await module.encrypt(bytes))).toEqual(new Uint8Array(bytes));
        expect(await module.decryptFile(await module.encryptFile(bytes))).toEqual(new Uint8Array(bytes));
      }),
      { numRuns: 40 },
    );
  });

  it('gives a file a vector of its own each time', async () => {
    const file = utf8('the same file');
    expect(await module.encryptFile(file)).not.toEqual(await module.encryptFile(file));
  });

  it.each(['encrypt', 'encryptFile', 'decrypt', 'decryptFile'] as const)(
    '%s refuses nothing at all',
    async (verb) => {
      await expect(module[verb](new Uint8Array())).rejects.toThrow('there is nothing to');
    },
  );

  it('rejects what is no ciphertext, and never answers with bytes of its own', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 15 }), async (bytes) => {
        await expect(module.decrypt(bytes)).rejects.toThrow();
      }),
      { numRuns: 40 },
    );
  });
});

describe.each([true, false])('what an older client has written, with random vectors: %s', (useRandomIVs) => {
  const writer = legacyCryptoModule({ cipherKey, useRandomIVs });

  it.each([
    ['aesCbcCryptoModule', aesCbcCryptoModule({ cipherKey })],
    ['legacyCryptoModule', legacyCryptoModule({ cipherKey })],
  ])('is read by %s without being told', async (_name, reader) => {
    const written = fc.oneof(
      fc.json(),
      fc.bigInt({ min: 0n, max: 10n ** 40n }).map(String),
      fc.constantFrom('a text that is no JSON, and longer than a block', '"', 'ja'),
    );
    await fc.assert(
      fc.asyncProperty(written, async (plain) => {
        expect(text(await reader.decrypt(await writer.encrypt(utf8(plain))))).toBe(plain);
      }),
    );
  });
});

describe('a header', () => {
  const module = aesCbcCryptoModule({ cipherKey });
  const head = (...rest: readonly number[]) => Uint8Array.of(0x50, 0x4e, 0x45, 0x44, ...rest);

  it.each([
    ['of a version to come', head(2, 65, 67, 82, 72, 0, 1), 'version 2'],
    ['of an unknown scheme', head(1, 65, 66, 67, 68, 0, 1), '"ABCD" is unknown'],
    ['with nothing after it', head(1, 65, 67, 82, 72, 0), 'nothing to decrypt'],
    ['cut short', head(1, 65, 67, 82, 72, 16, 1, 2), 'cut short'],
    ['whose length is cut short', head(1, 65, 67, 82, 72, 255, 1), 'cut short'],
  ])('%s is refused with the reason', async (_name, bytes, reason) => {
    await expect(module.decrypt(bytes)).rejects.toThrow(reason);
  });
});
