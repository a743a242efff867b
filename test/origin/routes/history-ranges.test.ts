import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { originNetwork, queryText } from '../../support/origin-network.ts';

const V2 = '/v2/history/sub-key/demo/channel';
const V3 = '/v3/history/sub-key/demo/channel';

/** The rules as they are told: `start` never counts, `end` does, in either order; alone, time runs from or to it. */
function selected(tt: bigint, { start, end }: Bounds, reverse: boolean): boolean {
  if (start !== undefined && tt === start) return false;
  if (start !== undefined && end !== undefined)
    return start < end ? tt > start && tt <= end : tt >= end && tt < start;
  if (start !== undefined) return reverse ? tt > start : tt < start;
  if (end !== undefined) return reverse ? tt <= end : tt >= end;
  return true;
}

interface Bounds {
  readonly start: bigint | undefined;
  readonly end: bigint | undefined;
}

const LENGTH = 8;
const bound = fc.option(fc.record({ entry: fc.nat(LENGTH - 1), beside: fc.integer({ min: -2, max: 2 }) }), {
  nil: undefined,
});

async function filled() {
  const network = originNetwork();
  const stamps: bigint[] = [];
  for (let index = 0; index < LENGTH; index++) {
    // Some neighbours, some further apart.
    if (index % 3 === 0) network.clock.jump(1);
    stamps.push(BigInt(await network.publish('a', index)));
    await network.publish('b', index);
  }
  const at = (place: { entry: number; beside: number } | undefined) =>
    place && (stamps[place.entry] ?? 0n) + BigInt(place.beside);
  return { ...network, stamps, at };
}

test('ranges hold what a plain list would', async () => {
  const { send, stamps, at } = await filled();
  const bounds = fc.record({ start: bound, end: bound });
  await fc.assert(
    fc.asyncProperty(
      bounds,
      fc.boolean(),
      fc.integer({ min: 1, max: 10 }),
      async (places, reverse, count) => {
        const range = { start: at(places.start), end: at(places.end) };
        const query = { start: range.start?.toString(), end: range.end?.toString() };
        const all = stamps.filter((tt) => selected(tt, range, reverse)).map((tt) => stamps.indexOf(tt));
        const history = await send(`${V2}/a${queryText({ ...query, count, reverse: `${reverse}` })}`);
        const [messages] = history.json as [number[]];
        expect(messages).toEqual(reverse ? all.slice(0, count) : all.slice(-count));
        const fetched = await send(`${V3}/a${queryText({ ...query, max: count })}`);
        const { channels } = fetched.json as { channels: { a?: { message: number }[] } };
        const newest = stamps.filter((tt) => selected(tt, range, false)).map((tt) => stamps.indexOf(tt));
        expect((channels.a ?? []).map(({ message }) => message)).toEqual(newest.slice(-count));
      },
    ),
  );
});

test('a delete takes what a fetch with the same bounds shows', async () => {
  await fc.assert(
    fc.asyncProperty(fc.record({ start: bound, end: bound }), async (places) => {
      const { send, stamps, at } = await filled();
      const range = { start: at(places.start), end: at(places.end) };
      const query = queryText({ start: range.start?.toString(), end: range.end?.toString() });
      await send(`${V3}/a${query}`, { method: 'DELETE' });
      const left = (channel: string) => send(`${V2}/${channel}`).then(({ json }) => (json as [number[]])[0]);
      expect(await left('a')).toEqual(
        stamps.flatMap((tt, index) => (selected(tt, range, false) ? [] : [index])),
      );
      expect(await left('b')).toHaveLength(LENGTH);
    }),
    { numRuns: 40 },
  );
});

describe('at the ends of time', () => {
  test.each([
    [{ start: '0' }, 0],
    [{ start: '0', reverse: 'true' }, 1],
    [{ end: '0' }, 1],
    [{ start: '99999999999999999' }, 1],
    [{ start: '99999999999999999', reverse: 'true' }, 0],
    [{ start: '9999999999999999999' }, 1],
    [{ end: '99999999999999999' }, 0],
    [{ end: '99999999999999999', reverse: 'true' }, 1],
    [{ start: '0', end: '9999999999999999999' }, 1],
    [{ start: '9999999999999999999', end: '0' }, 1],
    [{ start: '5', end: '00005' }, 0],
  ])('%j selects %i', async (query, count) => {
    const { publish, send } = originNetwork();
    await publish('a', 1);
    const [messages] = (await send(`${V2}/a${queryText(query)}`)).json as [unknown[]];
    expect(messages).toHaveLength(count);
  });
});
