import { accessCases } from './access.ts';
import { actionCases } from './actions.ts';
import type {
  ConformanceCase,
  ConformanceNeed,
  ConformanceOptions,
  Definition,
  OmittedCase,
} from './case.ts';
import { engineCases } from './engine.ts';
import { fileCases } from './files.ts';
import { groupCases } from './groups.ts';
import { historyCases } from './history.ts';
import { historyLimitCases } from './history-limits.ts';
import { instanceCases } from './instances.ts';
import { intervalCases } from './intervals.ts';
import { leaseCases } from './leases.ts';
import { logCases } from './log.ts';
import { loweredLimitCases } from './lowered-limits.ts';
import { objectScriptCases } from './object-script.ts';
import { objectCases } from './objects.ts';
import { presenceCases } from './presence.ts';
import { presenceScriptCases } from './presence-script.ts';
import { publishIdCases } from './publish-ids.ts';
import { pushCases } from './push.ts';
import { raceCases } from './race.ts';
import { reopenCases } from './reopen.ts';
import { ruleCases } from './rules.ts';
import { stampCases } from './stamps.ts';
import { tailCases } from './tail.ts';
import { trimmingCases } from './trimming.ts';
import { uploadCases } from './uploads.ts';
import { World } from './world.ts';

const DEFINITIONS: readonly Definition[] = [
  ...engineCases,
  ...ruleCases,
  ...loweredLimitCases,
  ...reopenCases,
  ...stampCases,
  ...logCases,
  ...tailCases,
  ...publishIdCases,
  ...trimmingCases,
  ...raceCases,
  ...historyCases,
  ...historyLimitCases,
  ...actionCases,
  ...groupCases,
  ...accessCases,
  ...objectCases,
  ...objectScriptCases,
  ...fileCases,
  ...uploadCases,
  ...pushCases,
  ...presenceCases,
  ...leaseCases,
  ...instanceCases,
  ...intervalCases,
  ...presenceScriptCases,
];

/**
 * What an engine of an origin has to do, as cases for any test runner. Each opens an engine of its own, and rejects if the
 * engine does something else. Cases that need an option which is missing are left out: `omittedCases` lists them.
 *
 * @example
 * ```ts
 * import { test } from 'node:test';
 *
 * for (const { part, name, run } of conformanceCases({ open: () => new MyEngine() })) {
 *   test(`${part}: ${name}`, run);
 * }
 * ```
 */
export function conformanceCases(options: ConformanceOptions): readonly ConformanceCase[] {
  return DEFINITIONS.filter((definition) => missing(definition, options).length === 0).map((definition) => ({
    part: definition.part,
    name: definition.name,
    run: () => runOn(definition, options),
  }));
}

/**
 * The cases that `conformanceCases` leaves out, and the options that they need.
 *
 * @example
 * ```ts
 * for (const { part, name, needs } of omittedCases(options)) console.log(`${part}: ${name} (needs ${needs})`);
 * ```
 */
export function omittedCases(options: ConformanceOptions): readonly OmittedCase[] {
  return DEFINITIONS.flatMap((definition) => {
    const { part, name } = definition;
    const needs = missing(definition, options);
    return needs.length > 0 ? [{ part, name, needs }] : [];
  });
}

function missing({ needs }: Definition, options: ConformanceOptions): readonly ConformanceNeed[] {
  return needs.filter((need) => options[need] === undefined);
}

async function runOn({ part, name, run }: Definition, options: ConformanceOptions): Promise<void> {
  const world = new World(options);
  try {
    await run(world);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const failure = new Error(`${part}: ${name}${world.place}. ${reason}`, { cause });
    // What failed first says more than an engine that cannot be closed after it.
    await world.close().catch(() => undefined);
    throw failure;
  }
  await world.close();
}
