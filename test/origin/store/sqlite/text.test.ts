import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromFile, toFile } from '../../../../src/origin/store/sqlite/text.ts';
import { openEngine } from './engines.ts';

const anyText = fc.string({
  unit: fc.constantFrom('\0', '\ufffe', '\ud800', '\udc00', '😀', 'a', '0', ''),
  maxLength: 12,
});

test('any text comes back as it was, and the file has neither NUL nor lone surrogates', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const held = toFile(text);
      expect([fromFile(held), held.isWellFormed(), held.includes('\0')]).toEqual([text, true, false]);
    }),
  );
});

test('names with NUL and lone surrogates are read as they were written, and stay different', async () => {
  const { shard } = await openEngine();
  const names = ['a\0b', 'a\0c', 'a', 'x\ud800', 'x\ud801', 'x\ufffd', '\ufffe0000'];
  await shard.push.change('device\0', names, []);
  expect(new Set(await shard.push.channels('device\0', { limit: 99 }))).toEqual(new Set(names));
  expect(await shard.push.channels('device', { limit: 99 })).toEqual([]);
  const action = { channel: 'a', message: '5', user: 'u\0v', type: 't\ud800', value: '\0' };
  const added = await shard.actions.add(action);
  expect(await shard.actions.list('a', { from: '0', to: '9', max: 9 })).toEqual([added]);
  expect(await shard.actions.add(action)).toBe('exists');
});
