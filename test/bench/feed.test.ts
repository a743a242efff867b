import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FeedMethods } from '../../bench/children/feed.ts';
import { type Child, start } from '../../bench/children/rpc.ts';

interface Answer {
  readonly t: { readonly t: string };
  readonly m: readonly { readonly c: string; readonly p: { readonly t: string } }[];
}

let feed: Child<FeedMethods>;
let base: string;

beforeAll(async () => {
  feed = start<FeedMethods>('feed.ts');
  base = `http://${await feed.call('listen')}/v2/subscribe/demo`;
});

afterAll(() => feed.stop());

async function poll(channel: string, query: string): Promise<Answer> {
  return (await (await fetch(`${base}/${channel}/0?${query}`)).json()) as Answer;
}

test('a handshake is answered at once and empty, with a timetoken of zero or without one', async () => {
  for (const query of ['tt=0&uuid=u', 'uuid=u']) expect((await poll('a', query)).m).toEqual([]);
});

test.each([1, 100])('each poll gets exactly %d entries, with timetokens that rise', async (size) => {
  const channel = `room-${size}`;
  await feed.call('release', { channel, answers: 3, size });
  const timetokens: string[] = [];
  let cursor = '1';
  for (let count = 0; count < 3; count++) {
    const { t, m } = await poll(channel, `tt=${cursor}&tr=1`);
    expect(m.map((entry) => entry.c)).toEqual(Array.from({ length: size }, () => channel));
    timetokens.push(...m.map((entry) => entry.p.t), t.t);
    cursor = t.t;
  }
  expect(timetokens).toEqual([...new Set(timetokens)].sort());
});

test('an answer that is released also goes to a poll that was sent before', async () => {
  const held = poll('later', 'tt=1');
  await feed.call('release', { channel: 'later', answers: 1, size: 2 });
  expect((await held).m).toHaveLength(2);
});
