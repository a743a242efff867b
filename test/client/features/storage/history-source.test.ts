import { PubNub } from 'timetoken';
import { describe, expect, test } from 'vitest';
import { settingsFrom } from '../../../../src/client/config/settings.ts';
import { HistorySource } from '../../../../src/client/features/storage/history-source.ts';
import { Executor } from '../../../../src/client/request/execute.ts';
import { SENT, UNREADABLE } from '../../../../src/client/wire/encrypted.ts';
import { aesCbcCryptoModule } from '../../../../src/index.ts';
import { range, rowsAt, StoredHistory } from '../../../support/loop-history.ts';
import { tt } from '../../../support/loop-machine.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const NEVER = new AbortController().signal;

function sourceOf(history: StoredHistory, more: { readonly cipherKey?: string } = {}) {
  const transport = async ({ url, signal }: { url: string; signal: AbortSignal }) => {
    signal.throwIfAborted();
    const [status, body] = history.answer(url);
    return { status, body: JSON.stringify(body), headers: new Headers() };
  };
  const clock = new VirtualClock();
  const options = { subscribeKey: 'demo', userId: 'alice', clock, transport, ...more };
  return new HistorySource(new Executor(settingsFrom(options, PubNub.features)));
}

const timetokens = (rows: readonly { p: { t: string } }[]) => rows.map(({ p }) => p.t);
const countsOf = (rows: readonly { p: { t: string } }[]) =>
  timetokens(rows).map((one) => Number(BigInt(one) - BigInt(tt(0))));

describe('a range of a history', () => {
  test('is everything after its start, up to and with its end, oldest first', async () => {
    const history = new StoredHistory([...rowsAt(range(1, 20)), ...rowsAt([7, 8], 'other')]);
    const read = { channel: 'a', after: tt(5), upTo: tt(12), most: 100 };
    const { rows, cutAt } = await sourceOf(history).read(read, NEVER);
    expect(countsOf(rows)).toEqual(range(6, 12));
    expect(cutAt).toBe(undefined);
    expect(history.reads).toEqual([{ channel: 'a', max: 100, start: 13, end: 6 }]);
  });

  test('without a start is all there is', async () => {
    const { rows } = await sourceOf(new StoredHistory(rowsAt(range(1, 20)))).read(
      { channel: 'a', upTo: tt(12), most: 100 },
      NEVER,
    );
    expect(countsOf(rows)).toEqual(range(1, 12));
  });

  test('with nothing in it is empty, after one request', async () => {
    const history = new StoredHistory(rowsAt([1, 50]));
    const found = await sourceOf(history).read(
      { channel: 'a', after: tt(5), upTo: tt(12), most: 100 },
      NEVER,
    );
    expect(found).toEqual({ rows: [], cutAt: undefined });
    expect(history.reads).toHaveLength(1);
  });

  test.each([
    [99, 1],
    [100, 2],
    [101, 2],
    [250, 3],
    [300, 4],
  ])('of %i messages comes in pages, %i in all, without one twice', async (count, pages) => {
    const history = new StoredHistory(rowsAt(range(1, count)));
    const { rows } = await sourceOf(history).read(
      { channel: 'a', after: tt(0), upTo: tt(999), most: 1_000 },
      NEVER,
    );
    expect(countsOf(rows)).toEqual(range(1, count));
    expect(history.reads).toHaveLength(pages);
  });

  test.each([1, 5, 99, 100, 101, 230])(
    'of which the newest %i are wanted says where the others end',
    async (most) => {
      const history = new StoredHistory(rowsAt(range(1, 400)));
      const { rows, cutAt } = await sourceOf(history).read({ channel: 'a', upTo: tt(400), most }, NEVER);
      expect(countsOf(rows)).toEqual(range(401 - most, 400));
      expect(cutAt).toBe(tt(401 - most));
      expect(history.reads.reduce((sum, { max }) => sum + max, 0)).toBe(most);
    },
  );

  test('ends at four million characters, and says so', async () => {
    const history = new StoredHistory(
      rowsAt(range(1, 300)).map((row) => ({ ...row, message: 'x'.repeat(20_000) })),
    );
    const { rows, cutAt } = await sourceOf(history).read(
      { channel: 'a', after: tt(0), upTo: tt(300), most: 1_000 },
      NEVER,
    );
    expect(rows).toHaveLength(300);
    expect(cutAt).toBe(tt(1));
    history.rows = history.rows.map((row) => ({ ...row, message: 'x'.repeat(50_000) }));
    const large = await sourceOf(history).read(
      { channel: 'a', after: tt(0), upTo: tt(300), most: 1_000 },
      NEVER,
    );
    expect(large.rows).toHaveLength(100);
    expect(large.cutAt).toBe(tt(201));
  });

  test('ends where a server gives the same page again and again', async () => {
    const history = new StoredHistory();
    const same = { channels: { a: range(1, 100).map((at) => ({ message: at, timetoken: tt(at) })) } };
    let asked = 0;
    history.answer = () => {
      asked++;
      return [200, same];
    };
    const { rows } = await sourceOf(history).read({ channel: 'a', upTo: tt(500), most: 1_000 }, NEVER);
    expect(countsOf(rows)).toEqual(range(1, 100));
    expect(asked).toBe(2);
  });
});

describe('ranges that are asked for together', () => {
  const channels = range(1, 45).map((count) => `c${count}`);
  const readAll = (
    history: StoredHistory,
    names: readonly string[],
    { most = 1_000, upTo = (_: number): number => 500, signal = NEVER } = {},
  ) => {
    const source = sourceOf(history);
    const reads = names.map((channel, index) => ({ channel, after: tt(5), upTo: tt(upTo(index)), most }));
    return Promise.all(reads.map((one) => source.readTogether(one, signal)));
  };

  test('share requests of twenty channels, and get what each would get alone', async () => {
    const rows = channels.flatMap((name, index) => rowsAt(range(1, 5 + (index % 30)), name));
    const [alone, together] = [new StoredHistory(rows), new StoredHistory(rows)];
    const upTo = (index: number) => 10 + (index % 40);
    const found = await readAll(together, channels, { upTo });
    for (const [index, name] of channels.entries()) {
      const own = { channel: name, after: tt(5), upTo: tt(upTo(index)), most: 1_000 };
      expect(found[index]).toEqual(await sourceOf(alone).read(own, NEVER));
    }
    const shared = together.reads.filter(({ channel }) => channel.includes(','));
    expect(shared.map(({ channel }) => channel.split(',').length)).toEqual([20, 20, 5]);
    // A full page of 25 may not be all.
    const pages = together.reads.filter(({ channel }) => !channel.includes(','));
    expect(pages.map(({ channel }) => channel)).toEqual(channels.filter((_, index) => index % 30 >= 25));
  });

  test.each([1, 3, 24, 25, 26])(
    'of which the newest %i are wanted say where the others end',
    async (most) => {
      const history = new StoredHistory(['a', 'b'].flatMap((name) => rowsAt(range(1, 60), name)));
      const [found] = await readAll(history, ['a', 'b'], { most });
      expect(countsOf(found?.rows ?? [])).toEqual(range(61 - most, 60));
      expect(found?.cutAt).toBe(tt(61 - most));
      expect(history.reads).toHaveLength(most <= 25 ? 1 : 3);
    },
  );

  test('are read one by one where one is refused; a failure is that of all', async () => {
    const history = new StoredHistory(['a', 'b'].flatMap((name) => rowsAt([7], name)));
    history.refusals.push(403);
    const found = await readAll(history, ['a', 'b']);
    expect(found.map(({ rows }) => countsOf(rows))).toEqual([[7], [7]]);
    history.refusals.push(...Array.from({ length: 20 }, () => 403));
    await expect(readAll(history, ['a', 'b'])).rejects.toMatchObject({ statusCode: 403 });
  });

  test.each([
    ['a name that no address can hold', ['a', 'b\ud800']],
    ['an address that is too long', ['a', 'b'.repeat(200)]],
  ])('are read one by one with %s', async (_, names) => {
    const history = new StoredHistory(names.flatMap((name) => rowsAt([7], name)));
    const answer = history.answer.bind(history);
    history.answer = (url) => (url.length > 300 ? [414, 'Too long'] : answer(url));
    const source = sourceOf(history);
    const reads = names.map((channel) =>
      source.readTogether({ channel, upTo: tt(9), most: 10 }, NEVER).then(({ rows }) => countsOf(rows)),
    );
    const [found, refused] = await Promise.allSettled(reads);
    expect(found).toEqual({ status: 'fulfilled', value: [7] });
    expect(refused?.status).toBe('rejected');
  });

  test('share nothing with another start, another signal, or the same channel', async () => {
    const history = new StoredHistory(rowsAt(range(1, 10)));
    const source = sourceOf(history);
    const ask = (after: number, signal = NEVER, channel = 'a') =>
      source.readTogether({ channel, after: tt(after), upTo: tt(9), most: 100 }, signal);
    await Promise.all([ask(1), ask(2), ask(1), ask(1, new AbortController().signal), ask(2, NEVER, 'b')]);
    expect(history.reads.map(({ channel }) => channel).sort()).toEqual(['a', 'a', 'a', 'a,b']);
  });

  test('end with their signal', async () => {
    const ending = new AbortController();
    const reading = readAll(new StoredHistory(), ['a', 'b'], { signal: ending.signal });
    ending.abort(new Error('No more.'));
    await expect(reading).rejects.toThrow();
  });
});

describe('a row', () => {
  test('stands as it would on the wire, with what is there and nothing else', async () => {
    const history = new StoredHistory([
      { at: 1, uuid: 'bob' },
      { at: 2, uuid: '', meta: '', custom_message_type: '', message_type: null },
      { at: 3, uuid: 'eve', meta: { lang: 'en' }, custom_message_type: 'text', message_type: 0 },
      { at: 4, uuid: 'bob', message_type: 4, message: { file: { id: '1', name: 'a.txt' } } },
    ]);
    const { rows } = await sourceOf(history).read({ channel: 'a', upTo: tt(9), most: 10 }, NEVER);
    const p = (at: number) => ({ t: tt(at), r: 0 });
    const wire = [
      { c: 'a', d: 1, p: p(1), i: 'bob' },
      { c: 'a', d: 2, p: p(2) },
      { c: 'a', d: 3, p: p(3), i: 'eve', u: { lang: 'en' }, cmt: 'text' },
      { c: 'a', d: { file: { id: '1', name: 'a.txt' } }, p: p(4), e: 4, i: 'bob' },
    ];
    expect(rows).toEqual(wire.map((row) => ({ ...row, [SENT]: row.d })));
  });

  test('is decrypted, and keeps what the server sent; one that cannot be keeps its error', async () => {
    const module = aesCbcCryptoModule({ cipherKey: 'secret' });
    const plain = new TextEncoder().encode('"hidden"');
    const sealed = Buffer.from(await module.encrypt(plain)).toString('base64');
    const history = new StoredHistory([
      { at: 1, message: sealed },
      { at: 2, message: 'no cipher' },
    ]);
    const { rows } = await sourceOf(history, { cipherKey: 'secret' }).read(
      { channel: 'a', upTo: tt(9), most: 10 },
      NEVER,
    );
    expect(rows.map(({ d }) => d)).toEqual(['hidden', 'no cipher']);
    expect(rows).toMatchObject([{ [SENT]: sealed }, { [SENT]: 'no cipher' }]);
    expect(rows.map((row) => UNREADABLE in row)).toEqual([false, true]);
  });
});

test('the channels of a group are asked for', async () => {
  const history = new StoredHistory();
  history.groups = { g: ['a', 'b'] };
  expect(await sourceOf(history).channelsOf('g', NEVER)).toEqual(['a', 'b']);
});

test('what the server refuses rejects with its error, what the signal ends with a PubNubError', async () => {
  const history = new StoredHistory(rowsAt([1]));
  history.refusals.push(403, 403);
  const source = sourceOf(history);
  const read = { channel: 'a', upTo: tt(9), most: 10 };
  await expect(source.read(read, NEVER)).rejects.toMatchObject({ statusCode: 403 });
  await expect(source.channelsOf('g', NEVER)).rejects.toMatchObject({ statusCode: 403 });
  const ending = new AbortController();
  const reading = source.read(read, ending.signal);
  ending.abort();
  await expect(reading).rejects.toMatchObject({ code: 'PN-2003' });
});
