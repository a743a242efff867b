import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Connection } from '../../../bench/origin/load/connection.ts';
import type { Client, Dialect } from '../../../bench/origin/load/dialect.ts';
import { faye } from '../../../bench/origin/load/faye.ts';
import { pubsub } from '../../../bench/origin/load/pubsub.ts';
import { socketIo } from '../../../bench/origin/load/socket-io.ts';

let server: Server | undefined;

afterEach(() => server?.close());

/** A server that answers a connection with pieces, each after the one before was read. */
async function portOf(onSocket: (socket: Socket) => void): Promise<number> {
  const listening = createServer(onSocket);
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const address = listening.address();
  return typeof address === 'object' && address ? address.port : 0;
}

test('an answer that comes in single bytes is read as a whole', async () => {
  const answer = 'HTTP/1.1 200 OK\r\ncontent-type: text/javascript\r\nContent-Length: 5\r\n\r\n[1,2]';
  const port = await portOf((socket) => {
    socket.setNoDelay(true);
    socket.once('data', async () => {
      for (const byte of answer) {
        socket.write(byte);
        await new Promise(setImmediate);
      }
    });
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const connection = new Connection(port, { answer: (body) => resolve(body.toString()), failure: reject });
  connection.whenOpen(() => connection.send('GET / HTTP/1.1\r\n\r\n'));
  expect(await promise).toBe('[1,2]');
  await connection.close();
});

test.each([
  'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\n{}',
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
])('any other answer is a failure: %j', async (answer) => {
  const port = await portOf((socket) => {
    socket.on('error', () => undefined);
    socket.write(answer);
  });
  const { promise, resolve, reject } = Promise.withResolvers<Error>();
  new Connection(port, { answer: () => reject(new Error('It was taken.')), failure: resolve }).whenOpen(
    () => {},
  );
  expect((await promise).message).toContain('An answer is unexpected: HTTP/1.1');
});

test('a connection that the server ends is a failure', async () => {
  const port = await portOf((socket) => socket.end());
  const { promise, resolve, reject } = Promise.withResolvers<Error>();
  new Connection(port, { answer: reject, failure: resolve }).whenOpen(() => {});
  expect((await promise).message).toContain('ended');
});

/** The first lines and bodies of the requests of one client whose server answers as told. */
function conversation(dialect: Dialect, answers: readonly string[]): readonly string[] {
  const client: Client = { number: 7, session: 'tt=1&tr=1', step: 0 };
  return [undefined, ...answers].map((answer) => {
    const request = dialect.next(client, answer === undefined ? undefined : Buffer.from(answer));
    client.step += 1;
    return request.replace(/ HTTP\/1\.1\r\n.*\r\n\r\n/s, ' ').trim();
  });
}

test('a poll of the origin continues with the cursor of the answer, and its region', () => {
  const [first, second] = conversation(pubsub, ['{"t":{"t":"17000000000000009","r":12345},"m":[]}']);
  expect(first).toMatch(/^GET \/v2\/subscribe\/demo\/room\/0\?tt=1&tr=1&uuid=u7&pnsdk=/);
  expect(second).toContain('?tt=17000000000000009&tr=12345&uuid=u7&');
});

test('a client of Socket.IO greets, asks for the namespace, and polls', () => {
  const base = '/socket.io/?EIO=4&transport=polling';
  expect(conversation(socketIo, ['0{"sid":"abc"}', 'ok', '40{"sid":"x"}'])).toEqual([
    `GET ${base}`,
    `POST ${base}&sid=abc 40`,
    `GET ${base}&sid=abc`,
    `GET ${base}&sid=abc`,
  ]);
});

test('a client of Faye greets, subscribes, and connects', () => {
  const requests = conversation(faye, ['[{"clientId":"abc"}]', '[{"successful":true}]', '[{}]']);
  expect(requests.map((request) => /"channel":"([^"]+)"/.exec(request)?.[1])).toEqual([
    '/meta/handshake',
    '/meta/subscribe',
    '/meta/connect',
    '/meta/connect',
  ]);
  for (const request of requests.slice(1)) expect(request).toContain('"clientId":"abc"');
});
