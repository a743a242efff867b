// A publisher and event sources on Fastify, which sends a `Response` as it is.
import Fastify, { type FastifyReply } from 'fastify';
import { eventSourceHandler, JSONEvent, Publisher, readEvents } from 'timetoken/sse';

// Fastify sends headers with the first bytes: `retry` is there at once.
const publisher = new Publisher({ retry: 3_000 });
const handler = eventSourceHandler({ eventClass: JSONEvent, retry: 3_000 });
const app = Fastify({ forceCloseConnections: true });
// The texts of events come as they were sent.
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

app.get('/news', (_request, reply) =>
  reply.send(publisher.subscribe({ initialData: ['welcome'], signal: signalOf(reply) }).response()),
);

app.all('/events/:action/:token', async ({ method, url, headers, body }, reply) => {
  const given = new Request(new URL(url, 'http://localhost'), {
    method,
    headers: { 'last-event-id': String(headers['last-event-id'] ?? '') },
    signal: signalOf(reply),
    ...(typeof body === 'string' && { body }),
  });
  return reply.send(await handler(given));
});

function signalOf({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => gone.abort());
  return gone.signal;
}

const url = await app.listen({ port: 0, host: '127.0.0.1' });
const [news, events] = await Promise.all([fetch(`${url}/news`), fetch(`${url}/events/poll/42`)]);
publisher.publish({ headline: 'It works' });
publisher.close();
for await (const { data } of readEvents(news)) console.log(`news: ${data}`);
await fetch(`${url}/events/ping/42`, { method: 'POST', body: '{"text":"hello"}' });
handler.send('42', 'close');
for await (const { event, data } of readEvents(events)) console.log(`${event}: ${data}`);
await app.close();
