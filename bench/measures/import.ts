import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Variant } from '../clients/variants.ts';
import { interleave, ratio } from '../statistics.ts';
import type { Plan, Row } from './measure.ts';

const run = promisify(execFile);
const MODULES = {
  pubnub: ['pubnub'],
  timetoken: ['timetoken'],
  timetokenNode: ['timetoken', 'timetoken/node'],
};
const NAMES = ['pubnub', 'timetoken', 'timetokenNode'] as const satisfies readonly Variant[];

/** Time to import, each time in a fresh process. */
export async function measureImport(plan: Plan): Promise<readonly Row[]> {
  const rounds = { rounds: plan.imports, warmUp: Math.min(1, plan.warmUp) };
  const series = await interleave(NAMES, rounds, (name) => importTime(MODULES[name]));
  const ratios = Object.fromEntries(NAMES.map((name) => [name, ratio(series[name], series.pubnub)]));
  return [{ title: 'Time to import', ratios, targets: { timetoken: 0.5 } }];
}

async function importTime(modules: readonly string[]): Promise<number> {
  const imports = modules.map((name) => `await import('${name}');`).join('');
  const script = `const started = performance.now(); ${imports} console.log(performance.now() - started);`;
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd });
  return Number(stdout);
}
