import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The versions that are compared. */
export const PEERS: Readonly<Record<string, string>> = { 'socket.io': '4.8.4', faye: '1.4.3' };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/**
 * The folder with the peers, which are installed when they are first needed: nobody else who works here has a use for
 * them. `undefined` without a registry.
 */
export function installPeers(folder = join(ROOT, 'node_modules/.cache/timetoken/peers')): string | undefined {
  const names = Object.entries(PEERS);
  const isThere = () =>
    names.every(([name]) => existsSync(join(folder, 'node_modules', name, 'package.json')));
  if (isThere()) return folder;
  mkdirSync(folder, { recursive: true });
  const args = [
    'install',
    '--prefix',
    folder,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--fetch-retries',
    '1',
  ];
  spawnSync(NPM, [...args, ...names.map(([name, version]) => `${name}@${version}`)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return isThere() ? folder : undefined;
}
