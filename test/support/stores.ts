import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, MemoryEngine } from '../../src/origin/index.ts';
import { FaultyEngine } from './faulty-engine.ts';
import { startRedis } from './redis-server.ts';

/** Data that several processes share, or several engines in one. */
export interface SharedData extends AsyncDisposable {
  /** Opens it once more, as another process does. Who opens it closes the engine. */
  open(): Engine;
  /** The value of `--store`; absent for what is in this process. */
  readonly url?: string;
  /** The names of what is kept. Absent for what is in this process. */
  keys?(): Promise<readonly string[]>;
  /** Ends all connections by which it announces what is new. Absent: there are none. */
  disturb?(): Promise<void>;
}

/** Makes new data of a kind; `undefined` where this machine cannot. */
type MakeData = () => Promise<SharedData | undefined>;

async function inMemory(): Promise<SharedData> {
  const engine = new MemoryEngine();
  const open = () => Object.assign(new FaultyEngine(engine), { close: async () => undefined });
  return { open, [Symbol.asyncDispose]: () => engine.close() };
}

async function inFile(): Promise<SharedData> {
  const { sqliteStore } = await import('../../src/origin/sqlite.ts');
  const folder = await mkdtemp(join(tmpdir(), 'timetoken-store-'));
  const path = join(folder, 'data.db');
  return {
    url: `sqlite:${path}`,
    open: () => sqliteStore({ path }),
    keys: async () => keysIn(path),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function inRedis(): Promise<SharedData | undefined> {
  const server = await startRedis();
  if (!server) return undefined;
  const { redisStore } = await import('../../src/origin/redis.ts');
  const { url } = server;
  return {
    url,
    open: () => redisStore({ url }),
    keys: async () => [await server.command('KEYS', '*')].flat().map(String),
    disturb: async () => void (await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub')),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

// The subscribe keys of a file.
async function keysIn(path: string): Promise<readonly string[]> {
  const { DatabaseSync } = await import('node:sqlite');
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = db.prepare('SELECT key FROM shards').all();
  db.close();
  return rows.map(({ key }) => String(key));
}

/** The kinds of data on which an origin does the same. */
export const STORES: Readonly<Record<'memory' | 'sqlite' | 'redis', MakeData>> = {
  memory: inMemory,
  sqlite: inFile,
  redis: inRedis,
};
