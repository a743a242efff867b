import { describe, expect, test } from 'vitest';
import { Budget } from '../../../../src/origin/store/budget.ts';
import type { FileRules, Upload } from '../../../../src/origin/store/files.ts';
import { MemoryFiles } from '../../../../src/origin/store/memory/files.ts';
import { arrayBuffers } from '../../../support/integration-heap.ts';
import { settle, VirtualClock } from '../../../support/virtual-clock.ts';

const RULES: FileRules = { files: 3, bytes: 10, uploads: 2 };

function shelf(rules?: FileRules, budget?: Budget) {
  const clock = new VirtualClock();
  const files = new MemoryFiles(clock, rules, budget);
  const upload = (id: string, channel = 'a'): Upload => ({
    id,
    channel,
    name: `${id}.txt`,
    token: 't',
    readToken: 'r',
  });
  const announce = (id: string) => files.announce(upload(id), 60_000);
  const send = async (id: string, size: number, channel?: string) => {
    const sent = upload(id, channel);
    return (await files.announce(sent, 60_000)) ?? files.keep(sent, chunksOf(new Uint8Array(size)));
  };
  const ids = async (channel = 'a') => (await files.list(channel, 100, undefined))?.files.map(({ id }) => id);
  const bytesOf = async (id: string) => {
    const { size, stream } = (await files.read(id)) ?? {};
    if (!stream) return;
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    expect(size).toBe(bytes.length);
    return bytes;
  };
  return { clock, files, upload, announce, send, ids, bytesOf };
}

async function* chunksOf(...chunks: readonly Uint8Array[]) {
  yield* chunks;
}

/** Chunks that a test sends one by one. */
function feed() {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  return {
    chunks: readable,
    send: (size: number, value = 0) => writer.write(new Uint8Array(size).fill(value)),
    end: () => writer.close(),
    fail: (error: Error) => writer.abort(error),
  };
}

describe('bytes that come in chunks', () => {
  test('of one byte take about their size', async () => {
    const { files, upload, announce } = shelf();
    await announce('1');
    const size = 300_000;
    const before = await arrayBuffers();
    await files.keep(
      upload('1'),
      (async function* () {
        for (let count = 0; count < size; count++) yield new Uint8Array(1);
      })(),
    );
    const kept = (await arrayBuffers()) - before;
    expect(kept).toBeGreaterThan(size - 5_000);
    expect(kept).toBeLessThan(size + 20_000);
    await files.remove('1');
  });

  test('count as they come, and are gone with an error, which reaches the caller', async () => {
    const budget = new Budget({ entries: 100, bytes: 1_000 });
    const { files, upload, announce, ids, send } = shelf(RULES, budget);
    await announce('1');
    const slow = feed();
    const kept = files.keep(upload('1'), slow.chunks);
    await slow.send(4);
    await slow.send(3);
    await settle();
    expect([files.bytes, await files.find('1'), await ids()]).toEqual([7, undefined, []]);
    expect(await send('2', 4)).toBe('bytes');
    const error = new Error('gone');
    await Promise.all([slow.fail(error), expect(kept).rejects.toBe(error)]);
    expect([files.bytes, await files.find('1'), await files.read('1'), await ids()]).toEqual([
      0,
      undefined,
      undefined,
      [],
    ]);
    // It is still announced.
    expect(await files.keep(upload('1'), chunksOf(new Uint8Array(10)))).toBeUndefined();
    // With the announcement of the other.
    expect(budget.used).toEqual({ entries: 2, bytes: 10 + 9 });
  });

  test('count in the budget of all, together with those that they replace', async () => {
    const budget = new Budget({ entries: 1_000, bytes: 30 });
    const { files, upload, announce } = shelf(undefined, budget);
    expect(await announce('123456789')).toBe('uploads');
    expect(await files.keep(upload('1'), chunksOf(new Uint8Array(8)))).toBeUndefined();
    expect(await files.keep(upload('1'), chunksOf(new Uint8Array(8)))).toBe('bytes');
    expect(await files.keep(upload('1'), chunksOf(new Uint8Array(7)))).toBeUndefined();
    expect(budget.used).toEqual({ entries: 1, bytes: 7 });
  });

  test('of several uploads of one file may not hold more than the limit by what one of them replaces', async () => {
    const { files, upload, announce } = shelf(RULES);
    await announce('1');
    await files.keep(upload('1'), chunksOf(new Uint8Array(10)));
    const first = feed();
    const kept = files.keep(upload('1'), first.chunks);
    await first.send(10);
    await settle();
    expect(await files.keep(upload('1'), chunksOf(new Uint8Array(1)))).toBe('bytes');
    await first.end();
    expect(await kept).toBeUndefined();
    expect(files.bytes).toBe(10);
  });

  test.each(['removed', 'replaced'])(
    'are not held by a reader who stands still when they are %s',
    async (how) => {
      const { files, upload, announce, bytesOf } = shelf();
      await announce('1');
      const size = 4_000_000;
      await files.keep(upload('1'), chunksOf(new Uint8Array(size)));
      const reader = (await files.read('1'))?.stream.getReader();
      expect((await reader?.read())?.value?.length).toBeLessThan(100_000);
      const before = await arrayBuffers();
      if (how === 'removed') await files.remove('1');
      else await files.keep(upload('1'), chunksOf(Uint8Array.of(5)));
      expect(before - (await arrayBuffers())).toBeGreaterThan(size - 200_000);
      await expect(reader?.read()).rejects.toThrow('removed or replaced');
      expect(await bytesOf('1')).toEqual(how === 'removed' ? undefined : Uint8Array.of(5));
    },
  );
});
