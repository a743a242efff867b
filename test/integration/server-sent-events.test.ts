// Publishers on real sockets: readers that stop reading, and readers that vanish.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Publisher, type PublisherOptions, readEvents } from 'timetoken/sse';
import { expect, onTestFinished, test } from 'vitest';
import { listener } from '../../examples/server-sent-events/listener.ts';
import { collectGarbage } from '../support/integration-heap.ts';

async function serve(options: PublisherOptions = {}) {
  const publisher = new Publisher(options);
  const server = createServer(listener(({ signal }) => publisher.subscribe({ signal }).response()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  onTestFinished(() => {
    publisher.close();
    server.closeAllConnections();
    server.close();
  });
  const open = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await once(socket, 'data');
    return socket;
  };
  return { publisher, server, open, url: `http://127.0.0.1:${port}/` };
}

test('a response that is kept for later is read whole, though the program holds only its events', async () => {
  const { publisher, url } = await serve();
  const events = readEvents(await fetch(url))[Symbol.asyncIterator]();
  await collectGarbage();
  publisher.publish('hello');
  expect((await events.next()).value).toEqual({ data: 'hello' });
  await events.return?.();
});

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('500 readers that vanish at once leave nothing behind, while another goes on', async () => {
  const { publisher, open, url } = await serve();
  const events = readEvents(await fetch(url))[Symbol.asyncIterator]();
  const sockets = await Promise.all(Array.from({ length: 500 }, open));
  expect([...publisher.subscribers()]).toHaveLength(501);
  sockets.forEach((socket, index) => {
    publisher.publish(index);
    if (index % 2 === 0) socket.destroy();
    else socket.resetAndDestroy();
  });
  for (let index = 0; index < 500; index++) expect((await events.next()).value?.data).toBe(String(index));
  while ([...publisher.subscribers()].length > 1) {
    publisher.publish('still there?');
    await events.next();
    await turn();
  }
  await events.return?.();
});

test('a reader that stops reading is closed, and nobody waits for it', async () => {
  const { publisher, open, url } = await serve({ queueBytes: 100_000 });
  const events = readEvents(await fetch(url))[Symbol.asyncIterator]();
  const stuck = await open();
  stuck.pause();
  const closed = once(stuck, 'close');
  const data = 'x'.repeat(10_000);
  let sent = 0;
  while ([...publisher.subscribers()].length > 1) {
    publisher.publish(data);
    sent++;
    expect((await events.next()).value?.data).toBe(data);
  }
  // The buffers of two sockets come first.
  expect(sent).toBeLessThan(2_000);
  stuck.resume();
  await closed;
  await events.return?.();
});

test('a stream that its publisher ends, ends for its reader; one that overflows breaks off', async () => {
  const { publisher, url } = await serve({ queue: 1 });
  const response = await fetch(url);
  publisher.publish('last');
  publisher.close();
  expect(await response.text()).toBe('data: last\n\n');
  const slow = await serve({ queue: 1 });
  const broken = await fetch(slow.url);
  for (let n = 0; n < 3; n++) slow.publisher.publish('x'.repeat(5_000_000));
  await expect(broken.text()).rejects.toThrow();
});
