import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { exposureWarning } from '../../src/cli/listening.ts';
import { PubNub } from '../../src/index.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { FakeTerminal, finish, start } from './fake-terminal.ts';

/** Starts `timetoken serve` on a free port of this machine and waits until it listens. */
async function serve(...options: readonly string[]) {
  const clock = new VirtualClock();
  const { terminal, code } = start(['serve', '--port', '0', ...options], { clock });
  await terminal.stdout.until('http://');
  onTestFinished(async () => {
    terminal.end();
    await code;
  });
  const url = /http:\/\/[\d.:]+/.exec(terminal.stdout.text)?.[0] ?? '';
  const client = () => {
    const pubnub = new PubNub({ subscribeKey: 'demo', publishKey: 'demo', userId: 'alice', origin: url });
    onTestFinished(() => pubnub.close());
    return pubnub;
  };
  return { terminal, code, clock, url, client };
}

/** A poll that finds nothing, on a connection of its own. */
function poll(url: string) {
  return request(url, 'localhost', '/v2/subscribe/demo/other/0?tt=1&uuid=bob');
}

function request(url: string, host: string, path: string) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setEncoding('utf8');
  onTestFinished(() => void socket.destroy());
  const lines = [`GET ${path} HTTP/1.1`, `host: ${host}`, 'connection: close'];
  const sent = new Promise<void>((resolve) => socket.write(`${lines.join('\r\n')}\r\n\r\n`, () => resolve()));
  return { sent, answer: text(socket) };
}

describe('timetoken serve', () => {
  test('says where it listens and how to connect, in lines to copy', async () => {
    const { terminal, url } = await serve();
    expect(terminal.stdout.text).toContain(`Origin listening at ${url}; Ctrl-C stops it.\n`);
    expect(terminal.stdout.text).toContain(`  timetoken subscribe room --presence --origin ${url}\n`);
    expect(terminal.stdout.text).toContain(`origin: '${url}' })\n`);
    expect(terminal.stderr.text).toBe('');
  });

  test('the line to copy works as it is', async () => {
    const { terminal } = await serve();
    const line = /timetoken (subscribe .*)/.exec(terminal.stdout.text)?.[1] ?? '';
    const copied = start(line.split(' '), {});
    await copied.terminal.stdout.until('joined');
    copied.terminal.end();
    expect(await copied.code).toBe(0);
  });

  test('Ctrl-C answers parked polls, closes the port and ends with success', async () => {
    const { terminal, code, url } = await serve('--json');
    const parked = poll(url);
    // On the wire before this second request: parked by the time it is answered.
    await parked.sent;
    await fetch(`${url}/time/0`);
    expect(terminal.stdout.text).not.toContain('"subscribe"');
    terminal.end();
    expect(await code).toBe(0);
    expect(await parked.answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*"m":\[\]/);
    expect(terminal.stdout.lines.at(-2)).toContain('"operation":"subscribe","status":200');
    expect(terminal.stdout.lines.at(-1)).toContain('"type":"stop"');
    await expect(fetch(`${url}/time/0`)).rejects.toThrow('fetch failed');
  });

  test('the access log names time, status, method and operation', async () => {
    const { terminal, url, clock } = await serve();
    await fetch(`${url}/time/0`);
    const time = new Date(clock.now()).toTimeString().slice(0, 8);
    expect(terminal.stdout.lines.at(-1)).toBe(`${time} 200 GET time`);
  });

  test('--json makes every line of the output an object', async () => {
    const { terminal, url, clock } = await serve('--json');
    await fetch(`${url}/time/0`);
    await fetch(`${url}/nowhere`);
    const time = new Date(clock.now()).toISOString();
    expect(terminal.stdout.lines.map((line): unknown => JSON.parse(line))).toEqual([
      {
        ...{ type: 'listening', time, level: 'info', url, port: Number(new URL(url).port) },
        ...{ version: expect.stringMatching(/^\d+\.\d+\.\d+/), node: process.version },
      },
      { type: 'request', time, level: 'info', method: 'GET', operation: 'time', status: 200 },
      { type: 'request', time, level: 'info', method: 'GET', operation: 'none', status: 404 },
    ]);
  });

  test('what balancers ask is in the log only when the answer is no', async () => {
    const { terminal, url } = await serve('--json');
    for (const path of ['/healthz', '/readyz']) expect((await fetch(url + path)).status).toBe(200);
    expect(terminal.stdout.lines).toHaveLength(1);
  });

  test('--metrics shows metrics of the origin and of the process, and without it there are none', async () => {
    const [{ url: shown }, { url: hidden }] = [await serve('--metrics'), await serve()];
    await fetch(`${shown}/time/0`);
    const page = await (await fetch(`${shown}/metrics`)).text();
    expect(page).toContain('timetoken_requests_total{operation="time",status="2xx"} 1\n');
    expect(page).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect((await fetch(`${hidden}/metrics`)).status).toBe(404);
  });

  test('--drain goes on for a while when it is told to stop, and says so to balancers', async () => {
    const { terminal, code, url } = await serve('--drain', '1', '--json');
    const parked = poll(url);
    await parked.sent;
    terminal.end();
    await terminal.stderr.until('"type":"drain"');
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect((await fetch(`${url}/publish/demo/demo/0/room/0/1`)).status).toBe(200);
    expect(await code).toBe(0);
    expect(await parked.answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*"m":\[\]/);
    expect(terminal.stderr.lines.map((line): unknown => JSON.parse(line))).toEqual([
      expect.objectContaining({ type: 'drain', level: 'info', seconds: 1 }),
    ]);
  });

  test('--drain does not keep a server whose output has lost its reader', async () => {
    const { terminal, code } = await serve('--drain', '3600');
    terminal.end('output-closed');
    expect(await code).toBe(0);
  });

  test('--quiet keeps no access log', async () => {
    const { terminal, url } = await serve('--quiet', '--json');
    await fetch(`${url}/time/0`);
    expect(terminal.stdout.lines).toHaveLength(1);
  });

  test.each([[[]], [['--json']]])(
    'logs hold no message, token, signature or name, with %j',
    async (options) => {
      const { terminal, url } = await serve(...options);
      const query = 'auth=canary-token&signature=canary-signature&uuid=canary-user&meta=%22canary-meta%22';
      const paths = [
        `/publish/demo/demo/0/canary-channel/0/%22canary-message%22?${query}`,
        `/publish/demo/demo/0/canary-channel/0/%7Bcanary?${query}`,
        `/canary-path?${query}`,
      ];
      for (const path of paths) await fetch(url + path);
      const body = { method: 'POST', body: '"canary-body"' };
      await fetch(`${url}/publish/demo/demo/0/room/0?${query}`, body);
      expect(terminal.stdout.text).toContain('publish');
      expect(terminal.stdout.text + terminal.stderr.text).not.toContain('canary');
    },
  );

  test('--hold is how long a poll waits', async () => {
    const { terminal, clock, url } = await serve('--hold', '5');
    const { sent, answer } = poll(url);
    await sent;
    await fetch(`${url}/time/0`);
    await clock.advance(4_999);
    expect(terminal.stdout.text).not.toContain('GET subscribe');
    await clock.advance(1);
    expect(await answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(terminal.stdout.text).toContain('GET subscribe');
  });

  test.each([
    [[], { 'http://localhost:5173': 200, 'http://a.example': 403, null: 403 }],
    [
      ['--allow-origin', 'http://a.example', '--allow-origin', 'chrome-extension://abc'],
      {
        'http://localhost:5173': 200,
        'http://a.example': 200,
        'chrome-extension://abc': 200,
        'http://b.example': 403,
        null: 403,
      },
    ],
    [['--allow-origin', 'null'], { null: 200, 'http://a.example': 403 }],
    [['--host', '0.0.0.0'], { 'http://localhost:5173': 200, 'http://a.example': 403 }],
  ])('answers pages of this machine, and with %j also these: %j', async (options, expected) => {
    const { url } = await serve(...options);
    for (const [origin, status] of Object.entries(expected)) {
      const answer = await fetch(`${url}/time/0`, { headers: { origin } });
      expect([origin, answer.status]).toEqual([origin, status]);
      const mayRead = answer.headers.get('access-control-allow-origin');
      expect(mayRead).toBe(status === 200 ? origin : null);
    }
  });

  test('--allow-origin * answers all pages', async () => {
    const { url } = await serve('--allow-origin', '*');
    const { status, headers } = await fetch(`${url}/time/0`, { headers: { origin: 'http://a.example' } });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, '*']);
  });

  test('an image on a page of the internet cannot publish', async () => {
    const { terminal, url } = await serve();
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect((await fetch(`${url}/publish/demo/demo/0/a/0/1`, { headers })).status).toBe(403);
    expect(terminal.stdout.lines.at(-1)).toMatch(/ 403 GET none$/);
  });

  test('--allow-host answers to further names, and to no others', async () => {
    const { url } = await serve('--allow-host', 'a.example', '--allow-host', 'b.example');
    const names = ['localhost', 'a.example', 'b.example', 'evil.example'];
    const answers = await Promise.all(names.map((name) => request(url, name, '/time/0').answer));
    expect(answers.map((answer) => answer.slice(9, 12))).toEqual(['200', '200', '200', '403']);
  });

  test('a port in use is a failure that says what to do', async () => {
    const { url } = await serve();
    const { port } = new URL(url);
    const { code, stdout, stderr } = await finish(['serve', '--port', port], {});
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(`error: Port ${port} is in use. Name another with --port, or 0 for any free one.\n`);
  });

  test('an address that is none is a failure', async () => {
    const { code, stderr } = await finish(['serve', '--port', '0', '--host', '127.0.0.1.invalid'], {});
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: 127\.0\.0\.1\.invalid is not an address of this machine\..*\n$/);
  });

  test('colour is for terminals', async () => {
    const terminal = new FakeTerminal({ isTTY: true });
    const { code } = start(['serve', '--port', '0'], {}, terminal);
    await terminal.stdout.until('\u001b[');
    terminal.end();
    expect(await code).toBe(0);
  });

  test.each([
    ['http://127.0.0.1:8090', false],
    ['http://[::1]:8090', false],
    ['http://0.0.0.0:8090', true],
    ['http://[::]:8090', true],
    ['http://192.168.1.2:8090', true],
    ['http://10.127.0.1:8090', true],
  ])('that others can reach %s is said: %o', (url, expected) => {
    expect(exposureWarning(url, 'anyone may publish') !== undefined).toBe(expected);
  });
});
