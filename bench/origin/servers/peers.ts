import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const BACKLOG = 4_096;
// Long enough that nothing but messages is sent while it is measured.
const QUIET_SECONDS = 600;
// With what the protocol puts around it, an answer has the 300 bytes of ours.
const SENTENCE = 'So it begins. ';
const SOCKET_IO_TEXT = SENTENCE.repeat(19);
const FAYE_TEXT = SENTENCE.repeat(5);

// What is used of the packages, which are installed for these runs only.
interface SocketIo {
  readonly Server: new (server: Server, options: object) => { emit(event: string, message: unknown): void };
}
interface Faye {
  readonly NodeAdapter: new (
    options: object,
  ) => {
    attach(server: Server): void;
    getClient(): { publish(channel: string, message: unknown): Promise<void> };
  };
}

/** Socket.IO, whose clients poll. */
export function listenSocketIo(folder: string): Promise<number> {
  const socketIo = packageIn<SocketIo>(folder, 'socket.io');
  const server = createServer();
  const io = new socketIo.Server(server, {
    transports: ['polling'],
    serveClient: false,
    pingInterval: QUIET_SECONDS * 1000,
  });
  return listening(server, () => io.emit('message', { id: '000000001', text: SOCKET_IO_TEXT }));
}

/** Faye, whose clients poll. */
export function listenFaye(folder: string): Promise<number> {
  const faye = packageIn<Faye>(folder, 'faye');
  const server = createServer();
  const bayeux = new faye.NodeAdapter({ mount: '/faye', timeout: QUIET_SECONDS });
  bayeux.attach(server);
  const client = bayeux.getClient();
  return listening(server, () => void client.publish('/room', { id: '000000001', text: FAYE_TEXT }));
}

function packageIn<Package>(folder: string, name: string): Package {
  return createRequire(join(folder, 'package.json'))(name) as Package;
}

async function listening(server: Server, broadcast: () => void): Promise<number> {
  server.keepAliveTimeout = 75_000;
  server.requestTimeout = 0;
  server.on('request', ({ url }, response) => {
    if (url !== '/broadcast') return;
    response.writeHead(200, ['content-length', '2']);
    response.end('ok');
    broadcast();
  });
  await new Promise<void>((resolve) => {
    server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, resolve);
  });
  // A server that listens on a port has an address with one.
  return (server.address() as AddressInfo).port;
}
