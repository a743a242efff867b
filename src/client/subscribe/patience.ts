import type { Backfill } from './backfill.ts';

/** How long a poll is waited for. */
export interface Waiting {
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly patience: number;
  /** Milliseconds that are left to it when it has to hurry. */
  readonly shortest: number;
  /** Hands over how to shorten the patience, because something else waits. */
  readonly onHurry: (hurry: () => void) => void;
}

const SHORTEST_PATIENCE = 1_000;
const LONGEST_PATIENCE = 5_000;
/** How often the patience is doubled where others wait for their turn. */
const MOST_GROWTH_IN_TURNS = 3;

/** The patience, in milliseconds, with a poll that others wait for; by the round trip. */
export function shortestPatience(roundTrip: number): number {
  return Math.min(Math.max(4 * roundTrip, SHORTEST_PATIENCE), LONGEST_PATIENCE);
}

/** The patience with the next poll of a backfill: it grows with silence, unless something newer waits. */
export function patienceFor(
  { isHolding, silence }: Backfill,
  {
    roundTrip,
    pollTimeout,
    isWanted,
  }: { readonly roundTrip: number; readonly pollTimeout: number; readonly isWanted: boolean },
): number {
  const shortest = shortestPatience(roundTrip);
  if (isHolding) return shortest;
  const growth = isWanted ? Math.min(silence, MOST_GROWTH_IN_TURNS) : silence;
  const patience = shortest * 2 ** growth;
  return patience > pollTimeout / 2 ? pollTimeout : patience;
}
