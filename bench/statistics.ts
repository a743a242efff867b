/** The value in the middle; of an even number of values the mean of the two. */
export function median(values: readonly number[]): number {
  return (quantile(values, 0.5, Math.floor) + quantile(values, 0.5, Math.ceil)) / 2;
}

/** The value below which a share of the values lies. */
export function quantile(values: readonly number[], share: number, round = Math.ceil): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[round(share * (sorted.length - 1))] ?? Number.NaN;
}

/** The median of how many times the base each value is, round by round: what slows a whole round down cancels out. */
export function ratio(values: readonly number[], base: readonly number[]): number {
  return median(values.map((value, round) => value / (base[round] ?? Number.NaN)));
}

/**
 * Measures one thing after the other, round after round, forwards and backwards by turns, so that a machine which slows
 * down or warms up treats all alike. The first rounds are thrown away.
 */
export async function interleave<K extends string>(
  names: readonly K[],
  { rounds, warmUp }: { readonly rounds: number; readonly warmUp: number },
  measure: (name: K) => Promise<number>,
): Promise<Readonly<Record<K, readonly number[]>>> {
  const series = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>;
  for (let round = -warmUp; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const value = await measure(name);
      if (round >= 0) series[name].push(value);
    }
  }
  return series;
}
