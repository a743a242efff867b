import { afterAll, describe, expect, test } from 'vitest';
import type { ShardStore } from '../../../../src/origin/index.ts';
import { HIGHEST_STAMP, ZERO_STAMP } from '../../../../src/origin/store/stamp.ts';
import { openParts, type RedisParts } from '../../../support/redis-parts.ts';
import { startRedis } from '../../../support/redis-server.ts';

const server = await startRedis();
afterAll(() => server?.stop());

const MESSAGE = '00000000000000010';
// The order of UTF-16 is another than that of bytes for the last two.
const NAMES = ['b', 'a:b', '__proto__', 'ü', 'a', '\uff21', '😀'] as const;

describe.skipIf(!server)('the parts of a store over Redis', () => {
  let keys = 0;
  const open = (): RedisParts => {
    if (!server) throw new Error('There is no server.');
    return openParts(server, `parts-${++keys}`, { history: HISTORY });
  };
  const HISTORY = { channelEntries: 100, entries: 100, bytes: 100_000, keepMs: 60_000 };
  const keysOf = async (part: string) => {
    const found = await server?.command('KEYS', `{parts-${keys}}:${part}*`);
    return Array.isArray(found)
      ? found.map((key) => String(key).slice(`{parts-${keys}}:`.length)).sort()
      : [];
  };

  test('pages have each name once, in the order of their code points', async () => {
    const { redis, close } = open();
    for (const name of NAMES) await redis.groups.change(name, ['a'], []);
    await redis.push.change('device', NAMES, []);
    const ordered = NAMES.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
    for (const read of [
      (after?: string) => redis.groups.list({ after, limit: 2 }),
      (after?: string) => redis.push.channels('device', { after, limit: 2 }),
    ]) {
      const seen: string[] = [];
      for (let page = await read(); page.length > 0; page = await read(seen.at(-1))) seen.push(...page);
      expect(seen).toEqual(ordered);
    }
    await close();
  });

  test('objects come out as they went in, whatever Lua would make of them', async () => {
    const { redis, close } = open();
    const key = { type: 'uuid', uuid: '😀' } as const;
    const object = {
      fields: {
        name: 'a / b \\ "c" \u2028 \ud800',
        custom: { big: 2 ** 60 + 2 ** 8, small: 5e-324, e: 1e21, none: null, text: '\u0000' },
        empty: {},
      },
      updated: '2026-01-01T00:00:00Z',
      eTag: 'with space "and" quotes',
    };
    const event = {
      kind: 'object',
      channel: 'x',
      data: { payload: '{"e":[],"n":12345678901234567890}' },
    } as const;
    const write = (expected: string | undefined) =>
      redis.objects.write([{ key, expected, object, announce: [event] }]);
    expect([await write(undefined), await write(object.eTag), await write('other')]).toEqual([
      undefined,
      undefined,
      'conflict',
    ]);
    expect(await redis.objects.get([key])).toEqual([object]);
    const { entries } = await redis.log.readAfter(ZERO_STAMP, 9);
    expect(entries.map(({ data }) => data)).toEqual([event.data, event.data]);
    await close();
  });

  test('texts of actions come out as they went in', async () => {
    const { redis, memory, close } = open();
    const texts = ['\ud800', '\udc00', '😀', '"\\/', '\n\u0000', ' '];
    const script = async ({ actions, log }: ShardStore) => {
      for (const value of texts)
        await actions.add({ channel: 'a', message: MESSAGE, user: 'u', type: value, value });
      const [first] = await actions.list('a', { from: ZERO_STAMP, to: HIGHEST_STAMP, max: 100 });
      if (first) await actions.remove(first);
      const left = await actions.list('a', { from: ZERO_STAMP, to: HIGHEST_STAMP, max: 100 });
      const { entries } = await log.readAfter(ZERO_STAMP, 99);
      return { values: left.map(({ value }) => value), events: entries.map((entry) => plain(entry.data)) };
    };
    expect(await script(redis)).toEqual(await script(memory));
    await close();
  });

  test('what is gone leaves no keys but the counts', async () => {
    const { redis, advance, close } = open();
    const { groups, push, access, objects, actions, history } = redis;
    for (const name of NAMES) {
      await groups.change(name, ['a', 'b'], []);
      await groups.delete(name);
      await push.change(name, ['a', 'b'], []);
      await (name === 'a' ? push.forget(name) : push.change(name, [], ['a', 'b']));
      const target = { resource: 'channels', name, authKey: 'k' } as const;
      await access.grant([{ ...target, bits: 1, ttlMs: 1_000 }]);
      await access.grant([{ ...target, bits: 0, ttlMs: undefined }]);
      const key = { type: 'membership', uuid: name, channel: 'c' } as const;
      const object = { fields: {}, updated: '', eTag: 'e' };
      await objects.write([{ key, expected: undefined, object, announce: [] }]);
      await objects.write([{ key, expected: 'e', object: undefined, announce: [] }]);
      await actions.add({ channel: name, message: MESSAGE, user: 'u', type: 't', value: 'v' });
      await history.remove(name, { from: ZERO_STAMP, to: HIGHEST_STAMP });
    }
    await advance(2_000);
    for (const part of ['g', 'd', 'a', 'o', 'x']) {
      expect(await keysOf(`${part}:`)).toEqual([`${part}:n`]);
      expect(await server?.command('HMGET', `{parts-${keys}}:${part}:n`, 'entries', 'bytes')).toEqual([
        '0',
        '0',
      ]);
      expect(await keysOf(part)).toEqual([`${part}:n`]);
    }
    await close();
  });

  test('expired grants and tokens are dropped when room is needed, however many they are', async () => {
    if (!server) return;
    const parts = openParts(server, 'expired', { access: { grants: 1_200, revokedTokens: 1_200 } });
    const { access } = parts.redis;
    const grantsOf = (prefix: string) =>
      Array.from({ length: 1_200 }, (_, index) => ({
        resource: 'channels' as const,
        name: `${prefix}${index}`,
        authKey: undefined,
        bits: 1,
        ttlMs: 1_000,
      }));
    expect(await access.grant(grantsOf('old'))).toBe(true);
    expect(await access.grant(grantsOf('new'))).toBe(false);
    await parts.advance(1_001);
    expect(await access.grants({ limit: 10 })).toEqual([]);
    expect(await access.grant(grantsOf('new'))).toBe(true);
    expect((await access.grants({ limit: 2_000 })).length).toBe(1_200);
    await parts.close();
  });
});

/** What an event says, without the stamp of its action. */
function plain(data: unknown): unknown {
  return typeof data === 'object' && data !== null ? { ...data, action: undefined } : data;
}
