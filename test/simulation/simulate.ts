import { describePlan } from './describe.ts';
import { planOf } from './generate.ts';
import { judge } from './judge.ts';
import type { Plan } from './plan.ts';
import { type Shrunk, shrink, withSteps } from './shrink.ts';

/** A seed that broke a promise. */
export interface Failure {
  readonly seed: number;
  readonly problems: readonly string[];
}

/** Which seed, and which of its steps. */
export interface Case {
  readonly seed: number;
  /** All of them when absent. */
  readonly kept?: readonly number[];
}

/** The plan of a case. */
export function planOfCase({ seed, kept }: Case): Plan {
  const plan = planOf(seed);
  return kept ? withSteps(plan, kept) : plan;
}

/** Plays the plans of seeds, one after the other; returns those that broke a promise. */
export async function simulate(
  seeds: Iterable<number>,
  onDone: (seed: number, problems: readonly string[]) => void = () => undefined,
): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  for (const seed of seeds) {
    const problems = await judge(planOf(seed));
    if (problems.length > 0) failures.push({ seed, problems });
    onDone(seed, problems);
  }
  return failures;
}

/** A failure with as few steps as it takes, as text that can be read and run again. */
export async function reportOf({ seed, problems }: Failure): Promise<string> {
  return describeShrunk(seed, await shrink(planOf(seed), problems));
}

/** A shrunk plan as text. */
export function describeShrunk(seed: number, { plan, kept, problems }: Shrunk): string {
  const shown = problems.slice(0, 10).map((problem) => `  ${problem}`);
  if (problems.length > shown.length) shown.push(`  and ${problems.length - shown.length} more`);
  return [
    `seed ${seed} fails:`,
    ...shown,
    `with ${kept.length} steps:`,
    describePlan(plan),
    `again: npm run simulate -- --seed ${seed} --steps ${kept.join(',')}`,
  ].join('\n');
}
