// Appends to a store's log at its interface, so many at a time: what an engine can do without HTTP.
//
//   node bench/origin/appends.ts sqlite:normal
//   node bench/origin/appends.ts sqlite:full memory --seconds 10 --history
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Engine, MemoryEngine, type ShardLog } from '../../src/origin/index.ts';
import { resolveLimits } from '../../src/origin/limits.ts';
import { sqliteStore } from '../../src/origin/sqlite.ts';
import { Budget } from '../../src/origin/store/budget.ts';
import { shardRules } from '../../src/origin/store/rules.ts';

/** The load: appends under way at a time, each of one message. */
export interface AppendLoad {
  readonly inFlight: number;
  readonly seconds: number;
  readonly channels: number;
  /** Characters of a payload. */
  readonly characters: number;
  /** History keeps the messages too, as after a publish. */
  readonly history: boolean;
}

/** Appends a second, and milliseconds from a call to its result. */
export interface AppendFigures {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
}

export const LOAD: AppendLoad = {
  inFlight: 64,
  seconds: 5,
  channels: 1_000,
  characters: 200,
  history: false,
};

/** Measures appends to a log. */
export async function measureAppends(log: ShardLog, load: AppendLoad = LOAD): Promise<AppendFigures> {
  const payload = JSON.stringify('x'.repeat(load.characters - 2));
  const times: number[] = [];
  await log.fence();
  const start = performance.now();
  const end = start + load.seconds * 1_000;
  const lane = async () => {
    for (let before = performance.now(); before < end; before = performance.now()) {
      const channel = `c${times.length % load.channels}`;
      await log.append([
        { kind: 'message', channel, data: { payload }, ...(load.history && { history: {} }) },
      ]);
      times.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: load.inFlight }, lane));
  const seconds = (performance.now() - start) / 1_000;
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { perSecond: times.length / seconds, p50: at(0.5), p99: at(0.99), longest: at(1) };
}

function opened(name: string, folder: string): Engine {
  if (name === 'memory') return new MemoryEngine();
  if (name === 'sqlite:normal' || name === 'sqlite:full')
    return sqliteStore({
      path: join(folder, 'data.db'),
      durability: name === 'sqlite:full' ? 'full' : 'normal',
    });
  throw new Error(`${name} is no engine: memory, sqlite:normal or sqlite:full.`);
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { seconds: { type: 'string', default: '5' }, history: { type: 'boolean', default: false } },
  });
  for (const name of positionals) {
    const folder = mkdtempSync(join(tmpdir(), 'appends-'));
    const engine = opened(name, folder);
    const rules = shardRules(
      resolveLimits(),
      new Budget({ entries: Number.POSITIVE_INFINITY, bytes: 2 ** 30 }),
    );
    const load = { ...LOAD, seconds: Number(values.seconds), history: values.history };
    const { perSecond, p50, p99, longest } = await measureAppends(engine.shard('demo', rules).log, load);
    const times = [p50, p99, longest].map((time) => time.toFixed(1)).join(' / ');
    console.log(
      `${name}${load.history ? ' with history' : ''}: ${Math.round(perSecond)} a second, ${times} ms (p50, p99, longest)`,
    );
    await engine.close();
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) await main();
