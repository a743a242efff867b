import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port of this machine that is free now. */
export async function freePort(): Promise<number> {
  // A node of a Redis cluster listens on a second port, 10 000 above.
  for (;;) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    server.close();
    await once(server, 'close');
    if (address !== null && typeof address === 'object' && address.port < 55_000) return address.port;
  }
}

/**
 * What a program is started with so that the kernel ends it with this process, also when nothing here can do so any more:
 * vitest kills what takes too long. Nothing where `setpriv` is not that of Linux.
 */
export function withParent(): readonly string[] {
  const command = ['setpriv', '--pdeathsig', 'KILL', '--'];
  const [program = '', ...args] = [...command, 'true'];
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0 ? command : [];
}
