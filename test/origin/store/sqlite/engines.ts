import { onTestFinished } from 'vitest';
import type { ShardRules, ShardStore } from '../../../../src/origin/index.ts';
import { type SqliteEngine, sqliteStore } from '../../../../src/origin/sqlite.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { temporaryFile } from './files.ts';

export const RULES: ShardRules = {
  announceMax: 1_000,
  leaseMs: 300_000,
  history: { channelEntries: 1_000, entries: 10_000, bytes: 10_000_000, keepMs: 86_400_000 },
};

/** One subscribe key of a store in a file, which is closed after the test. */
export interface OpenEngine {
  readonly path: string;
  readonly clock: VirtualClock;
  readonly engine: SqliteEngine;
  readonly shard: ShardStore;
}

/** Opens a file, a new one if none is named. */
export async function openEngine({
  path = temporaryFile(),
  clock = new VirtualClock(),
  rules = {},
}: {
  readonly path?: string;
  readonly clock?: VirtualClock;
  readonly rules?: Partial<ShardRules>;
} = {}): Promise<OpenEngine> {
  const engine = sqliteStore({ path, clock });
  onTestFinished(() => engine.close());
  const shard = engine.shard('demo', { ...RULES, ...rules });
  await shard.log.last();
  return { path, clock, engine, shard };
}
