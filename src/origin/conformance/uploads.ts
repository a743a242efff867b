import type { FileRules, FileStore } from '../store/files.ts';
import { bytesOf, chunksOf, Feed, MINUTE, send, uploadOf } from './blobs.ts';
import { cases } from './case.ts';
import { equal, has, isTrue, present, print } from './expect.ts';

const RULES: FileRules = { files: 3, bytes: 10, uploads: 2 };
const LARGE = 300_000;

/** Bytes of files that come in chunks. */
export const uploadCases = cases('files', {
  'bytes are read as they were sent, whatever the chunks': (world) =>
    world.scripts(async (choices) => {
      const { files } = await world.shard();
      const chunks = Array.from({ length: choices.below(6) }, () =>
        Uint8Array.from({ length: choices.of([0, 1, 7, 1_000, 70_000]) }, () => choices.below(256)),
      );
      world.step(`chunks of ${chunks.map(({ length }) => length)}`);
      await files.announce(uploadOf('1'), MINUTE);
      equal(await files.keep(uploadOf('1'), chunksOf(...chunks)), undefined, 'the reason');
      const all = Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
      isTrue(print(await bytesOf(files, '1')) === print(all), 'the bytes as they were sent');
    }),

  'chunks belong to the sender again, and to the reader': async (world) => {
    const { files } = await world.shard();
    await files.announce(uploadOf('1'), MINUTE);
    const chunk = Uint8Array.of(1, 2);
    const chunks = async function* () {
      yield chunk;
      yield chunk.fill(7);
      chunk.fill(9);
    };
    await files.keep(uploadOf('1'), chunks());
    for (let round = 0; round < 2; round++) {
      const bytes = present(await bytesOf(files, '1'), 'the bytes');
      equal(bytes, Uint8Array.of(1, 2, 7, 7), 'the bytes');
      bytes.fill(0);
    }
  },

  'nothing can be seen of a file before its last byte has come': async (world) => {
    const { files } = await world.shard();
    await files.announce(uploadOf('1'), MINUTE);
    const feed = new Feed();
    const kept = files.keep(uploadOf('1'), feed.chunks);
    await feed.send(1, 2);
    equal(
      [await files.find('1'), await files.read('1'), await listed(files)],
      [undefined, undefined, []],
      'a file',
    );
    await feed.end();
    equal(await kept, undefined, 'the reason');
    equal([await bytesOf(files, '1'), await listed(files)], [Uint8Array.of(1, 2), ['1']], 'the file');
  },

  'an upload that fails leaves nothing behind, and its error reaches the caller': async (world) => {
    const { files } = await world.shard({ files: RULES });
    await files.announce(uploadOf('1'), MINUTE);
    const error = new Error('gone');
    await fail(files, error);
    equal(
      [await files.find('1'), await files.read('1'), await listed(files)],
      [undefined, undefined, []],
      'a file',
    );
    has(await files.announced('1'), uploadOf('1'), 'the upload, which is still announced');
    equal(await files.keep(uploadOf('1'), chunksOf(new Uint8Array(10))), undefined, 'the reason of the next');
    await fail(files, error);
    equal((await files.find('1'))?.size, 10, 'the size of the file, which stays');
  },

  'bytes that are coming count': async (world) => {
    const { files } = await world.shard({ files: RULES });
    await files.announce(uploadOf('1'), MINUTE);
    const feed = new Feed();
    const kept = files.keep(uploadOf('1'), feed.chunks);
    await feed.send(...Array(7).fill(0));
    equal(await send(files, '2', 4), 'bytes', 'the reason of another file');
    await feed.end();
    equal(await kept, undefined, 'the reason');
  },

  'an upload ends at the first chunk that exceeds a limit, and an earlier file stays': async (world) => {
    const { files } = await world.shard({ files: RULES });
    await send(files, '1', 3);
    let taken = 0;
    let isClosed = false;
    const endless = async function* () {
      try {
        for (; taken < 1_000; taken++) yield new Uint8Array(4);
      } finally {
        isClosed = true;
      }
    };
    equal(await files.keep(uploadOf('1'), endless()), 'bytes', 'the reason');
    isTrue(taken < 5, `at most 5 chunks of 4 bytes to be taken, got ${taken}`);
    equal([isClosed, await bytesOf(files, '1')], [true, new Uint8Array(3)], 'the end, and the earlier file');
  },

  'a file is replaced at once, when the last byte has come': async (world) => {
    const { files } = await world.shard();
    await send(files, '1', 1);
    const feed = new Feed();
    const kept = files.keep(uploadOf('1'), feed.chunks);
    await feed.send(2, 2);
    equal(await bytesOf(files, '1'), Uint8Array.of(0), 'the bytes');
    await feed.end();
    await kept;
    equal([await bytesOf(files, '1'), await listed(files)], [Uint8Array.of(2, 2), ['1']], 'the file');
  },

  'uploads of one file do not mix: the last that is complete counts': async (world) => {
    const { files } = await world.shard();
    await files.announce(uploadOf('1'), MINUTE);
    const [one, other] = [new Feed(), new Feed()];
    const kept = [files.keep(uploadOf('1'), one.chunks), files.keep(uploadOf('1'), other.chunks)];
    await one.send(1, 1);
    await other.send(2, 2, 2);
    await other.end();
    equal(await kept[1], undefined, 'the reason');
    equal(await bytesOf(files, '1'), Uint8Array.of(2, 2, 2), 'the bytes');
    await one.send(1, 1);
    await one.end();
    equal(await kept[0], undefined, 'the reason');
    equal([await bytesOf(files, '1'), await listed(files)], [Uint8Array.of(1, 1, 1, 1), ['1']], 'the file');
  },

  'uploads of a file that is removed meanwhile are not kept': async (world) => {
    const { files } = await world.shard();
    await send(files, '1', 1);
    const [one, other] = [new Feed(), new Feed()];
    const kept = [files.keep(uploadOf('1'), one.chunks), files.keep(uploadOf('1'), other.chunks)];
    await one.send(1);
    await other.send(1);
    await files.remove('1');
    // Between two chunks, and after the last.
    await one.send(1);
    await Promise.all([one.end(), other.end()]);
    equal(await Promise.all(kept), ['removed', 'removed'], 'the reasons');
    equal(
      [await files.find('1'), await files.read('1'), await listed(files)],
      [undefined, undefined, []],
      'a file',
    );
  },

  'a stream whose file is removed or replaced has all of it, or fails': async (world) => {
    const { files } = await world.shard();
    const bytes = Uint8Array.from({ length: LARGE }, (_, index) => index % 251);
    for (const end of [
      () => files.remove('1'),
      () => files.keep(uploadOf('1'), chunksOf(Uint8Array.of(5))),
    ]) {
      await files.announce(uploadOf('1'), MINUTE);
      await files.keep(uploadOf('1'), chunksOf(bytes));
      const { stream } = present(await files.read('1'), 'the file');
      const reader = stream.getReader();
      const first = await reader.read();
      await end();
      const read = await rest(reader, [...(first.value ?? [])]);
      isTrue(read === undefined || print(read) === print([...bytes]), 'all bytes as they were, or an error');
    }
  },
});

async function listed(files: FileStore): Promise<readonly string[]> {
  return ((await files.list('a', 100, undefined))?.files ?? []).map(({ id }) => id);
}

async function fail(files: FileStore, error: Error): Promise<void> {
  const feed = new Feed();
  const kept = files.keep(uploadOf('1'), feed.chunks).then(
    (reason) => `resolved to ${reason}`,
    (thrown: unknown) => thrown,
  );
  await feed.send(1, 2, 3);
  await feed.fail(error);
  isTrue((await kept) === error, 'the error of the chunks');
}

async function rest(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  read: number[],
): Promise<readonly number[] | undefined> {
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return read;
      for (const byte of value) read.push(byte);
    }
  } catch {
    return undefined;
  }
}
