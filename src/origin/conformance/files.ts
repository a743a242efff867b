import type { FileRules, FileStore, StoredFile, Upload } from '../store/files.ts';
import { bytesOf, chunksOf, MINUTE, send, uploadOf } from './blobs.ts';
import { cases, needing } from './case.ts';
import { equal, has, isTrue, present } from './expect.ts';
import type { Choices } from './random.ts';

const RULES: FileRules = { files: 3, bytes: 100, uploads: 2 };

/** Files, announced and stored. */
export const fileCases = cases('files', {
  'a file is there when its bytes are, and gone when it is removed': async (world) => {
    const { files } = await world.shard();
    const upload = { ...uploadOf('1'), name: 'ü😀.txt', token: 'secret', readToken: 'read' };
    equal(await files.announce(upload, MINUTE), undefined, 'the excess');
    equal(await files.announced('1'), upload, 'the announced upload');
    equal(
      [await files.find('1'), await files.read('1'), await ids(files)],
      [undefined, undefined, []],
      'a file',
    );
    const bytes = Uint8Array.from([0, 13, 10, 255]);
    equal(await files.keep(upload, chunksOf(bytes)), undefined, 'the reason');
    const file = present(await files.find('1'), 'the file');
    has(file, { ...upload, size: 4 }, 'the file');
    isTrue(Number.isFinite(file.created), `the time of its upload, got ${file.created}`);
    equal(
      [await bytesOf(files, '1'), await ids(files), await ids(files, 'b')],
      [bytes, ['1'], []],
      'the file',
    );
    for (let times = 0; times < 2; times++) {
      await files.remove('1');
      equal(
        [await files.find('1'), await files.read('1'), await ids(files)],
        [undefined, undefined, []],
        'a file',
      );
    }
    await files.remove('none');
  },

  'a file is created by the clock of the store': needing('advance', async (world) => {
    const { files } = await world.shard();
    await send(files, '1', 1);
    await world.advance(MINUTE);
    await send(files, '2', 1);
    const [one, two] = [await files.find('1'), await files.find('2')];
    const passed = present(two, 'a file').created - present(one, 'a file').created;
    isTrue(passed >= MINUTE && passed < MINUTE + 5_000, `about a minute between two files, got ${passed} ms`);
  }),

  'an announcement expires, and one that was sent may be sent again until then': needing(
    'advance',
    async (world) => {
      const { files } = await world.shard();
      await files.announce(uploadOf('late'), MINUTE);
      await send(files, '1', 4);
      await world.advance(MINUTE / 2);
      has(await files.announced('1'), uploadOf('1'), 'the upload that was sent');
      equal(await files.keep(uploadOf('1'), chunksOf(new Uint8Array(5))), undefined, 'the reason');
      await world.advance(MINUTE / 2);
      equal([await files.announced('1'), await files.announced('late')], [undefined, undefined], 'uploads');
      equal((await files.find('1'))?.size, 5, 'the size of the file, which stays');
    },
  ),

  'what was removed is not announced any more': async (world) => {
    const { files } = await world.shard();
    await send(files, '1', 4);
    await files.remove('1');
    equal([await files.announced('1'), await files.announced('none')], [undefined, undefined], 'uploads');
  },

  'announced uploads are limited, until they are sent or expire': needing('advance', async (world) => {
    const { files } = await world.shard({ files: RULES });
    for (const id of ['x', 'y']) equal(await files.announce(uploadOf(id), MINUTE), undefined, 'the excess');
    equal(await files.announce(uploadOf('z'), MINUTE), 'uploads', 'the excess');
    equal(await files.announced('z'), undefined, 'the upload that was refused');
    await files.keep(uploadOf('x'), chunksOf(new Uint8Array(1)));
    equal(await files.announce(uploadOf('z'), MINUTE), undefined, 'the excess when one was sent');
    await world.advance(MINUTE);
    equal(await files.announce(uploadOf('w'), MINUTE), undefined, 'the excess when others have expired');
  }),

  'an upload that is announced again counts once, and expires later': needing('advance', async (world) => {
    const { files } = await world.shard({ files: RULES });
    await files.announce(uploadOf('x'), MINUTE);
    await world.advance(MINUTE / 2);
    const again = { ...uploadOf('x'), name: 'another name of more characters.txt', token: 'other' };
    equal(await files.announce(again, MINUTE), undefined, 'the excess of the same');
    equal(await files.announced('x'), again, 'the upload');
    equal(await files.announce(uploadOf('y'), MINUTE), undefined, 'the excess of the second');
    equal(await files.announce(again, MINUTE), undefined, 'the excess of the same, where nothing is left');
    equal(await files.announce(uploadOf('z'), MINUTE), 'uploads', 'the excess of a third');
    await world.advance(MINUTE / 2);
    equal(await files.announced('x'), again, 'the upload when the first announcement has expired');
    await world.advance(MINUTE / 2);
    for (const id of ['z', 'w']) equal(await files.announce(uploadOf(id), MINUTE), undefined, 'the excess');
    equal(await files.announce(uploadOf('v'), MINUTE), 'uploads', 'the excess of a third');
  }),

  'files and their bytes are limited, and what exceeds them changes nothing': async (world) => {
    const { files } = await world.shard({ files: RULES });
    equal(await send(files, '1', 60), undefined, 'the reason');
    equal(await send(files, '2', 50), 'bytes', 'the reason of too many bytes');
    equal(await files.keep(uploadOf('2'), chunksOf(new Uint8Array(40))), undefined, 'the reason');
    equal(
      await files.announce(uploadOf('3'), MINUTE),
      'bytes',
      'the excess when there is no room for a byte',
    );
    equal(await ids(files), ['1', '2'], 'the files');
    await files.remove('1');
    for (const id of ['4', '5']) equal(await send(files, id, 1), undefined, 'the reason');
    equal(await send(files, '6', 1), 'files', 'the excess of a fourth');
    equal(await ids(files), ['2', '4', '5'], 'the files');
  },

  'a file that is replaced makes room': async (world) => {
    const { files } = await world.shard({ files: { ...RULES, files: 1 } });
    await send(files, '1', 60);
    equal(await files.keep(uploadOf('1'), chunksOf(new Uint8Array(100))), undefined, 'the reason');
    equal(await files.keep(uploadOf('1'), chunksOf(new Uint8Array(101))), 'bytes', 'the reason of too many');
    equal(await files.keep(uploadOf('1'), chunksOf(new Uint8Array(2))), undefined, 'the reason');
    equal((await files.find('1'))?.size, 2, 'the size');
  },

  'without rules nothing is limited': async (world) => {
    const { files } = await world.shard();
    for (let id = 0; id < 20; id++) equal(await send(files, `${id}`, 1_000), undefined, 'the reason');
    equal((await ids(files)).length, 20, 'the number of files');
  },

  'a page after what is none is none': async (world) => {
    const { files } = await world.shard();
    await send(files, '1', 1);
    for (const after of ['x', '-1', '1.5', "'", '😀'])
      equal(await files.list('a', 9, after), undefined, `the page after ${after}`);
  },

  'pages have each file once, in the order of their uploads, whatever is removed meanwhile': (world) =>
    world.scripts(async (choices) => {
      const { files } = await world.shard();
      const channels = choices.some(['a', 'b'], 20);
      for (const [index, channel] of channels.entries()) await send(files, `${index}`, 1, channel);
      const limit = choices.between(1, 5);
      world.step(`pages of ${limit} of ${channels}`);
      const removed = new Set<string>();
      const seen = await paged(files, { limit, choices, removed });
      const all = [...channels.keys()].filter((index) => channels[index] === 'a').map(String);
      const stayed = (names: readonly string[]) => names.filter((id) => !removed.has(id));
      equal(stayed(seen), stayed(all), 'the files that stayed');
    }),

  'a file that is replaced keeps its place': async (world) => {
    const { files } = await world.shard();
    for (const id of ['1', '2', '3']) await send(files, id, 1);
    await files.keep(uploadOf('1'), chunksOf(new Uint8Array(2)));
    equal(await ids(files), ['1', '2', '3'], 'the files');
  },
});

async function ids(files: FileStore, channel = 'a'): Promise<readonly string[]> {
  const page = await files.list(channel, 100, undefined);
  equal(page?.next, undefined, 'the cursor of a page with everything');
  return (page?.files ?? []).map(({ id }: StoredFile) => id);
}

interface Paging {
  readonly limit: number;
  readonly choices: Choices;
  readonly removed: Set<string>;
}

async function paged(files: FileStore, { limit, choices, removed }: Paging): Promise<readonly string[]> {
  const seen: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = present(await files.list('a', limit, after), 'a page');
    isTrue(page.files.length <= limit, `at most ${limit} files on a page, got ${page.files.length}`);
    isTrue(page.next === undefined || page.files.length === limit, 'no page but the last to be short');
    seen.push(...page.files.map(({ id }: Upload) => id));
    equal(new Set(seen).size, seen.length, 'the number of different files');
    if (page.next === undefined) return seen;
    after = page.next;
    const victim = `${choices.below(20)}`;
    await files.remove(victim);
    removed.add(victim);
  }
}
