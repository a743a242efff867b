// Event sources and an origin on one port. What clients publish on a channel goes to plain browsers as well.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PubNub } from 'timetoken';
import { createOrigin } from 'timetoken/origin';
import { eventSourceHandler, Publisher, readEvents } from 'timetoken/sse';
import { listener } from './listener.ts';

const origin = createOrigin();
const publisher = new Publisher();
const handler = eventSourceHandler();
const server = createServer(
  listener((request) => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith('/events/')) return handler(request);
    if (pathname === '/rooms')
      return publisher.subscribe({ channels: 'room', signal: request.signal }).response();
    return origin.fetch(request);
  }),
);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const pubnub = new PubNub({ subscribeKey: 'demo', publishKey: 'demo', userId: 'bridge', origin: url });
const subscription = pubnub.subscribe().channels('room').execute();
subscription.on('message', ({ message, timetoken: id }) => {
  publisher.publish(String(message), { channels: 'room', event: 'message', id });
});
await subscription.connected();

const stream = await fetch(`${url}/rooms`);
await pubnub.publish().channel('room').message('to everybody').execute();
for await (const { data, id } of readEvents(stream)) {
  console.log(`${data} (${id?.length} digits)`);
  break;
}
await pubnub.close();
handler.close();
server.close();
await origin.close();
