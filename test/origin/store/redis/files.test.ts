import { afterAll, describe, expect, test } from 'vitest';
import { chunksOf, MINUTE, uploadOf } from '../../../../src/origin/conformance/blobs.ts';
import { openParts, type RedisParts } from '../../../support/redis-parts.ts';
import { startRedis } from '../../../support/redis-server.ts';

const server = await startRedis();
afterAll(() => server?.stop());

const FILES = { files: 10, bytes: 1_000_000, uploads: 10 };
const BLOCK = 131_072;

/** Chunks that end with a promise which never settles: their sender has died. */
async function* unfinished(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
  await new Promise(() => undefined);
}

describe.skipIf(!server)('files over Redis', () => {
  let keys = 0;
  const open = (): RedisParts => {
    if (!server) throw new Error('There is no server.');
    return openParts(server, `files-${++keys}`, { files: FILES });
  };
  const blobs = async () => {
    const found = await server?.command('KEYS', `{files-${keys}}:f:b:*`);
    return Array.isArray(found) ? found.map(String) : [];
  };
  const until = async (holds: () => Promise<boolean>) => {
    while (!(await holds())) await new Promise<void>((resolve) => setImmediate(resolve));
  };

  test('an upload whose origin has died takes room until it is given up, and leaves nothing', async () => {
    const { redis, elsewhere, advance, close } = open();
    const other = elsewhere().files;
    await redis.files.announce(uploadOf('1'), MINUTE);
    void redis.files.keep(uploadOf('1'), unfinished(new Uint8Array(900_000))).catch(() => undefined);
    const coming = () => server?.command('HGET', `{files-${keys}}:f:n`, 'coming');
    await until(async () => (await coming()) === '900000' && (await blobs()).length > 0);
    await other.announce(uploadOf('2'), 60 * MINUTE);
    expect(await other.keep(uploadOf('2'), chunksOf(new Uint8Array(200_000)))).toBe('bytes');
    const [blob = ''] = await blobs();
    expect(Number(await server?.command('PTTL', blob))).toBeGreaterThan(0);
    await advance(11 * MINUTE);
    expect(await other.keep(uploadOf('2'), chunksOf(new Uint8Array(200_000)))).toBeUndefined();
    const kept = await blobs();
    expect([kept.length, kept.includes(blob)]).toEqual([1, false]);
    expect(Number(await server?.command('PTTL', kept[0] ?? ''))).toBe(-1);
    await close();
  });

  test('an upload that was given up is refused, and not mixed with a later one', async () => {
    const { redis, elsewhere, advance, close } = open();
    const other = elsewhere().files;
    await redis.files.announce(uploadOf('1'), 60 * MINUTE);
    let next = (): void => undefined;
    const pause = new Promise<void>((resolve) => {
      next = resolve;
    });
    const slow = redis.files.keep(
      uploadOf('1'),
      (async function* () {
        yield Uint8Array.of(1);
        await pause;
        yield Uint8Array.of(1);
      })(),
    );
    // Its first byte has come: another would put off the time at which it is given up.
    await until(async () => (await server?.command('HGET', `{files-${keys}}:f:n`, 'coming')) === '1');
    await advance(11 * MINUTE);
    expect(await other.keep(uploadOf('1'), chunksOf(Uint8Array.of(2)))).toBeUndefined();
    next();
    await expect(slow).rejects.toThrow('has given up the upload');
    expect((await other.find('1'))?.size).toBe(1);
    await close();
  });

  test('blocks are as large as they can be, whatever the chunks', async () => {
    const { redis, close } = open();
    await redis.files.announce(uploadOf('1'), MINUTE);
    const bytes = Uint8Array.from({ length: 2 * BLOCK + 5 }, (_, index) => (index * 7) % 256);
    const chunks = [bytes.subarray(0, 3), bytes.subarray(3, BLOCK), bytes.subarray(BLOCK, BLOCK + 9)];
    await redis.files.keep(uploadOf('1'), chunksOf(...chunks, bytes.subarray(BLOCK + 9)));
    const [blob = ''] = await blobs();
    expect(await server?.command('HLEN', blob)).toBe(3);
    const { stream } = (await redis.files.read('1')) ?? {};
    expect(new Uint8Array(await new Response(stream ?? null).arrayBuffer())).toEqual(bytes);
    await close();
  });

  test('a stream of which a block is missing fails rather than ends early', async () => {
    const { redis, close } = open();
    for (const [id, block] of [
      ['1', '1'],
      ['2', '2'],
    ] as const) {
      await redis.files.announce(uploadOf(id), MINUTE);
      await redis.files.keep(uploadOf(id), chunksOf(new Uint8Array(2 * BLOCK + 1)));
      for (const blob of await blobs()) await server?.command('HDEL', blob, block);
      const { stream } = (await redis.files.read(id)) ?? {};
      await expect(new Response(stream ?? null).arrayBuffer()).rejects.toThrow('removed or replaced');
    }
    await close();
  });

  test('what has gone leaves no keys but the counts', async () => {
    const { redis, close } = open();
    for (const id of ['1', '2']) {
      await redis.files.announce(uploadOf(id), MINUTE);
      for (const size of [BLOCK, 3]) await redis.files.keep(uploadOf(id), chunksOf(new Uint8Array(size)));
      await redis.files.remove(id);
    }
    expect(await server?.command('KEYS', `{files-${keys}}:f:*`)).toEqual([`{files-${keys}}:f:n`]);
    const counts = ['entries', 'bytes', 'coming', 'uploads'];
    expect(await server?.command('HMGET', `{files-${keys}}:f:n`, ...counts)).toEqual(counts.map(() => '0'));
    await close();
  });
});
