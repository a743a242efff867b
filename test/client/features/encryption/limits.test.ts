import { aesCbcCryptoModule, type CryptoModule, legacyCryptoModule } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { decryptJson, encryptJson } from '../../../../src/client/features/encryption/messages.ts';
import { rejection } from '../../../support/unit-client.ts';

// What docs/how-to/encrypt-messages.md says that the schemes do not protect.
const BLOCK = 16;
const cipherKey = 'a key of some length';
const SCHEMES: readonly (readonly [string, CryptoModule, number])[] = [
  // Where the vector begins: behind the rest of a header, or at once.
  ['aesCbcCryptoModule()', aesCbcCryptoModule({ cipherKey }), 10],
  ['legacyCryptoModule()', legacyCryptoModule({ cipherKey }), 0],
];
const utf8 = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const PLAIN = '{"pay":"1 coin"}{"to":"the knights who say Ni"}';

function flipped(bytes: Uint8Array, at: number, from: string, to: string): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ from.charCodeAt(0) ^ to.charCodeAt(0);
  return copy;
}

describe.each(SCHEMES)('%s does not notice', (_name, module, vector) => {
  it('a bit that is flipped in its vector, which flips the same one in the text', async () => {
    const encrypted = await module.encrypt(utf8(PLAIN));
    const changed = flipped(encrypted, vector + 8, '1', '9');
    expect(textOf(await module.decrypt(changed))).toBe(PLAIN.replace('1 coin', '9 coin'));
  });

  it('a bit that is flipped later, which ruins one block and flips the same bit in the next', async () => {
    const encrypted = await module.encrypt(utf8(PLAIN));
    const at = BLOCK + 7;
    const changed = flipped(encrypted, vector + BLOCK + 7, PLAIN[at] ?? '', 'T');
    const read = await module.decrypt(changed);
    expect(textOf(read.subarray(BLOCK))).toBe(`${PLAIN.slice(BLOCK, at)}T${PLAIN.slice(at + 1)}`);
    expect(textOf(read.subarray(0, BLOCK))).not.toBe(PLAIN.slice(0, BLOCK));
  });

  it('a beginning that is cut off at the border of a block', async () => {
    const encrypted = await module.encrypt(utf8(PLAIN));
    const cut = Uint8Array.from([...encrypted.subarray(0, vector), ...encrypted.subarray(vector + BLOCK)]);
    expect(textOf(await module.decrypt(cut))).toBe(PLAIN.slice(BLOCK));
  });

  it('an end that is cut off where what stays looks whole', async () => {
    const encrypted = await module.encrypt(utf8(`fifteen letters\u0001${PLAIN}`));
    const cut = encrypted.subarray(0, vector + 2 * BLOCK);
    expect(textOf(await module.decrypt(cut))).toBe('fifteen letters');
  });

  it('that it has read a message before, in whatever channel', async () => {
    const message: unknown = JSON.parse(await encryptJson(module, { text: 'attack' }));
    for (let time = 0; time < 2; time++)
      expect(await decryptJson(module, message)).toEqual({ text: 'attack' });
  });

  it('that an object was sent in clear; a text in clear is refused', async () => {
    expect(await decryptJson(module, { text: 'attack' })).toEqual({ text: 'attack' });
    expect(await rejection(decryptJson(module, 'attack'))).toMatchObject({ code: 'PN-5001' });
  });
});

describe('equal messages', () => {
  const twice = async (module: CryptoModule, one: string, other: string) =>
    (await Promise.all([one, other].map((text) => module.encrypt(utf8(text))))).map(String);

  it('are told apart from others by nobody', async () => {
    for (const [, module] of SCHEMES) {
      const [one, other] = await twice(module, PLAIN, PLAIN);
      expect(one).not.toBe(other);
    }
  });

  it('and equal beginnings are seen by everybody where all have one vector; those of files are not', async () => {
    const module = legacyCryptoModule({ cipherKey, useRandomIVs: false });
    const [one, other] = await twice(module, PLAIN, PLAIN);
    expect(one).toBe(other);
    const [yes, no] = await twice(module, `${PLAIN}yes`, `${PLAIN}no!!`);
    expect(yes?.split(',').slice(0, 2 * BLOCK)).toEqual(no?.split(',').slice(0, 2 * BLOCK));
    const file = utf8(PLAIN);
    expect(await module.encryptFile(file)).not.toEqual(await module.encryptFile(file));
  });
});
