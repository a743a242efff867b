import PeerClient from 'pubnub';
import { expect, test } from 'vitest';
import type { OriginLimits } from '../../src/origin/index.ts';
import { Inbox } from '../support/integration-inbox.ts';
import { serveOrigin } from '../support/integration-origin.ts';

/** An origin on a socket, and another maker's client of it. */
async function peer(limits: Partial<OriginLimits> = {}) {
  const system = await serveOrigin({ limits });
  const keys = { subscribeKey: 'demo', publishKey: 'demo', ssl: false, origin: system.host, userId: 'u' };
  const client = new PeerClient(keys);
  const close = async () => {
    client.unsubscribeAll();
    client.stop();
    await system[Symbol.asyncDispose]();
  };
  return { system, client, [Symbol.asyncDispose]: close };
}

const BYTES = Buffer.from(
  Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7 + (index >> 8)) % 256),
);
const WITH_LINES = Buffer.from('\r\n--\r\n------WebKitFormBoundary\r\n\r\n\0');

test.each([
  ['bytes of all kinds', 'all.bin', BYTES],
  ['what looks like a form', 'form.txt', WITH_LINES],
  ['a name that needs encoding', "king arthur's (1) [2] +;&= ~.txt", Buffer.from('x')],
  ['a name that cannot stand in an address', '50% #1?.txt', Buffer.from('x')],
])('another maker’s client sends, lists, downloads and deletes %s', async (_, name, data) => {
  await using files = await peer();
  const { client } = files;
  const channel = 'a b/ü';
  const sent = await client.sendFile({
    channel,
    file: { data, name, mimeType: 'text/html' },
    message: 'Hello',
  });
  expect(sent.timetoken).toMatch(/^\d{17}$/);
  const listed = await client.listFiles({ channel });
  expect(listed).toMatchObject({
    data: [{ id: sent.id, name: sent.name, size: data.length }],
    next: null,
    count: 1,
  });
  const file = { channel, id: sent.id, name: sent.name };
  expect(await (await client.downloadFile(file)).toBuffer()).toEqual(data);
  const response = await fetch(client.getFileUrl(file));
  expect(Buffer.from(await response.arrayBuffer())).toEqual(data);
  expect(response.headers.get('content-type')).toBe('application/octet-stream');
  expect(await client.deleteFile(file)).toEqual({ status: 200 });
  expect(await client.listFiles({ channel })).toMatchObject({ data: [], count: 0 });
  await expect(client.downloadFile(file)).rejects.toMatchObject({ status: { statusCode: 404 } });
});

test('another maker’s client hears of a file, which may be told of again', async () => {
  await using files = await peer();
  const { client, system } = files;
  const heard = new Inbox<object>('file events');
  const statuses = new Inbox<string | undefined>('statuses');
  client.addListener({ file: heard.put, status: ({ category }) => statuses.put(category) });
  client.subscribe({ channels: ['a'] });
  await statuses.first((category) => category === 'PNConnectedCategory');
  const { id, name, timetoken } = await client.sendFile({
    channel: 'a',
    file: { data: Buffer.from('x'), name: 'n.txt' },
    message: { any: 'JSON' },
    meta: { m: 1 },
  });
  await client.publishFile({ channel: 'a', fileId: id, fileName: name, message: 'again' });
  const [first, second] = await heard.take(2);
  expect(first).toMatchObject({
    channel: 'a',
    publisher: 'u',
    timetoken,
    message: { any: 'JSON' },
    file: { id, name },
  });
  expect(second).toMatchObject({ message: 'again', file: { id, name } });
  const told = await fetch(`${system.url}/v3/history/sub-key/demo/channel/a?include_message_type=true`);
  expect(await told.json()).toMatchObject({
    channels: { a: [{ message_type: 4, message: { file: { id, name } } }, { message_type: 4 }] },
  });
});

test('another maker’s client is told why a file is not taken', async () => {
  await using files = await peer({ fileBytes: 10, filesBytes: 15 });
  const send = (size: number) =>
    files.client.sendFile({ channel: 'a', file: { data: Buffer.alloc(size), name: 'n' } });
  await expect(send(11)).rejects.toThrow('Upload to bucket failed');
  await send(10);
  await expect(send(6)).rejects.toThrow('Upload to bucket failed');
  await send(5);
  await expect(send(1)).rejects.toMatchObject({ status: { statusCode: 429 } });
  expect((await files.client.listFiles({ channel: 'a' })).count).toBe(2);
});
