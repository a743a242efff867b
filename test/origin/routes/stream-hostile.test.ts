import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { prometheusMetrics } from '../../../src/origin/metrics.ts';
import { heapInUse } from '../../support/integration-heap.ts';
import { originNetwork } from '../../support/origin-network.ts';
import { eventsIn, StreamReader } from '../../support/stream-reader.ts';
import { settle } from '../../support/virtual-clock.ts';

const decoder = new TextDecoder();

describe('over fetch', () => {
  async function opened() {
    const metrics = prometheusMetrics();
    const network = originNetwork({ metrics, limits: { queueLength: 3 } });
    const abort = new AbortController();
    const response = await network.origin.fetch('http://o/v2/stream/demo/a', { signal: abort.signal });
    const reader = response.body?.getReader();
    if (!reader) throw new Error('The response has no body.');
    const read = async () => {
      const { value, done } = await reader.read();
      return done ? undefined : decoder.decode(value);
    };
    const parked = async () => Number(/^timetoken_parked_polls (\d+)/m.exec(await metrics.text())?.[1]);
    return { ...network, response, reader, read, abort, parked };
  }

  test('a reader that asks for nothing has nothing waiting, and then a gap for what was dropped', async () => {
    const { read, publish } = await opened();
    expect(eventsIn((await read()) ?? '')).toHaveLength(1);
    for (let n = 0; n < 10; n++) await publish('a', n);
    await settle();
    const seen: unknown[] = [];
    const gaps: unknown[] = [];
    while (seen.at(-1) !== 9) {
      for (const { data } of eventsIn((await read()) ?? '')) {
        seen.push(...data.m.map(({ d }) => d));
        gaps.push(...(data.g ?? []));
      }
    }
    expect(seen).toEqual([7, 8, 9]);
    expect(gaps).toHaveLength(1);
  });

  test.each(['cancel', 'abort', 'close'] as const)('%s ends the stream', async (how) => {
    const { reader, read, abort, origin, parked } = await opened();
    await read();
    expect(await parked()).toBe(1);
    if (how === 'cancel') await reader.cancel();
    else if (how === 'abort') abort.abort();
    else await origin.close();
    expect(await read()).toBe(undefined);
    if (how !== 'close') expect(await parked()).toBe(0);
  });
});

test('thousands of streams hold little each, have each message, and leave nothing', async () => {
  const { origin, clock, publish, send } = originNetwork();
  const { json } = await send('/v2/subscribe/demo/a/0');
  const { t } = json as { t: { t: string; r: number } };
  const open = (count: number) =>
    Array.from({ length: count }, () => new StreamReader(origin, `/v2/stream/demo/a?tt=${t.t}&tr=${t.r}`));
  for (const reader of open(500)) reader.hangUp();
  const [pending, before] = [clock.pending, await heapInUse()];
  const readers = open(5_000);
  await settle();
  // One timer for comments, and one for the times of all.
  expect(clock.pending).toBeLessThanOrEqual(pending + 2);
  expect((await heapInUse()) - before).toBeLessThan(5_000 * 4_000);
  await publish('a', 'to all');
  await settle(200);
  await clock.advance(15_000);
  expect(readers.every(({ payloads }) => payloads.length === 1)).toBe(true);
  for (const reader of readers) reader.hangUp();
  expect(readers.every(({ isEnded }) => isEnded)).toBe(true);
  expect(clock.pending).toBe(pending);
  readers.length = 0;
  expect((await heapInUse()) - before).toBeLessThan(2_000_000);
});

test('streams of ever new names leave nothing of them', async () => {
  const { origin, clock } = originNetwork();
  const round = async (from: number) => {
    for (let n = from; n < from + 500; n++) {
      const names = Array.from({ length: 20 }, (_, index) => `name-${n}-${index}`).join();
      const reader = new StreamReader(origin, `/v2/stream/demo/${names}`);
      await Promise.resolve();
      reader.hangUp();
    }
    await clock.advance(60_000);
  };
  await round(0);
  const before = await heapInUse();
  for (let from = 1_000; from < 5_000; from += 500) await round(from);
  expect((await heapInUse()) - before).toBeLessThan(2_000_000);
});

test('no id and no query makes the origin fail', async () => {
  const { origin } = originNetwork();
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^\d{0,12}:\d{0,21}$/),
    fc.constantFrom(
      ':',
      '0:0',
      ':1',
      '1:',
      '4294967296:1',
      '1:99999999999999999',
      '99999999999:17000000000000000',
    ),
  );
  await fc.assert(
    fc.asyncProperty(text, fc.boolean(), async (id, isHeader) => {
      const target = `/v2/stream/demo/a${isHeader ? '' : `?lastEventId=${encodeURIComponent(id.toWellFormed())}`}`;
      const reader = new StreamReader(origin, target, isHeader ? { 'last-event-id': id } : {});
      await settle();
      expect([200, 400]).toContain(reader.head?.status ?? reader.answer?.status);
      reader.hangUp();
    }),
    { numRuns: 300 },
  );
});

test('an interruption at any step of any life ends the stream, and nothing is written after', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('publish', 'group', 'time', 'slow', 'read', 'turn'), { maxLength: 12 }),
      fc.nat(6),
      fc.constantFrom('hang up', 'close', 'keys'),
      async (steps, turns, how) => {
        const keysets = [{ subscribeKey: 'demo', publishKey: 'demo' }];
        const { origin, publish, group, clock } = originNetwork({ keysets });
        const reader = new StreamReader(origin, '/v2/stream/demo/a?channel-group=g&uuid=me');
        for (const step of steps) {
          if (step === 'publish') await publish('a', 1);
          else if (step === 'group') await group('g', `b${clock.now()}`);
          else if (step === 'time') await clock.advance(300_000);
          else if (step === 'slow') reader.isSlow = true;
          else if (step === 'read') reader.readOn();
          else await settle(1);
        }
        for (let turn = 0; turn < turns; turn++) await Promise.resolve();
        if (how === 'hang up') reader.hangUp();
        else if (how === 'close') await origin.close();
        else origin.setKeysets([{ subscribeKey: 'demo', publishKey: 'other' }]);
        await settle();
        if (reader.head) expect(reader.isEnded).toBe(true);
        const { text } = reader;
        await clock.advance(600_000);
        expect(reader.text).toBe(text);
        const stamps = reader.events.flatMap(({ data }) => data.m.map(({ p }) => p.t));
        expect(stamps).toEqual([...new Set(stamps)].toSorted());
        await origin.close();
      },
    ),
    { numRuns: 150 },
  );
});
