import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readEvents } from 'timetoken/sse';
import { expect, test } from 'vitest';
import { Child } from '../cli/child.ts';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // It listens.
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('the chat has at most twenty lines, and those who have its page open hear what others say', async () => {
  const lines = readFileSync('examples/chat/chat.ts', 'utf8').split('\n');
  expect(lines.filter((line) => line !== '' && !line.startsWith('//')).length).toBeLessThanOrEqual(20);
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = new Child(['examples/chat/chat.ts'], { PORT: new URL(url).port });
  await child.until('stdout', `Chat at ${url}\n`);
  const page = await (await fetch(url)).text();
  expect(page).toContain("new EventSource('/')");
  const stream = await fetch(url, { headers: { accept: 'text/event-stream' } });
  const post = (body: string, headers = {}) => fetch(url, { method: 'POST', body, headers });
  expect((await post('evil', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await post('<b>hello</b>\nworld')).status).toBe(204);
  for await (const { data } of readEvents(stream)) {
    expect(data).toBe('<b>hello</b>\nworld');
    break;
  }
  expect(child.stderr).toBe('');
});
