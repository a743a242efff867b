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
  readonly baseName: Kind;
  /** The median of how many times the base ours is, round by round. */
  readonly ratio: number;
  readonly target?: Aim | undefined;
}

/** What is aimed at. */
export interface Aim {
  readonly of: 'ratio' | 'value';
  readonly limit: number;
  /** Default: the limit is the most. */
  readonly atLeast?: boolean;
}

/** Puts a line together. */
export function rowOf<Name extends string>(
  series: Series<Name>,
  name: Name,
  { base = 'bare', ...rest }: { base?: Kind; title: string; unit: string; target?: Aim | undefined },
): Row {
  const of = (kind: Kind) => (series.get(kind) ?? []).map((values) => values[name]);
  const ours = of('ours');
  const others = of(base);
  return { ...rest, baseName: base, ours: median(ours), base: median(others), ratio: ratio(ours, others) };
}
