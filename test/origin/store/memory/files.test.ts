import fc from 'fast-check';
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

test('a file is there once its bytes are, and gone when it is removed', async () => {
  const { clock, files, upload, announce, ids, bytesOf } = shelf(RULES);
  await announce('1');
  expect([await files.find('1'), await files.read('1'), await ids()]).toEqual([undefined, undefined, []]);
  const bytes = Uint8Array.from([0, 13, 255]);
  await files.keep(upload('1'), chunksOf(bytes));
  expect(await files.find('1')).toMatchObject({
    id: '1',
    channel: 'a',
    name: '1.txt',
    size: 3,
    created: clock.now(),
  });
  expect(await bytesOf('1')).toEqual(bytes);
  expect([await ids(), await ids('b'), files.bytes]).toEqual([['1'], [], 3]);
  await files.remove('1');
  await files.remove('1');
  expect([await files.find('1'), await files.read('1'), await ids(), files.bytes]).toEqual([
    undefined,
    undefined,
    [],
    0,
  ]);
});

test('an announced file may be sent again for a minute, and takes the place of what was sent', async () => {
  const { clock, files, upload, send, ids } = shelf(RULES);
  const first = upload('1');
  await send('1', 4);
  await send('2', 1);
  expect(await files.announced('1')).toMatchObject({ token: 't' });
  expect(await files.keep(first, chunksOf(new Uint8Array(4), new Uint8Array(5)))).toBeUndefined();
  expect([await ids(), files.bytes]).toEqual([['1', '2'], 10]);
  await clock.advance(60_000);
  expect(await files.announced('1')).toBeUndefined();
});

test('what was removed cannot be sent again', async () => {
  const { files, send } = shelf(RULES);
  await send('1', 4);
  await files.remove('1');
  expect(await files.announced('1')).toBeUndefined();
});

test('says what there is too much of, and then nothing has changed', async () => {
  const { clock, files, announce, send, ids } = shelf(RULES);
  await announce('x');
  await announce('y');
  expect(await announce('z')).toBe('uploads');
  await clock.advance(60_000);
  expect(await send('1', 6)).toBeUndefined();
  expect(await send('2', 5)).toBe('bytes');
  expect(await send('3', 4)).toBeUndefined();
  // Not even an empty file is announced when there is no room left for a byte.
  expect(await announce('4')).toBe('bytes');
  expect([await ids(), files.bytes]).toEqual([['1', '3'], 10]);
  await files.remove('1');
  expect(await send('5', 1)).toBeUndefined();
  expect(await send('6', 1)).toBeUndefined();
  expect(await send('7', 1)).toBe('files');
  expect(await ids()).toEqual(['3', '5', '6']);
});

describe('bytes that come in chunks', () => {
  test('are read as they were sent, whatever the chunks', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 3_000, size: 'max' })), async (chunks) => {
        const { files, upload, announce, bytesOf } = shelf();
        await announce('1');
        await files.keep(upload('1'), chunksOf(...chunks.map((chunk) => Uint8Array.from(chunk))));
        expect(Buffer.compare((await bytesOf('1')) ?? Buffer.of(0), Buffer.concat(chunks))).toBe(0);
      }),
      { numRuns: 50 },
    ));

  test('belong to the sender and to the reader again', async () => {
    const { files, upload, announce, bytesOf } = shelf();
    await announce('1');
    const chunk = Uint8Array.of(1, 2);
    const chunks = async function* () {
      yield chunk;
      yield chunk.fill(7);
      chunk.fill(9);
    };
    await files.keep(upload('1'), chunks());
    for (let round = 0; round < 2; round++) {
      const read = await bytesOf('1');
      expect(read).toEqual(Uint8Array.of(1, 2, 7, 7));
      read?.fill(0);
    }
  });

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

  test('end at the first that exceeds a limit, and leave the file before them', async () => {
    const { files, upload, announce, bytesOf } = shelf(RULES);
    await announce('1');
    await files.keep(upload('1'), chunksOf(Uint8Array.of(1, 2, 3)));
    let taken = 0;
    let isClosed = false;
    const endless = async function* () {
      try {
        for (;;) {
          taken++;
          yield new Uint8Array(4);
        }
      } finally {
        isClosed = true;
      }
    };
    expect(await files.keep(upload('1'), endless())).toBe('bytes');
    expect([taken, isClosed, files.bytes, await bytesOf('1')]).toEqual([3, true, 3, Uint8Array.of(1, 2, 3)]);
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

  test('replace nothing before the last one has come, and then at once', async () => {
    const { files, upload, announce, bytesOf, ids } = shelf(RULES);
    await announce('1');
    await files.keep(upload('1'), chunksOf(Uint8Array.of(1)));
    const slow = feed();
    const kept = files.keep(upload('1'), slow.chunks);
    await slow.send(2, 2);
    await settle();
    expect(await bytesOf('1')).toEqual(Uint8Array.of(1));
    await slow.end();
    expect(await kept).toBeUndefined();
    expect([await bytesOf('1'), await ids(), files.bytes]).toEqual([Uint8Array.of(2, 2), ['1'], 2]);
  });

  test('of several uploads of one file do not mix: the last that is complete counts', async () => {
    const { files, upload, announce, bytesOf, ids } = shelf({ ...RULES, bytes: 100 });
    await announce('1');
    const [one, other] = [feed(), feed()];
    const kept = [files.keep(upload('1'), one.chunks), files.keep(upload('1'), other.chunks)];
    await Promise.all([one.send(2, 1), other.send(3, 2)]);
    await other.end();
    await settle();
    expect(await bytesOf('1')).toEqual(Uint8Array.of(2, 2, 2));
    await one.send(2, 1);
    await one.end();
    expect(await Promise.all(kept)).toEqual([undefined, undefined]);
    expect([await bytesOf('1'), await ids(), files.bytes]).toEqual([Uint8Array.of(1, 1, 1, 1), ['1'], 4]);
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

  test('of a file that is removed meanwhile are not kept', async () => {
    const { files, upload, announce, ids } = shelf(RULES);
    await announce('1');
    await files.keep(upload('1'), chunksOf(Uint8Array.of(1)));
    const [one, other] = [feed(), feed()];
    const kept = [files.keep(upload('1'), one.chunks), files.keep(upload('1'), other.chunks)];
    await one.send(1);
    await files.remove('1');
    // Between two chunks, and after the last.
    await Promise.all([one.send(1).catch(() => undefined), other.end()]);
    expect(await Promise.all(kept)).toEqual(['removed', 'removed']);
    expect([await ids(), files.bytes, files.size]).toEqual([[], 0, 0]);
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

test('without rules nothing is limited', async () => {
  const { send, ids } = shelf();
  for (const id of 'abcdef') expect(await send(id, 1_000)).toBeUndefined();
  expect(await ids()).toHaveLength(6);
});

test.each(['x', '-1', '1.5', '1e3', '9'.repeat(16)])('a page after %j is none', async (after) => {
  expect(await shelf().files.list('a', 10, after)).toBeUndefined();
});

test('pages hold each file once, in the order in which they came, whatever is removed meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'b'), { maxLength: 20 }),
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.nat(19), { maxLength: 20 }),
      async (channels, limit, removals) => {
        const { files, send } = shelf();
        for (const [index, channel] of channels.entries()) await send(`${index}`, 1, channel);
        const seen: string[] = [];
        const removed: string[] = [];
        let after: string | undefined;
        do {
          const page = await files.list('a', limit, after);
          expect(page?.files.length).toBeLessThanOrEqual(limit);
          seen.push(...(page?.files ?? []).map(({ id }) => id));
          after = page?.next;
          const [victim] = removals.splice(0, 1);
          if (victim === undefined) continue;
          await files.remove(`${victim}`);
          removed.push(`${victim}`);
        } while (after !== undefined);
        const all = Array.from(channels.keys(), String).filter((id) => channels[Number(id)] === 'a');
        expect(seen.filter((id) => !removed.includes(id))).toEqual(all.filter((id) => !removed.includes(id)));
        expect(new Set(seen).size).toBe(seen.length);
        expect(files.bytes).toBe(
          channels.length - new Set(removed.filter((id) => Number(id) < channels.length)).size,
        );
      },
    ),
    { numRuns: 100 },
  );
});
