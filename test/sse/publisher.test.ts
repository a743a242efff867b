import { Publisher, type PublisherOptions, type SubscribeOptions } from 'timetoken/sse';
import { describe, expect, test, vi } from 'vitest';
import { settle, VirtualClock } from '../support/virtual-clock.ts';
import { all, dataOf, StreamReader } from './support.ts';

describe('who gets what', () => {
  test('a subscriber of several channels gets an event to several of them once', async () => {
    const publisher = new Publisher();
    const subscriber = publisher.subscribe({ channels: ['a', 'b', 'a'] });
    publisher.publish(1, { channels: ['b', 'a', 'c'] });
    publisher.publish(2, { channels: 'c' });
    publisher.close();
    expect(await dataOf(subscriber)).toEqual(['1']);
  });

  test('names of channels are any text, also those of properties of objects', async () => {
    const publisher = new Publisher();
    const subscriber = publisher.subscribe({ channels: ['__proto__', ''] });
    publisher.publish('x', { channels: '__proto__' });
    publisher.publish('y', { channels: '' });
    publisher.close();
    expect(await dataOf(subscriber)).toEqual(['x', 'y']);
  });

  test.each([[[]], [[1]], [5], [null]])('channels %j are refused', (channels) => {
    const publisher = new Publisher();
    const wrong = channels as unknown as string;
    expect(() => publisher.subscribe({ channels: wrong })).toThrow(TypeError);
    expect(() => publisher.publish(1, { channels: wrong })).toThrow(TypeError);
    expect(() => publisher.subscribers(wrong)).toThrow(TypeError);
  });

  test.each([[null], [5], ['text'], [[]]] as never[][])('options %j are refused', (options) => {
    const publisher = new Publisher();
    for (const call of [
      () => new Publisher(options),
      () => publisher.subscribe(options),
      () => publisher.publish(1, options),
    ])
      expect(call).toThrow(/^The options of \S+ must be an object\.$/);
  });

  test('0, false, null and an empty text are data; undefined of a function is none', async () => {
    const publisher = new Publisher();
    const subscriber = publisher.subscribe();
    for (const value of [0, false, null, '', undefined]) publisher.publish(() => value);
    publisher.close();
    expect(await dataOf(subscriber)).toEqual(['0', 'false', 'null', '']);
  });
});

describe('what the format cannot carry', () => {
  test.each([
    ['\n', 'a\nb'],
    ['\r', 'a\rb'],
    ['\r\n', 'a\r\nb'],
  ])('%j in data splits it into lines, which the reader joins', async (_break, data) => {
    const publisher = new Publisher();
    const [streaming, iterating] = [publisher.subscribe(), publisher.subscribe()];
    publisher.publish(data);
    publisher.close();
    expect(await new StreamReader(streaming.stream()).rest()).toBe('data: a\ndata: b\n\n');
    expect(await dataOf(iterating)).toEqual(['a\nb']);
  });

  test.each(['a\u2028b', 'a\u2029b', 'a\u0085b', 'a\0b', ' a', '', ':a', 'id: 5', '\ufeffa', 'é😀'])(
    'data %j is kept as it is',
    async (data) => {
      const publisher = new Publisher();
      const subscriber = publisher.subscribe();
      publisher.publish(data);
      publisher.close();
      expect(await new StreamReader(subscriber.stream()).rest()).toBe(`data: ${data}\n\n`);
    },
  );

  test('half of a surrogate pair becomes a replacement character, in streams and iterations', async () => {
    const publisher = new Publisher();
    const [streaming, iterating] = [publisher.subscribe(), publisher.subscribe()];
    publisher.publish('a\ud800');
    publisher.close();
    expect(await new StreamReader(streaming.stream()).rest()).toBe('data: a\ufffd\n\n');
    expect(await dataOf(iterating)).toEqual(['a\ufffd']);
  });

  test.each(['a\nb', 'a\rb', 'a\r\ndata: x', '', '\ud800', 5, null])(
    'the event name %j is refused',
    (event) => {
      const publisher = new Publisher();
      expect(() => publisher.publish(1, { event: event as string })).toThrow(/name of an event must/);
    },
  );

  test.each(['a\nb', 'a\r', 'a\0b', '', ' a', 'a ', '\ta', '\u007f', '\udc00', 'x'.repeat(1_025), 5])(
    'the id %j is refused',
    (id) => {
      const publisher = new Publisher();
      expect(() => publisher.publish(1, { id: id as string })).toThrow(/id of an event must/);
    },
  );

  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const throwing = {
    get field() {
      throw new Error('a getter');
    },
  };
  test.each([
    ['a BigInt', 1n, /BigInt/],
    ['a cycle', cyclic, /circular structure/],
    ['undefined', undefined, /not undefined/],
    ['a symbol', Symbol('x'), /not symbol/],
    ['a promise', Promise.resolve(1), /await it first/],
    ['a getter that throws', throwing, /a getter/],
  ])('%s is a clear error, and nobody gets anything', async (_name, data, message) => {
    const publisher = new Publisher({ backlog: 5 });
    const subscriber = publisher.subscribe();
    const publish = () => publisher.publish(data as never);
    expect(publish).toThrow(TypeError);
    expect(publish).toThrow(message);
    publisher.publish('fine');
    publisher.close();
    expect(await dataOf(subscriber)).toEqual(['fine']);
    expect(() => publisher.subscribe({ initialData: [data as never] })).toThrow(TypeError);
  });
});

describe('functions that are published', () => {
  test('one that throws for some leaves the others their events, and then says so', async () => {
    const publisher = new Publisher<{ name: string }>();
    const subscribers = ['ann', 'bob', 'cy'].map((name) => publisher.subscribe({ properties: { name } }));
    const cause = new Error('no bobs');
    const failing = () =>
      publisher.publish(({ name }) => {
        if (name === 'bob') throw cause;
        return name === 'cy' ? (1n as never) : `hello ${name}`;
      });
    expect(failing).toThrow(/failed for 2 of 3 subscribers/);
    expect(failing).toThrow(expect.objectContaining({ cause }));
    publisher.close();
    expect(await Promise.all(subscribers.map(dataOf))).toEqual([['hello ann', 'hello ann'], [], []]);
  });

  test('one may publish, subscribe and close subscribers', async () => {
    const publisher = new Publisher<string>();
    const ann = publisher.subscribe({ properties: 'ann' });
    const bob = publisher.subscribe({ properties: 'bob' });
    const later: ReturnType<typeof publisher.subscribe>[] = [];
    publisher.publish((name) => {
      if (name === 'ann') {
        publisher.publish('inner');
        later.push(publisher.subscribe({ properties: 'cy' }));
        bob.close();
      }
      return `outer for ${name}`;
    });
    publisher.close();
    expect(await dataOf(ann)).toEqual(['inner', 'outer for ann']);
    expect(await dataOf(bob)).toEqual(['inner']);
    expect(await Promise.all(later.map(dataOf))).toEqual([['outer for cy']]);
  });

  test('who comes back while one runs gets its event too, once', async () => {
    const publisher = new Publisher<string>({ backlog: 5 });
    publisher.subscribe({ properties: 'ann' });
    publisher.publish('a', { id: 'a' });
    const back: ReturnType<typeof publisher.subscribe>[] = [];
    const comeBack = (name: string) => {
      if (name === 'ann') back.push(publisher.subscribe({ properties: 'bob', lastEventId: 'a' }));
      return `b for ${name}`;
    };
    publisher.publish(comeBack, { id: 'b' });
    publisher.publish('c', { id: 'c' });
    publisher.close();
    expect(await Promise.all(back.map(dataOf))).toEqual([['b for bob', 'c']]);
  });

  test('one may close the publisher', async () => {
    const publisher = new Publisher({ backlog: 5 });
    const subscriber = publisher.subscribe();
    publisher.publish(() => {
      publisher.close();
      return 1;
    });
    expect(await dataOf(subscriber)).toEqual([]);
  });
});

describe('readers', () => {
  test.each(['iteration', 'stream', 'response'] as const)(
    'a second reader beside a %s is refused',
    (kind) => {
      const subscriber = new Publisher().subscribe();
      if (kind === 'iteration') subscriber[Symbol.asyncIterator]();
      else subscriber[kind]();
      for (const second of [
        () => subscriber[Symbol.asyncIterator](),
        () => subscriber.stream(),
        () => subscriber.response(),
      ])
        expect(second).toThrow(/has a reader already/);
    },
  );

  test('an iteration that is left closes its subscriber', async () => {
    const publisher = new Publisher();
    const subscriber = publisher.subscribe();
    publisher.publish(1);
    for await (const { data } of subscriber) {
      expect(data).toBe('1');
      break;
    }
    expect([...publisher.subscribers()]).toEqual([]);
  });

  test('several calls of next() at once are answered in order, and all end', async () => {
    const publisher = new Publisher();
    const iterator = publisher.subscribe()[Symbol.asyncIterator]();
    const results = [iterator.next(), iterator.next(), iterator.next()];
    publisher.publish(1);
    publisher.publish(2);
    publisher.close();
    expect((await Promise.all(results)).map(({ value }) => value?.data)).toEqual(['1', '2', undefined]);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  test('publishing and closing from within an iteration does no harm', async () => {
    const publisher = new Publisher();
    const subscriber = publisher.subscribe();
    publisher.publish(0);
    const seen: string[] = [];
    for await (const { data } of subscriber) {
      seen.push(data);
      if (seen.length < 4) publisher.publish(seen.length);
      else publisher.close();
    }
    expect(seen).toEqual(['0', '1', '2', '3']);
  });

  test('what waits is still read after close(), and the stream then ends', async () => {
    const publisher = new Publisher();
    const subscriber = publisher.subscribe();
    const reader = new StreamReader(subscriber.stream());
    publisher.publish('bye');
    publisher.close();
    expect(await reader.rest()).toBe('data: bye\n\n');
    expect(reader.error).toBeUndefined();
  });

  test('a stream whose reader waits ends with close()', async () => {
    const publisher = new Publisher();
    const reader = new StreamReader(publisher.subscribe().stream());
    const rest = reader.rest();
    await settle();
    publisher.close();
    expect(await rest).toBe('');
  });

  test('after close() a new subscriber gets its initial data and ends, and publishing does nothing', async () => {
    const publisher = new Publisher();
    publisher.close();
    publisher.close();
    const subscriber = publisher.subscribe({ initialData: ['hello'] });
    publisher.publish(1);
    expect(await dataOf(subscriber)).toEqual(['hello']);
    expect([...publisher.subscribers()]).toEqual([]);
  });

  test('a stream that is cancelled, and a signal that aborts, remove the subscriber', async () => {
    const publisher = new Publisher();
    const gone = new AbortController();
    const aborted = publisher.subscribe({ signal: gone.signal });
    const reader = new StreamReader(publisher.subscribe().stream());
    const pending = reader.until('never');
    await settle();
    expect([...publisher.subscribers()]).toHaveLength(2);
    publisher.publish('lost');
    gone.abort();
    await reader.cancel();
    publisher.publish('to nobody');
    expect([...publisher.subscribers()]).toEqual([]);
    expect(await dataOf(aborted)).toEqual([]);
    await pending;
    const late = publisher.subscribe({ signal: gone.signal });
    expect([...publisher.subscribers()]).toEqual([]);
    expect(await dataOf(late)).toEqual([]);
  });

  test('signals that live long keep no subscriber that has ended', () => {
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    const publisher = new Publisher();
    for (let count = 0; count < 100; count++) publisher.subscribe({ signal }).close();
    expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([100, 100]);
  });

  test('no name of a channel is kept without subscribers', () => {
    const deleted = vi.spyOn(Map.prototype, 'delete');
    const publisher = new Publisher();
    const [first, second] = [1, 2].map(() => publisher.subscribe({ channels: ['user-1', 'user-2'] }));
    first?.close();
    expect(deleted).not.toHaveBeenCalled();
    second?.close();
    expect(deleted.mock.calls.flat()).toEqual(['user-1', 'user-2']);
  });

  test("a chunk belongs to its reader: changing it changes nobody else's", async () => {
    const publisher = new Publisher();
    const readers = [publisher.subscribe().stream().getReader(), publisher.subscribe().stream().getReader()];
    publisher.publish('abc');
    const [first, second] = await Promise.all(readers.map((reader) => reader.read()));
    first?.value?.fill(0);
    expect(new TextDecoder().decode(second?.value)).toBe('data: abc\n\n');
  });

  test('a response that cannot be leaves no subscriber behind', () => {
    const publisher = new Publisher();
    expect(() => publisher.subscribe().response({ status: 204 })).toThrow(TypeError);
    expect(() => publisher.subscribe().response({ status: 9 })).toThrow(RangeError);
    expect([...publisher.subscribers()]).toEqual([]);
  });

  test('a response is of type text/event-stream, is not stored, and takes other headers', () => {
    const init = { headers: { 'x-own': '1', 'cache-control': 'no-store' }, status: 201 };
    const { status, headers } = new Publisher().subscribe().response(init);
    expect(status).toBe(201);
    expect(Object.fromEntries(headers)).toEqual({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-own': '1',
    });
  });
});

describe('slow readers', () => {
  const SLOW = /too slow: more than 3 events, or 1048576 bytes/;

  test('are closed by default, and what waited is dropped', async () => {
    const publisher = new Publisher({ queue: 3 });
    const iterating = publisher.subscribe();
    const streaming = publisher.subscribe();
    const stream = streaming.stream();
    const quick = publisher.subscribe()[Symbol.asyncIterator]();
    for (let n = 0; n < 4; n++) {
      const next = quick.next();
      publisher.publish(n);
      expect((await next).value?.data).toBe(String(n));
    }
    expect([...publisher.subscribers()]).toHaveLength(1);
    await expect(all(iterating)).rejects.toThrow(SLOW);
    const reader = new StreamReader(stream);
    expect(await reader.rest()).toBe('');
    expect(reader.error).toMatchObject({ name: 'SlowReaderError', message: expect.stringMatching(SLOW) });
  });

  test('an iteration that failed once has ended', async () => {
    const publisher = new Publisher({ queue: 1 });
    const iterator = publisher.subscribe()[Symbol.asyncIterator]();
    publisher.publish(1);
    publisher.publish(2);
    await expect(iterator.next()).rejects.toThrow('too slow');
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  test("lose the oldest events with 'drop-oldest', and never their initial data", async () => {
    const publisher = new Publisher({ queue: 3, overflow: 'drop-oldest' });
    const subscriber = publisher.subscribe({ initialData: ['i', 'j', 'k', 'l', 'm'] });
    for (let n = 0; n < 1_000; n++) publisher.publish(n);
    publisher.close();
    expect(await dataOf(subscriber)).toEqual(['i', 'j', 'k', 'l', 'm', '997', '998', '999']);
  });

  test('bytes are counted as well as events, and one event always fits', async () => {
    const publisher = new Publisher({ queueBytes: 100, overflow: 'drop-oldest' });
    const subscriber = publisher.subscribe();
    publisher.publish('x'.repeat(40));
    publisher.publish('y'.repeat(40));
    publisher.publish('é'.repeat(60));
    publisher.publish('z'.repeat(500));
    publisher.close();
    expect(await dataOf(subscriber)).toEqual(['z'.repeat(500)]);
  });

  test.each([
    [{ queue: 0 }, RangeError],
    [{ queue: 1.5 }, RangeError],
    [{ queue: Number.NaN }, RangeError],
    [{ queueBytes: 0 }, RangeError],
    [{ backlog: -1 }, RangeError],
    [{ backlogBytes: Number.POSITIVE_INFINITY }, RangeError],
    [{ clock: {} }, TypeError],
    [{ clock: null }, TypeError],
    [{ random: 5 }, TypeError],
    [{ keepAlive: -1 }, RangeError],
    [{ keepAlive: 2 ** 31 }, RangeError],
    [{ retry: 0.5 }, RangeError],
    [{ overflow: 'block' as 'close' }, TypeError],
  ])('the options %j are refused', (options, kind) => {
    // As a program without types gives them.
    expect(() => new Publisher(options as PublisherOptions)).toThrow(kind);
  });
});

describe('the backlog', () => {
  test.each([
    ['the last but one', '2', ['3']],
    ['the last', '3', []],
    ['too old', '1', ['2', '3']],
    ['unknown', 'zzz', ['2', '3']],
    ['hostile', '\r\nid: 3', ['2', '3']],
    ['longer than any', 'x'.repeat(100_000), ['2', '3']],
    ['empty', '', []],
    ['missing', undefined, []],
    ['the null of a missing header', null, []],
  ])('an id that is %s', async (_name, lastEventId, expected) => {
    const publisher = new Publisher({ backlog: 2 });
    for (const id of ['1', '2', '3']) publisher.publish(id, { id });
    const subscriber = publisher.subscribe({ lastEventId });
    publisher.close();
    expect(await dataOf(subscriber)).toEqual(expected);
  });

  test('is replayed after the initial data, and before what comes then', async () => {
    const publisher = new Publisher({ backlog: 5, queue: 1 });
    for (const id of ['1', '2', '3', '4']) publisher.publish(id, { id });
    const subscriber = publisher.subscribe({ lastEventId: '1', initialData: ['first'] });
    publisher.publish('5', { id: '5' });
    publisher.close();
    expect(await dataOf(subscriber)).toEqual(['first', '2', '3', '4', '5']);
  });

  test('holds events of other channels apart, also where these have the same ids', async () => {
    const publisher = new Publisher({ backlog: 10 });
    publisher.publish('a1', { id: '1', channels: 'a' });
    publisher.publish('a2', { id: '2', channels: 'a' });
    publisher.publish('b1', { id: '1', channels: 'b' });
    publisher.publish('both', { id: '3', channels: ['a', 'b'] });
    const subscriber = publisher.subscribe({ channels: 'a', lastEventId: '1' });
    publisher.close();
    expect(await dataOf(subscriber)).toEqual(['a2', 'both']);
  });

  test('takes an id in UTF-8 that the server has read byte by byte', async () => {
    const publisher = new Publisher({ backlog: 10 });
    publisher.publish(1, { id: 'größe' });
    publisher.publish(2, { id: 'x' });
    const header = String.fromCharCode(...new TextEncoder().encode('größe'));
    const subscribers = ['größe', header].map((lastEventId) => publisher.subscribe({ lastEventId }));
    publisher.close();
    expect(await Promise.all(subscribers.map(dataOf))).toEqual([['2'], ['2']]);
  });

  test('gives events ids that differ between publishers, unless they have one', async () => {
    const ids = async () => {
      const publisher = new Publisher({ backlog: 10 });
      const subscriber = publisher.subscribe();
      publisher.publish(1);
      publisher.publish(2, { id: 'own' });
      publisher.publish(3);
      publisher.close();
      return (await all(subscriber)).map(({ id }) => id ?? '');
    };
    const [first = [], second = []] = [await ids(), await ids()];
    expect(first).toEqual([expect.stringMatching(/^\w+-1$/), 'own', expect.stringMatching(/^\w+-2$/)]);
    expect(second[0]).not.toBe(first[0]);
  });

  test('is bounded in bytes, and keeps the latest event', async () => {
    const publisher = new Publisher({ backlog: 1_000, backlogBytes: 100 });
    for (let n = 0; n < 50; n++) publisher.publish('x'.repeat(50), { id: String(n) });
    publisher.publish('y'.repeat(500), { id: 'large' });
    const subscriber = publisher.subscribe({ lastEventId: '0' });
    publisher.close();
    expect((await all(subscriber)).map(({ id }) => id)).toEqual(['large']);
  });

  test('makes the event of a function anew, and leaves out what it throws at', async () => {
    const publisher = new Publisher<number>({ backlog: 10 });
    publisher.publish((n) => n * 2, { id: '1' });
    publisher.publish(
      () => {
        throw new Error('never');
      },
      { id: '2' },
    );
    publisher.publish((n) => (n > 5 ? n : undefined), { id: '3' });
    const subscribers = [4, 6].map((properties) => publisher.subscribe({ properties, lastEventId: '0' }));
    publisher.close();
    expect(await Promise.all(subscribers.map(dataOf))).toEqual([['8'], ['12', '6']]);
  });
});

describe('time', () => {
  test('comments keep a silent stream open, and the timer ends with the last stream', async () => {
    const clock = new VirtualClock();
    const publisher = new Publisher({ keepAlive: 5_000, clock });
    const subscriber = publisher.subscribe();
    expect(clock.pending).toBe(0);
    const reader = new StreamReader(subscriber.stream());
    expect(clock.pending).toBe(1);
    const text = reader.until('data');
    await clock.advance(10_000);
    publisher.publish(1);
    expect((await text).match(/^: keepalive \d{4}-.*Z$/gm)).toHaveLength(2);
    await reader.cancel();
    expect(clock.pending).toBe(0);
  });

  test('comments do not pile up for a reader that does not read', async () => {
    const clock = new VirtualClock();
    const publisher = new Publisher({ keepAlive: 5_000, clock });
    const reader = new StreamReader(publisher.subscribe().stream());
    await clock.advance(60_000);
    publisher.close();
    expect(await reader.rest()).toBe('');
    expect(clock.pending).toBe(0);
  });

  test.each([
    ['an iteration needs none', {}, 'iterate'],
    ['0 stands for none', { keepAlive: 0 }, 'stream'],
  ] as const)('comments: %s', (_name, options, kind) => {
    const clock = new VirtualClock();
    const subscriber = new Publisher({ ...options, clock }).subscribe();
    if (kind === 'iterate') subscriber[Symbol.asyncIterator]();
    else subscriber.stream();
    expect(clock.pending).toBe(0);
  });

  test('retry stands at the start of each stream', async () => {
    const publisher = new Publisher({ retry: 2_500 });
    const [streaming, iterating] = [publisher.subscribe(), publisher.subscribe()];
    publisher.publish(1);
    publisher.close();
    expect(await new StreamReader(streaming.stream()).rest()).toBe('retry: 2500\n\ndata: 1\n\n');
    expect(await dataOf(iterating)).toEqual(['1']);
  });
});

test('10 000 subscribers get an event that was serialised once', async () => {
  const publisher = new Publisher();
  const readers = Array.from({ length: 10_000 }, () => publisher.subscribe().stream().getReader());
  const reads = readers.map((reader) => reader.read());
  const toJSON = vi.fn(() => ({ text: 'hello' }));
  const encode = vi.spyOn(TextEncoder.prototype, 'encode');
  publisher.publish({ toJSON } as never);
  expect([toJSON.mock.calls.length, encode.mock.calls.length]).toEqual([1, 1]);
  const decoder = new TextDecoder();
  const texts = new Set((await Promise.all(reads)).map(({ value }) => decoder.decode(value)));
  expect([...texts]).toEqual(['data: {"text":"hello"}\n\n']);
  await Promise.all(readers.map((reader) => reader.cancel()));
  expect([...publisher.subscribers()]).toEqual([]);
});

test.each([
  ['names of channels', { channels: Array.from({ length: 100 }, (_, at) => `${at}${'x'.repeat(1_000)}`) }, 9],
  ['each event, also without data', { channels: 'a' }, 1_800],
])('the bytes of the backlog count %s', async (_, options, most) => {
  const publisher = new Publisher({ backlog: 10_000, backlogBytes: 1_048_576, queue: 10_000 });
  for (let index = 0; index < 3_000; index++) publisher.publish('', { ...options, id: `e${index}` });
  const [channel] = [options.channels].flat();
  const subscriber = publisher.subscribe({ channels: channel ?? [], lastEventId: 'long ago' });
  publisher.close();
  const text = await subscriber.response().text();
  const count = text.split('id: ').length - 1;
  expect(count > most / 2 && count <= most).toBe(true);
});

test.each([
  ['signal', { signal: 5 }],
  ['initialData', { initialData: 5 }],
])('subscribe() refuses a wrong %s by name', (name, options) => {
  // As a program without types gives them.
  const given = options as unknown as SubscribeOptions<undefined>;
  expect(() => new Publisher().subscribe(given)).toThrow(name);
});
