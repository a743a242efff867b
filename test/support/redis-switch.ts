import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A port that leads to one server after the other, as the address of a primary may. */
export interface RedisSwitch {
  readonly url: string;
  /** Leads to another server from now on, or to none: connections to the one before end. */
  to(server: { readonly port: number } | undefined): void;
  stop(): Promise<void>;
}

/** Starts a switch that leads to a server. */
export async function startSwitch(first: { readonly port: number }): Promise<RedisSwitch> {
  const sockets = new Set<Socket>();
  let target: { readonly port: number } | undefined = first;
  const keep = (socket: Socket, other: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
    socket.pipe(other);
  };
  const server = createServer((socket) => {
    if (!target) {
      socket.destroy();
      return;
    }
    const other = connect(target.port, '127.0.0.1');
    keep(socket, other);
    keep(other, socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `redis://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    to: (next) => {
      target = next;
      cut();
    },
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}
