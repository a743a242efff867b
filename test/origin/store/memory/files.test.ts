import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FileRules, Upload } from '../../../../src/origin/store/files.ts';
import { MemoryFiles } from '../../../../src/origin/store/memory/files.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const RULES: FileRules = { files: 3, bytes: 10, uploads: 2 };

function shelf(rules?: FileRules) {
  const clock = new VirtualClock();
  const files = new MemoryFiles(clock, rules);
  const upload = (id: string, channel = 'a'): Upload => ({
    id,
    channel,
    name: `${id}.txt`,
    token: 't',
    readToken: 'r',
    expires: clock.now() + 60_000,
  });
  const send = async (id: string, size: number, channel?: string) => {
    const sent = upload(id, channel);
    return (await files.announce(sent)) ?? files.keep(sent, new Uint8Array(size));
  };
  const ids = async (channel = 'a') => (await files.list(channel, 100, undefined))?.files.map(({ id }) => id);
  return { clock, files, upload, send, ids };
}

test('a file is there once its bytes are, and gone when it is removed', async () => {
  const { clock, files, upload, ids } = shelf(RULES);
  await files.announce(upload('1'));
  expect([await files.find('1'), await files.read('1'), await ids()]).toEqual([undefined, undefined, []]);
  const bytes = Uint8Array.from([0, 13, 255]);
  await files.keep(upload('1'), bytes);
  expect(await files.find('1')).toMatchObject({
    id: '1',
    channel: 'a',
    name: '1.txt',
    size: 3,
    created: clock.now(),
  });
  expect(await files.read('1')).toEqual(bytes);
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
  expect(await files.keep(first, new Uint8Array(9))).toBeUndefined();
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
  const { clock, files, upload, send, ids } = shelf(RULES);
  await files.announce(upload('x'));
  await files.announce(upload('y'));
  expect(await files.announce(upload('z'))).toBe('uploads');
  await clock.advance(60_000);
  expect(await send('1', 6)).toBeUndefined();
  expect(await send('2', 5)).toBe('bytes');
  expect(await send('3', 4)).toBeUndefined();
  // Not even an empty file is announced when there is no room left for a byte.
  expect(await files.announce(upload('4'))).toBe('bytes');
  expect([await ids(), files.bytes]).toEqual([['1', '3'], 10]);
  await files.remove('1');
  expect(await send('5', 1)).toBeUndefined();
  expect(await send('6', 1)).toBeUndefined();
  expect(await send('7', 1)).toBe('files');
  expect(await ids()).toEqual(['3', '5', '6']);
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
