import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages } from '../../scripts/install-packages.ts';

/** The versions that are compared. */
export const PEERS: Readonly<Record<string, string>> = { 'socket.io': '4.8.4', faye: '1.4.3' };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The folder with the peers, which are installed when they are first needed. `undefined` without a registry. */
export function installPeers(folder = join(ROOT, 'node_modules/.cache/timetoken/peers')): string | undefined {
  return installPackages(folder, PEERS) ? folder : undefined;
}
