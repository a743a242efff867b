import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import {
  blobOf,
  bytesOf,
  checkFileData,
  type FileData,
  streamOf,
} from '../../../../src/client/features/files/bytes.ts';
import { piecewise } from '../../../support/files-transport.ts';
import { rejection } from '../../../support/unit-client.ts';

const DATA = new TextEncoder().encode('Knights who say Ni! ü€');
const HALVES = [DATA.slice(0, 7), DATA.slice(7)];

async function* generated(pieces: readonly Uint8Array[]) {
  yield* pieces;
}

async function readAll(pieces: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const parts: Uint8Array[] = [];
  for await (const part of pieces) parts.push(part);
  return parts;
}

// Not every runtime can iterate over its streams.
function plainStream(): ReadableStream<Uint8Array> {
  return Object.defineProperty(piecewise(HALVES).stream, Symbol.asyncIterator, { value: undefined });
}

const SOURCES: readonly (readonly [string, () => FileData])[] = [
  ['text', () => 'Knights who say Ni! ü€'],
  ['a Uint8Array', () => DATA],
  ['a part of an array', () => new Uint8Array([0, ...DATA, 0]).subarray(1, DATA.length + 1)],
  ['an ArrayBuffer', () => DATA.buffer],
  ['a DataView', () => new DataView(DATA.buffer)],
  ['a Blob', () => new Blob([DATA])],
  ['a File', () => new File([DATA], 'a')],
  ['a stream', () => piecewise(HALVES).stream],
  ['a stream that nothing can iterate over', plainStream],
  ['an async generator', () => generated(HALVES)],
  ['a stream of Node', () => Readable.from(HALVES)],
];

describe('what a file is made of', () => {
  it.each(SOURCES)('is bytes in the end: %s', async (_name, make) => {
    expect(checkFileData(make())).toBeUndefined();
    expect(new Uint8Array(await (await blobOf(make())).arrayBuffer())).toEqual(DATA);
  });

  it.each(SOURCES.slice(7))(
    'is not read before it is sent, where its size is known: %s',
    async (_name, make) => {
      const bytes = await bytesOf(make(), DATA.length);
      if (bytes instanceof Blob) throw new Error('it was read');
      const parts = await readAll(bytes.pieces);
      expect(parts.map((part) => [...part])).toEqual(HALVES.map((half) => [...half]));
    },
  );

  it.each([[undefined], [null], [1], [true], [{}], [[1, 2]], [() => 'a'], [Promise.resolve('a')]])(
    'is none of these: %o',
    (value) => expect(checkFileData(value)).toMatch(/^must be a Blob, bytes, text/),
  );

  it('keeps bytes that their owner changes afterwards as they were', async () => {
    const mine = Uint8Array.of(1, 2, 3);
    const shared = (async function* () {
      for (const value of [4, 5]) {
        mine.fill(value);
        yield mine;
      }
    })();
    const blob = await blobOf(Uint8Array.from(mine));
    expect([...new Uint8Array(await (await blobOf(shared)).arrayBuffer())]).toEqual([4, 4, 4, 5, 5, 5]);
    expect([...new Uint8Array(await blob.arrayBuffer())]).toEqual([1, 2, 3]);
  });

  it.each([
    ['more', 3, /more than the 3 bytes/],
    ['fewer', 99, new RegExp(`has ${DATA.length} bytes, and a size of 99`)],
  ])('is refused when it has %s bytes than its size says', async (_name, size, message) => {
    const bytes = await bytesOf(generated(HALVES), size);
    if (bytes instanceof Blob) throw new Error('it was read');
    const error = await rejection(readAll(bytes.pieces));
    expect(error).toMatchObject({
      code: 'PN-1002',
      delivery: 'not-sent',
      message: expect.stringMatching(message),
    });
  });

  it.each([['text'], [1], [null], [[1]]])('is refused when its pieces are no bytes: %j', async (piece) => {
    const source = (async function* () {
      yield piece;
    })();
    // The compiler would refuse it as well.
    const error = await rejection(blobOf(source as unknown as FileData));
    expect(error).toMatchObject({
      code: 'PN-1002',
      message: expect.stringContaining('something else than bytes'),
    });
  });
});

describe('streamOf()', () => {
  it('reads no further than it is asked to, and ends its source when it is cancelled', async () => {
    const log: string[] = [];
    const source = (async function* () {
      try {
        for (let number = 0; ; number++) {
          log.push(`piece ${number}`);
          yield Uint8Array.of(number);
        }
      } finally {
        log.push('ended');
      }
    })();
    const reader = streamOf(source).getReader();
    expect(log).toEqual([]);
    await reader.read();
    await reader.read();
    await reader.cancel();
    expect(log).toEqual(['piece 0', 'piece 1', 'ended']);
  });
});
