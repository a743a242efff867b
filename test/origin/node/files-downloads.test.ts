import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { OriginOptions } from '../../../src/origin/index.ts';
import type { ServeOptions } from '../../../src/origin/node.ts';
import { CREATED, FilesEngine, servedFiles, until } from '../../support/files-server.ts';
import { arrayBuffers } from '../../support/integration-heap.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

describe('downloads', () => {
  // More than the system takes for a client that does not read.
  const size = 40_000_000;

  /** A server with one file, and a connection that has asked for it and does not read. */
  async function silent(options: ServeOptions = {}, originOptions: OriginOptions = {}) {
    const system = await servedFiles(options, { limits: { fileBytes: size }, ...originOptions });
    const file = await system.announced();
    expect(await system.upload(file, { size })).toBe(CREATED);
    const path = await system.locationOf(file);
    const ask = () => {
      const reader = system.open().pause();
      reader.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      return reader;
    };
    return { ...system, file, path, ask };
  }

  const restOf = async (socket: Socket) => {
    let length = 0;
    socket.on('data', (data) => {
      length += data.length;
    });
    await new Promise((resolve) => socket.once('close', resolve));
    return length;
  };

  test('by clients that do not read hold a bounded part of the file', async () => {
    let blocks = 0;
    const store = new FilesEngine((files) => ({
      // As from a disk: the store does not hold the file.
      read: async (id) => {
        const found = await files.find(id);
        if (!found) return;
        let left = found.size;
        const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
          blocks++;
          const length = Math.min(left, 50_000);
          left -= length;
          controller.enqueue(new Uint8Array(length));
          if (left === 0) controller.close();
        };
        return { size: found.size, stream: new ReadableStream({ pull }, { highWaterMark: 0 }) };
      },
    }));
    const { ask, list } = await silent({}, { store });
    const before = await arrayBuffers();
    const readers = Array.from({ length: 5 }, ask);
    // The system takes a part of each, and after that nothing moves.
    let last = -1;
    await until(async () => {
      const isStill = blocks > 0 && blocks === last;
      last = blocks;
      for (let count = 0; count < 20; count++) await list();
      return isStill;
    });
    expect((await arrayBuffers()) - before).toBeLessThan(5 * 200_000);
    const lengths = await Promise.all(readers.map((reader) => restOf(reader.resume())));
    for (const length of lengths) expect(length).toBeGreaterThan(size);
  });

  test('that are read slowly bring the whole', async () => {
    const { path, server } = await silent();
    const response = await fetch(server.url + path);
    expect(response.headers.get('content-length')).toBe(String(size));
    let length = 0;
    for await (const chunk of response.body ?? []) {
      length += chunk.length;
      // Others are answered between two chunks.
      await (await fetch(`${server.url}/time/0`)).text();
    }
    expect(length).toBe(size);
  });

  test('that nobody reads end after the time for their size', async () => {
    const clock = new VirtualClock();
    const { ask } = await silent({ clock });
    const reader = ask();
    await until(() => clock.pending === 1);
    await clock.advance(size / 40 - 1_000);
    expect(clock.pending).toBe(1);
    await clock.advance(2_000);
    expect(clock.pending).toBe(0);
    expect(await restOf(reader.resume())).toBeLessThan(size);
  });

  test('are broken when the file is deleted meanwhile, and hold it no more', async () => {
    const { ask, file, remove, list } = await silent();
    const before = await arrayBuffers();
    const readers = Array.from({ length: 5 }, ask);
    for (let count = 0; count < 20; count++) await list();
    expect((await remove(file)).status).toBe(200);
    expect(before - (await arrayBuffers())).toBeGreaterThan(size - 5_000_000);
    const lengths = await Promise.all(readers.map((reader) => restOf(reader.resume())));
    for (const length of lengths) expect(length).toBeLessThan(size);
    expect(await list()).toEqual([]);
  });

  test.each([
    ['fails', ['xx', new Error('the disk is gone')]],
    ['has less than it said', ['xx']],
    ['has more than it said', ['xx', 'xxx']],
  ])('are broken when the store’s stream %s', async (_, parts) => {
    const store = new FilesEngine(() => ({
      read: async () => ({
        size: 4,
        stream: new ReadableStream({
          start(controller) {
            for (const part of parts) {
              if (typeof part === 'string') controller.enqueue(new TextEncoder().encode(part));
              else controller.error(part);
            }
            if (parts.length === 1 || typeof parts[1] === 'string') controller.close();
          },
        }),
      }),
    }));
    const { path, server } = await silent({}, { store });
    const whole = fetch(server.url + path).then((response) => response.text());
    await expect(whole).rejects.toThrow();
    expect((await fetch(`${server.url}/time/0`)).status).toBe(200);
  });

  test('that the client ends are cancelled in the store', async () => {
    let reason: unknown = 'none';
    const store = new FilesEngine(() => ({
      read: async () => ({
        size: 1_000_000_000,
        stream: new ReadableStream<Uint8Array>({
          pull: (controller) => controller.enqueue(new Uint8Array(50_000)),
          cancel: (given) => {
            reason = given;
          },
        }),
      }),
    }));
    const { ask } = await silent({}, { store });
    const reader = ask().resume();
    await new Promise((resolve) => reader.once('data', resolve));
    reader.destroy();
    await until(() => reason === undefined);
  });
});
