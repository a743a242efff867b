import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const QUIETLY = ['--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries', '1'];

/**
 * Installs packages into a folder of their own, if they are not there: those that few who work here have a use for. The
 * versions, by name, are exact. `false` without a registry, and where it does not have one of them.
 */
export function installPackages(folder: string, versions: Readonly<Record<string, string>>): boolean {
  const packages = Object.entries(versions);
  const areThere = () =>
    packages.every(([name]) => existsSync(join(folder, 'node_modules', name, 'package.json')));
  if (areThere()) return true;
  mkdirSync(folder, { recursive: true });
  const wanted = packages.map(([name, version]) => `${name}@${version}`);
  spawnSync(NPM, ['install', '--prefix', folder, ...QUIETLY, ...wanted], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return areThere();
}
