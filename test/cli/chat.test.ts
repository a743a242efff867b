import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { readEvents, type SseEvent } from 'timetoken/sse';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Chat } from '../../src/cli/chat/chat.ts';
import { Child } from './child.ts';
import { finish, start } from './fake-terminal.ts';

/** Starts `timetoken chat` on a free port, in this process. */
async function serve(...options: readonly string[]) {
  const { terminal, code } = start(['chat', '--port', '0', ...options], {});
  await terminal.stdout.until('\n');
  const stop = () => {
    terminal.end();
    return code;
  };
  onTestFinished(async () => void (await stop()));
  return { terminal, stop, url: /http:\S+?:\d+/.exec(terminal.stdout.text)?.[0] ?? '' };
}

const JSON_TYPE = { 'content-type': 'application/json' };

function post(url: string, message: unknown, headers: Readonly<Record<string, string>> = JSON_TYPE) {
  const body = typeof message === 'string' ? message : JSON.stringify(message);
  return fetch(`${url}/messages`, { method: 'POST', headers, body });
}

/** Opens a stream, and reads so many events of it. */
async function read(url: string, count: number, headers: Readonly<Record<string, string>> = {}) {
  const events: SseEvent[] = [];
  if (count === 0) return events;
  for await (const event of readEvents(await fetch(`${url}/stream`, { headers }))) {
    events.push(event);
    if (events.length === count) break;
  }
  return events;
}

const textsOf = (events: readonly SseEvent[]): readonly unknown[] =>
  events.map(({ data }) => JSON.parse(data).text);

/** A request with headers that `fetch` would not send. */
function raw(url: string, headers: Readonly<Record<string, string>>, method = 'GET', body = '') {
  return new Promise<IncomingMessage>((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false }, resolve);
    request.once('error', reject);
    request.end(body);
  });
}

async function status(...parameters: Parameters<typeof raw>): Promise<number | undefined> {
  const response = await raw(...parameters);
  response.destroy();
  return response.statusCode;
}

describe('timetoken chat', () => {
  test('prints its address, and everybody gets what is posted', async () => {
    const { url, terminal } = await serve();
    expect(terminal.stdout.text).toBe(`Chat at ${url}; Ctrl-C stops it.\n`);
    const streams = await Promise.all([fetch(`${url}/stream`), fetch(`${url}/stream`)]);
    expect((await post(url, { name: ' ann ', text: 'hello\n<b>all</b>' })).status).toBe(204);
    for (const stream of streams)
      for await (const { data, id } of readEvents(stream)) {
        expect(JSON.parse(data)).toEqual({ name: 'ann', text: 'hello\n<b>all</b>' });
        expect(id).toMatch(/^\w+-1$/);
        break;
      }
  });

  test('who is new gets what was said last, and who comes back what was missed', async () => {
    const { url } = await serve();
    for (let n = 1; n <= 103; n++) await post(url, { name: 'ann', text: `n${n}` });
    const events = await read(url, 100);
    expect(textsOf(events)).toEqual(Array.from({ length: 100 }, (_, index) => `n${index + 4}`));
    const [, missed] = await Promise.all([
      post(url, { name: 'ann', text: 'n104' }),
      read(url, 3, { 'last-event-id': events.at(-3)?.id ?? '' }),
    ]);
    expect(textsOf(missed)).toEqual(['n102', 'n103', 'n104']);
  });

  test('the page loads its own script and style, and its policy allows nothing else', async () => {
    const { url } = await serve();
    const page = await fetch(url);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).not.toMatch(/unsafe|\*|data:|https?:/);
    const html = await page.text();
    expect(html).not.toMatch(/<script(?! type="module" src="\/chat\.js"><\/script>)|<style|\son\w+=|style=/);
    for (const [path, type] of [
      ['/', 'text/html; charset=utf-8'],
      ['/chat.js', 'text/javascript; charset=utf-8'],
      ['/chat.svg', 'image/svg+xml'],
      ['/chat.css', 'text/css; charset=utf-8'],
    ]) {
      const { headers, status } = await fetch(`${url}${path}`);
      expect([status, headers.get('content-type'), headers.get('x-content-type-options')]).toEqual([
        200,
        type,
        'nosniff',
      ]);
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  test('SIGTERM ends it and its streams at once, in a process of its own', async () => {
    const child = new Child(['dist/cli/main.js', 'chat', '--port', '0']);
    await child.until('stdout', '\n');
    const url = /http:\S+?:\d+/.exec(child.stdout)?.[0] ?? '';
    const stream = await fetch(`${url}/stream`);
    // A client that holds its connection open and says nothing, and one in the middle of a message.
    const silent = connect(Number(new URL(url).port), '127.0.0.1');
    const halfway = connect(Number(new URL(url).port), '127.0.0.1');
    for (const socket of [silent, halfway]) socket.on('error', () => undefined);
    halfway.write('POST /messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{');
    child.process.kill('SIGTERM');
    expect(await child.ended).toBe(0);
    expect(await stream.text()).toBe('retry: 1000\n\n');
    expect(child.stderr).toBe('');
  });

  test('a port in use is an error that names the option, and another machine is warned of', async () => {
    const { url, terminal } = await serve('--host', '0.0.0.0');
    expect(terminal.stderr.text).toMatch(/^warning: Other machines can reach/);
    const { code, stderr } = await finish(['chat', '--port', new URL(url).port, '--host', '0.0.0.0'], {});
    expect([code, stderr]).toEqual([1, expect.stringContaining('Name another with --port')]);
  });
});

describe('what a hostile peer cannot do', () => {
  test.each([
    ['no JSON', '{'],
    ['another shape', [1]],
    ['null', 'null'],
    ['no name', { text: 'x' }],
    ['an empty name', { name: ' ', text: 'x' }],
    ['a long name', { name: 'x'.repeat(33), text: 'x' }],
    ['a name of several lines', { name: 'a\nb', text: 'x' }],
    ['a name that is a number', { name: 1, text: 'x' }],
    ['an empty text', { name: 'x', text: '\n' }],
    ['a long text', { name: 'x', text: 'x'.repeat(1_001) }],
    ['a text that controls terminals', { name: 'x', text: 'a\u001b[2J' }],
    ['a text with C1 characters', { name: 'x', text: 'a\u009b2J' }],
  ])('post %s', async (_name, message) => {
    const { url } = await serve();
    expect((await post(url, message)).status).toBe(400);
    await post(url, { name: 'ann', text: 'fine' });
    expect(textsOf(await read(url, 1))).toEqual(['fine']);
  });

  test('post the longest message in the longest way of writing it, which still fits', async () => {
    const { url } = await serve();
    const escaped = (text: string) => text.replaceAll('é', '\\u00e9');
    const body = escaped(`{"name":"${'é'.repeat(32)}","text":"${'é'.repeat(1_000)}"}`);
    expect((await post(url, body)).status).toBe(204);
    expect(textsOf(await read(url, 1))).toEqual(['é'.repeat(1_000)]);
  });

  test('post more than fits, or half a character', async () => {
    const { url } = await serve();
    expect((await post(url, ' '.repeat(8_193))).status).toBe(413);
    expect((await post(url, { name: 'x', text: 'a\ud800' })).status).toBe(204);
    expect(textsOf(await read(url, 1))).toEqual(['a\ufffd']);
  });

  test('inject fields or events into the stream', async () => {
    const { url } = await serve();
    await post(url, { name: 'x', text: 'a\n\ndata: b\nid: 1', id: '7', event: 'close', __proto__: 1 });
    await post(url, { name: 'x', text: 'last' });
    const events = await read(url, 2);
    expect(textsOf(events)).toEqual(['a\n\ndata: b\nid: 1', 'last']);
    expect(events.map(({ event }) => event)).toEqual([undefined, undefined]);
    expect(Object.keys(JSON.parse(events[0]?.data ?? ''))).toEqual(['name', 'text']);
  });

  test('write, read or connect from another page', async () => {
    const { url } = await serve();
    const message = '{"name":"eve","text":"hi"}';
    const pages = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      // Another port of this machine is another page.
      { origin: 'http://localhost:1' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of pages) {
      const posted = status(`${url}/messages`, { ...headers, ...JSON_TYPE }, 'POST', message);
      expect([await posted, await status(`${url}/stream`, headers)]).toEqual([403, 403]);
    }
    // The types that forms can have, without a preflight.
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
      expect((await post(url, message, { 'content-type': type })).status).toBe(415);
    expect((await fetch(`${url}/messages`, { method: 'OPTIONS' })).status).toBe(405);
    // A link to it is no harm, and its own page may do all.
    expect(await status(url, { 'sec-fetch-site': 'cross-site' })).toBe(200);
    const own = { origin: url, 'sec-fetch-site': 'same-origin', ...JSON_TYPE };
    expect(await status(`${url}/messages`, own, 'POST', '{"name":"ann","text":"mine"}')).toBe(204);
    expect(textsOf(await read(url, 1))).toEqual(['mine']);
  });

  test('reach it under a name of its own, as after a change of DNS', async () => {
    const { url } = await serve();
    const headers = { host: 'evil.example', origin: 'http://evil.example', ...JSON_TYPE };
    expect(await status(`${url}/messages`, headers, 'POST', '{"name":"x","text":"y"}')).toBe(403);
    expect(await status(`${url}/stream`, headers)).toBe(403);
    expect(await status(url, { host: 'localhost:5000' })).toBe(200);
  });

  test.each([
    ['GET', '/messages', 405],
    ['POST', '/stream', 405],
    ['HEAD', '/stream', 405],
    ['POST', '/', 405],
    ['GET', '/nothing', 404],
    ['GET', '//messages', 404],
    ['GET', '/../../etc/passwd', 404],
    ['GET', '/%00', 404],
    ['GET', '/__proto__', 404],
    ['HEAD', '/', 200],
  ])('%s %s: %i', async (method, path, expected) => {
    const { url } = await serve();
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1').setEncoding('latin1');
    onTestFinished(() => void socket.destroy());
    socket.write(`${method} ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    for await (const text of socket) {
      expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${expected} `));
      break;
    }
  });

  test('hold more than the streams that there may be, or keep one that it left', async () => {
    const chat = new Chat({ streams: 2 });
    const get = async () => {
      const header = () => undefined;
      return chat.handle({ method: 'GET', target: '/stream', header, body: new Uint8Array() });
    };
    const streams = [await get(), await get()];
    expect(await get()).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    await streams[0]?.stream?.cancel();
    expect((await get()).status).toBe(200);
    chat.close();
  });

  test('slow down others by reading nothing', async () => {
    const { url } = await serve();
    const { port } = new URL(url);
    const lazy = connect(Number(port), '127.0.0.1');
    lazy.on('error', () => undefined);
    onTestFinished(() => void lazy.destroy());
    lazy.write('GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n');
    lazy.pause();
    const stream = await fetch(`${url}/stream`);
    const message = { name: 'x'.repeat(32), text: 'é'.repeat(1_000) };
    const count = 1_500;
    for (let sent = 0; sent < count; sent += 100)
      await Promise.all(Array.from({ length: 100 }, () => post(url, message)));
    let got = 0;
    for await (const _ of readEvents(stream)) if (++got === count) break;
    expect(got).toBe(count);
  });
});
