// A server in a process of its own, for the fuzzer of connections: an origin (`origin`), or a bare one (`bare`).
import { createServer } from 'node:http';
import { createOrigin } from '../../src/origin/index.ts';
import { serve } from '../../src/origin/node.ts';

/** What a server holds, after garbage collection. */
export interface Holdings {
  readonly bytes: number;
  readonly sockets: number;
}

const LIMITS = {
  holdSeconds: 1,
  historyQueue: 20,
  liveEntries: 500,
  groups: 10,
  files: 10,
  filesBytes: 100_000,
};
const SERVER_LIMITS = { headerSeconds: 1, bodySeconds: 2, answerSeconds: 2, idleSeconds: 2 };
const KEYS = { subscribeKey: 'demo', publishKey: 'demo' };

async function listen(): Promise<number> {
  if (process.argv[2] === 'origin') {
    const origin = createOrigin({ keysets: [KEYS], limits: LIMITS });
    return (await serve(origin, { limits: SERVER_LIMITS })).port;
  }
  const server = createServer((_request, response) => response.end('[1]'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Number(Object(server.address()).port);
}

function holdings(): Holdings {
  for (let count = 0; count < 4; count++) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const sockets = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
  return { bytes: heapUsed + external, sockets };
}

process.on('message', () => process.send?.(holdings()));
process.send?.(await listen());
