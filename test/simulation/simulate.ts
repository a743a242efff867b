import type { PubNubOptions } from '../../src/index.ts';
import { describePlan } from './describe.ts';
import { planOf } from './generate.ts';
import { judge } from './judge.ts';
import type { Plan } from './plan.ts';
import { type Shrunk, shrink, withSteps } from './shrink.ts';

/** A seed that broke a promise. */
export interface Failure {
  readonly seed: number;
  readonly problems: readonly string[];
  readonly receive?: Receive;
}

/** Which seed, and which of its steps. */
export interface Case {
  readonly seed: number;
  /** All of them when absent. */
  readonly kept?: readonly number[];
  /** How the client receives. @default 'poll' */
  readonly receive?: Receive;
}

/** How a client receives. */
export type Receive = NonNullable<PubNubOptions['receive']>;

/** The plan of a case. */
export function planOfCase({ seed, kept, receive = 'poll' }: Case): Plan {
  const plan = { ...planOf(seed), options: { receive } };
  return kept ? withSteps(plan, kept) : plan;
}

/** Plays the plans of seeds, one after the other; returns those that broke a promise. */
export async function simulate(
  seeds: Iterable<number>,
  {
    receive = 'poll',
    onDone = () => undefined,
  }: {
    readonly receive?: Receive;
    readonly onDone?: (seed: number, problems: readonly string[]) => void;
  } = {},
): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  for (const seed of seeds) {
    const problems = await judge(planOfCase({ seed, receive }));
    if (problems.length > 0) failures.push({ seed, problems, receive });
    onDone(seed, problems);
  }
  return failures;
}

/** A failure with as few steps as it takes, as text that can be read and run again. */
export async function reportOf(failure: Failure): Promise<string> {
  return describeShrunk(failure.seed, await shrink(planOfCase(failure), failure.problems));
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
    `again: npm run simulate -- --receive ${plan.options?.receive} --seed ${seed} --steps ${kept.join(',')}`,
  ].join('\n');
}
