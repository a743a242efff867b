import http from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorFromFailure } from '../../src/client/errors/from-failure.ts';
import { kyTransport } from '../../src/client/request/ky-transport.ts';
import type { Transport } from '../../src/index.ts';
import { nodeTransport } from '../../src/node/index.ts';
import { until } from '../support/unit-wait.ts';

const MIB = 1024 * 1024;
const TEXT = '{"message":"Ni! é😀","rest":"'.concat('shrubbery '.repeat(60), '"}');
const PLAIN = Buffer.from(TEXT);
const GZIP = zlib.gzipSync(PLAIN);
const DEFLATE = zlib.deflateSync(PLAIN);
const RAW = zlib.deflateRawSync(PLAIN);
const BROTLI = zlib.brotliCompressSync(PLAIN);

/** An answer as a server gives it: with its length, or in chunks of so many bytes. */
interface Given {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: Uint8Array;
  readonly pieces?: number;
  readonly trailer?: boolean;
  /** The bytes of a whole answer, for what no server of Node would send; the connection is closed then. */
  readonly raw?: Buffer;
}

/** What is to come of it, over either transport. */
type Outcome = { readonly body: string | Uint8Array } | { readonly code: string };

const packed = (coding: string, body: Uint8Array, more: Given = {}): Given => ({
  ...more,
  body,
  headers: { 'content-encoding': coding },
});
const broken = (bytes: Uint8Array, at: number) =>
  bytes.map((byte, index) => (index === at ? byte ^ 0xff : byte));
const times = (count: number, bytes: Buffer): Buffer =>
  count === 0 ? bytes : times(count - 1, zlib.gzipSync(bytes));
const text: Outcome = { body: TEXT };
const UNREADABLE: Outcome = { code: 'PN-4001' };
const LOST: Outcome = { code: 'PN-2001' };
const head = (...lines: readonly string[]) => ['HTTP/1.1 200 OK', ...lines, '', ''].join('\r\n');

const CASES: readonly (readonly [string, Given, Outcome])[] = [
  ['nothing but text', { body: PLAIN }, text],
  ['gzip', packed('gzip', GZIP), text],
  ['gzip, in capital letters', packed('GZip', GZIP), text],
  ['gzip, byte by byte', packed('gzip', GZIP, { pieces: 1 }), text],
  ['gzip of several members', packed('gzip', Buffer.concat([GZIP, GZIP])), { body: TEXT + TEXT }],
  ['gzip by its old name', packed('x-gzip', GZIP), text],
  ['deflate with a zlib header', packed('deflate', DEFLATE), text],
  ['deflate without one', packed('deflate', RAW), text],
  ['deflate without one, byte by byte', packed('deflate', RAW, { pieces: 1 }), text],
  ['Brotli', packed('br', BROTLI), text],
  ['Brotli, byte by byte', packed('br', BROTLI, { pieces: 1 }), text],
  ['two codings in a row', packed('gzip, BR', zlib.brotliCompressSync(GZIP)), text],
  ['deflate within gzip', packed('deflate,gzip', zlib.gzipSync(RAW)), text],
  [
    'two headers',
    { body: zlib.brotliCompressSync(GZIP), headers: { 'content-encoding': ['gzip', 'br'] } },
    text,
  ],
  ['five codings', packed('gzip,gzip,gzip,gzip,gzip', times(4, GZIP)), text],
  ['six codings', packed('gzip,gzip,gzip,gzip,gzip,gzip', times(5, GZIP)), LOST],
  ['a coding that nobody knows', packed('klingon', PLAIN), text],
  ['a known one after one that nobody knows', packed('klingon, gzip', GZIP), { body: GZIP }],
  ['no coding by its name', packed('identity', PLAIN), text],
  ['a packed refusal', packed('gzip', GZIP, { status: 403 }), text],
  ['an empty body that says gzip', packed('gzip', Buffer.alloc(0)), { body: '' }],
  ['an empty body that says br', packed('br', Buffer.alloc(0)), { body: '' }],
  ['an empty body that says deflate', packed('deflate', Buffer.alloc(0)), { body: '' }],
  ['no body at all, with a coding', { status: 204, headers: { 'content-encoding': 'gzip' } }, { body: '' }],
  ['zeros after gzip', packed('gzip', Buffer.concat([GZIP, Buffer.alloc(9)])), text],
  [
    'something else after deflate',
    packed('deflate', Buffer.concat([DEFLATE, PLAIN, PLAIN]), { pieces: 7 }),
    text,
  ],
  ['something else after Brotli', packed('br', Buffer.concat([BROTLI, PLAIN, PLAIN]), { pieces: 7 }), text],
  ['something else after gzip', packed('gzip', Buffer.concat([GZIP, PLAIN])), UNREADABLE],
  ['text that says gzip', packed('gzip', PLAIN), UNREADABLE],
  ['text that says br', packed('br', PLAIN), UNREADABLE],
  ['text that says deflate', packed('deflate', PLAIN), UNREADABLE],
  ['broken gzip', packed('gzip', broken(GZIP, 30)), UNREADABLE],
  ['gzip with another checksum', packed('gzip', broken(GZIP, GZIP.length - 8)), UNREADABLE],
  ['broken deflate', packed('deflate', broken(DEFLATE, DEFLATE.length - 1)), UNREADABLE],
  ['broken Brotli', packed('br', broken(BROTLI, 10)), UNREADABLE],
  ['a byte order mark', { body: Buffer.from(`\uFEFF${TEXT}\uFEFF`) }, { body: `${TEXT}\uFEFF` }],
  ['UTF-8, byte by byte', { body: PLAIN, pieces: 1 }, text],
  [
    'text that is no UTF-8',
    { body: Buffer.from('61ff62c0afe282f09f98ed', 'hex') },
    { body: 'a\uFFFDb\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD' },
  ],
  ['a trailer', { body: PLAIN, pieces: 99, trailer: true }, text],
  ['nothing', { body: Buffer.alloc(0) }, { body: '' }],
  [
    'more than its length',
    { raw: Buffer.from(`${head('content-length: 4', 'connection: close')}halfhalf`) },
    { body: 'half' },
  ],
  ['less than its length', { raw: Buffer.from(`${head('content-length: 10')}half`) }, LOST],
  ['chunks without an end', { raw: Buffer.from(`${head('transfer-encoding: chunked')}4\r\nhalf\r\n`) }, LOST],
  [
    'packed bytes without an end',
    { raw: Buffer.concat([Buffer.from(head('content-encoding: gzip', 'content-length: 999')), GZIP]) },
    LOST,
  ],
  [
    'no length, and an end of the connection',
    { raw: Buffer.from(`${head('connection: close')}all of it`) },
    { body: 'all of it' },
  ],
  ['no answer', { raw: Buffer.from('') }, LOST],
  ['half a head', { raw: Buffer.from('HTTP/1.1 200 OK\r\ncontent-le') }, LOST],
];

// What a server ends as if it were whole: fetch takes what there is.
const STRICT: readonly (readonly [string, Given, Outcome])[] = [
  ['gzip that is cut short', packed('gzip', GZIP.subarray(0, -12)), UNREADABLE],
  ['gzip without its checksum', packed('gzip', GZIP.subarray(0, -4)), UNREADABLE],
  ['a byte of gzip', packed('gzip', GZIP.subarray(0, 1)), UNREADABLE],
  ['deflate that is cut short', packed('deflate', DEFLATE.subarray(0, -6)), UNREADABLE],
  ['deflate without a header that is cut short', packed('deflate', RAW.subarray(0, -3)), UNREADABLE],
  ['Brotli that is cut short', packed('br', BROTLI.subarray(0, -5)), UNREADABLE],
  [
    'a part of gzip within Brotli',
    packed('gzip, br', zlib.brotliCompressSync(GZIP.subarray(0, -12))),
    UNREADABLE,
  ],
];

const TRANSPORTS: readonly (readonly [string, () => Transport])[] = [
  ['fetch', () => kyTransport()],
  ['node:http', () => nodeTransport()],
];

let given: Given = {};
let finished: Given | undefined;
const sockets = new Set<Socket>();
const server = http.createServer((_request, response) => {
  const { status = 200, headers = {}, body, pieces, trailer } = given;
  const answer = given;
  response.on('finish', () => {
    finished = answer;
  });
  response.writeHead(status, {
    ...headers,
    ...(trailer && { trailer: 'x-late' }),
    ...(!pieces && body && { 'content-length': body.length }),
  });
  for (let at = 0; pieces && body && at < body.length; at += pieces)
    response.write(body.subarray(at, at + pieces));
  if (trailer) response.addTrailers({ 'x-late': 'yes' });
  response.end(pieces ? undefined : body);
});
const rude = net.createServer((socket) => {
  socket.on('error', () => undefined);
  socket.once('data', () => socket.end(given.raw ?? ''));
});
const addressOf = (listening: net.Server) => `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;

beforeAll(async () => {
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  for (const each of [server, rude])
    await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  rude.close();
  server.close();
  server.closeAllConnections();
});

/** What comes of an answer, all of it: as a text, or as a stream that is read to its end. */
async function outcomeOf(transport: Transport, answer: Given, accept?: 'stream') {
  given = answer;
  const url = `${addressOf(answer.raw ? rude : server)}/a`;
  const { signal } = new AbortController();
  try {
    const request = { method: 'GET', url, headers: {}, signal, accept } as const;
    const { status, headers, body, stream } = await transport(request);
    const bytes = stream && new Uint8Array(await new Response(stream as BodyInit).arrayBuffer());
    const told = ['content-encoding', 'content-length', 'x-late'].map((name) => headers.get(name));
    return { status, told, body, bytes };
  } catch (error) {
    const { code } = errorFromFailure('PNTimeOperation', error);
    return { code };
  }
}

const utf8 = (body: string | Uint8Array) => (typeof body === 'string' ? Buffer.from(body) : body);

describe('an answer comes to the same over both transports', () => {
  it.each(CASES)('%s', async (_name, answer, expected) => {
    for (const accept of [undefined, 'stream'] as const) {
      const outcomes: unknown[] = [];
      for (const [, make] of TRANSPORTS) outcomes.push(await outcomeOf(make(), answer, accept));
      expect(outcomes[1]).toEqual(outcomes[0]);
      const streams = accept && (answer.status ?? 200) < 300;
      if ('code' in expected) expect(outcomes[0]).toEqual(expected);
      else if (!streams) expect(outcomes[0]).toMatchObject({ body: utf8(expected.body).toString() });
      // What is no UTF-8, or begins with its mark, is not changed in a stream.
      else if (!answer.body || answer.headers)
        expect(outcomes[0]).toMatchObject({ body: '', bytes: new Uint8Array(utf8(expected.body)) });
      else expect(outcomes[0]).toMatchObject({ body: '', bytes: new Uint8Array(answer.body) });
    }
  });
});

describe('an answer that is not as it says', () => {
  it.each(STRICT)('is refused by nodeTransport(), and not by fetch: %s', async (_name, answer, expected) => {
    for (const accept of [undefined, 'stream'] as const) {
      expect(await outcomeOf(nodeTransport(), answer, accept)).toEqual(expected);
      expect(await outcomeOf(kyTransport(), answer, accept)).toMatchObject({ status: 200 });
    }
  });
});

describe.each(TRANSPORTS)('over %s', (_name, make) => {
  // Members of gzip one after the other are one text: a kilobyte holds a megabyte.
  const BOMB = zlib.gzipSync(Buffer.alloc(MIB));
  const PIECES: readonly (readonly [string, http.OutgoingHttpHeaders, Buffer])[] = [
    ['packed', { 'content-encoding': 'gzip' }, BOMB],
    ['twice packed', { 'content-encoding': 'gzip, gzip' }, zlib.gzipSync(BOMB)],
    ['as it is', {}, Buffer.alloc(65_536)],
  ];

  /** A server that sends a piece again and again, as long as it is listened to. */
  async function endless(headers: http.OutgoingHttpHeaders, piece: Buffer) {
    let sent = 0;
    let open = 0;
    const source = http.createServer((_request, response) => {
      open += 1;
      response.on('close', () => {
        open -= 1;
      });
      response.writeHead(200, headers);
      const write = () => {
        while (!response.destroyed) {
          sent += 1;
          if (!response.write(piece)) return;
        }
      };
      response.on('drain', write);
      write();
    });
    await new Promise<void>((resolve) => source.listen(0, '127.0.0.1', resolve));
    const close = async () => {
      source.close();
      source.closeAllConnections();
    };
    const counts = () => ({ sent, open });
    return { url: `${addressOf(source)}/a`, counts, [Symbol.asyncDispose]: close };
  }

  it.each(PIECES)('an answer without an end is given up at its limit: %s', async (_form, headers, piece) => {
    await using source = await endless(headers, piece);
    const { signal } = new AbortController();
    const answer = make()({ method: 'GET', url: source.url, headers: {}, signal });
    const error = await answer.catch((thrown: unknown) => errorFromFailure('PNTimeOperation', thrown));
    expect(error).toMatchObject({ code: 'PN-4002' });
    await until('the connection is let go', () => source.counts().open === 0);
  });

  it.each([
    ['packed', packed('gzip', GZIP)],
    ['as they are', { body: PLAIN }],
  ])('bytes that have all come, and were not read, end with their signal: %s', async (_form, answer) => {
    given = answer;
    const controller = new AbortController();
    const { signal } = controller;
    const { stream } = await make()({
      method: 'GET',
      url: `${addressOf(server)}/a`,
      headers: {},
      accept: 'stream',
      signal,
    });
    await until('the server has sent all', () => finished === answer);
    controller.abort(new Error('enough'));
    await expect(readAll(stream)).rejects.toThrow();
  });

  it.each(PIECES)(
    'a stream that is left alone ends with its signal, one that is read when it is cancelled: %s',
    async (_form, headers, piece) => {
      await using source = await endless(headers, piece);
      const request = { method: 'GET', url: source.url, headers: {}, accept: 'stream' } as const;
      const controller = new AbortController();
      const { stream: alone } = await make()({ ...request, signal: controller.signal });
      const { stream } = await make()({ ...request, signal: new AbortController().signal });
      const reader = stream?.getReader();
      expect((await reader?.read())?.value?.byteLength).toBeGreaterThan(0);
      expect(source.counts().open).toBe(2);
      await reader?.cancel();
      await until('the connection is let go', () => source.counts().open === 1);
      controller.abort(new Error('enough'));
      await until('the connection is let go', () => source.counts().open === 0);
      await expect(readAll(alone)).rejects.toThrow();
    },
  );
});

// A response may refuse a stream that has failed already.
async function readAll(stream: ReadableStream<Uint8Array> | undefined): Promise<ArrayBuffer> {
  return new Response(stream as BodyInit).arrayBuffer();
}
