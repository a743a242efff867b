import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createOrigin, type OriginOptions, type OriginRequest } from '../../../src/origin/index.ts';
import { type ServedOrigin, type ServeOptions, serve } from '../../../src/origin/node.ts';
import { heapInUse } from '../../support/integration-heap.ts';
import { RawConnection } from '../../support/origin-socket.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function opened(port: number): RawConnection {
  const connection = new RawConnection(port);
  closing.push(() => connection.socket.destroy());
  return connection;
}

// For what hangs, and never for what is slow.
const until = (check: () => boolean) => vi.waitUntil(check, { timeout: 60_000, interval: 5 });

const get = (path: string, ...headers: readonly string[]) =>
  `${[`GET ${path} HTTP/1.1`, 'Host: localhost', ...headers].join('\r\n')}\r\n\r\n`;

async function served(options: ServeOptions = {}, originOptions: OriginOptions = {}) {
  const clock = new VirtualClock();
  const origin = createOrigin({ clock, ...originOptions });
  const server = await serve(origin, options);
  closing.unshift(
    () => server.close(),
    () => origin.close(),
  );
  return { server, origin, clock, open: () => opened(server.port) };
}

/** A server whose requests are answered by the test, by their targets. */
async function manual(options: ServeOptions = {}, body = 'x') {
  const begun: string[] = [];
  const answers = new Map<string, () => void>();
  const origin: ServedOrigin = {
    bodyLimit: () => 1_000_000,
    handle: ({ target, interruption }: OriginRequest) => {
      begun.push(target);
      return new Promise((resolve) => {
        const answer = () => resolve({ status: 200, contentType: '', body: `${target}${body}` });
        if (target.startsWith('/now')) answer();
        else answers.set(target, answer);
        interruption?.onAbort(answer);
      });
    },
  };
  const server = await serve(origin, options);
  closing.unshift(() => server.close());
  const answer = (target: string) => answers.get(target)?.();
  return { server, begun, answer, open: () => opened(server.port) };
}

describe('requests of one connection', () => {
  test('run one at a time, in order', async () => {
    const { open, begun, answer } = await manual();
    const connection = open();
    connection.write(['/1', '/2', '/3'].map((path) => get(path)).join(''));
    for (const [index, path] of ['/1', '/2', '/3'].entries()) {
      await until(() => begun.length === index + 1);
      // Another connection's whole request: this one had time to begin more.
      const other = open();
      other.write(get(`/now${index}`));
      await other.received(/x$/);
      expect(begun.filter((target) => !target.startsWith('/now'))).toHaveLength(index + 1);
      begun.splice(begun.indexOf(`/now${index}`), 1);
      answer(path);
    }
    await connection.received(/\/1x[\s\S]*\/2x[\s\S]*\/3x$/);
  });

  test('do not begin while the answers before them are not read', async () => {
    const { open, begun } = await manual({}, 'x'.repeat(8_000_000));
    const count = 20;
    const connection = open();
    connection.socket.pause();
    connection.write(Array.from({ length: count }, (_, index) => get(`/now/${index}`)).join(''));
    await until(() => begun.length > 0);
    const other = open();
    other.write(get('/now/other'));
    await other.received(/x{1000}$/);
    expect(begun.filter((target) => target !== '/now/other').length).toBeLessThan(3);
    connection.socket.resume();
    await until(() => connection.text.length > count * 8_000_000);
    expect(begun).toHaveLength(count + 1);
  });

  test.each([
    ['in number', { pipelined: 5 }, 6, []],
    ['in bytes', { pipelinedBytes: 5_000 }, 3, [`X-Long: ${'x'.repeat(2_000)}`]],
    ['in all, in number', { totalPipelined: 5 }, 6, []],
    ['in all, in bytes', { totalPipelinedBytes: 5_000 }, 3, [`X-Long: ${'x'.repeat(2_000)}`]],
  ])('end it when too many wait, %s', async (_, limits, count, headers) => {
    const { open, begun } = await manual({ limits });
    const patient = open();
    patient.write(get('/1') + get('/2', ...headers).repeat(count - 2));
    await until(() => begun.length === 1);
    const greedy = open();
    greedy.write(get('/3') + get('/4', ...headers).repeat(count));
    await greedy.ended;
    expect(greedy.text).toBe('');
    expect(patient.socket.destroyed).toBe(false);
    // What was ended takes no room any more.
    const next = open();
    next.write(get('/now/1') + get('/now/2'));
    await next.received(/\/now\/2x$/);
  });

  test('of many connections that end leave room for others', async () => {
    const { open, begun } = await manual({ limits: { totalPipelined: 10 } });
    for (let round = 1; round <= 5; round++) {
      const connection = open();
      connection.write(get('/1') + get('/2').repeat(9));
      await until(() => begun.length === round);
      connection.socket.destroy();
      await connection.ended;
    }
    const last = open();
    last.write(get('/now/1') + get('/now/2'));
    await last.received(/\/now\/2x$/);
  });

  test('that announce what nobody offers, or have no host, are answered in their turn', async () => {
    const { open, begun, answer } = await manual();
    const connection = open();
    connection.write(`${get('/1')}${get('/now', 'Expect: wonders')}GET /2 HTTP/1.1\r\n\r\n`);
    await until(() => begun.length === 1);
    answer('/1');
    await connection.ended;
    expect(connection.text).toMatch(/\/1x[\s\S]*\/nowx[\s\S]*HTTP\/1.1 400 /);
  });
});

describe('what is no HTTP', () => {
  test.each([
    ['garbage', 'nonsense\r\n\r\n', 400],
    ['a header without end', `GET /${'x'.repeat(70_000)}`, 414],
  ])('(%s) never answers the request before it', async (_, text, status) => {
    const { open, begun, answer } = await manual();
    const connection = open();
    connection.write(get('/1') + text);
    await until(() => begun.length === 1);
    const other = open();
    other.write(get('/now'));
    await other.received(/x$/);
    expect(connection.text).toBe('');
    answer('/1');
    await connection.ended;
    expect(connection.text).toMatch(new RegExp(`^HTTP/1.1 200 [\\s\\S]*/1xHTTP/1.1 ${status} `));
  });

  test('ends with its sender, also behind a parked request', async () => {
    const { open, begun } = await manual();
    const connection = open();
    connection.write(`${get('/1')}nonsense\r\n\r\n`);
    await until(() => begun.length === 1);
    connection.socket.end();
    await connection.ended;
    expect(connection.text).toBe('');
  });
});

describe('a header that does not come', () => {
  test.each([
    ['nothing at all', ''],
    ['a part', 'GET /time/0 HT'],
  ])('(%s) is answered with 408, and frees the descriptor of a client that stays', async (_, text) => {
    const clock = new VirtualClock();
    const { server } = await served({ clock, limits: { headerSeconds: 0.05 } });
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    closing.push(() => socket.destroy());
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      answer += chunk;
    });
    const closed = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
    socket.write(text);
    await new Promise((resolve) => socket.once('end', resolve));
    expect(answer).toMatch(/^HTTP\/1.1 408 [\s\S]*connection: close/);
    await clock.advance(1_000);
    // The client's half is still open: only a freed descriptor resets it.
    await until(() => !socket.writable || !socket.write('x') || socket.destroyed);
    await closed;
  });

  test('waits for the answer that is due', async () => {
    const { open, answer } = await manual({ limits: { headerSeconds: 0.05 } });
    const connection = open();
    connection.write(`${get('/1')}GET /2 HT`);
    const other = open();
    await other.ended;
    expect(other.text).toMatch(/ 408 /);
    expect(connection.text).toBe('');
    answer('/1');
    await connection.ended;
    expect(connection.text).toMatch(/^HTTP\/1.1 200 [\s\S]*\/1xHTTP\/1.1 408 /);
  });
});

describe('a client that does not read', () => {
  const large = 'x'.repeat(16_000_000);

  async function silent({ open, begun }: Pick<Awaited<ReturnType<typeof manual>>, 'open' | 'begun'>) {
    const before = begun.length;
    const connection = open();
    connection.socket.pause();
    connection.write(get(`/now/${before}`));
    await until(() => begun.length === before + 1);
    return connection;
  }

  const ends = async (connection: RawConnection) => {
    connection.socket.resume();
    await connection.ended;
    return connection.text.length < large.length;
  };

  test('is dropped after a time in which the answer could be read at 40 kB a second', async () => {
    const clock = new VirtualClock();
    const { open, begun } = await manual({ clock }, large);
    const connection = await silent({ open, begun });
    await until(() => clock.pending === 1);
    await clock.advance(16_000_000 / 40 - 1_000);
    expect(clock.pending).toBe(1);
    await clock.advance(2_000);
    expect(clock.pending).toBe(0);
    expect(await ends(connection)).toBe(true);
  });

  test('is dropped when such clients take too much together: first who waits longest', async () => {
    const { open, begun } = await manual({ limits: { totalAnswerBytes: 40_000_000 } }, large);
    const first = await silent({ open, begun });
    const second = await silent({ open, begun });
    const third = await silent({ open, begun });
    expect(await ends(first)).toBe(true);
    second.socket.resume();
    third.socket.resume();
    await Promise.all([second.received(/x{1000}$/), third.received(/x{1000}$/)]);
    await until(() => second.text.length > large.length && third.text.length > large.length);
  });

  test('does not keep a server from closing', async () => {
    const clock = new VirtualClock();
    const { open, begun, server } = await manual({ clock, limits: { closeSeconds: 2 } }, large);
    await silent({ open, begun });
    await until(() => clock.pending === 1);
    const closed = server.close();
    await clock.advance(2_000);
    await closed;
  });
});

describe('a body', () => {
  const post = (length: number, ...headers: readonly string[]) =>
    `POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`;

  test('in chunks of one byte takes about its size', async () => {
    const { open, begun } = await manual();
    const before = await heapInUse();
    const connection = open();
    connection.write('POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n');
    for (let count = 0; count < 900; count++) connection.write('1\r\nx\r\n'.repeat(1_000));
    const other = open();
    // Everything written is read by then, or nearly.
    await until(() => connection.socket.writableLength === 0);
    other.write(get('/now'));
    await other.received(/x$/);
    expect((await heapInUse()) - before).toBeLessThan(70_000_000);
    connection.write('0\r\n\r\n');
    await until(() => begun.includes('/x'));
  });

  test('that takes the most is refused with 503 when all together take too much, and others go on', async () => {
    const { open, begun } = await manual({ limits: { totalBodyBytes: 300_000 } });
    const large = open();
    large.write(`${post(250_001)}${'x'.repeat(250_000)}`);
    await until(() => large.socket.bytesWritten > 250_000);
    const small = open();
    small.write(`${post(200_001)}${'x'.repeat(100_000)}`);
    await large.ended;
    expect(large.text).toMatch(/^HTTP\/1.1 503 [\s\S]*retry-after: 1[\s\S]*connection: close/);
    small.write('x'.repeat(100_001));
    await until(() => begun.length === 1);
    small.socket.destroy();
    // Both are gone, and so are their bytes.
    const third = open();
    third.write(`${post(250_000)}${'x'.repeat(250_000)}`);
    await until(() => begun.length === 2);
  });

  test.each([
    ['a POST', '/x'],
    ['an upload of a file', '/v1/files/demo/uploads'],
  ])('of %s in chunks of which one is malformed is answered at once', async (_, path) => {
    // Its deadline would not pass: the server has the virtual clock.
    const { open } = await served({ clock: new VirtualClock() });
    const connection = open();
    connection.write(
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n`,
    );
    const other = open();
    other.write(get('/time/0'));
    await other.received(/]$/);
    connection.write('no length\r\n');
    await connection.ended;
    expect(connection.text).toMatch(/^HTTP\/1.1 400 [\s\S]*connection: close/);
  });

  test('is not read after a refusal', async () => {
    const { open } = await served();
    const connection = open();
    connection.write(post(2 ** 40, 'Host: evil.example').replace('Host: localhost\r\n', ''));
    await connection.ended;
    expect(connection.text).toMatch(/^HTTP\/1.1 403 [\s\S]*connection: close/);
  });
});

describe('connections', () => {
  test('are closed at once beyond their number, and accepted again below it', async () => {
    const { open } = await manual({ limits: { connections: 2 } });
    const [first, second] = [open(), open()];
    first.write(get('/now'));
    second.write(get('/now'));
    await Promise.all([first.received(/x$/), second.received(/x$/)]);
    const third = open();
    third.write(get('/now'));
    await third.ended;
    expect(third.text).toBe('');
    first.socket.destroy();
    await first.ended;
    await vi.waitFor(async () => {
      const fourth = open();
      fourth.write(get('/now'));
      await fourth.received(/x$/);
    });
  });

  test.runIf(process.platform === 'linux')('ask silent peers whether they are there', async () => {
    const { open, server } = await manual();
    const connection = open();
    connection.write(get('/now'));
    await connection.received(/x$/);
    const port = server.port.toString(16).toUpperCase().padStart(4, '0');
    const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n');
    const fields = lines.map((line) => line.trim().split(/\s+/));
    // State 01 is an established connection; timer 02 the one of keepalive.
    const timers = fields
      .filter(([, local = '', , state]) => local.endsWith(`:${port}`) && state === '01')
      .map(([, , , , , timer = '']) => timer.slice(0, 2));
    expect(timers).toEqual(['02']);
  });

  test('have limits that are checked', async () => {
    const origin = createOrigin();
    await expect(serve(origin, { limits: { sockets: 1 } as never })).rejects.toThrow(
      'limits.sockets is not a limit of a server.',
    );
    await expect(serve(origin, { limits: { connections: -1 } })).rejects.toThrow(RangeError);
    await origin.close();
  });
});
