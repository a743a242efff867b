/**
 * A leaky bucket that limits the requests which a program can cause by itself: each one fills it, time empties it, and while
 * it is full the next request waits. It bounds the rate whatever listeners do.
 */
export interface Haste {
  /** The level at that time. */
  readonly level: number;
  /** Monotonic milliseconds. */
  readonly at: number;
}

/** An empty bucket. */
export const NO_HASTE: Haste = Object.freeze({ level: 0, at: Number.NEGATIVE_INFINITY });

/** Costs: the bucket takes a hundred handshakes at once, sixteen restarts, or four refusals. */
export const COST = Object.freeze({ handshake: 1, stop: 5, refusal: 25 });

const CAPACITY = 100;
/** Milliseconds in which the level falls by one. */
const LEAK = 100;

/** Adds the cost of a request. */
export function hasten(haste: Haste, cost: number, now: number): Haste {
  // The cap bounds the wait to a few seconds.
  return { level: Math.min(levelOf(haste, now) + cost, CAPACITY + COST.refusal), at: now };
}

/** Milliseconds until the bucket has room for another request. */
export function pauseOf(haste: Haste, now: number): number {
  return Math.max(0, Math.ceil((levelOf(haste, now) + COST.handshake - CAPACITY) * LEAK));
}

function levelOf({ level, at }: Haste, now: number): number {
  return Math.max(0, level - (now - at) / LEAK);
}
