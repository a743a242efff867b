import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readHeader, withHeader } from '../../../../src/client/features/encryption/header.ts';

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

it.each([
  ['no metadata', '', 'PNED\x01ACRH\x00'],
  ['one byte', '!', 'PNED\x01ACRH\x01!'],
  ['254 bytes', 'a'.repeat(254), `PNED\x01ACRH\xfe${'a'.repeat(254)}`],
  ['255 bytes', 'a'.repeat(255), `PNED\x01ACRH\xff\x00\xff${'a'.repeat(255)}`],
])('%s gives the header of the protocol', (_name, metadata, expected) => {
  expect(withHeader({ identifier: 'ACRH', metadata: bytes(metadata) }, new Uint8Array())).toEqual(
    bytes(expected),
  );
});

it('holds metadata of any length up to 65535 bytes, and reads it back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 65_535 }), fc.uint8Array({ maxLength: 40 }), (length, data) => {
      const metadata = new Uint8Array(length).fill(7);
      const read = readHeader(withHeader({ identifier: 'ACRH', metadata }, data));
      expect(read?.header.identifier).toBe('ACRH');
      expect(read?.header.metadata.length).toBe(length);
      expect([...(read?.data ?? [])]).toEqual([...data]);
    }),
  );
});

it('refuses more metadata than the length can say', () => {
  const header = { identifier: 'ACRH', metadata: new Uint8Array(65_536) };
  expect(() => withHeader(header, new Uint8Array())).toThrow(RangeError);
});

it('is absent where the bytes begin otherwise', () => {
  for (const text of ['', 'PNE', 'PNEd\x01ACRH\x00', 'hello, world'])
    expect(readHeader(bytes(text))).toBeUndefined();
});
