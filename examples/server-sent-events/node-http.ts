// A server of `node:http`: every viewer of a page learns of new viewers.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Publisher, readEvents } from 'timetoken/sse';
import { listener } from './listener.ts';

const publisher = new Publisher<{ viewer: string }>({ backlog: 100 });

const server = createServer(
  listener(({ url, signal, headers }) => {
    const { pathname, searchParams } = new URL(url);
    const viewer = searchParams.get('viewer') ?? 'somebody';
    if (pathname !== '/subscribe') {
      publisher.publish((subscriber) =>
        subscriber.viewer === viewer ? undefined : `New visit from ${viewer}!`,
      );
      return new Response('<script>new EventSource("/subscribe").onmessage = (e) => alert(e.data)</script>');
    }
    const lastEventId = headers.get('last-event-id');
    return publisher.subscribe({ properties: { viewer }, signal, lastEventId }).response();
  }),
);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

// Two visitors, as a browser would do it.
const events = readEvents(await fetch(`http://127.0.0.1:${port}/subscribe?viewer=ann`));
await fetch(`http://127.0.0.1:${port}/?viewer=ann`);
await fetch(`http://127.0.0.1:${port}/?viewer=bob`);
for await (const { data } of events) {
  console.log(`ann sees: ${data}`);
  break;
}

publisher.close();
server.close();
