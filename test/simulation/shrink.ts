import { judge } from './judge.ts';
import type { Plan } from './plan.ts';

/** A plan that still goes wrong, with the numbers of the steps that are left of it. */
export interface Shrunk {
  readonly plan: Plan;
  /** Which steps of the plan that was begun with. */
  readonly kept: readonly number[];
  readonly problems: readonly string[];
}

/** The plan with some of its steps only. */
export function withSteps(plan: Plan, kept: readonly number[]): Plan {
  return { ...plan, steps: kept.flatMap((index) => plan.steps[index] ?? []) };
}

/**
 * Leaves steps out for as long as the plan goes wrong in the same way, many at once first. The same plan shrinks to the
 * same steps each time.
 */
export async function shrink(plan: Plan, problems: readonly string[], attempts = 400): Promise<Shrunk> {
  const sort = sortOf(problems[0] ?? '');
  let best: Shrunk = { plan, kept: plan.steps.map((_, index) => index), problems };
  let left = attempts;
  for (let size = Math.ceil(best.kept.length / 2); size >= 1 && left > 0; ) {
    let found: Shrunk | undefined;
    for (let from = 0; from < best.kept.length && left > 0 && !found; from += size) {
      left -= 1;
      found = await attempt(plan, best.kept.toSpliced(from, size), sort);
    }
    if (found) best = found;
    else size = size === 1 ? 0 : Math.ceil(size / 2);
  }
  return best;
}

async function attempt(plan: Plan, kept: readonly number[], sort: string): Promise<Shrunk | undefined> {
  const smaller = withSteps(plan, kept);
  const problems = (await judge(smaller)).toSorted(
    (a, b) => Number(sortOf(b) === sort) - Number(sortOf(a) === sort),
  );
  return sortOf(problems[0] ?? '') === sort ? { plan: smaller, kept, problems } : undefined;
}

// What goes wrong, without whom it happens to: a smaller plan may fail in the same way at another place.
function sortOf(problem: string): string {
  return problem
    .replaceAll(/\[.*?\]|\{.*?\}/g, '')
    .replaceAll(/\b[sr]\d+(\.\d+)?\b/g, '')
    .replaceAll(/\d+/g, '')
    .slice(0, 60);
}
