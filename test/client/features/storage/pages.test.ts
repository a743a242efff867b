import fc from 'fast-check';
import type { FetchMessagesResult } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { pagesOf } from '../../../../src/client/builder/pages.ts';
import { fetchMessages, messagePaging } from '../../../../src/client/features/storage/fetch-messages.ts';
import { rejection, scriptedClient } from '../../../support/unit-client.ts';

/** What a request asks for, in numbers. */
interface Asked {
  readonly channels: readonly string[];
  readonly start?: string;
  readonly end?: string;
  readonly maximumPerChannel?: number;
}

type History = Readonly<Record<string, readonly number[]>>;

interface Server {
  readonly history: History;
  /** Messages of all channels that one answer can hold. */
  readonly room: number;
}

/** A server by the book: newest first, up to so many of each channel, and cut at one place in time when room is short. */
function answer({ history, room }: Server, { channels, start, end, maximumPerChannel }: Asked) {
  const size = Math.min(maximumPerChannel ?? 100, channels.length === 1 ? 100 : 25);
  const counts = (tt: number) => inRange(tt, { start, end });
  const pages = channels.map((channel) => ({
    channel,
    all: (history[channel] ?? []).filter(counts).slice(-size),
  }));
  const cut = pages
    .flatMap(({ all }) => all)
    .sort((a, b) => b - a)
    .slice(0, room);
  const isCut = pages.reduce((sum, { all }) => sum + all.length, 0) > cut.length;
  const oldest = cut.at(-1) ?? 0;
  const result: Record<string, FetchMessagesResult['channels'][string]> = Object.create(null);
  for (const { channel, all } of pages) {
    const kept = all.filter((tt) => cut.includes(tt));
    if (kept.length === 0) continue;
    result[channel] = kept.map((tt) => ({ channel, timetoken: `${tt}`, message: tt, messageType: -1 }));
  }
  return { channels: result, ...(isCut && { more: { start: `${oldest}` } }) };
}

function inRange(
  tt: number,
  { start, end }: { start?: string | undefined; end?: string | undefined },
): boolean {
  if (start === undefined) return end === undefined || tt >= Number(end);
  if (end === undefined) return tt < Number(start);
  const [from, to] = [Number(start), Number(end)];
  return from > to ? tt >= to && tt < from : tt > from && tt <= to;
}

function messagePages(ask: (asked: Asked) => Promise<FetchMessagesResult>, asked: Asked) {
  const { operation } = fetchMessages;
  return pagesOf(messagePaging, { operation, begin: () => asked, failure: (thrown) => thrown, ask });
}

async function readAll(server: Server, asked: Asked) {
  const requests: Asked[] = [];
  const pages: FetchMessagesResult[] = [];
  const ask = async (given: Asked) => {
    requests.push(given);
    return answer(server, given);
  };
  for await (const page of messagePages(ask, { ...asked })) pages.push(page);
  return { requests, pages };
}

const tts = fc.uniqueArray(fc.integer({ min: 1, max: 400 }), { maxLength: 60 });
const bound = fc.option(
  fc.integer({ min: 1, max: 400 }).map((tt) => `${tt}`),
  { nil: undefined },
);

describe('pages of stored messages', () => {
  it('bring every message of the range once, each channel backwards, whatever the server cuts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ a: tts, b: tts, c: tts }),
        fc.record({ room: fc.integer({ min: 1, max: 80 }), size: fc.integer({ min: 1, max: 30 }) }),
        fc.record({ start: bound, end: bound, alone: fc.boolean() }),
        async (filled, { room, size }, { start, end, alone }) => {
          // Stamps are unique over all channels.
          const channels = Object.entries(filled).map(
            ([channel, own], index) =>
              [channel, own.map((tt) => tt * 3 + index).sort((x, y) => x - y)] as const,
          );
          const history: History = Object.fromEntries(channels);
          const names = alone ? ['b'] : ['a', 'b', 'c', 'a'];
          const asked = {
            channels: names,
            maximumPerChannel: size,
            ...(start !== undefined && { start }),
            ...(end !== undefined && { end }),
          };
          const { pages } = await readAll({ history, room }, asked);
          for (const [channel, all] of channels) {
            const pagesOfChannel = pages.map((page) => page.channels[channel] ?? []);
            const seen = pagesOfChannel.reverse().flatMap((page) => page.map(({ message }) => message));
            const wanted = names.includes(channel) ? all.filter((tt) => inRange(tt, { start, end })) : [];
            expect(seen).toEqual(wanted);
          }
          for (const page of pages) expect(Object.keys(page.channels)).not.toEqual([]);
        },
      ),
    );
  });

  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

  it('are asked for all channels first, then for those that have more, in turn', async () => {
    const history = {
      a: numbers(30),
      b: numbers(3).map((tt) => tt + 100),
      c: numbers(140).map((tt) => tt + 200),
    };
    const { requests, pages } = await readAll({ history, room: 1_000 }, { channels: ['a', 'b', 'c'] });
    expect(requests.map(({ channels, start }) => [channels.join(), start])).toEqual([
      ['a,b,c', undefined],
      ['a', '6'],
      ['c', '316'],
      ['c', '216'],
    ]);
    expect(pages.map((page) => Object.values(page.channels).map((all) => all?.length))).toEqual([
      [25, 3, 25],
      [5],
      [100],
      [15],
    ]);
  });

  it('stop above a start that is older than the end, message by message', async () => {
    const asked = { channels: ['a'], start: '3', end: '7', maximumPerChannel: 2 };
    const { requests, pages } = await readAll({ history: { a: numbers(9) }, room: 1_000 }, asked);
    expect(pages.map((page) => page.channels['a']?.map(({ message }) => message))).toEqual([
      [6, 7],
      [4, 5],
    ]);
    expect(requests.map(({ start, end }) => [start, Number(end)])).toEqual([
      ['3', 7],
      ['6', 4],
      ['4', 4],
    ]);
  });

  it('end in an error when the server goes round in circles', async () => {
    const page = answer({ history: { a: numbers(100) }, room: 1_000 }, { channels: ['a'] });
    const pages = messagePages(async () => page, { channels: ['a'] });
    expect((await pages.next()).done).toBe(false);
    expect((await pages.next()).done).toBe(false);
    expect(await rejection(pages.next())).toMatchObject({ code: 'PN-4001' });
  });
});

describe('the verb pages()', () => {
  it('sends requests that go on from the oldest message', async () => {
    const page = (first: number, count: number) => {
      const items = numbersFrom(first, count).map((tt) => `{"message":${tt},"timetoken":"${tt}"}`);
      return { body: `{"status":200,"channels":{"a":[${items.join(',')}]}}` };
    };
    const { pubnub, requests } = scriptedClient([page(201, 2), page(199, 2), page(198, 1)]);
    const seen: unknown[] = [];
    for await (const { channels } of pubnub.fetchMessages().channels('a').count(2).end('5').pages())
      seen.push(channels['a']?.map(({ message }) => message));
    expect(seen).toEqual([[201, 202], [199, 200], [198]]);
    expect(requests.map(({ url }) => /\?(max=.*?)&include/.exec(url)?.[1])).toEqual([
      'max=2&end=5',
      'max=2&start=201&end=5',
      'max=2&start=199&end=5',
    ]);
  });

  it('refuses what is missing when the first page is asked for, and sends nothing', async () => {
    const { pubnub, requests } = scriptedClient();
    const pages = pubnub.fetchMessages({ channels: [] }).pages();
    expect(await rejection(pages.next())).toMatchObject({ code: 'PN-1001' });
    expect(requests).toHaveLength(0);
  });
});

function numbersFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}
