import type { Variant } from '../clients/variants.ts';

/** What is compared: one row of the table. */
export interface Row {
  readonly title: string;
  /** Times the official client with its defaults, by variant; what was not measured is left out. */
  readonly ratios: Readonly<Partial<Record<Variant, number>>>;
  /** Bytes by variant, where the number means the same on every machine. */
  readonly bytes?: Readonly<Partial<Record<Variant, number>>>;
  /** What is aimed at, by variant: ratios, or bytes where the row has them. */
  readonly targets: Readonly<Partial<Record<Variant, number>>>;
}

/** How much of everything. */
export interface Plan {
  readonly rounds: number;
  readonly warmUp: number;
  readonly publishes: number;
  readonly fullAnswers: number;
  readonly singleAnswers: number;
  readonly samples: number;
  readonly idleClients: number;
  readonly imports: number;
}

export const FULL: Plan = {
  rounds: 11,
  warmUp: 4,
  publishes: 3_000,
  fullAnswers: 1_000,
  singleAnswers: 1_500,
  samples: 100,
  idleClients: 500,
  imports: 15,
};

export const QUICK: Plan = {
  ...FULL,
  ...{
    rounds: 5,
    warmUp: 3,
    publishes: 1_500,
    fullAnswers: 300,
    singleAnswers: 600,
    samples: 40,
    imports: 5,
  },
};

/** Enough to see that everything works. */
export const TINY: Plan = {
  rounds: 1,
  warmUp: 0,
  publishes: 20,
  fullAnswers: 2,
  singleAnswers: 10,
  samples: 3,
  idleClients: 10,
  imports: 1,
};

/** Each value in times of the official client's. */
export function times(values: Readonly<Partial<Record<Variant, number>>>): Row['ratios'] {
  const { pubnub = Number.NaN } = values;
  return Object.fromEntries(Object.entries(values).map(([variant, value]) => [variant, value / pubnub]));
}
