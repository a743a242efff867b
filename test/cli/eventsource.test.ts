import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { VirtualClock } from '../support/virtual-clock.ts';
import { FakeTerminal, finish, start } from './fake-terminal.ts';

const TOKEN = '42:42:42:42:42:42';

/** Starts `timetoken eventsource-server` on a free port and waits until it listens. */
async function serve(...options: readonly string[]) {
  const clock = new VirtualClock();
  const given = options.includes('-P') ? options : ['-P', '0', ...options];
  const { terminal, code } = start(['eventsource-server', ...given], { clock });
  await terminal.stdout.until('http://');
  const stop = () => {
    terminal.end();
    return code;
  };
  onTestFinished(async () => void (await stop()));
  const url = /http:\/\/127[\d.:]+/.exec(terminal.stdout.text)?.[0] ?? '';
  return { terminal, clock, url, port: new URL(url).port, stop };
}

/** Starts `timetoken eventsource-client` and waits until it is connected. */
async function listen(port: string, ...options: readonly string[]) {
  const clock = new VirtualClock();
  const { terminal, code } = start(['eventsource-client', TOKEN, '-P', port, '-d', ...options], { clock });
  onTestFinished(() => terminal.end());
  await terminal.stderr.until('connected');
  return { terminal, code, clock };
}

const send = (port: string, ...words: readonly string[]) =>
  finish(['eventsource-request', TOKEN, ...words, '-P', port], {});

describe('the three commands together', () => {
  test('an event goes from a request to the client, and close ends it with success', async () => {
    const { port } = await serve('-i', '-k', '50000');
    const { terminal, code } = await listen(port);
    expect(await send(port, 'ping', '42')).toEqual({ code: 0, stdout: '', stderr: '' });
    await terminal.stdout.until('ping');
    expect(terminal.stdout.text).toMatch(/^\d+ ping: 42\n$/);
    expect(await send(port, 'close')).toMatchObject({ code: 0 });
    expect(await code).toBe(0);
  });

  test('--json of the client prints every event as a line of JSON', async () => {
    const { port } = await serve();
    const { terminal } = await listen(port, '--json');
    await send(port, 'ping', 'a\nb\u001b[2J');
    await terminal.stdout.until('\n');
    expect(JSON.parse(terminal.stdout.text)).toEqual({ event: 'ping', data: 'a\nb\u001b[2J' });
  });

  test('events cannot control the terminal', async () => {
    const { port } = await serve();
    const { terminal } = await listen(port);
    await send(port, 'ping', 'a\nb\u001b[2J');
    await terminal.stdout.until('\n');
    expect(terminal.stdout.text).toBe('ping: a\\u000ab\\u001b[2J\n');
  });

  test('an answer that is no stream of events is an error, and no reason to try again', async () => {
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html').end('<h1>a page</h1>');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const command = ['eventsource-client', TOKEN, '-P', String(port), '-r', '50'];
    expect(await finish(command, {})).toEqual({
      ...{ code: 1, stdout: '' },
      stderr:
        'error: The server answered with content of type text/html, and not with a stream of events. Check the address.\n',
    });
  });

  test('a second client of a token is refused, with a word on why', async () => {
    const { port } = await serve();
    await listen(port);
    const { code, stderr } = await finish(['eventsource-client', TOKEN, '-P', port, '-r', '10'], {});
    expect([code, stderr]).toEqual([1, 'error: The token is in use by another client (status 423).\n']);
  });

  test('a client that breaks off, or is stopped, frees its token', async () => {
    const { port } = await serve();
    const first = await listen(port);
    first.terminal.end();
    expect(await first.code).toBe(0);
    // Its connection ends on the server a moment later.
    while ((await send(port, 'ping')).code === 0);
    const second = await listen(port);
    await send(port, 'close');
    expect(await second.code).toBe(0);
  });

  test('-j makes the server refuse what is not JSON', async () => {
    const { port } = await serve('-j');
    const { terminal } = await listen(port);
    const refused = await send(port, 'ping', '{');
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('(status 400): The text was refused'),
    });
    expect(await send(port, 'ping', '{"a":1}', '-j')).toMatchObject({ code: 0 });
    await terminal.stdout.until('\n');
    expect(terminal.stdout.text).toBe('ping: {"a":1}\n');
  });

  test('-d of the server shows requests, and no tokens', async () => {
    const { port, terminal } = await serve('-d');
    await listen(port);
    await send(port, 'ping', 'secret');
    expect(terminal.stderr.text).toBe('200 GET poll\n200 POST ping\n');
  });

  test('-k sends comments', async () => {
    const { port, clock } = await serve('-k', '50000');
    const client = await listen(port);
    await clock.advance(50_000);
    await client.terminal.stderr.until('comment: keepalive');
  });
});

/** The status of a request with any headers, as a browser or a name of somebody else's may send it. */
function statusOf(port: string, method: string, path: string, headers: Readonly<Record<string, string>>) {
  return new Promise<[status: number | undefined, allowed: unknown]>((resolve, reject) => {
    const call = request({ port, host: '127.0.0.1', method, path, headers }, (incoming) => {
      resolve([incoming.statusCode, incoming.headers['access-control-allow-origin']]);
      incoming.destroy();
    });
    call.once('error', reject).end(method === 'POST' ? 'evil' : undefined);
  });
}

describe('pages of the internet', () => {
  test.each<[string, Record<string, string>]>([
    ['under a name that was made to resolve to this machine', { host: 'rebound.example:8888' }],
    ['with their origin', { origin: 'https://evil.example' }],
    ['by a form or an image, without it', { 'sec-fetch-site': 'cross-site' }],
  ])('can neither send events nor read them: %s', async (_name, headers) => {
    const { port } = await serve();
    const { terminal } = await listen(port);
    expect((await statusOf(port, 'POST', `/ping/${TOKEN}`, headers))[0]).toBe(403);
    expect((await statusOf(port, 'GET', '/poll/another', headers))[0]).toBe(403);
    await send(port, 'ping', 'mine');
    await terminal.stdout.until('mine');
    expect(terminal.stdout.text).toBe('ping: mine\n');
  });

  test('leave those of this machine alone', async () => {
    const { port } = await serve();
    const page = 'http://localhost:3000';
    expect(await statusOf(port, 'GET', '/poll/another', { origin: page })).toEqual([200, page]);
  });
});

describe('connecting again', () => {
  test('with -r the client survives a restart of the server, and without it ends with failure', async () => {
    const first = await serve();
    const patient = await listen(first.port, '-r', '5000');
    expect(await first.stop()).toBe(0);
    await patient.terminal.stderr.until('Connecting again in 5000 ms.');
    const second = await serve('-P', first.port);
    await patient.clock.advance(5_000);
    while ((await send(second.port, 'ping', 'again')).code !== 0);
    await patient.terminal.stdout.until('again');
    const other = start(['eventsource-client', 'other', '-P', first.port, '-d'], {});
    await other.terminal.stderr.until('connected');
    await second.stop();
    expect(await other.code).toBe(1);
    expect(other.terminal.stderr.text).toContain('Give -r to connect again');
  });

  test('the server can set the time by the action retry', async () => {
    const server = await serve();
    const { terminal } = await listen(server.port);
    expect((await send(server.port, 'retry', '7000')).code).toBe(0);
    await terminal.stderr.until('7000 ms');
    await server.stop();
    await terminal.stderr.until('Connecting again in 7000 ms.');
  });

  test('the id of the last event is sent, in UTF-8, and a token that is still in use is waited for', async () => {
    const ids: (string | undefined)[] = [];
    const server = createServer((incoming, outgoing) => {
      const id = incoming.headers['last-event-id'];
      ids.push(id === undefined ? undefined : Buffer.from(String(id), 'latin1').toString());
      if (ids.length === 2) return void outgoing.writeHead(423).end();
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
      if (ids.length === 3) return void outgoing.end('data: done\n\n');
      outgoing.write('id: größe\ndata: 1\n\n', () => outgoing.destroy());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { terminal, code, clock } = await listen(
      String((server.address() as AddressInfo).port),
      '-r',
      '10',
    );
    await terminal.stderr.until('Connecting again');
    await clock.advance(10);
    await terminal.stderr.until('in use');
    await clock.advance(10);
    expect(await code).toBe(0);
    expect(ids).toEqual([undefined, 'größe', 'größe']);
    expect(terminal.stdout.text).toBe('größe message: 1\nmessage: done\n');
  });

  test('Ctrl-C ends a wait with success', async () => {
    const server = await serve();
    const { terminal, code } = await listen(server.port, '-r', '5000');
    await server.stop();
    await terminal.stderr.until('Connecting again');
    terminal.end();
    expect(await code).toBe(0);
  });
});

describe('failures', () => {
  test('a text of more than 256 KiB is refused', async () => {
    const { port } = await serve();
    const { terminal } = await listen(port);
    expect(await send(port, 'ping', 'x'.repeat(100_000))).toMatchObject({ code: 0 });
    await terminal.stdout.until('x\n');
    const body = 'x'.repeat(262_145);
    const { status } = await fetch(`http://127.0.0.1:${port}/ping/${TOKEN}`, { method: 'POST', body });
    expect(status).toBe(413);
  });

  test.each([
    ['the client', ['eventsource-client', 'x']],
    ['a request', ['eventsource-request', 'x', 'ping', 'y']],
  ])('%s says that nothing listens, with the command that helps', async (_name, args) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    const { code, stderr } = await finish([...args, '-P', String(port)], {});
    expect(code).toBe(1);
    expect(stderr).toContain(`Nothing listens at http://127.0.0.1:${port}. Start a server there with`);
  });

  test.each([
    ['a token without a stream', ['ping', 'x'], 'no stream'],
    ['an unknown action', ['shout', 'x'], 'unknown'],
    ['a time that is none', ['retry', 'soon'], 'whole number'],
  ])('%s is exit code 1', async (_name, words, message) => {
    const { port } = await serve();
    if (message !== 'no stream') await listen(port);
    const { code, stderr } = await send(port, ...words);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });

  test.each([
    ['no token', ['eventsource-client'], 'missing required argument'],
    ['no action', ['eventsource-request', 'x'], 'missing required argument'],
    ['data that is not JSON', ['eventsource-request', 'x', 'ping', '{', '-j'], 'not JSON'],
    ['a port in words', ['eventsource-server', '-P', 'http'], 'whole number from 0'],
    ['port 0 to connect to', ['eventsource-client', 'x', '-P', '0'], 'whole number from 1'],
    ['a time in words', ['eventsource-client', 'x', '-r', 'soon'], 'or -1 for never'],
    ['a keep-alive in words', ['eventsource-server', '-k', '5s'], 'whole number'],
  ])('%s is wrong usage', async (_name, args, message) => {
    const { code, stderr } = await finish(args, {}, new FakeTerminal());
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test('a port in use is an error that names the option', async () => {
    const { port } = await serve();
    const { code, stderr } = await finish(['eventsource-server', '-P', port], {});
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`Port ${port} is in use. Name another with --port`),
    ]);
  });

  test('a server that other machines can reach says so', async () => {
    const { terminal, code } = start(['eventsource-server', '-P', '0', '-H', '0.0.0.0'], {});
    await terminal.stdout.until('http://');
    terminal.end();
    expect(await code).toBe(0);
    expect(terminal.stderr.text).toMatch(/^warning: Other machines can reach http:\/\/0\.0\.0\.0/);
  });
});
