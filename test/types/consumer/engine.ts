// What the author of a store sees of the packed suite: no DOM library, every library file checked.
import { type Engine, MemoryEngine } from 'timetoken/origin';
import { type ConformanceCase, conformanceCases, omittedCases } from 'timetoken/origin/conformance';

export async function main(clock: { now(): number }): Promise<readonly ConformanceCase[]> {
  const open = (): Engine =>
    new MemoryEngine({
      clock: { now: clock.now, setTimeout: () => undefined, clearTimeout: () => undefined },
      random: () => 0.5,
    });
  const cases = conformanceCases({ open, random: 7 });
  for (const { run } of cases) await run();
  const needs: readonly ('advance' | 'jump' | 'reopen')[] = omittedCases({ open }).flatMap(
    (one) => one.needs,
  );
  void needs;
  // @ts-expect-error: an engine has to come from somewhere.
  conformanceCases({});
  return cases;
}
