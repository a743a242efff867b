import { createServer, connect as dial, type Socket } from 'node:net';

/** A TCP proxy on loopback whose connections can be cut: a line that breaks when it is told to. */
export interface ShakyLine {
  readonly url: string;
  /** Resets every connection, and every new one until `mend()`. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Lays a line to a port of this machine. */
export async function layLine(to: number): Promise<ShakyLine> {
  const sockets = new Set<Socket>();
  let broken = false;
  const server = createServer((near) => {
    if (broken) return void near.on('error', ignore).resetAndDestroy();
    const far = dial(to, '127.0.0.1');
    for (const [socket, other] of [[near, far] as const, [far, near] as const]) {
      sockets.add(socket);
      // What one end suffers, the other end is told.
      socket.on('error', ignore).on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The line has no address.');
  const reset = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut: () => {
      broken = true;
      reset();
    },
    mend: () => {
      broken = false;
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      reset();
      await closed;
    },
  };
}

// A reset is an error to the socket that suffers it, and the whole point here.
function ignore(): void {
  return;
}
