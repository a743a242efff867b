import type { Clock } from '../../protocol/clock.ts';
import type { Engine, ShardRules, ShardStore } from '../store/store.ts';
import type { World } from './world.ts';

/** What a case is about: a part of a shard's store, or the engine as a whole. */
export type ConformancePart = keyof ShardStore | 'engine';

/** One case of the suite. */
export interface ConformanceCase {
  readonly part: ConformancePart;
  /** A sentence about the part; unique within it. */
  readonly name: string;
  /**
   * Runs the case on an engine of its own. Rejects with an error that says what was expected and what came, with the seed
   * and the step of a random script.
   */
  run(): Promise<void>;
}

/** What a case needs beside an engine. */
export type ConformanceNeed = 'advance' | 'jump' | 'reopen';

/** A case that does not run, since an option is missing. */
export interface OmittedCase {
  readonly part: ConformancePart;
  readonly name: string;
  /** The missing options. */
  readonly needs: readonly ConformanceNeed[];
}

/** The options of the suite. */
export interface ConformanceOptions {
  /** Opens an engine without data. The suite closes it. */
  open(): Engine | Promise<Engine>;
  /**
   * Opens the data of an engine once more, as another process does, while that engine is open or after it was closed. The
   * suite closes the result too. Absent: cases with several processes or restarts are left out.
   */
  reopen?(engine: Engine): Engine | Promise<Engine>;
  /**
   * Lets so many milliseconds of the engine's time pass, those of its virtual clock for example. Absent: cases of expiry
   * are left out.
   */
  advance?(milliseconds: number): void | Promise<void>;
  /** Sets the engine's clock forth, or back when negative. Absent: cases of clocks that jump are left out. */
  jump?(milliseconds: number): void | Promise<void>;
  /** The seed of the random scripts, an integer. Default 1. The seed of a failure, given here, fails at once. */
  readonly random?: number;
  /** Random scripts of each case that has any, each with the next seed. Default 20. */
  readonly scripts?: number;
  /** Rules of every subscribe key, which those that a case is about replace. */
  readonly rules?: Partial<ShardRules>;
  /** The clock by which the suite waits for tails, at most five seconds. Default: the machine's. */
  readonly clock?: Clock;
}

/** The body of a case. */
export type Run = (world: World) => Promise<void>;

/** A body with its needs. */
export interface Needing {
  readonly needs: readonly ConformanceNeed[];
  readonly run: Run;
}

/** A case before it has an engine. */
export interface Definition extends Needing {
  readonly part: ConformancePart;
  readonly name: string;
}

/** The cases of a part, by their names. */
export function cases(
  part: ConformancePart,
  table: Readonly<Record<string, Run | Needing>>,
): readonly Definition[] {
  return Object.entries(table).map(([name, body]) =>
    typeof body === 'function' ? { part, name, needs: [], run: body } : { part, name, ...body },
  );
}

/** A body that needs the engine's time to pass, or more than one process. */
export function needing(needs: ConformanceNeed | readonly ConformanceNeed[], run: Run): Needing {
  return { needs: typeof needs === 'string' ? [needs] : needs, run };
}
