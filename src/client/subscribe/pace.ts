/**
 * How fast a program makes the loop ask, as a bucket that leaks: each request that the program can bring about by itself
 * fills it, time empties it, and when it is full the next one waits. So requests stay bounded whatever listeners do.
 */
export interface Haste {
  /** How full the bucket was. */
  readonly level: number;
  /** When that was, in monotonic milliseconds. */
  readonly at: number;
}

/** An empty bucket. */
export const NO_HASTE: Haste = Object.freeze({ level: 0, at: Number.NEGATIVE_INFINITY });

/** What requests cost: a hundred handshakes can be made at once, sixteen returns after a stop, four refusals. */
export const COST = Object.freeze({ handshake: 1, stop: 5, refusal: 25 });

const CAPACITY = 100;
/** Milliseconds in which the bucket loses one. */
const LEAK = 100;

/** Puts the cost of a request into the bucket. */
export function hasten(haste: Haste, cost: number, now: number): Haste {
  // However much was asked for, the next request comes in a few seconds.
  return { level: Math.min(levelOf(haste, now) + cost, CAPACITY + COST.refusal), at: now };
}

/** Milliseconds until the bucket has room for another request. */
export function pauseOf(haste: Haste, now: number): number {
  return Math.max(0, Math.ceil((levelOf(haste, now) + COST.handshake - CAPACITY) * LEAK));
}

function levelOf({ level, at }: Haste, now: number): number {
  return Math.max(0, level - (now - at) / LEAK);
}
