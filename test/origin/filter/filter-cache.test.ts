import { describe, expect, test } from 'vitest';
import { FilterCache } from '../../../src/origin/filter/filter-cache.ts';
import { FilterSyntaxError } from '../../../src/origin/filter/tokens.ts';
import { originNetwork } from '../../support/origin-network.ts';
import { settle } from '../../support/virtual-clock.ts';

// Some 20 000 characters, of which each needs many bytes once it is parsed.
const longFilter = (name: string) => `${name} == 1 || ${'x*x-'.repeat(5_000)}1 == 0`;

function counter() {
  let steps = 0;
  const onStep = (taken = 1) => {
    steps += taken;
  };
  return { onStep, taken: () => steps };
}

describe('the parsed filters of an origin', () => {
  test('are bounded in number', () => {
    const filters = new FilterCache();
    for (let index = 0; index < 12_000; index++) filters.parse(`x${index}`, () => undefined);
    expect(filters.used.entries).toBe(10_000);
  });

  test('are bounded in memory', () => {
    const filters = new FilterCache();
    for (let index = 0; index < 30; index++) filters.parse(longFilter(`x${index}`), () => undefined);
    const { entries, bytes } = filters.used;
    expect(entries > 1 && entries < 20).toBe(true);
    expect(bytes).toBeLessThanOrEqual(32 * 1024 * 1024);
  });

  test('are shared by requests with the same text, of which the first counts the work', () => {
    const filters = new FilterCache();
    const [first, second] = [counter(), counter()];
    const filter = filters.parse(longFilter('x'), first.onStep);
    expect(filters.parse(longFilter('x'), second.onStep)).toBe(filter);
    expect(first.taken()).toBeGreaterThan(40_000);
    expect(second.taken()).toBe(0);
  });

  test('are parsed again when they were dropped, which counts as work', () => {
    const filters = new FilterCache();
    const filter = filters.parse(longFilter('x'), () => undefined);
    for (let index = 0; index < 30; index++) filters.parse(longFilter(`x${index}`), () => undefined);
    const { onStep, taken } = counter();
    expect(filters.parse(longFilter('x'), onStep)).not.toBe(filter);
    expect(taken()).toBeGreaterThan(40_000);
  });

  test('count the steps of who evaluates them, not of who parsed them', () => {
    const filters = new FilterCache();
    const [first, second] = [counter(), counter()];
    const text = "data LIKE '*ab*x*'";
    filters.parse(text, first.onStep);
    const before = first.taken();
    filters.parse(text, second.onStep).matches(() => 'a'.repeat(10_000), second.onStep);
    expect(first.taken()).toBe(before);
    expect(second.taken()).toBeGreaterThan(10_000);
  });

  test('hold no expression that is malformed', () => {
    const filters = new FilterCache();
    expect(() => filters.parse('a ==', () => undefined)).toThrow(FilterSyntaxError);
    expect(filters.used).toEqual({ entries: 0, bytes: 0 });
  });
});

test('held polls get what their filters want, also when there are more filters than are kept parsed', async () => {
  const { publish, send, subscribe } = originNetwork({ limits: { uriBytes: 100_000 } });
  const { t } = await subscribe('a');
  const polls = Array.from({ length: 40 }, (_, index) => {
    const filter = encodeURIComponent(longFilter(`x${index}`));
    return send(`/v2/subscribe/demo/a/0?tt=${t.t}&filter-expr=${filter}`);
  });
  await settle();
  await publish('a', 'all', {
    meta: JSON.stringify(Object.fromEntries(polls.map((_, at) => [`x${at}`, 1]))),
  });
  for (const { json } of await Promise.all(polls)) expect(json).toMatchObject({ m: [{ d: 'all' }] });
});

test('a recompilation takes steps of what one publish may: the rest goes on with the next poll', async () => {
  const { publish, send, subscribe } = originNetwork({
    limits: { uriBytes: 100_000, filterSteps: 1_000_000 },
  });
  const { t } = await subscribe('a');
  const polls = Array.from({ length: 60 }, (_, index) => {
    const filter = encodeURIComponent(longFilter(`x${index}`));
    return send(`/v2/subscribe/demo/a/0?tt=${t.t}&filter-expr=${filter}`);
  });
  await settle();
  await publish('a', 'all', {
    meta: JSON.stringify(Object.fromEntries(polls.map((_, at) => [`x${at}`, 1]))),
  });
  const counts = (await Promise.all(polls)).map(({ json }) => (json as { m: unknown[] }).m.length);
  expect(counts.filter((count) => count === 0).length).toBeGreaterThan(20);
  expect(counts.filter((count) => count === 1).length).toBeGreaterThan(5);
});
