// Plays cases against a source in which one rule is broken, until the first that fails.
import { registerHooks } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { Broken } from './broken-rules/apply.ts';

/** What there is to do. Cases are numbers: seeds, after all of them the situations, and then seeds of publishes. */
export interface Work {
  /** Nothing is broken without it. */
  readonly broken?: Broken;
  readonly seeds: number;
  readonly from: number;
  /** Exclusive. @default the end of all */
  readonly to?: number;
}

/** What is played now, or what went wrong with it. */
export interface Word {
  readonly index: number;
  readonly name: string;
  readonly problem?: string;
}

// By who starts it, this is what it is given.
const { broken, seeds, from, to } = workerData as Work;

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    return url === broken?.url ? { ...loaded, source: broken.text } : loaded;
  },
});

const { judge } = await import('../test/simulation/judge.ts');
const { planOf } = await import('../test/simulation/generate.ts');
const { SITUATIONS } = await import('../test/simulation/situations.ts');
const { judgePublishing } = await import('../test/simulation/publishing/judge.ts');
/** After the situations: seeds of publishes that are repeated. */
const PUBLISHING_SEEDS = 300;

for (let index = from; index < (to ?? seeds + SITUATIONS.length + PUBLISHING_SEEDS); index++) {
  const situation = SITUATIONS[index - seeds];
  const publishing = index - seeds - SITUATIONS.length;
  const seed = publishing < 0 ? `seed ${index}` : `seed ${publishing} of publishing`;
  const name = situation ? `in "${situation.name}"` : `at ${seed}`;
  say({ index, name });
  const [problem] =
    publishing < 0 ? await judge(situation ?? planOf(index)) : await judgePublishing(publishing);
  if (problem === undefined) continue;
  say({ index, name, problem });
  break;
}

function say(word: Word): void {
  parentPort?.postMessage(word);
}
