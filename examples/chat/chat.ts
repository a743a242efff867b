// A chat in twenty lines. `npx timetoken chat` is one with limits, which also checks who calls.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Publisher } from 'timetoken/sse';
import { listener } from '../server-sent-events/listener.ts';

const page = readFileSync(new URL('page.html', import.meta.url), 'utf8');
const chat = new Publisher({ backlog: 100, retry: 1_000 });

async function answer(request: Request): Promise<Response> {
  const { method, headers, signal } = request;
  if (headers.get('sec-fetch-site') === 'cross-site') return new Response('', { status: 403 });
  if (method === 'POST') chat.publish((await request.text()).slice(0, 1_000));
  if (method === 'POST') return new Response(null, { status: 204 });
  if (headers.get('accept') !== 'text/event-stream')
    return new Response(page, { headers: { 'content-type': 'text/html; charset=utf-8' } });
  return chat.subscribe({ signal, lastEventId: headers.get('last-event-id') }).response();
}

const port = Number(process.env['PORT'] ?? 5000);
createServer(listener(answer)).listen(port, '127.0.0.1', () =>
  console.log(`Chat at http://127.0.0.1:${port}`),
);
