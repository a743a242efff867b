import fc from 'fast-check';
import { Publisher, readEvents, type SseEvent } from 'timetoken/sse';
import { describe, expect, test } from 'vitest';
import { streamOf } from './support.ts';

async function read(...parameters: Parameters<typeof readEvents>): Promise<readonly SseEvent[]> {
  const events: SseEvent[] = [];
  for await (const event of readEvents(...parameters)) events.push(event);
  return events;
}

describe('the format', () => {
  test.each([
    ['data', 'data: a\n\n', [{ data: 'a' }]],
    ['all fields', 'id: 1\nevent: e\ndata: a\ndata: b\n\n', [{ data: 'a\nb', event: 'e', id: '1' }]],
    ['CRLF', 'id: 1\r\nevent: ping\r\ndata: 42\r\n\r\n', [{ data: '42', event: 'ping', id: '1' }]],
    ['CR', 'data: a\rdata: b\r\rdata: c\r\r\n', [{ data: 'a\nb' }, { data: 'c' }]],
    ['CR at its end', 'data: a\r\rdata: b\r\r', [{ data: 'a' }, { data: 'b' }]],
    [
      'all ends of lines',
      'data: a\r\n\rdata: b\n\rdata: c\r\n\n',
      [{ data: 'a' }, { data: 'b' }, { data: 'c' }],
    ],
    ['a byte order mark', '\ufeffdata: a\n\n', [{ data: 'a' }]],
    ['no space, and two', 'data:a\n\ndata:  b\n\n', [{ data: 'a' }, { data: ' b' }]],
    ['empty data', 'data:\n\ndata\n\n', [{ data: '' }, { data: '' }]],
    ['an event without data, which is none', 'event: e\nid: 1\n\n', []],
    ['comments and unknown fields', ': hi\nwhat: ever\ndata: a\n\n', [{ data: 'a' }]],
    ['an id with NUL, which is ignored', 'id: a\0b\ndata: x\n\n', [{ data: 'x' }]],
    ['an event that breaks off', 'data: a\n\ndata: b\n', [{ data: 'a' }]],
    ['nothing', '', []],
  ])('%s', async (_name, text, expected) => {
    expect(await read(streamOf(text))).toEqual(expected);
    const bytes = [...new TextEncoder().encode(text)].map((byte) => Uint8Array.of(byte));
    expect(await read(streamOf(...bytes))).toEqual(expected);
  });

  test('retry and comments are told to who asks', async () => {
    const seen: unknown[] = [];
    const stream = streamOf('retry: 500\n\n: keepalive 1\n\nretry: x\n\n');
    await read(stream, { onRetry: (ms) => seen.push(ms), onComment: (text) => seen.push(text) });
    expect(seen).toEqual([500, 'keepalive 1']);
  });

  test('whatever a publisher sends arrives as its subscribers see it, however it is cut into pieces', async () => {
    const field = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/\p{Cc}|^ | $/u.test(text));
    const event = fc.record({ data: fc.string({ unit: 'binary' }), event: field, id: field });
    await fc.assert(
      fc.asyncProperty(fc.array(event), fc.integer({ min: 1, max: 9 }), async (events, size) => {
        const publisher = new Publisher();
        const [sent, shown] = [publisher.subscribe(), publisher.subscribe()];
        for (const { data, ...options } of events) publisher.publish(data, options);
        publisher.close();
        const bytes = new Uint8Array(await sent.response().arrayBuffer());
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
          bytes.slice(n * size, n * size + size),
        );
        const seen: SseEvent[] = [];
        for await (const each of shown) seen.push(each);
        expect(await read(streamOf(...pieces))).toEqual(seen);
      }),
    );
  });
});

describe('bounds', () => {
  const LARGE = 'x'.repeat(110);

  test.each([
    ['a line', `data: ${LARGE}\n\n`],
    ['several lines', `${'data: 0123456789\n'.repeat(10)}\n`],
    ['a line without an end', `data: ${LARGE}`],
    ['several lines without an end', 'data: 0123456789\n'.repeat(10)],
    ['characters of several bytes', `data: ${'é'.repeat(51)}\n\n`],
    ['a comment', `: ${LARGE.repeat(2)}`],
    ['what is no stream at all', LARGE.repeat(100)],
  ])('%s above maxEventBytes is an error', async (_name, text) => {
    await expect(read(streamOf(text), { maxEventBytes: 100 })).rejects.toThrow(/more than 100 bytes/);
    const pieces = text.match(/[\s\S]{1,7}/g) ?? [];
    await expect(read(streamOf(...pieces), { maxEventBytes: 100 })).rejects.toThrow(RangeError);
  });

  test('an event of exactly that size is read, and the error ends the source', async () => {
    expect(await read(streamOf(`data: ${'x'.repeat(100)}\n\n`), { maxEventBytes: 100 })).toHaveLength(1);
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1_000).fill(120)),
      cancel: () => {
        cancelled = true;
      },
    });
    await expect(read(endless)).rejects.toThrow(/more than 1048576 bytes/);
    expect(cancelled).toBe(true);
  });

  test.each([0, -1, Number.NaN, 1.5])('maxEventBytes %d is refused', (maxEventBytes) => {
    expect(() => readEvents(streamOf(), { maxEventBytes })).toThrow(RangeError);
  });
});

describe('sources', () => {
  test.each([
    ['another status', new Response('no', { status: 423 }), /status 423/],
    ['a page', new Response('<p>', { headers: { 'content-type': 'text/html' } }), /text\/html/],
    ['no content', new Response(null, { status: 204 }), /no content/],
  ])('%s is refused at once', (_name, response, message) => {
    expect(() => readEvents(response)).toThrow(message);
  });

  test.each([
    ['of the right type', { headers: { 'content-type': 'text/event-stream;charset=utf-8' } }],
    ['of plain text', {}],
  ])('a response %s is read', async (_name, init) => {
    expect(await read(new Response('data: 1\n\n', init))).toEqual([{ data: '1' }]);
  });

  test('leaving the loop ends the source', async () => {
    const publisher = new Publisher();
    const response = publisher.subscribe({ initialData: ['a', 'b'] }).response();
    for await (const { data } of readEvents(response)) {
      expect(data).toBe('a');
      break;
    }
    expect([...publisher.subscribers()]).toEqual([]);
  });

  test('a source that fails is an error, after the events before it', async () => {
    const seen: string[] = [];
    const reading = async () => {
      const publisher = new Publisher({ queue: 1 });
      const subscriber = publisher.subscribe({ initialData: ['a'] });
      const events = readEvents(subscriber.stream());
      for await (const { data } of events) {
        seen.push(data);
        for (let n = 0; n < 9; n++) publisher.publish(n);
      }
    };
    await expect(reading()).rejects.toThrow('too slow');
    expect(seen).toEqual(['a']);
  });
});

test.each([[undefined], [null], [5], ['text'], [{ a: 1 }], [[]], [Promise.resolve()]] as never[][])(
  'what is no response and no stream is refused at once: %j',
  (source) => {
    expect(() => readEvents(source)).toThrow(/^readEvents\(\) needs a response or a stream/);
  },
);

test.each([[null], [5], ['text'], [[]]] as never[][])('options %j are refused', (options) => {
  expect(() => readEvents(streamOf('data: a\n\n'), options)).toThrow(/^The options of readEvents\(\)/);
});

test.each([
  ['onRetry', 5],
  ['onComment', null],
])('%s has to be a function: %j is refused at once', (name, given) => {
  expect(() => readEvents(streamOf('data: a\n\n'), { [name]: given } as object)).toThrow(
    `\`${name}\` must be a function.`,
  );
});
