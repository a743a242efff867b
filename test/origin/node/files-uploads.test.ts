import { describe, expect, test } from 'vitest';
import { MemoryEngine } from '../../../src/origin/index.ts';
import { systemClock, systemRandom } from '../../../src/origin/system.ts';
import { CREATED, FilesEngine, MIB, send, servedFiles, statusOn, until } from '../../support/files-server.ts';
import { arrayBuffers } from '../../support/integration-heap.ts';
import { codeIn } from '../../support/origin-files.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** The most that buffers take while something goes on, beside garbage. */
async function mostDuring(work: Promise<unknown>): Promise<number> {
  const before = await arrayBuffers();
  let most = 0;
  let goesOn = true;
  const watch = async () => {
    do {
      most = Math.max(most, (await arrayBuffers()) - before);
      // Garbage is not collected all the time.
      for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    } while (goesOn);
  };
  const watching = watch();
  await work.finally(() => {
    goesOn = false;
  });
  await watching;
  return most;
}

describe('uploads', () => {
  test('of 4 MB, a hundred side by side, take little beside what is stored', async () => {
    const limits = { filesBytes: 2_000 * MIB, processBytes: 4_000 * MIB };
    const { announced, upload, list } = await servedFiles({}, { limits });
    const size = 4_000_000;
    const files = await Promise.all(Array.from({ length: 100 }, announced));
    const sent = Promise.all(files.map((file) => upload(file, { size })));
    expect(await mostDuring(sent)).toBeLessThan(100 * size + 20 * MIB);
    expect(new Set(await sent)).toEqual(new Set([CREATED]));
    expect(await list()).toHaveLength(100);
  });

  test('to a store that has them elsewhere never hold a whole one', async () => {
    let passed = 0;
    const store = new FilesEngine(() => ({
      keep: async (_, chunks) => {
        for await (const chunk of chunks) {
          passed += chunk.length;
          // As a disk would: each chunk takes a turn of the event loop.
          await new Promise((resolve) => setImmediate(resolve));
        }
        return;
      },
    }));
    const { announced, upload } = await servedFiles({}, { store });
    const files = await Promise.all(Array.from({ length: 100 }, announced));
    const size = 4_000_000;
    const sent = Promise.all(files.map((file) => upload(file, { size })));
    expect(await mostDuring(sent)).toBeLessThan(40 * MIB);
    expect(new Set(await sent)).toEqual(new Set([CREATED]));
    expect(passed).toBe(100 * size);
  });

  test('wait for a store that is slow, so that clients are not read ahead', async () => {
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    let begun = false;
    const store = new FilesEngine((files) => ({
      keep: async (upload, chunks) => {
        begun = true;
        await gate;
        return files.keep(upload, chunks);
      },
    }));
    const limits = { fileBytes: 100 * MIB };
    const { announced, open, list } = await servedFiles({}, { store, limits });
    const before = await arrayBuffers();
    const socket = open();
    const status = statusOn(socket);
    const sending = send(socket, await announced(), { size: 50 * MIB });
    await until(() => begun);
    // Whole requests of others: the connection had time.
    for (let count = 0; count < 20; count++) await list();
    expect((await arrayBuffers()) - before).toBeLessThan(2 * MIB);
    go();
    await sending;
    expect(await status).toBe(CREATED);
    expect(await list()).toMatchObject([{ size: 50 * MIB }]);
  });

  test('that a slow store has not taken count as bodies: the largest is refused, and the others go on', async () => {
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    let waiting = 0;
    const store = new FilesEngine((files) => ({
      keep: (upload, chunks) =>
        files.keep(
          upload,
          (async function* () {
            for await (const chunk of chunks) {
              waiting++;
              await gate;
              yield chunk;
            }
          })(),
        ),
    }));
    const { announced, open, list, errors } = await servedFiles(
      { limits: { totalBodyBytes: 30_000 } },
      { store },
    );
    const [large, small] = [open(), open()];
    const statuses = [statusOn(large), statusOn(small)];
    await send(small, await announced(), { size: 5_000 });
    await until(() => waiting === 1);
    await send(large, await announced(), { size: 100_000 });
    await until(() => waiting === 2);
    go();
    expect(await Promise.all(statuses)).toEqual(['HTTP/1.1 503 Service Unavailable', CREATED]);
    expect(await list()).toMatchObject([{ size: 5_000 }]);
    expect(errors).toEqual([]);
  });

  test.each(['hangs up', 'is too slow'])('leave nothing when the client %s half-way', async (how) => {
    const clock = new VirtualClock();
    const engine = new MemoryEngine({ clock: systemClock, random: systemRandom });
    const { announced, open, upload, list, errors } = await servedFiles({ clock }, { store: engine });
    const files = await Promise.all(Array.from({ length: 10 }, announced));
    const before = await arrayBuffers();
    const sockets = files.map(() => open());
    const statuses = sockets.map((socket) => statusOn(socket));
    await Promise.all(
      files.map((file, at) => send(sockets[at] ?? open(), file, { size: 4_000_000, sent: 2_000_000 })),
    );
    await until(async () => process.memoryUsage().arrayBuffers - before > 10 * 2_000_000);
    expect(await list()).toEqual([]);
    if (how === 'hangs up') for (const socket of sockets) socket.destroy();
    else await clock.advance(5_400_000 / 40);
    expect(new Set(await Promise.all(statuses))).toEqual(
      new Set([how === 'hangs up' ? '' : 'HTTP/1.1 408 Request Timeout']),
    );
    await until(async () => (await arrayBuffers()) - before < 2_000_000);
    expect(await list()).toEqual([]);
    expect(errors).toEqual([]);
    await until(() => clock.pending === 0);
    // The form is still valid.
    const [file] = files;
    expect(file && (await upload(file, { size: 10 }))).toBe(CREATED);
    expect(await list()).toMatchObject([{ size: 10 }]);
  });

  test('of one file at once do not mix', async () => {
    const { announced, upload, list, locationOf, server } = await servedFiles();
    const file = await announced();
    const chunks = Array.from({ length: 8 }, (_, at) => Buffer.alloc(10_000, `${at}`));
    const statuses = await Promise.all(
      chunks.map((chunk, at) => upload(file, { size: 1_000_000 + at, chunk })),
    );
    expect(new Set(statuses)).toEqual(new Set([CREATED]));
    expect(await list()).toHaveLength(1);
    const text = await (await fetch(server.url + (await locationOf(file)))).text();
    expect(text).toBe((text[0] ?? '').repeat(1_000_000 + Number(text[0])));
  });

  test('are followed by other requests of their connection, also when they are refused', async () => {
    const { announced, open } = await servedFiles({}, { limits: { fileBytes: 1_000 } });
    const socket = open();
    let text = '';
    socket.setEncoding('latin1').on('data', (data) => {
      text += data;
    });
    for (const size of [1_000, 1_001, 60_000]) {
      await send(socket, await announced(), { size });
      socket.write('GET /time/0 HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await until(() => /\r\n\r\n\[\d+\]$/.test(text));
      const [first = '', second = ''] = text.split(/(?=HTTP\/1.1 200)/);
      expect(first.slice(0, 12)).toBe(size === 1_000 ? 'HTTP/1.1 204' : 'HTTP/1.1 400');
      expect(codeIn(first.split('\r\n\r\n')[1] ?? '')).toBe(size === 1_000 ? undefined : 'EntityTooLarge');
      expect(second).toMatch(/^HTTP\/1.1 200/);
      text = '';
    }
  });
});
