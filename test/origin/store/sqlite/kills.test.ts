import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { entriesAfter } from '../../../../src/origin/conformance/world.ts';
import { sqliteStore } from '../../../../src/origin/sqlite.ts';
import { temporaryFile } from './files.ts';

const KILLS = 200;
const AT_ONCE = 4;
const HOUR = 3_600_000;
// Half a minute on a machine that does nothing else.
const PATIENCE_MS = 900_000;
const PROGRAM = fileURLToPath(new URL('./publisher.ts', import.meta.url));

type Line =
  | { readonly id: string; readonly tt: string }
  | { readonly cursor: string; readonly read: readonly string[]; readonly trimmed: boolean };

interface Ledger {
  /** Stamps of acknowledged publishes by their ids. */
  readonly acknowledged: Map<string, string>;
  readonly reads: Extract<Line, { read: unknown }>[];
  newest: string;
}

/** Runs a publisher until it has told so many lines, then kills it. */
async function killed(path: string, name: string, plan: { offset: number; lines: number }, ledger: Ledger) {
  const args = [PROGRAM, path, name, String(plan.offset), ledger.newest];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  let told = 0;
  createInterface(child.stdout).on('line', (line) => {
    // The last line of a process that is killed may be cut off: then nobody has got the acknowledgement.
    const heard = parsed(line);
    if (!heard) return;
    if ('read' in heard) ledger.reads.push(heard);
    else {
      ledger.acknowledged.set(heard.id, heard.tt);
      if (heard.tt > ledger.newest) ledger.newest = heard.tt;
    }
    if (++told >= plan.lines) child.kill('SIGKILL');
  });
  const [code, signal] = await ended;
  expect([code, signal]).toEqual([null, 'SIGKILL']);
}

function parsed(line: string): Line | undefined {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return undefined;
  }
}

test(
  `after ${KILLS} kills at random moments no acknowledged publish is missing and no timetoken is used twice`,
  async () => {
    const path = temporaryFile();
    const ledger: Ledger = { acknowledged: new Map(), reads: [], newest: '0'.repeat(17) };
    const plans = fc.sample(
      fc.record({ offset: fc.integer({ min: -HOUR, max: HOUR }), lines: fc.integer({ min: 1, max: 60 }) }),
      KILLS,
    );
    const waiting = plans.map((plan, index) => ({ plan, name: `p${index}` }));
    const lane = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift())
        await killed(path, next.name, next.plan, ledger);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));

    const engine = sqliteStore({ path });
    onTestFinished(() => engine.close());
    const rules = {
      announceMax: 20,
      leaseMs: 1,
      log: { entries: 1e6, bytes: 1e9, publishIds: 1e6, publishIdBytes: 1e9 },
    };
    const entries = await entriesAfter(engine.shard('demo', rules).log);
    const stamps = entries.map(({ tt }) => tt);
    expect(stamps).toEqual([...new Set(stamps)].sort());
    const byId = new Map(
      entries.map((entry) => [entry.kind === 'message' && JSON.parse(entry.data.payload), entry.tt]),
    );
    expect(byId.size).toBe(entries.length);
    const missing = [...ledger.acknowledged].filter(([id, tt]) => byId.get(id) !== tt);
    expect(missing).toEqual([]);
    expect(ledger.acknowledged.size).toBeGreaterThan(KILLS);
    for (const { cursor, read, trimmed } of ledger.reads) {
      const after = stamps.filter((stamp) => stamp > cursor);
      expect([trimmed, read]).toEqual([false, after.slice(0, read.length)]);
    }
    expect(ledger.reads).toHaveLength(KILLS);
  },
  PATIENCE_MS,
);
