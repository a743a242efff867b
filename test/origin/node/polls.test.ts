import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { createOrigin } from '../../../src/origin/index.ts';
import { resolveServeLimits } from '../../../src/origin/node/limits.ts';
import { Listener } from '../../../src/origin/node/listener.ts';
import { OwnAnswers } from '../../../src/origin/node/own-answers.ts';
import { systemClock } from '../../../src/origin/system.ts';
import { clockedServer } from '../../support/clocked-server.ts';
import { RawConnection } from '../../support/origin-socket.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

function listening({ clock = systemClock, cost = (_target: string) => {} } = {}) {
  const begun: string[] = [];
  const origin = {
    bodyLimit: () => 0,
    isPoll: ({ target }: { readonly target: string }) => target.startsWith('/poll'),
    operationOf: ({ target }: { readonly target: string }) => target.split('/')[1] ?? '',
    handle: ({ target }: { readonly target: string }) => {
      begun.push(target);
      return void cost(target);
    },
  };
  const own = new OwnAnswers(undefined, clock);
  const limits = resolveServeLimits();
  const listener = new Listener({
    ...{ origin, own, limits, clock },
    ...{ hosts: undefined, pages: undefined },
  });
  const request = (url: string, bytesWritten = 100) => {
    const socket = Object.defineProperty(new Socket(), 'bytesWritten', { value: bytesWritten });
    const incoming = new IncomingMessage(socket);
    Object.assign(incoming, { url, httpVersion: '1.1', rawHeaders: ['host', 'localhost'] });
    const response = new ServerResponse(incoming);
    listener.listen(incoming, response);
    return response;
  };
  return { begun, request, listener };
}

test('a crowd that comes back for more lets others go first', async () => {
  const { begun, request } = listening();
  for (let count = 0; count < 300; count++) request('/poll');
  request('/publish');
  expect(begun).toEqual(['/publish']);
  await nextTurn();
  expect(begun.length).toBeGreaterThan(1);
  expect(begun.length).toBeLessThan(150);
  for (let turn = 0; turn < 10; turn++) await nextTurn();
  expect(begun).toHaveLength(301);
});

test('the first poll of a connection begins at once', () => {
  const { begun, request } = listening();
  request('/poll', 0);
  expect(begun).toEqual(['/poll']);
});

test('a poll whose client hangs up before its turn does not begin', async () => {
  const { begun, request } = listening();
  request('/poll/gone').emit('close');
  request('/poll/there');
  await nextTurn();
  expect(begun).toEqual(['/poll/there']);
});

/** Every request of a list takes five milliseconds, on a clock that nothing else moves. */
function costly() {
  let now = 0;
  const clock = { ...systemClock, monotonic: () => now };
  return listening({
    clock,
    cost(target) {
      if (target.startsWith('/list')) now += 5;
    },
  });
}

test('requests that come together do not run in one turn, and a cheap one does not wait for all of them', async () => {
  const { begun, request } = costly();
  for (let count = 0; count < 100; count++) request('/list', 0);
  request('/publish', 0);
  expect(begun).toEqual(['/list', '/list']);
  for (let turn = 0; turn < 2; turn++) await nextTurn();
  expect(begun).toContain('/publish');
  expect(begun.length).toBeLessThan(8);
  for (let turn = 0; turn < 60; turn++) await nextTurn();
  expect(begun).toHaveLength(101);
});

test('a client that hangs up while its request waits for a turn is not served', async () => {
  const { begun, request } = costly();
  for (let count = 0; count < 3; count++) request('/list', 0);
  request('/list/gone', 0).emit('close');
  request('/publish', 0);
  for (let turn = 0; turn < 5; turn++) await nextTurn();
  expect(begun).toEqual(['/list', '/list', '/list', '/publish']);
});

test('requests that wait for a turn are answered when the server closes', async () => {
  const { begun, request, listener } = costly();
  const responses = Array.from({ length: 6 }, () => request('/list', 0));
  const drained = listener.drain();
  for (let turn = 0; turn < 10; turn++) await nextTurn();
  expect(begun).toHaveLength(6);
  for (const response of responses) response.emit('close');
  await drained;
});

test('subscribe requests are polls, and others are not', async () => {
  await using origin = createOrigin();
  const isPoll = (target: string) => origin.isPoll({ method: 'GET', target });
  expect(isPoll('/v2/subscribe/demo/a/0?tt=1')).toBe(true);
  expect(isPoll('/publish/demo/demo/0/a/0/1')).toBe(false);
  expect(isPoll('/v2/presence/sub-key/demo/channel/a')).toBe(false);
});

test('requests are told apart by their operations', async () => {
  await using origin = createOrigin();
  const operationOf = (target: string) => origin.operationOf({ method: 'GET', target });
  expect(operationOf('/v2/subscribe/demo/a/0?tt=1')).toBe('subscribe');
  expect(operationOf('/time/0')).toBe('time');
  expect(operationOf('/nothing')).toBe('none');
});

const RAW = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

test.each([
  ['plain', '%22a%22', '"d":"a"'],
  ['other', '%22%C3%A4%E2%82%AC%F0%9F%98%80%22', '"d":"ä€😀"'],
])(
  'an answer of %s characters for many has the right length for each, and ends the connection of those who are last',
  async (_, message, expected) => {
    const { server, clock, polls } = await clockedServer();
    const before = polls.pending;
    const connections = Array.from({ length: 3 }, () => new RawConnection(server.port));
    for (const connection of connections) connection.write(RAW('/v2/subscribe/demo/a/0?tt=1'));
    await vi.waitUntil(() => polls.pending === before + 1);
    const closed = server.close({ drainSeconds: 5 });
    expect((await fetch(`${server.url}/publish/demo/demo/0/a/0/${message}`)).status).toBe(200);
    await clock.advance(5_000);
    await closed;
    for (const connection of connections) {
      await connection.ended;
      const [head = '', body = ''] = connection.text.split('\r\n\r\n');
      expect(body).toContain(expected);
      expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`);
      expect(head.match(/^connection: close$/gim)).toHaveLength(1);
    }
  },
);

test('whoever publishes to a crowd has the answer before the crowd is woken', async () => {
  await using origin = createOrigin();
  const order: string[] = [];
  const ask = (target: string, name: string) => {
    const request = { method: 'GET', target, header: () => undefined, body: new Uint8Array() };
    return new Promise<string>((resolve) => {
      const send = ({ body }: { readonly body: string }) => {
        order.push(name);
        resolve(body);
      };
      void origin.handle(request, { send, hold: () => undefined });
    });
  };
  const [cursor] = /\d{17}/.exec(await ask('/v2/subscribe/demo/a/0?tt=0', 'handshake')) ?? [];
  const polls = Array.from({ length: 40 }, () => ask(`/v2/subscribe/demo/a/0?tt=${cursor}`, 'poll'));
  await nextTurn();
  await Promise.all([ask('/publish/demo/demo/0/a/0/1', 'publish'), ...polls]);
  expect(order.slice(0, 2)).toEqual(['handshake', 'publish']);
  expect(order).toHaveLength(42);
});
