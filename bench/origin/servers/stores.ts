import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Engine } from 'timetoken/origin';
import { startReplicas } from '../../../test/support/redis-groups.ts';
import { infoOf } from '../../../test/support/redis-server.ts';

/** The stores that are compared. */
export const STORE_KINDS = [
  'memory',
  'sqlite normal',
  'sqlite full',
  'redis local',
  'redis replicated',
] as const;

/** One of them. */
export type StoreKind = (typeof STORE_KINDS)[number];

/** A store that is measured. */
export interface OpenStore {
  readonly engine: Engine;
  /** Bytes that its data takes: of memory, or of files. */
  bytes(): Promise<number>;
  close(): Promise<void>;
}

type Origin = typeof import('timetoken/origin');
type Sqlite = typeof import('timetoken/origin/sqlite');
type Redis = typeof import('timetoken/origin/redis');

/** Opens an empty store of a kind, from the built package in a folder. */
export async function openStore(kind: StoreKind, folder: string): Promise<OpenStore> {
  const { resolve } = createRequire(join(folder, 'package.json'));
  // The entries of the package, whatever checkout it is of.
  const load = async <T>(entry: string) => (await import(pathToFileURL(resolve(entry)).href)) as T;
  switch (kind) {
    case 'memory':
      return inMemory(await load<Origin>('timetoken/origin'));
    case 'sqlite normal':
      return inFile(await load<Sqlite>('timetoken/origin/sqlite'), 'normal');
    case 'sqlite full':
      return inFile(await load<Sqlite>('timetoken/origin/sqlite'), 'full');
    case 'redis local':
      return inRedis(await load<Redis>('timetoken/origin/redis'), 'local');
    case 'redis replicated':
      return inRedis(await load<Redis>('timetoken/origin/redis'), 'replicated');
  }
}

function inMemory({ MemoryEngine }: Origin): OpenStore {
  const engine = new MemoryEngine();
  const bytes = async () => {
    for (let round = 0; round < 3; round++) globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  return { engine, bytes, close: () => engine.close() };
}

function inFile({ sqliteStore }: Sqlite, durability: 'normal' | 'full'): OpenStore {
  const folder = mkdtempSync(join(tmpdir(), 'timetoken-bench-sqlite-'));
  const path = join(folder, 'data.db');
  const engine = sqliteStore({ path, durability });
  const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return {
    engine,
    bytes: async () => sizeOf(path) + sizeOf(`${path}-wal`),
    close: async () => {
      await engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

// Nothing is written to a disk: what is measured is the engine, and a replica is what keeps its data.
async function inRedis({ redisStore }: Redis, durability: 'local' | 'replicated'): Promise<OpenStore> {
  const group = await startReplicas(durability === 'replicated' ? 1 : 0, ['--appendonly', 'no']);
  if (!group) throw new Error('redis-server is not installed.');
  const { primary } = group;
  const engine = redisStore({ url: primary.url, durability });
  return {
    engine,
    bytes: async () => Number(await infoOf(primary, 'used_memory')),
    close: async () => {
      await engine.close();
      await group.stop();
    },
  };
}
