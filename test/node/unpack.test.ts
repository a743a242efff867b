import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { unpacked } from '../../src/node/unpack.ts';
import { rejection } from '../support/unit-client.ts';
import { settle } from '../support/virtual-clock.ts';

const MIB = 1024 * 1024;
const BOMB = zlib.gzipSync(Buffer.alloc(MIB));

/** An answer of so many pieces, all alike. */
function answer(coding: string, piece: Buffer) {
  let pieces = 0;
  const body = new Readable({
    highWaterMark: 1,
    read() {
      pieces += 1;
      setImmediate(() => this.push(piece));
    },
  });
  // What is read of a message are its bytes and this header.
  const incoming = Object.assign(body, {
    headers: { 'content-encoding': coding },
  }) as unknown as IncomingMessage;
  return { incoming, counts: () => pieces };
}

describe('unpacked()', () => {
  it.each([
    ['gzip', BOMB],
    ['gzip, gzip', zlib.gzipSync(Buffer.concat(Array(64).fill(BOMB)))],
    ['br, gzip', zlib.gzipSync(zlib.brotliCompressSync(Buffer.alloc(64 * MIB)))],
  ])('unpacks no more than is taken: %s', async (coding, piece) => {
    const { incoming, counts } = answer(coding, piece);
    const body = unpacked(incoming);
    const first: unknown = (await body[Symbol.asyncIterator]().next()).value;
    expect(first).toBeInstanceOf(Buffer);
    for (let turn = 0; turn < 20; turn++) await settle();
    expect(body.readableLength).toBeLessThan(MIB / 4);
    expect(counts() * piece.length).toBeLessThan(MIB / 4);
    body.destroy();
    await settle();
    expect(incoming.destroyed).toBe(true);
  });

  it('fails with what its answer fails with, and takes it along when it fails itself', async () => {
    const cut = answer('gzip', BOMB.subarray(0, 9));
    const body = unpacked(cut.incoming);
    cut.incoming.destroy(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    expect(await rejection(body.toArray())).toMatchObject({ code: 'ECONNRESET' });
    const text = answer('gzip', Buffer.from('no gzip'));
    expect(await rejection(unpacked(text.incoming).toArray())).toMatchObject({ code: 'Z_DATA_ERROR' });
    await settle();
    expect(text.incoming.destroyed).toBe(true);
  });

  it.each(['identity', 'klingon', '', 'gzip,'])('leaves alone what it cannot unpack: %j', (coding) => {
    const { incoming } = answer(coding, BOMB);
    expect(unpacked(incoming)).toBe(incoming);
    incoming.destroy();
  });
});
