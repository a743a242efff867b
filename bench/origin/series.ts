import { median, ratio } from '../statistics.ts';
import type { Field, Kind, Target } from './field.ts';

/** Values of one round, by what they are of. */
export type Values<Name extends string> = Readonly<Record<Name, number>>;

/** Values of all rounds, by server. */
export type Series<Name extends string> = ReadonlyMap<Kind, readonly Values<Name>[]>;

/**
 * Measures all servers in each round, forwards and backwards by turns, so that a machine which slows down or warms up
 * treats all alike. The first rounds do not count.
 */
export async function alternate<Name extends string>(
  { plan, targets }: Field,
  measure: (target: Target) => Promise<Values<Name>>,
): Promise<Series<Name>> {
  const series = new Map(targets.map(({ kind }) => [kind, [] as Values<Name>[]]));
  for (let round = -plan.warmUp; round < plan.rounds; round++) {
    for (const target of round % 2 === 0 ? targets : targets.toReversed()) {
      const values = await measure(target);
      if (round >= 0) series.get(target.kind)?.push(values);
    }
  }
  return series;
}

/** One line of the table. */
export interface Row {
  readonly title: string;
  readonly unit: string;
  /** The medians of all rounds. */
  readonly ours: number;
  readonly base: number;
  /** What ours is compared with. */
  readonly baseName: string;
  /** The median of how many times the base ours is, round by round. */
  readonly ratio: number;
  readonly target?: Aim | undefined;
}

/** One line of the table that has a column for each server or store. */
export interface SideRow {
  readonly title: string;
  readonly unit: string;
  /** The medians of all rounds, by column. */
  readonly values: Readonly<Record<string, number>>;
  /** What is aimed at, of those that have a target. */
  readonly targets?: Readonly<Record<string, Aim>> | undefined;
}

/** A line of either table. */
export type AnyRow = Row | SideRow;

/** What is aimed at. */
export interface Aim {
  readonly of: 'ratio' | 'value';
  readonly limit: number;
  /** Default: the limit is the most. */
  readonly atLeast?: boolean;
}

/** What a line says. */
interface RowOptions {
  /** What is compared. Default: ours. */
  readonly of?: Kind;
  /** What it is compared with. Default: the bare server. */
  readonly base?: Kind;
  /** Its name in the table. */
  readonly baseTitle?: string;
  readonly title: string;
  readonly unit: string;
  readonly target?: Aim | undefined;
}

/** Puts a line together. */
export function rowOf<Name extends string>(
  series: Series<Name>,
  name: Name,
  { of = 'ours', base = 'bare', baseTitle = base, ...rest }: RowOptions,
): Row {
  const valuesOf = (kind: Kind) => (series.get(kind) ?? []).map((values) => values[name]);
  const ours = valuesOf(of);
  const others = valuesOf(base);
  return {
    ...rest,
    baseName: baseTitle,
    ours: median(ours),
    base: median(others),
    ratio: ratio(ours, others),
  };
}

/** Puts a line together that has a column for each store, and for the bare server. */
export function sideOf<Name extends string>(
  series: Series<Name>,
  name: Name,
  about: Omit<SideRow, 'values'>,
): SideRow {
  const values = Array.from(series, ([kind, rounds]) => [
    kind === 'ours' ? 'memory' : kind,
    median(rounds.map((round) => round[name])),
  ]);
  return { ...about, values: Object.fromEntries(values) };
}
