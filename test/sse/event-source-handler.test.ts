import {
  type EventClass,
  type EventSourceHandler,
  type EventSourceHandlerOptions,
  eventSourceHandler,
  JSONEvent,
  JSONIdEvent,
  StringEvent,
  StringIdEvent,
} from 'timetoken/sse';
import { describe, expect, onTestFinished, test } from 'vitest';
import { settle, VirtualClock } from '../support/virtual-clock.ts';
import { StreamReader } from './support.ts';

const HOST = 'http://localhost';

function setUp(options: EventSourceHandlerOptions = {}) {
  const clock = new VirtualClock();
  const handler = eventSourceHandler({ clock, ...options });
  onTestFinished(() => handler.close());
  return { clock, handler, ...callsOf(handler) };
}

function callsOf(handler: EventSourceHandler) {
  const call = (path: string, init?: RequestInit) => handler(new Request(`${HOST}${path}`, init));
  const post = (path: string, body: BodyInit = '') => call(path, { method: 'POST', body });
  const open = async (path: string, init?: RequestInit) => {
    const { status, body } = await call(path, init);
    if (status !== 200 || body === null) throw new Error(`status ${status}`);
    return new StreamReader(body);
  };
  return { call, post, open };
}

describe('paths', () => {
  test.each([
    ['a slash', 'a/b'],
    ['a percent sign', '50%'],
    ['colons', '42:42:42:42:42:42'],
    ['a space and a plus', 'a b+c'],
    ['letters of any language', 'größe/日本'],
    ['dots', '...'],
    ['a question mark and a hash', 'a?b#c'],
  ])('a token with %s', async (_name, token) => {
    const { open, post, handler } = setUp();
    const path = encodeURIComponent(token);
    const reader = await open(`/poll/${path}`);
    expect((await post(`/ping/${path}`, 'x')).status).toBe(200);
    expect(handler.send(token, 'ping', 'y')).toBe(true);
    expect(await reader.until('data: y')).toBe('event: ping\ndata: x\n\nevent: ping\ndata: y\n\n');
  });

  test.each(['/', '/poll', '/poll/', '//', '//token', '/poll/%', '/poll/%ff', '/poll/token/'])(
    'GET %s is not found',
    async (path) => {
      const { call } = setUp();
      expect((await call(path)).status).toBe(404);
    },
  );

  test('only the last two segments count, so that it can be mounted below any path', async () => {
    const { open, post } = setUp();
    const reader = await open('/api/v1/events/poll/t?x=1');
    expect((await post('/elsewhere/ping/t', '1')).status).toBe(200);
    expect(await reader.until('1')).toContain('data: 1');
  });
});

describe('methods', () => {
  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is not allowed', async (method) => {
    const { call } = setUp();
    const { status, headers } = await call('/poll/t', { method });
    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
  });

  test('HEAD answers as GET would, and opens nothing', async () => {
    const { call, open } = setUp();
    const head = await call('/poll/t', { method: 'HEAD' });
    expect([head.status, head.body, head.headers.get('content-type')]).toEqual([
      200,
      null,
      'text/event-stream',
    ]);
    await open('/poll/t');
    expect((await call('/poll/t', { method: 'HEAD' })).status).toBe(423);
    expect((await call('/ping/t', { method: 'HEAD' })).status).toBe(404);
  });

  test('answers say nothing of other web origins: CORS is of the server around it', async () => {
    const { call } = setUp();
    const { headers } = await call('/poll/t', { headers: { origin: 'http://other.example' } });
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('texts that are sent', () => {
  test.each([
    ['two lines', 'a\nb', 'data: a\ndata: b'],
    ['CRLF and CR', 'a\r\nb\rc', 'data: a\ndata: b\ndata: c'],
    [
      'one that looks like fields',
      'x\n\nid: 5\nevent: close',
      'data: x\ndata: \ndata: id: 5\ndata: event: close',
    ],
    ['nothing', '', 'data: '],
    ['a line separator', 'a\u2028b', 'data: a\u2028b'],
  ])('%s', async (_name, body, data) => {
    const { open, post } = setUp();
    const reader = await open('/poll/t');
    await post('/ping/t', body);
    await post('/close/t');
    expect(await reader.rest()).toBe(`event: ping\n${data}\n\n`);
  });

  test.each([
    ['of a stream without a length', 413, 1_000],
    ['at the limit', 200, 100],
  ])('%s: %i', async (_name, expected, size) => {
    const { open, call } = setUp({ maxBodyBytes: 100 });
    await open('/poll/t');
    const body = new Blob(['x'.repeat(size)]).stream();
    const { status } = await call('/ping/t', { method: 'POST', body, duplex: 'half' } as RequestInit);
    expect(status).toBe(expected);
  });

  test('a length that is announced as too large is refused before it comes', async () => {
    const { open, call } = setUp({ maxBodyBytes: 100 });
    await open('/poll/t');
    const headers = { 'content-length': '101' };
    expect((await call('/ping/t', { method: 'POST', body: 'x', headers })).status).toBe(413);
  });

  test('bytes that are no UTF-8, and a text that breaks off, are refused', async () => {
    const { open, post, call } = setUp();
    await open('/poll/t');
    expect((await post('/ping/t', new Uint8Array([0xff]))).status).toBe(400);
    const body = new ReadableStream({ start: (controller) => controller.error(new Error('reset')) });
    const { status } = await call('/ping/t', { method: 'POST', body, duplex: 'half' } as RequestInit);
    expect(status).toBe(400);
  });

  test('JSON is sent as it was written, so that large numbers keep their digits', async () => {
    const { open, post } = setUp({ eventClass: JSONEvent });
    const reader = await open('/poll/t');
    expect((await post('/ping/t', '{"n":\n12345678901234567890}')).status).toBe(200);
    expect(await reader.until('90}')).toBe('event: ping\ndata: {"n":\ndata: 12345678901234567890}\n\n');
  });

  test.each(['', '{', 'nope', '[1,]', '[['.repeat(50_000)])('the JSON %.10j… is refused', async (body) => {
    const { open, post, handler } = setUp({ eventClass: JSONIdEvent });
    const reader = await open('/poll/t');
    const answer = await post('/ping/t', body);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'text/plain; charset=utf-8']);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(() => handler.send('t', 'ping', body)).toThrow(SyntaxError);
    handler.send('t', 'ping', '1');
    handler.send('t', 'close');
    expect(await reader.rest()).toMatch(/^id: \d+\nevent: ping\ndata: 1\n\n$/);
  });

  test('a stream that ends while a text comes is not connected', async () => {
    const { open, call, handler } = setUp();
    await open('/poll/t');
    const pipe = new TransformStream<Uint8Array, Uint8Array>();
    const answer = call('/ping/t', { method: 'POST', body: pipe.readable, duplex: 'half' } as RequestInit);
    await settle();
    handler.send('t', 'close');
    await pipe.writable.close();
    expect((await answer).status).toBe(404);
  });
});

describe('streams', () => {
  test('a token is free again when its reader goes away, its request aborts, or it is closed', async () => {
    const { open, post, call } = setUp();
    const first = await open('/poll/t');
    await first.cancel();
    const gone = new AbortController();
    await open('/poll/t', { signal: gone.signal });
    expect((await call('/poll/t')).status).toBe(423);
    gone.abort();
    await open('/poll/t');
    await post('/close/t');
    expect((await post('/ping/t', 'x')).status).toBe(404);
    await open('/poll/t');
  });

  test('close() ends all streams, and later ones at once, so that a browser tries again', async () => {
    const { open, handler } = setUp();
    const reader = await open('/poll/t');
    handler.send('t', 'ping', 'last');
    handler.close();
    expect(await reader.rest()).toBe('event: ping\ndata: last\n\n');
    expect(handler.send('t', 'ping', 'x')).toBe(false);
    expect(await (await open('/poll/t')).rest()).toBe('');
  });

  test('numbers increase over all tokens, and from one process to the next', async () => {
    const clock = new VirtualClock();
    const numbers: number[] = [];
    for (let start = 0; start < 2; start++) {
      const { open, handler } = setUp({ eventClass: StringIdEvent, clock });
      const readers = [await open('/poll/a'), await open('/poll/b')];
      for (const token of ['a', 'b', 'a']) handler.send(token, 'ping');
      handler.close();
      const texts = await Promise.all(readers.map((reader) => reader.rest()));
      const found = [...texts.join('').matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
      numbers.push(...found.sort((a, b) => a - b));
      await clock.advance(1_000);
    }
    expect(numbers).toHaveLength(6);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  });

  test('a client that comes back with Last-Event-ID gets what it has missed, and nothing of other tokens', async () => {
    const { open, handler } = setUp({ eventClass: StringIdEvent });
    const first = await open('/poll/t');
    await open('/poll/other');
    for (const text of ['seen', 'missed 1', 'missed 2']) {
      handler.send('t', 'ping', text);
      handler.send('other', 'ping', 'not yours');
    }
    const id = /^id: (\d+)/.exec(await first.until('seen'))?.[1] ?? '';
    await first.cancel();
    const second = await open('/poll/t', { headers: { 'last-event-id': id } });
    handler.send('t', 'close');
    expect((await second.rest()).match(/^data: .*$/gm)).toEqual(['data: missed 1', 'data: missed 2']);
  });

  test.each(['', 'x', '-1', '1.5', '1e3', '99999999999', '5 5'])('retry with %j is refused', async (body) => {
    const { open, post } = setUp();
    await open('/poll/t');
    expect((await post('/retry/t', body)).status).toBe(400);
  });

  test('0 and the end of a line of a shell are fine for retry', async () => {
    const { open, post, handler } = setUp({ eventClass: JSONEvent });
    const reader = await open('/poll/t');
    expect([(await post('/retry/t', '0')).status, (await post('/retry/t', '5000\n')).status]).toEqual([
      200, 200,
    ]);
    handler.close();
    expect(await reader.rest()).toBe('retry: 0\n\nretry: 5000\n\n');
  });
});

describe("classes of one's own", () => {
  class Minimal {
    static readonly actions = ['say'];
    readonly data: string;
    readonly id: string;
    constructor(action: string, body: string) {
      this.data = `${action} ${body}`;
      this.id = body;
    }
  }

  test('need no more than actions and data; what they do not name does not exist', async () => {
    const { open, post } = setUp({ eventClass: Minimal });
    const reader = await open('/poll/t');
    const codes = [];
    for (const action of ['say', 'close', 'retry', 'ping'])
      codes.push((await post(`/${action}/t`, 'x')).status);
    expect(codes).toEqual([200, 404, 404, 404]);
    expect(await reader.until('say x')).toBe('id: x\nevent: say\ndata: say x\n\n');
  });

  test.each([
    ['an id with a line break', 'a\nid: 5'],
    ['an id with NUL', 'a\0'],
    ['an empty id', ''],
  ])('%s is refused, and nobody is hurt', async (_name, body) => {
    const { open, post, handler } = setUp({ eventClass: Minimal });
    await open('/poll/t');
    expect((await post('/say/t', body)).status).toBe(400);
    expect(() => handler.send('t', 'say', body)).toThrow(/id of an event must/);
    expect(handler.send('t', 'say', 'fine')).toBe(true);
  });

  test('may rename listen, finish and retry', async () => {
    class Renamed extends StringEvent {
      static override readonly listen = 'watch';
      static override readonly finish = 'end';
      static override readonly retry = 'wait';
      static override readonly actions = ['ping', 'end', 'wait'];
    }
    const { open, post, call } = setUp({ eventClass: Renamed });
    expect((await call('/poll/t')).status).toBe(404);
    const reader = await open('/watch/t');
    expect([(await post('/wait/t', '7')).status, (await post('/end/t')).status]).toEqual([200, 200]);
    expect(await reader.rest()).toBe('retry: 7\n\n');
  });

  test.each([
    ['without actions', class {}],
    ['with an action that no stream can carry', Object.assign(class {}, { actions: ['a\nb'] })],
  ])('one %s is refused at once', (_name, eventClass) => {
    expect(() => eventSourceHandler({ eventClass: eventClass as unknown as EventClass })).toThrow(TypeError);
  });

  test('data that is no text is an error of the class', async () => {
    const wrong = Object.assign(
      class {
        readonly data = 5;
      },
      { actions: ['say'] },
    );
    const { open, post } = setUp({ eventClass: wrong as unknown as EventClass });
    await open('/poll/t');
    expect(await (await post('/say/t', '')).text()).toContain('must be a string');
  });
});

test('comments come every keepAlive milliseconds, and no timer is left after close()', async () => {
  const { clock, open, handler } = setUp({ keepAlive: 50_000 });
  const reader = await open('/poll/t');
  const text = reader.until('data');
  await clock.advance(100_000);
  handler.send('t', 'ping', 'x');
  expect((await text).match(/^: keepalive .*$/gm)).toHaveLength(2);
  handler.close();
  expect(clock.pending).toBe(0);
});

test.each([[null], [5], ['text'], [[]]] as never[][])('options %j are refused', (options) => {
  expect(() => eventSourceHandler(options)).toThrow(/^The options of eventSourceHandler\(\)/);
});

test.each([
  ['event class', { eventClass: null }],
  ['clock', { clock: null }],
  ['clock', { clock: {} }],
])('a wrong %s is refused by name: %j', (name, options) => {
  // As a program without types gives them.
  const given = options as unknown as EventSourceHandlerOptions;
  expect(() => eventSourceHandler(given)).toThrow(name);
});
