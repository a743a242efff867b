import { expect, test } from 'vitest';
import { createOrigin, type Keyset, parseKeysets } from '../../src/origin/index.ts';

const SECRET = 'hush hush';

test.each<[string, Keyset, string]>([
  ['permissions without a secret', { subscribeKey: 's', publishKey: 'p', access: true }, 'needs a secretKey'],
  ['a secret without a publish key', { subscribeKey: 's', secretKey: SECRET }, 'needs a publishKey'],
  ['an empty secret', { subscribeKey: 's', publishKey: 'p', secretKey: '' }, 'not empty'],
  [
    'a publish key with a brace',
    { subscribeKey: 's', publishKey: '{', secretKey: SECRET },
    'letters, digits',
  ],
])('a keyset with %s is refused, and its secret not told', (_name, keyset, why) => {
  const make = () => createOrigin({ keysets: [keyset] });
  expect(make).toThrow(TypeError);
  expect(make).toThrow(why);
  expect(make).not.toThrow(SECRET);
});

test('nothing that an origin tells or logs holds the secret', async () => {
  const logged: unknown[] = [];
  const log = (...record: readonly unknown[]) => void logged.push(record);
  const keysets = [{ subscribeKey: 'demo', publishKey: 'demo', secretKey: SECRET, access: true }];
  const origin = createOrigin({ keysets, logger: { debug: log, info: log, warn: log, error: log } });
  const response = await origin.fetch(
    'http://origin/v2/subscribe/demo/room/0?auth=secret-token&signature=v2.AAAA',
  );
  const text = `${await response.text()}${JSON.stringify(logged)}${JSON.stringify(origin)}`;
  await origin.close();
  expect(logged).not.toEqual([]);
  expect(text).not.toContain('hush');
  expect(text).not.toContain('secret-token');
});

test.each<[string, (index: number) => Keyset]>([
  ['subscribe keys', (index) => ({ subscribeKey: `k${index}` })],
  ['publish keys of one subscribe key', (index) => ({ subscribeKey: 'k', publishKey: `p${index}` })],
])(
  'many %s take time in proportion to their number, also when they replace the same',
  async (_name, keyset) => {
    const origin = createOrigin();
    const fastest = (count: number, times: number) => {
      const text = JSON.stringify(Array.from({ length: count }, (_, index) => keyset(index)));
      const runs = Array.from({ length: times }, () => {
        const begin = performance.now();
        origin.setKeysets(parseKeysets(text));
        return performance.now() - begin;
      });
      return Math.min(...runs);
    };
    fastest(500, 5);
    // 64 times as many: comparing each with each would take 4096 times as long.
    expect(fastest(64_000, 3) / fastest(1_000, 9)).toBeLessThan(800);
    await origin.close();
  },
);
