import fc from 'fast-check';
import { aesCbcCryptoModule, legacyCryptoModule, PubNub, PubNubError } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { filesClient } from '../../../support/files-transport.ts';
import { rejection, SENT, scriptedClient } from '../../../support/unit-client.ts';

// Options as a program without types may give them.
const FACTORIES = [
  ['aesCbcCryptoModule', aesCbcCryptoModule as (options?: unknown) => unknown],
  ['legacyCryptoModule', legacyCryptoModule as (options?: unknown) => unknown],
] as const;

function thrownBy(work: () => unknown): PubNubError {
  try {
    work();
  } catch (error) {
    if (PubNubError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const LONE = 'geheim-\uD800';
const FAULTS: readonly (readonly [string, unknown, RegExp])[] = [
  ['no options', undefined, /the options must be an object, not undefined/],
  ['null', null, /the options must be an object, not null/],
  ['the key itself', 'geheim', /the options must be an object, not a string/],
  ['nothing', {}, /the option "cipherKey" is missing/],
  ['an array', ['geheim'], /must be an object, not an array/],
  ['a key that is undefined', { cipherKey: undefined }, /the option "cipherKey" is missing/],
  ['a key that is null', { cipherKey: null }, /the option "cipherKey" must be a string that is not empty/],
  ['an empty key', { cipherKey: '' }, /the option "cipherKey" must be a string that is not empty/],
  ['a key of bytes', { cipherKey: new TextEncoder().encode('geheim') }, /"cipherKey" must be a string/],
  ['a key as an object', { cipherKey: Object('geheim') }, /"cipherKey" must be a string/],
  ['a key with a lone surrogate', { cipherKey: LONE }, /"cipherKey" must not contain lone surrogates/],
  [
    'a misspelt option',
    { cipherKey: 'geheim', useRandomIvs: false },
    /"useRandomIvs" is no option; did you mean "useRandomIVs"\?/,
  ],
  ['a misspelt option of a prototype', Object.create({ cipherkey: 'geheim' }), /did you mean "cipherKey"\?/],
  ['an unknown option', { cipherKey: 'geheim', padding: 'none' }, /"padding" is no option\./],
  [
    'a switch that is a text',
    { cipherKey: 'geheim', useRandomIVs: 'false' },
    /"useRandomIVs" must be true or false/,
  ],
  [
    'a switch that is null',
    { cipherKey: 'geheim', useRandomIVs: null },
    /"useRandomIVs" must be true or false/,
  ],
  [
    'random bytes that are none',
    { cipherKey: 'geheim', randomBytes: new Uint8Array(16) },
    /"randomBytes" must be a function/,
  ],
  [
    'a getter that throws',
    {
      get cipherKey() {
        throw new Error('the vault is closed');
      },
    },
    /the options cannot be read: "cipherKey" throws/,
  ],
  ['a proxy that was revoked', revoked(), /the options cannot be read/],
];

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe.each(FACTORIES)('%s()', (name, make) => {
  it.each(FAULTS)('refuses %s at once, and never repeats a value', (_fault, options, message) => {
    const error = thrownBy(() => make(options));
    expect(error).toMatchObject({ code: 'PN-1007', category: 'PNValidationErrorCategory' });
    expect(error.message).toMatch(message);
    expect(error.message.startsWith(`${name}: `)).toBe(true);
    expect(error.message).not.toContain('geheim');
  });

  it('reads each option once, also from a class, a proxy and a frozen object', async () => {
    const reads: string[] = [];
    class Options {
      get cipherKey() {
        reads.push('cipherKey');
        return reads.length > 3 ? '' : 'the key';
      }
      get useRandomIVs() {
        reads.push('useRandomIVs');
        return true;
      }
      get randomBytes() {
        reads.push('randomBytes');
        return (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes);
      }
    }
    const all = ['cipherKey', 'useRandomIVs', 'randomBytes'];
    for (const options of [new Options(), new Proxy(new Options(), {}), Object.freeze(new Options())]) {
      reads.length = 0;
      const module = make(options) as ReturnType<typeof aesCbcCryptoModule>;
      const data = Uint8Array.of(1, 2, 3);
      expect(await module.decrypt(await module.encrypt(data))).toEqual(data);
      expect(reads).toEqual(all);
    }
  });

  it('does not look at its options again', async () => {
    const options = { cipherKey: 'one key' };
    const module = make(options) as ReturnType<typeof aesCbcCryptoModule>;
    options.cipherKey = 'another';
    const encrypted = await module.encrypt(Uint8Array.of(1));
    expect(await aesCbcCryptoModule({ cipherKey: 'one key' }).decrypt(encrypted)).toEqual(Uint8Array.of(1));
  });

  it.each<readonly [string, (bytes: Uint8Array) => unknown]>([
    ['nothing', () => undefined],
    ['fewer bytes', () => new Uint8Array(15)],
    ['more bytes', () => new Uint8Array(17)],
    ['an array', () => Array(16).fill(0)],
    ['a text', () => '0123456789012345'],
    ['its memory', (bytes) => bytes.buffer],
    ['a promise', async (bytes) => bytes],
    [
      'an error',
      () => {
        throw new Error('no entropy');
      },
    ],
  ])('encrypts nothing, and sends nothing, with random bytes that give %s', async (_what, randomBytes) => {
    const cryptoModule = make({ cipherKey: 'k', randomBytes }) as ReturnType<typeof aesCbcCryptoModule>;
    const client = scriptedClient([SENT], { cryptoModule });
    const publish = client.pubnub.publish().channel('a').message('plain').execute();
    const sendFile = client.pubnub.sendFile({ channel: 'a', file: 'plain', fileName: 'a.txt' }).execute();
    for (const call of [publish, sendFile])
      expect(await rejection(call)).toMatchObject({ code: 'PN-5002', delivery: 'not-sent' });
    expect(client.requests).toEqual([]);
    await client.close();
  });

  it('keeps the vectors of calls at the same time apart, where its function fills one array again and again', async () => {
    const one = new Uint8Array(16);
    let count = 0;
    const randomBytes = () => one.fill(++count);
    const module = make({ cipherKey: 'k', randomBytes }) as ReturnType<typeof aesCbcCryptoModule>;
    const text = Uint8Array.of(1, 2, 3);
    const encrypted = await Promise.all(Array.from({ length: 8 }, () => module.encrypt(text)));
    expect(new Set(encrypted.map(String)).size).toBe(8);
    for (const each of encrypted) expect(await module.decrypt(each)).toEqual(text);
  });
});

/** The module of a key, where it is one. */
function taken(cipherKey: string) {
  try {
    return aesCbcCryptoModule({ cipherKey, randomBytes: (bytes) => bytes });
  } catch {
    return;
  }
}

describe('a secret', () => {
  const make = (options: object) => () => new PubNub({ subscribeKey: 'demo', userId: 'a', ...options });

  it.each([['cipherKey'], ['secretKey']])(
    '%s of a client is refused when two of it would be one key',
    (name) => {
      const error = thrownBy(make({ [name]: LONE }));
      expect(error).toMatchObject({ code: 'PN-1007', message: expect.stringContaining(`"${name}"`) });
      expect(error.message).not.toContain('geheim');
      expect(make({ [name]: 'a 😀 pair' })).not.toThrow();
    },
  );

  it('makes another key of every text that is taken', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), async (one, other) => {
        const [first, second] = [one, other].map(taken);
        if (!first || !second || one === other) return;
        const data = new Uint8Array(32);
        expect(await first.encrypt(data)).not.toEqual(await second.encrypt(data));
      }),
      {
        numRuns: 50,
        examples: [
          ['\uD800', '\uD801'],
          ['\uFFFD', '\uDC00'],
        ],
      },
    );
  });

  it('for one file is checked as those of a client are, before anything is sent', async () => {
    const client = filesClient(() => ({}));
    const calls = {
      sendFile: (cipherKey: string) =>
        client.pubnub.sendFile({ channel: 'a', file: 'x', fileName: 'a', cipherKey }).execute(),
      downloadFile: (cipherKey: string) =>
        client.pubnub.downloadFile({ channel: 'a', fileId: 'i', fileName: 'a', cipherKey }).execute(),
    };
    for (const call of Object.values(calls)) {
      for (const key of ['', LONE, null, 7, new Uint8Array(3)]) {
        // What a program without types may give.
        const error = await rejection(call(key as string));
        expect(error).toMatchObject({ code: 'PN-1002', message: expect.stringContaining('cipherKey must') });
        expect(String(error)).not.toContain('geheim');
      }
    }
    expect(client.seen).toEqual([]);
    await client.close();
  });
});
