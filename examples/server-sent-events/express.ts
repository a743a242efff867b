// Event sources on Express. Mount them before parsers of bodies: they read the body themselves.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { eventSourceHandler, readEvents, StringIdEvent } from 'timetoken/sse';
import { listener } from './listener.ts';

const handler = eventSourceHandler({ eventClass: StringIdEvent, keepAlive: 5_000 });
const app = express();
app.use('/events', listener(handler));
app.use(express.json());
app.get('/', (_request, response) => void response.send('a page'));

const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;

const stream = await fetch(`${url}/poll/42`);
await fetch(`${url}/ping/42`, { method: 'POST', body: 'hello\nworld' });
await fetch(`${url}/close/42`, { method: 'POST' });
for await (const { event, data } of readEvents(stream)) console.log(`${event}: ${JSON.stringify(data)}`);

handler.close();
server.close();
