import { storeError } from './errors.ts';
import type { Servers } from './servers.ts';

// A subscribe key is encoded between the braces: none has this name.
const ANY_KEY = '{ping!}';

/**
 * Finds out whether a primary can be reached and runs scripts for this user: in a cluster, the one that has a key. Rejects
 * with the error of the store.
 */
export async function ping(servers: Servers, key = ANY_KEY): Promise<void> {
  try {
    const server = await servers.of(key);
    // Without the operation that opens a subscribe key, the script reads that it is not open, and writes nothing.
    await server.run(key, ['', '0', ...Array.from({ length: 12 }, () => ''), 'log.last', '0']);
  } catch (cause) {
    servers.forget();
    throw storeError(cause, 'asking whether it answers');
  }
}
